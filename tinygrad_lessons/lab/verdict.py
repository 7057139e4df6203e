"""A verdict: what a student's code did in one check on one device, held against the reference's."""

from dataclasses import dataclass, field

import numpy as np

from .compare import Raised, Tensor, Transfers, compare, decode, gap, near, same
from .remark import remark

TROUBLES = {
    "timeout": "it did not finish in time",
    "died": "it ended the Python process",
    "flood": "it printed or returned too much",
    "missing": "this check is not in its cell any more. Bring it back with: "
    "python -m tinygrad_lessons reset EXERCISE --check",
}
# The share of what differs that has to be the mistake's own, by how much one difference tells:
ENOUGH = {"yes or no, a count, an error": 0.75, "a value": 0.5, "numbers": 0.25}
LITTLE, VALUE, NUMBERS = ENOUGH


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
    idle: bool = False  # one answer that does nothing passes this and all else that passed
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

    @property
    def given(self):
        """[(name, value), ...] of the inputs of the call that failed first.

        What is named in words, such as "the numbers", belongs to the call that comes next.
        """
        known, last = {}, []
        for entry in self.expected:
            if entry.get("given"):
                last = [*last, entry["label"]] if last else [entry["label"]]
                known[entry["label"]] = entry["value"]
            elif self.first and entry["label"] == self.first.label:
                break
            else:
                last = []
        label = self.first.label if self.first else ""
        return [
            (name, decode(value))
            for name, value in known.items()
            if name in last or name in label or " " not in name
        ]

    @property
    def remark(self):
        """What can be seen of the first difference, in a sentence or two; "" when nothing can."""
        return remark(self.first, self.given) if self.first else ""


def recognise(verdicts, mistakes):
    """Give the failed verdicts the hint of the known mistake that did what the student did.

    `mistakes`: function (check, device) -> [(name, hint, what was observed of it), ...], where
    a mistake that did not end has the word of its trouble in the place of observations, and one
    without a hint is an answer that does nothing. A mistake is named where it fits the first
    verdict that failed, and most of what differs in all of them, those that passed too.
    """
    if all(v.passed for v in verdicts):
        return verdicts
    known = {id(v): mistakes(v.check, v.device) for v in verdicts}
    _name(verdicts, known)
    passing = {}
    for v in verdicts:
        for name, hint, seen in known[id(v)]:
            if not hint:
                passing.setdefault(name, []).append(v.passed and same(v.expected, seen))
    if [v.passed for v in verdicts] in passing.values():
        for v in verdicts:
            v.idle = v.passed
    return verdicts


def _name(verdicts, known):
    tried = [v for v in verdicts if not v.unwritten and v.trouble != "missing"]
    failed = [v for v in tried if not v.passed]
    if not failed:
        return
    likenesses = {name: Likeness(name, hint) for name, hint, _ in known[id(failed[0])] if hint}
    for v in [failed[0], *(v for v in tried if v is not failed[0])]:
        for name, _, seen in known[id(v)]:
            if name in likenesses:
                likenesses[name].add(v, seen)
        likenesses = {name: x for name, x in likenesses.items() if failed[0] in x.fits}
    fitting = [x for x in likenesses.values() if x.enough]
    if fitting:
        best = max(fitting, key=lambda x: x.share)
        for v in best.fits:
            v.mistake, v.hint = best.name, best.hint


@dataclass
class Likeness:
    """How much of what a student's code did wrong, over all checks, a known mistake did alike."""

    name: str
    hint: str
    shares: list = field(default_factory=list)
    fits: list = field(default_factory=list)
    telling: str = LITTLE  # what is alike where it fits the most telling

    def add(self, verdict, seen):
        """Count a verdict in which one of the two differs from the reference."""
        if verdict.trouble or isinstance(seen, str):
            pairs = [(True, seen == verdict.trouble)] if verdict.trouble else [(True, False)]
        else:
            theirs = compare(verdict.expected, seen)
            pairs = [
                (bool(mine.difference or its.difference), alike(mine.yours, its.yours))
                for mine, its in zip(verdict.findings, theirs, strict=True)
            ]
        found = [same for differs, same in pairs if differs]
        if found:
            self.shares.append(sum(found) / len(found))
        if found and all(found):
            self.fits.append(verdict)
            told = [self.telling, *(tells(f) for f in verdict.findings if f.difference)]
            self.telling = min(told, key=ENOUGH.get)

    @property
    def enough(self):
        """Whether what is alike is enough to take the one for the other."""
        return self.share >= ENOUGH[self.telling]

    @property
    def share(self):
        """From 0, nothing alike, to 1; every check on every device counts the same."""
        return sum(self.shares) / len(self.shares) if self.shares else 0.0


def tells(finding):
    """How much a difference tells: few mistakes give the same wrong numbers."""
    a, b = (x.array if isinstance(x, Tensor) else x for x in (finding.expected, finding.yours))
    if isinstance(a, Raised) or isinstance(b, Raised | Transfers):
        return LITTLE
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and b.dtype.kind == "f":
        wrong = b if a.shape != b.shape else b[~near(a, b)]
        return NUMBERS if len(np.unique(wrong[np.isfinite(wrong)])) > 1 else VALUE
    return LITTLE if getattr(b, "type", "") in ("bool", "NoneType") else VALUE


def alike(a, b):
    """Whether two observations are the same, of an error its text and its place included."""
    if isinstance(a, Raised) and isinstance(b, Raised):
        if a.type == "RecursionError" or a.place == b.place == "raise":
            return a.type == b.type  # where the one ends is chance, the other's words are theirs
        return (a.type, a.text, a.place) == (b.type, b.text, b.place)
    if isinstance(a, Raised) or isinstance(b, Raised):
        return False
    return not gap(a, b) and not gap(b, a)
