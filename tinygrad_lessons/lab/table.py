"""The table of one exercise: the same in a notebook, in nbgrader's feedback, in a terminal."""

from html import escape
from textwrap import shorten

import numpy as np

from .compare import Number, Raised, Sequence, Tensor, Text, Transfers

NUMBERS = 6  # shown of an array
MORE = "\N{HORIZONTAL ELLIPSIS}"


class Report:
    """The verdicts of one exercise. `points` is None where nothing is scored."""

    def __init__(self, exercise, verdicts, points=None):
        self.exercise, self.verdicts, self.points = exercise, verdicts, points

    @property
    def passed(self):
        """Whether there are verdicts and all of them passed."""
        return bool(self.verdicts) and all(v.passed for v in self.verdicts)

    @property
    def score(self):
        """Each check on each device weighs the same: points * passed / all."""
        count = len(self.verdicts)
        return (
            round(self.points * sum(v.passed for v in self.verdicts) / count, 4) if count else 0.0
        )

    @property
    def title(self):
        if self.points is not None:
            return f"{self.exercise}: {round(self.score, 2):g} of {self.points:g} points"
        good, count = sum(self.by_check().values()), len(self.by_check())
        return f"{self.exercise}: {good} of {count} checks pass"

    def by_check(self):
        """{check: whether it passes on every device}."""
        return {name: all(v.passed for v in group) for name, group in self._groups().items()}

    @property
    def unwritten(self):
        """What is still to be written, in a sentence; "" if something was."""
        if not self.verdicts or not all(v.unwritten for v in self.verdicts):
            return ""
        v = self.verdicts[0]
        where = getattr(v.first.yours, "where", "")
        own = v.why.startswith(f"{self.exercise} ")
        if own and not where and self.points is None:
            line = f'@complete("{self.exercise}")'
            return f"{v.why}. If you have written it, run its cell, with its line {line}"
        return f"{v.why}. It is called in {where}" if where and not own else v.why

    def _groups(self):
        groups = {}
        for v in self.verdicts:
            groups.setdefault(v.check, []).append(v)
        return groups

    def lines(self):
        """[(result, check, remark), ...]: one line a check."""
        for name, group in self._groups().items():
            words = name.replace("_", " ") + (" (hidden check)" if group[0].hidden else "")
            devices = {
                ok: ", ".join(v.device for v in group if v.passed is ok) for ok in (True, False)
            }
            if devices[True]:
                yield "passed", words, f"on {devices[True]}"
            if devices[False]:
                bad = next(v for v in group if not v.passed)
                yield "not yet", words, f"on {devices[False]}: {bad.why}"

    @property
    def shown(self):
        """The failure to look at: the first that was recognised, else the first."""
        bad = [v for v in self.verdicts if not v.passed]
        return next((v for v in bad if v.hint), bad[0] if bad else None)

    def details(self):
        """[(name, text), ...] of the failure to look at: inputs, yours, expected, the hint."""
        v = self.shown
        if v is None or v.unwritten:
            return
        if v.first:
            from .compare import decode

            for entry in [e for e in v.expected if e.get("given")][:4]:
                yield entry["label"], show(decode(entry["value"]))
            yield "yours", show(v.first.yours)
            if where := getattr(v.first.yours, "where", ""):
                yield "line", where
            yield "expected", show(v.first.expected)
            if v.first.remark and not v.hint:
                yield "remark", v.first.remark
        if v.hint:
            yield "hint", v.hint
        if self.points is None and v.first and _drawable(v.first):
            yield "picture", "_.picture() in the next cell"

    def picture(self):
        """A picture of the failure: yours, expected, and the difference."""
        from .pictures.difference import drawn

        return drawn(self)

    def _heading(self):
        """The check, the device and the call of which the details tell."""
        v = self.shown
        call = f", {v.first.label}" if v.first and v.first.label != v.check else ""
        return f"{v.check.replace('_', ' ')} on {v.device}{call}"

    def __repr__(self):
        if self.unwritten:
            return f"not yet: {self.unwritten}"
        lines = [self.title]
        lines += [f"  {result:8}{name}, {remark}" for result, name, remark in self.lines()]
        if self.shown and (details := list(self.details())):
            lines.append(f"  {self._heading()}:")
            width = max(len(name) for name, _ in details)
            lines += [f"    {name:{width}}  {text}" for name, text in details]
        return "\n".join(lines)

    def _repr_html_(self):
        if self.unwritten:
            return f"<p><b>not yet</b>: {escape(self.unwritten)}</p>"
        rows = [
            _row(f"{_MARKS[result]} {result}", name, remark)
            for result, name, remark in self.lines()
        ]
        table = _table(self.title, ("result", "check", "where"), rows)
        details = list(self.details())
        if not details:
            return table
        return table + _table(self._heading(), None, [_row(*pair) for pair in details])


_MARKS = {"passed": "\N{CHECK MARK}", "not yet": "\N{BALLOT X}"}


def _table(caption, heads, rows):
    head = "".join(f'<th scope="col" style="text-align:left">{h}</th>' for h in heads or ())
    return (
        '<table style="text-align:left;margin:0 0 .5em 0">'
        f'<caption style="text-align:left;font-weight:bold">{escape(caption)}</caption>'
        f"{f'<tr>{head}</tr>' if head else ''}{''.join(rows)}</table>"
    )


def _row(head, *cells):
    left = 'style="text-align:left;font-weight:normal;padding-right:1.5em"'
    cells = "".join(f"<td {left}>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row" {left}>{escape(head)}</th>{cells}</tr>'


def _drawable(finding):
    return all(isinstance(x, (Tensor, np.ndarray)) for x in (finding.yours, finding.expected))


def show(x):
    """A value in a line: of an array its shape, dtype and first numbers."""
    if isinstance(x, Tensor):
        return f"{show(x.array)} on {x.device}"
    if isinstance(x, np.ndarray):
        return _array(x)
    if isinstance(x, Raised):
        text = shorten(x.text, 160, placeholder=f" {MORE}")
        return ": ".join(filter(None, ("an exception" if x.any else x.type, text)))
    if isinstance(x, Sequence):
        more = [MORE] if len(x.items) > 4 else []
        shown = [*map(show, x.items[:4]), *more]
        return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"
    if isinstance(x, Number):
        return str(x)
    if isinstance(x, Transfers):
        return f"copies: {x.up} to the device, {x.down} back"
    if isinstance(x, Text):  # its line breaks may be what differs
        return x.text if len(x.text) <= 120 else f"{x.text[:120]}{MORE}"
    return str(x)


def _array(x):
    numbers = ", ".join(f"{n:.4g}" if x.dtype.kind == "f" else str(n) for n in x.ravel()[:NUMBERS])
    more = f", {MORE}" if x.size > NUMBERS else ""
    return f"[{numbers}{more}] {x.dtype}, shape {x.shape}"
