import shutil
from pathlib import Path
from typing import Annotated

import typer

from .. import Problem
from .common import Course, console

MARK = ".demo"  # in a folder that this made, and that it may make anew
PARTS = ("source", "mistakes", "nbgrader_config.py")


def demo(
    name: Annotated[str, typer.Argument(metavar="[LESSON]", help="The lesson.")] = "03_gram",
    course: Course = Path("course"),
    into: Annotated[Path, typer.Option(help="A folder to make anew.")] = Path("demo"),
):
    """Release a lesson, hand in a class of sample notebooks, grade them, return feedback."""
    from ..author import demo as samples
    from ..author import lesson
    from .feedback import feedback
    from .grade import grade
    from .release import release
    from .report import report

    lesson.load(course, name)  # before an earlier demo is taken away
    copy_course(course, into)
    release(name, into)
    placed = samples.place(into, name)
    console.print(f"Placed {len(placed)} sample submissions in {into / 'submitted'}")
    grade(name, into)
    feedback(name, into)
    report(name, into)
    console.print(f"\nThe class report:     {into}/reports/{name}.html")
    console.print(f"A student's feedback: {into}/feedback/half-done/{name}/{name}.html")
    console.print(f"What students get:    {into}/release/{name}/")
    console.print("How a check judges:   docs/observation.md")


def copy_course(course, into):
    """A fresh copy of a course folder without its releases and submissions."""
    if into.exists() and not (into / MARK).exists():
        raise Problem(f"{into} is there already, and no demo made it. Name another: --into FOLDER")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    (into / MARK).touch()
    for part in filter(lambda part: (course / part).exists(), PARTS):
        copy = shutil.copytree if (course / part).is_dir() else shutil.copy
        copy(course / part, into / part)
