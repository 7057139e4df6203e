"""A student's own folder of lessons: made, brought up to date, checked, reset."""

import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from ...lab import files, progress
from ...lab.check import RECORD
from .. import Problem
from ..author import lesson, release
from ..intake import reading
from ..storage import digest
from .merge import merge

RELEASED = ".released.ipynb"  # the notebook as it was last given out
STAMP = ".edition"  # a hash of what the files beside the notebook were made from
SECONDS = 600  # for one cell


@dataclass(frozen=True)
class Brought:
    """What `bring` did to one lesson: "new", "as it was", "merged", "left alone"; and notes."""

    name: str
    what: str
    notes: list = field(default_factory=list)


def bring(course, folder):
    """Make or update the lessons in `folder`. Yields a Brought for each; answers are kept."""
    lessons = lesson.load_all(course)
    stamp = _stamp(course)
    for one in lessons:
        target = Path(folder) / one.name
        target.mkdir(parents=True, exist_ok=True)
        if _read(target / STAMP) != stamp:
            release.beside(target, course, one, lessons)
            files.write(target / STAMP, stamp)
        yield bring_notebook(target / f"{one.name}.ipynb", release.student_version(one))


def _stamp(course):
    """A hash of everything that the files beside a notebook are made from."""
    package = sorted(Path(__file__).parents[2].rglob("*.py"))
    notebooks = sorted(Path(course, "source").glob("*/*.ipynb"))
    mistakes = sorted(Path(course, "mistakes").glob("*.py"))
    return digest(*(p.read_bytes() for p in (*package, *notebooks, *mistakes)))


def _read(path):
    return path.read_text(encoding="utf-8") if path.exists() else None


def bring_notebook(path, fresh):
    """Put a release's notebook in its place, or into the student's that stands there."""
    released = path.with_name(RELEASED)
    if not path.exists():
        what, notes = "new", _renamed(path)
        save(path, fresh)
    else:
        mine, findings = reading.read(path)
        if mine is None:
            return Brought(path.stem, "left alone", _unreadable(path, findings))
        base = nbformat.read(released, 4) if released.exists() else None
        untouched = base is not None and _texts(mine) == _texts(base)
        merged, notes = merge(fresh, mine, base)
        what = _put(path, merged, notes, untouched)
    save(released, fresh)
    return Brought(path.stem, what, notes)


def _renamed(path):
    """A note on other notebooks that stand where this one is missing."""
    others = sorted(p.name for p in path.parent.glob("[!.]*.ipynb") if ".before-" not in p.name)
    return [f"There is {n}. To go on with it, rename it to {path.name}." for n in others]


def _unreadable(path, findings):
    """Why a student's notebook cannot be read, and what helps, in sentences."""
    kept = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
    return [
        *(finding.removesuffix(reading.AGAIN).strip() for finding in findings),
        *([f"JupyterLab kept an earlier copy: {kept}"] if kept.exists() else []),
        f"Rename {path.name}, and lessons lab makes a new one.",
    ]


def _put(path, merged, notes, untouched):
    """Write a merged notebook if it says anything else than the one that stands there."""
    if _texts(merged) == _texts(reading.read(path)[0]):
        notes.clear()
        return "as it was"
    if untouched:
        save(path, merged)
        return "merged"
    kept = _free(path.with_name(f"{path.stem}.before-{_now()}.ipynb"))
    kept.write_bytes(path.read_bytes())
    save(path, merged)
    notes.append(f"Your notebook as it was is {kept.name}.")
    return "merged"


def _texts(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def open_notebook(path):
    """A student's notebook. Raises Problem in words when it cannot be read."""
    if not path.exists():
        mend = " ".join(_renamed(path)) or "Make the lessons with: lessons lab"
        raise Problem(f"There is no notebook {path}. {mend}")
    notebook, findings = reading.read(path)
    if notebook is None:
        raise Problem("\n".join([f"{path} cannot be read.", *_unreadable(path, findings)]))
    return notebook


def save(path, notebook):
    """Write a notebook, at once."""
    files.write(path, nbformat.writes(notebook) + "\n")


def _now():
    return time.strftime("%Y-%m-%d-%H%M%S")


def _free(path):
    """A path like this one where nothing stands yet."""
    names = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, 1000))
    return path if not path.exists() else next(p for p in names if not p.exists())


