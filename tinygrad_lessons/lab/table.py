"""The table of one exercise: the same in a notebook, in nbgrader's feedback, in a terminal."""

from html import escape

from .show import sentences, show, where


class Report:
    """The verdicts of one exercise. `points` is None where nothing is scored.

    `begin`: an earlier exercise that it calls and that does not pass; `more`: a second hint;
    `also`: other ways to write it, for when it passes.
    """

    def __init__(self, exercise, verdicts, points=None, begin="", more="", also=()):
        self.exercise, self.verdicts, self.points = exercise, verdicts, points
        self.begin, self.more, self.also = begin, more, also

    @property
    def passed(self):
        """Whether there are verdicts and all of them passed."""
        return bool(self.verdicts) and all(v.passed for v in self.verdicts)

    @property
    def score(self):
        """Each check on each device weighs the same: points * passed / all.

        Where an answer that does nothing passes as much, nothing is earned.
        """
        passed = [v for v in self.verdicts if v.passed]
        if not passed or all(v.idle for v in passed):
            return 0.0
        return round(self.points * len(passed) / len(self.verdicts), 4)

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
                yield "not yet", words, f"on {devices[False]}: {sentences(bad.why)}"

    @property
    def shown(self):
        """The failure to look at: the first."""
        return next((v for v in self.verdicts if not v.passed), None)

    def details(self):
        """[(name, text), ...] of the failure to look at: inputs, yours, expected, the hint."""
        v = self.shown
        if v is None or v.unwritten:
            return
        if v.first:
            at = where(v.first.expected, v.first.yours)
            for name, value in v.given[:4]:
                yield name, show(value)
            yield "yours", show(v.first.yours, at)
            if line := getattr(v.first.yours, "where", ""):
                yield "line", line
            yield "expected", show(v.first.expected, at)
        yield from self._advice(v)
        if self.points is None and v.first and v.first.drawable:
            yield "picture", "_.picture() in the next cell"

    def _advice(self, v):
        """What may help: where to begin, the hint and a second one, or a remark."""
        if self.begin:
            yield "first", f"{self.begin} does not pass yet: begin there."
        elif v.hint:
            yield "hint", v.hint
            if self.more:
                yield "and", self.more
        elif v.remark:
            yield "remark", v.remark

    def notes(self):
        """Sentences under the table: other ways to write it, or why nothing was earned."""
        if self.passed:
            return [f"Another way: {note}" for note in self.also]
        if self.points and self.score == 0 and any(v.passed for v in self.verdicts):
            return ["What passes here also passes for an answer that does nothing: no points yet."]
        return []

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
            gap = "\n" + " " * (width + 6)
            lines += [
                f"    {name:{width}}  {gap.join(text.split(chr(10)))}" for name, text in details
            ]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes())])

    def _repr_html_(self):
        if self.unwritten:
            return f"<p><b>not yet</b>: {escape(self.unwritten)}</p>"
        rows = [
            _row(f"{_MARKS[result]} {result}", name, remark)
            for result, name, remark in self.lines()
        ]
        table = _table(self.title, ("result", "check", "where"), rows)
        table += "".join(f"<p>{escape(note)}</p>" for note in self.notes())
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
    left = 'style="text-align:left;font-weight:normal;padding-right:1.5em;vertical-align:top"'
    cells = "".join(f"<td {left}>{_lines(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row" {left}>{escape(head)}</th>{cells}</tr>'


def _lines(cell):
    """A cell's text; of some lines, as columns of characters."""
    if "\n" not in cell:
        return escape(cell)
    return f'<pre style="margin:0;white-space:pre;line-height:1.3">{escape(cell)}</pre>'
