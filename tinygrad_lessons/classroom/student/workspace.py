"""A student's own folder of lessons: made, brought up to date, checked, reset."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from ...lab import files, progress, runner
from ...lab import folder as lab_folder
from ...lab.folder import RELEASED
from .. import Problem
from ..author import lesson, release
from ..intake import reading
from ..storage import digest
from .merge import merge

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


def places(folder):
    """The folders of the lessons in a student's folder, in order, whatever each is called."""
    try:
        return lab_folder.lessons(folder)
    except lab_folder.Missing:
        raise Problem(
            f"There are no lessons in {Path(folder)}/. Make them with: lessons lab, "
            "or name the folder that has them: --in FOLDER"
        ) from None


def names(folder):
    """The lessons in a student's folder, in order."""
    return [lab_folder.name(p) for p in places(folder)]


def lessons(folder):
    """[(Lesson, its record), ...] of a student's folder, as the records tell; no course needed."""
    found = []
    for where in places(folder):
        name, record = lab_folder.name(where), lab_folder.record(where)
        exercises = [
            lesson.Exercise(id, name, number, 1.0, lesson.check_cell(entries[0]["cell"]))
            for number, (id, entries) in enumerate(record.items(), 1)
        ]
        found.append((lesson.Lesson(name, where, None, tuple(exercises)), record))
    return found


def place(folder, name):
    """The folder of a lesson: `folder`/NAME, or one that was given out, whatever it is called."""
    try:
        found = {lab_folder.name(p): p for p in lab_folder.lessons(folder)}
    except lab_folder.Missing:
        found = {}
    return found.get(name, Path(folder) / name)


def notebook(folder, name):
    return place(folder, name) / f"{name}.ipynb"


def steps(folder, name):
    """The progress.Steps of one lesson in a student's folder."""
    return progress.steps(place(folder, name), open_notebook(notebook(folder, name)).cells)


def run(folder, name, seconds=SECONDS):
    """Run a saved notebook from top to bottom; returns {exercise: what its check printed}."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    path = notebook(folder, name)
    open_notebook(path)
    book = nbformat.read(path, 4)
    client = NotebookClient(
        book,
        timeout=seconds,
        interrupt_on_timeout=True,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute(stderr=subprocess.DEVNULL)
    except DeadKernelError:
        last = [c.source for c in book.cells if c.get("execution_count") or c.get("outputs")]
        text = f", after the cell that begins: {last[-1].splitlines()[0]}" if last else ""
        raise Problem(f"Python ended while it ran {name}{text}") from None
    return runner.with_missing(dict(_printed(book)), path.parent, book)


def _printed(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := lesson.check_cell(cell.source)):
            texts = [_output(output) for output in cell.outputs]
            yield found.exercise, "\n".join(t for t in texts if t) or f"{found.exercise}: not run"


def _output(output):
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def reset(folder, exercise, answer=True):
    """Give an exercise back as it was. Returns (lesson, file with the old answer or None)."""
    try:
        places(folder)
        where = lab_folder.find(folder, exercise)
        open_notebook(lab_folder.notebook(where))
        return lab_folder.name(where), lab_folder.reset(where, exercise, answer)
    except lab_folder.Missing as e:
        raise Problem(str(e)) from None
