import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, Students, console
from .grade import EVERYWHERE, Devices, Pictures, Unsafe, Workers


def regrade(
    name: Name,
    course: Course = Path("course"),
    workers: Workers = 0,
    devices: Devices = EVERYWHERE,
    unsafe: Unsafe = False,
    student: Students = (),
    pictures: Pictures = False,
    yes: Annotated[bool, typer.Option(help="Write the new scores without asking.")] = False,
):
    """After a check was mended: show whose score would change and by how much, then write it."""
    from ..author import lesson

    for each in lesson.known(course, name):
        regraded(course, each, workers, devices, unsafe, student, pictures, yes)


def regraded(course, name, workers, devices, unsafe, student, pictures, yes):
    """Regrade one notebook."""
    from ..grading import regrade
    from ..grading.plan import Grading
    from ..insight import summary
    from . import runs

    setting = runs.setting(course, name, devices, unsafe, "", console, pictures)
    only = runs.only(course, name, student)
    grading = Grading(course, name, setting, unsafe=unsafe, earlier=False, only=only)
    with regrade.staging(course, name) as stage:
        tasks, rows = grading.plan(stage)
        rows += runs.graded(grading, tasks, stage, workers, "", {}, console)
        runs.end(grading, rows, console)
        changes = stage.changes()
        console.print(summary.changes(changes, grading.total), highlight=False)
        if changes and not yes and not asks():
            console.print("Nothing was written. With --yes the same command writes them at once.")
            return
        stage.apply()
        stage.keeper.finish()
    if changes:
        console.print(f"{len(changes)} scores were written.")


def asks():
    """Whether to write: asked where someone can answer."""
    return sys.stdin.isatty() and typer.confirm("Write the new scores?")
