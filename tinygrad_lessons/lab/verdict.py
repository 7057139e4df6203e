"""A verdict: what a student's code did in one check on one device, held against the reference's."""

from dataclasses import dataclass, field

from .compare import Raised, compare, labels, same

TROUBLES = {
    "timeout": "it did not finish in time",
    "died": "it ended the Python process",
    "flood": "it printed or returned too much",
    "missing": "this check is not in the cell; restore the cell",
}


@dataclass
class Verdict:
    """One check on one device. `mistake` and `hint` are set when a known mistake was recognised."""

    check: str
    device: str
    expected: list
    yours: list | None
    trouble: str = ""
    hidden: bool = False
    mistake: str = ""
    hint: str = ""
    findings: list = field(init=False)

    def __post_init__(self):
        self.findings = [] if self.trouble else compare(self.expected, self.yours)
        self.first = next((f for f in self.findings if f.difference), None)
        self.passed = not self.trouble and self.first is None

    @property
    def unwritten(self):
        """Whether it fails because an exercise is still a stub."""
        return bool(self.first) and getattr(self.first.yours, "unwritten", False)

    @property
    def why(self):
        """The reason for a failure, in words; "" when it passed."""
        if self.passed:
            return ""
        if self.trouble:
            return TROUBLES.get(self.trouble, self.trouble)
        if self.unwritten and isinstance(self.first.yours, Raised):
            return self.first.yours.text
        return f"{self.first.label}: {self.first.difference}"


def recognise(verdicts, mistakes):
    """Give each failed verdict the hint of the known mistake that did exactly what the student did.

    `mistakes`: function (check, device) -> [(name, hint, what was observed of it), ...]. Of several
    that fit one failure, the one that fits the most checks is taken, those that passed among them.
    """
    tried = [v for v in verdicts if not v.trouble and not v.unwritten]
    failed = [v for v in tried if not v.passed]
    fits = {id(v): _fitting(v, mistakes) for v in failed}
    votes = [name for found in fits.values() for name, _ in found]
    if any(len(found) > 1 for found in fits.values()):
        votes += [name for v in tried if v.passed for name, _ in _fitting(v, mistakes)]
    for v in failed:
        if fits[id(v)]:
            v.mistake, v.hint = max(fits[id(v)], key=lambda fit: votes.count(fit[0]))
    return verdicts


def _fitting(verdict, mistakes):
    """[(name, hint), ...] of the known mistakes that did what the student did, and went as far."""
    return [
        (name, hint)
        for name, hint, seen in mistakes(verdict.check, verdict.device)
        if isinstance(seen, list)
        and labels(seen) == labels(verdict.yours)
        and same(seen, verdict.yours)
    ]
