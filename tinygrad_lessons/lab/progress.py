"""Progress: how many checks of each exercise pass, kept beside the notebook that ran them."""

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

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
        Path(FILE).write_text(json.dumps(known, indent=1), encoding="utf-8")


def read(folder):
    """{exercise: [passed, checks]} of a lesson's folder; empty where nothing was checked yet."""
    try:
        found = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {e: [int(p), int(c)] for e, (p, c) in found.items()} if isinstance(found, dict) else {}


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
        self.rows = [_row(Path(folder)) for folder in folders]

    def __repr__(self):
        rows = [self.HEAD, *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.HEAD))]
        return "\n".join(
            "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows
        )

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{cell}</th>' for cell in self.HEAD)
        rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in self.rows)
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _row(folder):
    notebook = json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    found = steps(folder, cells)
    left = [step for step in found if not step.done]
    minutes = str(sum(step.minutes for step in left))
    return folder.name, f"{len(found) - len(left)} of {len(found)}", _next(left), minutes


def _next(left):
    return left[0].exercise if left else "done"


def show(folders):
    """Display the Table of some lessons' folders."""
    from IPython.display import display

    display(Table(folders))
