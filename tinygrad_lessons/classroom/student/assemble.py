"""A student's own package, put together from their notebooks: what they wrote, in its place."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ...exercise import PACKAGE
from .. import Problem
from ..author import editions, lesson
from ..intake import rebuild
from . import placing, workspace

MARK = ".put-together"  # beside a package that this made, and that it may replace


@dataclass(frozen=True)
class Part:
    """One exercise in the student's package: "yours", "not written" or "broken", and why."""

    exercise: str
    lesson: str
    state: str
    why: str = ""


def assemble(folder, lessons, out):
    """Write the student's package to `out`; what they did not write stays a stub.

    Returns [Part, ...]. Raises Problem when another package stands in `out`.
    """
    parts, mine = [], {}
    for one in lessons:
        cells = _cells(workspace.notebook(folder, one.name))
        for exercise in one.exercises:
            state, why, answer = _read(exercise.id, cells)
            parts.append(Part(exercise.id, one.name, state, why))
            if answer:
                mine[exercise.id] = answer
    places = {e.id: (one.name, e.number) for one in lessons for e in one.exercises}
    _write(Path(out), mine, {id: place for id, place in places.items() if id not in mine})
    return parts


def _cells(path):
    """[(grade_id or None, text), ...] of a notebook's code cells; none where there is no file."""
    cells = workspace.open_notebook(path).cells if path.exists() else []
    return [(rebuild.grade_id(c), c.source) for c in cells if c.cell_type == "code"]


def _read(exercise, cells):
    """(state, why, Answer or None) of one exercise."""
    source = next((text for grade_id, text in cells if grade_id == exercise), None)
    if source is None:
        return "not written", "its cell is not in the notebook" if cells else "no notebook", None
    try:
        if not lesson.is_written(source):
            return "not written", "", None
        others = [text for grade_id, text in cells if grade_id != exercise]
        return "yours", "", placing.answer(exercise, source, others)
    except SyntaxError as e:
        return "broken", f"line {e.lineno}: {e.msg}", None
    except ValueError as e:
        return "broken", str(e), None


def _write(out, mine, missing):
    target = out / PACKAGE
    if target.exists() and not (out / MARK).exists():
        raise Problem(f"{target} was not put together here. Name another folder: --out FOLDER")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(editions.REFERENCE, target, ignore=shutil.ignore_patterns(*editions.LEFT_OUT))
    for path in target.rglob("*.py"):
        text = placing.placed(path.read_text(encoding="utf-8"), mine)
        path.write_text(editions.edition(text, missing), encoding="utf-8")
