"""The graded notebook of a student: the only file of theirs that is kept and shown."""

import shutil
from pathlib import Path

from .. import names
from ..intake import reading
from ..storage import in_words, write_file


def graded_file(course, student, name):
    """Where the graded notebook of a student stands."""
    assignment, notebook = names.parts(name)
    return Path(course, "autograded", student, assignment, f"{notebook}.ipynb")


def write_graded(course, name, result):
    """Put the graded notebook in its place."""
    path = graded_file(course, result.student, name)
    with in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    tidy(course, result.student, name)
    write_file(path, result.notebook)


def tidy(course, student, name):
    """Leave beside an assignment's graded notebooks only the time at which it was handed in."""
    path = graded_file(course, student, name)
    all_of_it = names.notebooks(Path(course, "release"), names.assignment(name))
    kept = {path, *(graded_file(course, student, each) for each in all_of_it)}
    with in_words(path):
        for other in set(path.parent.iterdir()) - kept:
            is_folder = other.is_dir() and not other.is_symlink()
            shutil.rmtree(other) if is_folder else other.unlink()
    if when := reading.timestamp(course, student, name):
        write_file(path.with_name("timestamp.txt"), f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
