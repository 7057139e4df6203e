from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .common import Course, console


def assemble(
    folder: Annotated[Path, typer.Argument(help="The folder with your lessons.")] = Path("lessons"),
    out: Annotated[Path, typer.Option(help="Where your own package is written.")] = Path("mine"),
    course: Course = Path("course"),
    train: Annotated[bool, typer.Option(help="Train the network of lesson 7 on it.")] = True,
):
    """Put your own package together from your notebooks, check it, and train on it."""
    from .. import lesson
    from ..assemble import assemble as build
    from ..assemble import reports, train_on

    lessons = lesson.load_all(course)
    with console.status("Putting your package together"):
        parts = list(build(folder, lessons, out))
    with console.status("Running the lessons' checks on it"):
        found = {r.exercise: r for r in reports(course, out, lessons)}
    console.print(_table(parts, found))
    mine = sum(part.state == "yours" for part in parts)
    console.print(f"{mine} of {len(parts)} exercises in {out}/tinygrad_lessons are yours.")
    if train:
        with console.status("Training on it"):
            console.print(train_on(out), highlight=False, markup=False)


def _table(parts, found):
    table = Table("lesson", "exercise", "whose", "checks", title="Your own package")
    for part in parts:
        checks = found[part.exercise].title if part.state == "yours" else part.why
        checks = checks.removeprefix(f"{part.exercise}: ")
        table.add_row(part.lesson, part.exercise, part.state, checks)
    return table
