"""Check cells: when each has its turn, what it observed, and which have another one.

All checks are observed after all cells. An exercise that fails then is observed once more in a
fresh process, after the cells above its check cell, as in the notebook; the better of both counts.
"""

from dataclasses import dataclass, field, replace

from ...lab.table import Report
from ..author import editions, lesson
from ..sandbox import Check
from . import judge
from .result import points

LEAST = 10  # seconds for a second look at a notebook that used up its time
STOPPED = ("died", "timeout", "flood")


@dataclass
class Turn:
    """A check cell of a notebook, which stands after so many code cells."""

    cell: object
    found: lesson.CheckCell
    worth: float
    source: str
    after: int
    checks: list = field(default_factory=list)  # [(CheckFunction, Check), ...]

    @property
    def exercise(self):
        return self.found.exercise


def split(notebook, known):
    """(code cells to be run, Turns) of a notebook; `known`: {grade_id: cell of the gradebook}.

    Of a check cell only the gradebook's text is used: the submission's own is never run.
    """
    code, turns = [], []
    for cell in notebook.cells:
        own = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        worth = points(own) if own else None
        if worth is not None and (found := lesson.check_cell(own["source"])):
            turns.append(Turn(cell, found, worth, own["source"], len(code)))
        elif cell.cell_type == "code":
            code.append(cell)
    return code, turns


def plan(turns, seed, devices):
    """Give each Turn its checks, with the references of the exercises before it."""
    earlier = []
    for turn in turns:
        references = [(t.id, t.module, t.source) for t in earlier]
        for check in turn.found.checks:
            calls = [(d, judge.seed_of(*seed, turn.exercise, check.name, d)) for d in devices]
            asked = Check(turn.exercise, turn.found.source, check.name, calls, references)
            turn.checks.append((check, asked))
        if turn.exercise in editions.targets():
            earlier.append(editions.targets()[turn.exercise])


def judged(turns, runs, known):
    """A Report for each Turn, from the runs of their checks in order."""
    runs = iter(runs)
    return [_judged(turn, [next(runs) for _ in turn.checks], known) for turn in turns]


def _judged(turn, runs, known):
    seen = []
    for (check, asked), run in zip(turn.checks, runs, strict=True):
        for device, seed in asked.calls:
            yours = run.seen.get(device)
            trouble = "" if yours is not None else run.trouble or "died"
            seen.append((check, device, seed, yours, trouble))
    return Report(turn.exercise, judge.judge(turn.found, seen, known), turn.worth)


def second(job, turns, outcome):
    """The Job that lets these Turns have their checks where they stand."""
    end = max(turn.after for turn in turns)
    checks = [replace(asked, after=turn.after) for turn in turns for _, asked in turn.checks]
    lost = frozenset(i for i, run in enumerate(outcome.cells) if run.status in STOPPED)
    left = max(LEAST, job.limits.notebook_seconds - outcome.seconds)
    limits = replace(job.limits, notebook_seconds=left)
    cells = job.cells[:end]
    return replace(job, cells=cells, checks=checks, limits=limits, left_out=lost, unseen=True)


def again(turns, reports, answers, names):
    """The Turns that have a second look."""
    found, wrong_below = [], False
    for turn, report in reversed(list(zip(turns, reports, strict=True))):
        answer = answers[turn.exercise]
        if may_change(turn, report, answer.is_stub, names, wrong_below):
            found.insert(0, turn)
        wrong_below = wrong_below or answer.there and not report.passed
    return found


def may_change(turn, report, is_stub, names, later):
    """Whether a failure may be due to the cells below: no stub's, and no time-out.

    `later`: whether an exercise below is wrong, which the package may use.
    """
    failed = [v for v in report.verdicts if not v.passed and v.trouble in ("", "died")]
    open_ = any(not (v.unwritten and is_stub) for v in failed)
    return open_ and (later or names.may_change(turn.exercise, turn.after))
