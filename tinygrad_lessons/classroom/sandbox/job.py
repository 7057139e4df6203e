"""What goes into the sandbox and what comes out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .. import Problem


@dataclass(frozen=True)
class Limits:
    """Bounds on one submission; times in seconds, sizes in bytes unless said otherwise."""

    notebook_seconds: float = 240
    cell_seconds: float = 30
    check_seconds: float = 10
    grace: float = 1  # from the alarm in a process until it is killed
    cpu: int = 60
    memory: int = 2 << 30
    file: int = 64 << 20
    inodes: int = 5000
    open_files: int = 128
    threads: int = 64
    stream: int = 200_000  # characters of one stream in one cell
    total: int = 4 << 20  # outputs of the notebook
    observed: int = 16 << 20  # observations of the notebook
    pictures: bool = True  # whether any are drawn
    parts: int = 200_000  # values in them; the lessons' own have 6,000


@dataclass
class Check:
    """One check function to observe."""

    exercise: str
    source: str  # trusted text, from the gradebook; defines `name`
    name: str
    calls: list  # [(device, seed), ...]
    references: list = field(default_factory=list)  # [(exercise, module, source), ...]
    after: int | None = None  # cells that have run when it has its turn; None: all of them


@dataclass
class Job:
    """One submission: the lesson's edition, the cells' texts, the checks.

    `tests`: indices of the cells that are an instructor's tests. They are plain Python.
    `tell` is called with the number of each cell as it begins.
    """

    lesson: Path
    cells: list
    checks: list = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    tell: Callable = lambda number: None
    tests: frozenset = frozenset()
    left_out: frozenset = frozenset()  # indices of cells that are not run
    unseen: bool = False  # nothing is kept of what cells show

    def passes(self):
        """The steps of each process: what a cell shows is kept of the first that runs it.

        A check tells its process what nobody else is to know: the references, the seeds. So cells
        that stand below a check run first in a process that has none.
        """
        steps = self.steps()
        cells = [step for step in steps if step[0] == "cell"]
        return [steps] if self.unseen or steps[: len(cells)] == cells else [cells, steps]

    def steps(self):
        """[("cell", i) or ("check", k), ...] in their order."""
        end = len(self.cells)
        cells = [(i, 1, "cell", i) for i in range(end) if i not in self.left_out]
        checks = [(end if c.after is None else c.after, 0, "check", k)
                  for k, c in enumerate(self.checks)]  # fmt: skip
        return [(kind, i) for _, _, kind, i in sorted(cells + checks)]


@dataclass
class CellRun:
    """Outputs of one cell as nbformat dicts, and how it ended.

    status: "ok", "error", "timeout", "died", "flood" or "not run"; `error`: what went wrong, in a
    line. Of a test cell `value` is its last line's value as an output's data.
    """

    outputs: list = field(default_factory=list)
    status: str = "not run"
    error: str = ""
    value: dict = field(default_factory=dict)


@dataclass
class CheckRun:
    """Observations per device, untrusted, and what went wrong: "", "timeout", "died", "flood"."""

    seen: dict
    trouble: str = ""


@dataclass
class Outcome:
    """All of a job's results, with findings in words."""

    cells: list
    checks: list
    findings: list
    seconds: float
    boundary: str = ""


class NoBoundary(Problem):
    """This machine offers no boundary that student code cannot cross."""
