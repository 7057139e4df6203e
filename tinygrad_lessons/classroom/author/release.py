"""Release: the notebook without solutions, the edition, and the record of the public seed."""

import copy
import gzip
import json
import shutil
from contextlib import contextmanager
from pathlib import Path

from ...lab.folder import FORMAT, RECORD
from .. import DEVICES, Problem, names, version
from ..gradebook.course import run
from ..grading import judge
from ..storage import private, write_file
from . import editions, lesson, mistakes

PUBLIC_SEED = "public"


def prepare(course, name):
    """Make beside a lesson's notebook what students get with it: the edition and the record.

    Any other assignment needs neither. Raises Problem where it has check cells all the same.
    """
    if not lesson.is_lesson(course, name):
        return _without_checks(course, name)
    one = lesson.load(course, name)
    beside(one.folder, course, one, lesson.load_all(course))


def _without_checks(course, name):
    for each in lesson.known(course, name):
        notebook = lesson.read(Path(course, "source", name, f"{names.parts(each)[1]}.ipynb"))
        if found := next(lesson.exercises(each, notebook), None):
            raise Problem(
                f"{each} has a check cell, check({found.exercise!r}); only a lesson can have one. "
                "Name its folder and its notebook such as 08_name/08_name.ipynb."
            )


def beside(folder, course, one, lessons):
    """Write the edition of a lesson and the record of the public seed to a folder."""
    editions.write(folder, one, lessons)
    made = {"format": FORMAT, "version": version(), "exercises": record(course, one)}
    # without a time, so that equal records are equal files
    write_file(folder / RECORD, gzip.compress(json.dumps(made).encode(), mtime=0))


def student_version(one):
    """The notebook of a lesson as students get it, by nbgrader's own steps; no gradebook needed."""
    from nbgrader import preprocessors as stock

    from ..gradebook.steps import Stub

    notebook = copy.deepcopy(one.notebook)
    resources = {"nbgrader": {"notebook": one.name}, "language": "python"}
    for step in (stock.LockCells, Stub, stock.ClearOutput, stock.ClearHiddenTests):
        notebook, _ = step().preprocess(notebook, resources)
    return notebook


def record(course, one):
    """{exercise: [{check, device, seed, seen, mistakes}, ...]} of the checks, for the public seed.

    An exercise's first entry also has `more`, {mistake: a second hint}, `also`, notes on other ways
    to write it, and `stub` and `cell`: its own cell and that of its checks, as they are given out.
    """
    answers, found = mistakes.answers(course, one.name), {}
    given = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in student_version(one).cells
        if "nbgrader" in cell.metadata
    }
    for exercise in one.exercises:
        seed = judge.seed_of(PUBLIC_SEED, exercise.id)
        known = [a for a in answers if a.exercise == exercise.id]
        found[exercise.id] = [
            _entry(exercise.cell, check.name, device, seed, [a for a in known if a.hint])
            for check in exercise.cell.checks
            if not check.hidden
            for device in DEVICES
        ]
        for entry in found[exercise.id][:1]:
            entry["more"] = {a.name: a.more for a in known if a.more}
            entry["also"] = [a.note for a in known if a.note]
            entry["stub"] = given.get(exercise.id, "")
            entry["cell"] = given.get(f"check-{exercise.id}", "")
    return found


def _entry(cell, check, device, seed, known):
    return {
        "check": check,
        "device": device,
        "seed": seed,
        "seen": judge.expected(cell, check, device, seed),
        "mistakes": judge.observed_mistakes(cell, check, device, seed, known),
    }


def release(course, name):
    """Release a lesson with nbgrader; returns the folder that students get."""
    lesson.known(course, name)
    folder = Path(course) / "release" / name
    with _back_if_it_fails(folder):
        run(course, "generate_assignment", name, force=True, create=True)
    private(course)
    return folder


@contextmanager
def _back_if_it_fails(folder):
    """nbgrader removes a release before it makes the next: the earlier one waits beside it."""
    aside = folder.with_name(f".{folder.name}.before")
    if folder.exists() and not aside.exists():
        folder.rename(aside)
    try:
        yield
    except BaseException:
        if aside.exists():
            shutil.rmtree(folder, ignore_errors=True)
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)
