"""Progress: how many checks of each exercise pass, kept beside the notebook that ran them."""

import contextlib
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from . import files

FILE = "progress.json"
HEADING = re.compile(r"^### Exercise (\d+): .*\((?:([\w-]+), )?(\d+) minutes?", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One exercise of a lesson: its minutes, and how many of its checks pass."""

    exercise: str
    minutes: int
    passed: int
    checks: int

    @property
    def done(self):
        return self.checks > 0 and self.passed == self.checks


def note(report):
    """Keep how many checks of an exercise pass. In a folder that is read-only nothing is kept."""
    known = read(Path.cwd())
    known[report.exercise] = [sum(report.by_check().values()), len(report.by_check())]
    with contextlib.suppress(OSError):
        _keep(Path(FILE), known)


def forget(folder, exercise):
    """Take out what is kept about an exercise."""
    known = read(folder)
    if known.pop(exercise, None):
        _keep(Path(folder) / FILE, known)


def _keep(path, known):
    files.write(path, json.dumps(known, indent=1))


def read(folder):
    """{exercise: [passed, checks]} of a lesson's folder; empty where nothing was checked yet."""
    try:
        found = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
        return {e: [int(p), int(c)] for e, (p, c) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def steps(folder, cells):
    """The Steps of a lesson in order. `cells`: [(type, text), ...] of its notebook."""
    known, minutes, found = read(folder), 0, []
    for kind, text in cells:
        if kind == "markdown" and (heading := HEADING.search(text)):
            minutes = int(heading[3])
        elif kind == "code" and (check := re.search(r'^check\("([\w-]+)"\)\s*\Z', text, re.M)):
            found.append(Step(check[1], minutes, *known.get(check[1], (0, 0))))
    return found


class Table:
    """The lessons with what passes, what is next, and the minutes left; as text and as HTML."""

    HEAD = ("lesson", "exercises that pass", "next", "minutes left")

    def __init__(self, folders):
        self.found = {Path(folder): _steps(Path(folder)) for folder in folders}
        self.rows = [_row(folder, found) for folder, found in self.found.items()]

    @property
    def next(self):
        """What to do next, in a sentence."""
        for folder, found in self.found.items():
            for step in found or ():
                if not step.done:
                    place = f"{folder.name}/{folder.name}.ipynb"
                    return f"Next: {step.exercise} ({step.minutes} minutes) in {place}"
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


def _steps(folder):
    """The Steps of a saved notebook; None when it cannot be read."""
    try:
        text = (folder / f"{folder.name}.ipynb").read_text(encoding="utf-8")
        cells = json.loads(text)["cells"]
        return steps(folder, [(c["cell_type"], "".join(c["source"])) for c in cells])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _linked(row):
    """The cells of a row in HTML, the lesson's name a link to its notebook."""
    name, *cells = map(escape, row)
    return [f'<a href="{name}/{name}.ipynb">{name}</a>', *cells]


def _row(folder, found):
    name = folder.name
    if found is None:
        there = (folder / f"{name}.ipynb").exists()
        return name, f"its notebook {'cannot be read' if there else 'is missing'}", "", ""
    left = [step for step in found if not step.done]
    passed, minutes = len(found) - len(left), sum(step.minutes for step in left)
    return name, f"{passed} of {len(found)}", left[0].exercise if left else "done", str(minutes)


def show(folders):
    """Display the Table of some lessons' folders."""
    from IPython.display import display

    display(Table(folders))
