"""Progress: how many checks of each exercise pass, kept beside the notebook that ran them."""

import contextlib
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from . import files, folder

FILE = "progress.json"
HEADING = re.compile(r"^### Exercise (\d+): ([\w-]+)\b.*\(.*?(\d+) minutes?", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One exercise of a lesson: its minutes, and how many of its checks pass."""

    exercise: str
    minutes: int
    passed: int
    checks: int
    missing: bool = False  # its check cell is not in the notebook

    @property
    def done(self):
        return self.checks > 0 and self.passed == self.checks


def note(report):
    """Keep how many checks of an exercise pass. In a folder that is read-only nothing is kept."""
    known = read(Path.cwd())
    known[report.exercise] = [sum(report.by_check().values()), len(report.by_check())]
    with contextlib.suppress(OSError):
        _keep(Path(FILE), known)


def forget(place, exercise):
    """Take out what is kept about an exercise."""
    known = read(place)
    if known.pop(exercise, None):
        _keep(Path(place) / FILE, known)


def _keep(path, known):
    files.write(path, json.dumps(known, indent=1))


def read(place):
    """{exercise: [passed, checks]} of a lesson's folder; empty where nothing was checked yet."""
    try:
        found = json.loads((Path(place) / FILE).read_text(encoding="utf-8"))
        return {e: [int(p), int(c)] for e, (p, c) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def steps(place, cells):
    """The Steps of a lesson in order. `cells`: those of its notebook, as JSON.

    An exercise whose check cell is gone is there, too, as the lesson's record tells.
    """
    known, minutes, found = read(place), {}, []
    for cell in cells:
        text, exercise = folder.source(cell), folder.exercise_of(cell)
        if cell["cell_type"] == "markdown":
            minutes |= {m[2]: int(m[3]) for m in HEADING.finditer(text)}
        elif exercise:
            found.append(exercise)
    gone = folder.uncheckable(place, cells)
    order = list(folder.record(place)) or found
    return [
        Step(id, minutes.get(id, 0), *known.get(id, (0, 0)), missing=id in gone)
        for id in [*order, *(id for id in found if id not in order)]
    ]


class Table:
    """The lessons with what passes, what is next, and the minutes left; as text and as HTML."""

    HEAD = ("lesson", "exercises that pass", "next", "minutes left")

    def __init__(self, folders):
        self.found = {Path(place): _steps(Path(place)) for place in folders}
        self.rows = [_row(place, found) for place, found in self.found.items()]

    @property
    def next(self):
        """What to do next, in a sentence."""
        steps = [(place, step) for place, found in self.found.items() for step in found or ()]
        for _, step in steps:
            if step.missing:
                return f"The check cell of {step.exercise} is gone. {_back(step.exercise)}"
        for place, step in steps:
            if not step.done:
                where = f"{place.name}/{folder.notebook(place).name}"
                return f"Next: {step.exercise} ({step.minutes} minutes) in {where}"
        if later := _later(self.found):
            return f"Everything here passes. Next: lesson {later}, which is not in this folder."
        return "Everything passes. Put your own package together with: lessons assemble"

    def __repr__(self):
        rows = [self.HEAD, *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.HEAD))]
        lines = ("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows)
        return "\n".join([*(line.rstrip() for line in lines), self.next])

    def _repr_html_(self):
        left = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {left}>{cell}</th>' for cell in self.HEAD)
        rows = ("".join(f"<td {left}>{cell}</td>" for cell in _linked(row)) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><tr>{head}</tr>{body}</table><p>{escape(self.next)}</p>"


def _steps(place):
    """The Steps of a saved notebook; None when it cannot be read."""
    try:
        return steps(place, folder.load(place)["cells"])
    except (OSError, ValueError, folder.Missing):
        return None


def _back(exercise):
    return f"Bring it back with: python -m tinygrad_lessons reset {exercise} --check"


def _later(places):
    """The first lesson that the last one knows as unwritten, and that has no folder here."""
    stubs = re.compile(r'yours\("[\w-]+", "(\w+)", \d+\)')
    files = [p for p in list(places)[-1:] for p in (p / "tinygrad_lessons").rglob("*.py")]
    found = {name for p in files for name in stubs.findall(p.read_text(encoding="utf-8"))}
    return min(found - set(map(folder.name, places)), default="")


def _linked(row):
    """The cells of a row in HTML, the lesson's name a link to its notebook."""
    name, *cells = map(escape, row)
    return [f'<a href="{name}/{name}.ipynb">{name}</a>', *cells]


def _row(place, found):
    name = folder.name(place) or place.name
    if found is None:
        there = folder.notebook(place).exists()
        return name, f"its notebook {'cannot be read' if there else 'is missing'}", "", ""
    left = [step for step in found if not step.done]
    passed, minutes = len(found) - len(left), sum(step.minutes for step in left)
    return name, f"{passed} of {len(found)}", left[0].exercise if left else "done", str(minutes)


def show(folders):
    """Display the Table of some lessons' folders."""
    from IPython.display import display

    display(Table(folders))
