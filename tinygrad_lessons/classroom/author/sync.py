"""Sync: the notebooks' solution cells and nbgrader marks, written from the package. One way."""

import ast
import copy
from dataclasses import dataclass

import nbformat

from .. import Problem
from ..storage import write_file
from . import editions, lesson

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sync(notebook):
    """Bring a lesson's notebook up to date, in place. Returns the grade ids that changed."""
    changed = []
    for cell in notebook.cells:
        before = copy.deepcopy(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            _mark(cell)
            if "import tinygrad_lessons as torch" in cell.source.splitlines():
                cell.metadata["nbgrader"] = marks("imports")
        if cell != before:
            changed.append(cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", "?")))
    notebook.metadata = nbformat.from_dict(KERNEL)
    return changed


def _mark(cell):
    if exercise := lesson.completed(cell.source):
        cell.source = solution(exercise)
        cell.metadata["nbgrader"] = marks(exercise, solution=True)
    elif found := lesson.check_cell(cell.source):
        points = float(cell.metadata.get("nbgrader", {}).get("points", 1))
        cell.metadata["nbgrader"] = marks(f"check-{found.exercise}", points=points)
        cell.metadata["jupyter"] = {"source_hidden": True}


def marks(grade_id, solution=False, points=None):
    """nbgrader's metadata for a solution cell or, with points, for a locked test cell."""
    found = {
        "cell_type": "code",
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return nbformat.from_dict(found | ({"points": points} if points is not None else {}))


def solution(exercise):
    """The text of a solution cell: the reference's function between nbgrader's marks."""
    if exercise not in editions.targets():
        raise Problem(
            f"The package has no exercise {exercise!r}, but a solution cell names it. "
            f'Put @exercise("{exercise}") on the reference function.'
        )
    source = editions.targets()[exercise].source
    lines, node = source.splitlines(), ast.parse(source).body[0]
    end = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno - 1
    return "\n".join(
        [
            f'@complete("{exercise}")',
            *lines[:end],
            "    ### BEGIN SOLUTION",
            *_trimmed(lines[end:]),
            "    ### END SOLUTION",
        ]
    )


def _trimmed(lines):
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines


@dataclass(frozen=True)
class Synced:
    """What `sync` did to one lesson."""

    name: str
    changed: list


def sync_course(course, name=None, write=True):
    """Sync one lesson or all. Returns a Synced for each; writes only what changed, if at all."""
    done = []
    for each in [name] if name else lesson.names(course):
        found = lesson.load(course, each)
        path = found.folder / f"{each}.ipynb"
        before = path.read_text(encoding="utf-8")
        changed = sync(found.notebook)
        text = nbformat.writes(found.notebook, indent=1) + "\n"
        if text != before and write:
            write_file(path, text)
        done.append(Synced(each, changed or (["layout"] if text != before else [])))
    return done
