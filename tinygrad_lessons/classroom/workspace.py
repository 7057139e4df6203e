"""A student's own folder of lessons: made, brought up to date, checked, reset."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from ..lab import progress
from . import Problem, lesson, rebuild, release, submissions


@dataclass(frozen=True)
class Brought:
    """What `bring` did to one lesson: "new", "as it was" or "merged", and what was odd."""

    name: str
    what: str
    findings: list


def bring(course, folder):
    """Make or update the lessons in `folder`. Yields a Brought for each; answers are kept."""
    lessons = lesson.load_all(course)
    for one in lessons:
        target = Path(folder) / one.name
        target.mkdir(parents=True, exist_ok=True)
        release.beside(target, course, one, lessons)
        yield _notebook(target / f"{one.name}.ipynb", release.student_version(one))


def _notebook(path, fresh):
    if not path.exists():
        _save(path, fresh)
        return Brought(path.stem, "new", [])
    mine = open_notebook(path)
    merged, findings = rebuild.rebuild(fresh, mine)
    if _texts(merged) == _texts(mine):
        return Brought(path.stem, "as it was", findings)
    os.replace(path, path.with_name(f"{path.stem}.before-{_now()}.ipynb"))
    _save(path, merged)
    return Brought(path.stem, "merged", findings)


def _texts(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def open_notebook(path):
    """A student's notebook. Raises Problem in words when it cannot be read."""
    if not path.exists():
        raise Problem(f"There is no notebook {path}. Make the lessons with: lessons lab")
    notebook, findings = submissions.read(path)
    if notebook is None:
        raise Problem(f"{path} cannot be read. {' '.join(findings)}")
    return notebook


def _save(path, notebook):
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def _now():
    return time.strftime("%Y-%m-%d-%H%M%S")


def names(folder):
    """The lessons in a student's folder, in order."""
    found = sorted(p.parent.name for p in Path(folder).glob("[0-9][0-9]_*/*.ipynb"))
    found = [n for n in dict.fromkeys(found) if (Path(folder) / n / f"{n}.ipynb").exists()]
    if not found:
        raise Problem(f"There are no lessons in {Path(folder)}. Make them with: lessons lab")
    return found


def steps(folder, name):
    """The progress.Steps of one lesson in a student's folder."""
    place = Path(folder) / name
    notebook = open_notebook(place / f"{name}.ipynb")
    return progress.steps(place, _texts(notebook))


def run(folder, name):
    """Run a saved notebook from top to bottom; returns {exercise: what its check printed}."""
    from nbclient import NotebookClient

    place = Path(folder) / name
    path = place / f"{name}.ipynb"
    open_notebook(path)
    (place / progress.FILE).unlink(missing_ok=True)
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(place)}},
    )
    client.execute()
    return dict(_printed(notebook))


def _printed(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := lesson.check_cell(cell.source)):
            texts = [_output(output) for output in cell.outputs]
            yield found.exercise, "\n".join(text for text in texts if text)


def _output(output):
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def reset(folder, course, exercise):
    """Give an exercise back as it was. Returns (lesson, file with the old answer)."""
    for one in lesson.load_all(course):
        if exercise in [e.id for e in one.exercises]:
            return one.name, _reset(Path(folder) / one.name, one, exercise)
    known = [e.id for one in lesson.load_all(course) for e in one.exercises]
    raise Problem(f"There is no exercise {exercise!r}.{lesson.guess(exercise, known)}")


def _reset(place, one, exercise):
    path = place / f"{one.name}.ipynb"
    open_notebook(path)
    notebook = nbformat.read(path, 4)
    stub = next(c for c in release.student_version(one).cells if _answers(c, exercise))
    mine = next((c for c in notebook.cells if _answers(c, exercise)), None)
    if mine is None:
        raise Problem(f"{path} has no cell for {exercise}. Bring it back with: lessons lab")
    kept = place / "answers" / f"{exercise}-{_now()}.py"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(mine.source + "\n", encoding="utf-8")
    mine.source = stub.source
    _save(path, notebook)
    known = progress.read(place)
    known.pop(exercise, None)
    (place / progress.FILE).write_text(json.dumps(known, indent=1), encoding="utf-8")
    return kept


def _answers(cell, exercise):
    return cell.cell_type == "code" and (
        cell.metadata.get("nbgrader", {}).get("grade_id") == exercise
    )