def names(folder):
    """The lessons in a student's folder, in order."""
    folders = sorted(p for p in Path(folder).glob("[0-9][0-9]_*") if p.is_dir())
    found = [
        p.name for p in folders if any((p / n).exists() for n in (f"{p.name}.ipynb", RELEASED))
    ]
    found = sorted({*found, *_given_out(folder)})
    if not found:
        raise Problem(
            f"There are no lessons in {Path(folder)}/. Make them with: lessons lab, "
            "or name the folder that has them: --in FOLDER"
        )
    return found


def place(folder, name):
    """The folder of a lesson: `folder`/NAME, or one that was given out, whatever it is called."""
    return _given_out(folder).get(name, Path(folder) / name)


def _given_out(folder):
    """{lesson: its folder} of the release folders in `folder`, and of `folder` itself."""
    places = [Path(folder), *sorted(p for p in Path(folder).glob("*") if p.is_dir())]
    given = [p for place in places if (place / RECORD).exists() for p in place.glob("*.ipynb")]
    is_lesson = re.compile(r"\d\d_\w+").fullmatch
    found = {p.stem: p.parent for p in given if is_lesson(p.stem)}
    return found | {p.stem: p.parent for p in given if p.stem == p.parent.resolve().name}


def steps(folder, name):
    """The progress.Steps of one lesson in a student's folder."""
    here = place(folder, name)
    return progress.steps(here, _texts(open_notebook(here / f"{name}.ipynb")))


def run(folder, name, seconds=SECONDS):
    """Run a saved notebook from top to bottom; returns {exercise: what its check printed}."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    path = place(folder, name) / f"{name}.ipynb"
    open_notebook(path)
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook,
        timeout=seconds,
        interrupt_on_timeout=True,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute(stderr=subprocess.DEVNULL)
    except DeadKernelError:
        last = [c.source for c in notebook.cells if c.get("execution_count") or c.get("outputs")]
        text = f", after the cell that begins: {last[-1].splitlines()[0]}" if last else ""
        raise Problem(f"Python ended while it ran {name}{text}") from None
    return {exercise: printed for exercise, printed in _printed(notebook)}


def passes(exercise, printed):
    """Whether a check's text says that all of it passes."""
    return bool(re.match(rf"{re.escape(exercise)}: (\d+) of \1 checks? pass", printed))


def _printed(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := lesson.check_cell(cell.source)):
            texts = [_output(output) for output in cell.outputs]
            yield found.exercise, "\n".join(t for t in texts if t) or f"{found.exercise}: not run"


def _output(output):
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def reset(folder, course, exercise):
    """Give an exercise back as it was. Returns (lesson, file with the old answer or None)."""
    lessons = lesson.load_all(course)
    for one in lessons:
        if exercise in [e.id for e in one.exercises]:
            return one.name, _reset(place(folder, one.name), one, exercise)
    known = [e.id for one in lessons for e in one.exercises]
    raise Problem(f"There is no exercise {exercise!r}.{lesson.guess(exercise, known)}")


def _reset(place, one, exercise):
    path = place / f"{one.name}.ipynb"
    open_notebook(path)
    notebook = nbformat.read(path, 4)
    stub = next(c for c in release.student_version(one).cells if _is(c, exercise))
    mine = [c for c in notebook.cells if _is(c, exercise)]
    if not mine:
        raise Problem(f"{path} has no cell for {exercise}. Bring it back with: lessons lab")
    written, kept = [c.source for c in mine if c.source != stub.source], None
    if written:
        kept = _free(place / "answers" / f"{exercise}-{_now()}.py")
        kept.parent.mkdir(exist_ok=True)
        files.write(kept, "\n\n".join(written) + "\n")
    for cell in mine:
        cell.source = stub.source
    for cell in notebook.cells:
        if _is(cell, exercise) or _is(cell, f"check-{exercise}"):
            cell.outputs, cell.execution_count = [], None
    save(path, notebook)
    progress.forget(place, exercise)
    return kept


def _is(cell, grade_id):
    return (
        cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )
