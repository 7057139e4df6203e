"""Whether an exercise was written; where it was and its stub is still there, why."""

from dataclasses import dataclass

from ...lab.verdict import Verdict
from ..author import editions, lesson
from ..intake.rebuild import MISSING

WORDS = {
    "timeout": "it did not finish in time",
    "died": "it ended the Python process",
    "flood": "it printed too much",
    "not run": "the time for the notebook was used up",
    "error": "it raised an exception",
}


@dataclass
class Written:
    """Whether an exercise was written, and why that was in vain, where its cell did not run."""

    there: bool
    stopped: str = ""

    @property
    def is_stub(self):
        """Whether the package still has its stub."""
        return not self.there or bool(self.stopped)


def look(turns, code, runs, release):
    """{exercise: its Written}; `release`: the released cells."""
    stubs = {}
    for cell in release:
        if cell["cell_type"] == "code" and (exercise := lesson.completed(cell["source"])):
            stubs.setdefault(exercise, {})[_name(cell)] = cell["source"]
    cells = list(zip(code, runs, strict=True))
    return {t.exercise: _of(t.exercise, stubs.get(t.exercise, {}), cells) for t in turns}


def _of(exercise, stubs, cells):
    marks = [f"@complete({quote}{exercise}{quote})" for quote in "\"'"]
    there = [(c, r) for c, r in cells if any(m in c.source for m in marks)]
    mine = there + [(c, r) for c, r in cells if _name(c) in stubs and (c, r) not in there]
    written = [(c, r) for c, r in mine if _is_written(c, stubs)]
    failed = [r for _, r in written if r.status != "ok"]
    if failed:
        return Written(True, f"its cell stopped: {failed[-1].error or WORDS[failed[-1].status]}")
    if written and not there:
        return Written(True, f"its cell has lost the line {marks[0]}")
    return Written(bool(written))


def _name(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _is_written(cell, stubs):
    nothing = {stubs.get(_name(cell), "").strip(), f"# {MISSING}"}
    return cell.source.strip() not in nothing and lesson.is_written(cell.source)


def explained(report, written):
    """The Report, in which a stub's failure is "not written" only where nothing was written."""
    if written.there:
        report.verdicts = [_explained(v, written) if v.unwritten else v for v in report.verdicts]
    return report


def _explained(v, written):
    why = written.stopped or _called(v)
    return Verdict(v.check, v.device, v.expected, v.yours, trouble=why, hidden=v.hidden)


def _called(v):
    """A written exercise that calls another's stub, or refuses by NotImplementedError itself."""
    stub = lesson.STUB.fullmatch(getattr(v.first.yours, "text", ""))
    if stub and stub[1] in editions.targets():
        return f"it calls {stub[1]}, which is not written"
    return "it raised NotImplementedError"
