from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .common import Course, console
from .status import Folder


def assemble(
    folder: Folder = Path("lessons"),
    out: Annotated[Path, typer.Option(help="Where your own package is written.")] = Path("mine"),
    course: Course = Path("course"),
    train: Annotated[bool, typer.Option(help="Train the network of lesson 7 on it.")] = True,
):
    """Put your own package together from your notebooks, check it, and train on it."""
    from ..author import lesson
    from ..sandbox import open_sandbox
    from ..student import assemble, tryout, workspace

    lessons = lesson.load_all(course)
    workspace.names(folder)
    parts = assemble.assemble(folder, lessons, out)
    mine = sum(part.state == "yours" for part in parts)
    told = f"{mine} of {len(parts)} exercises in {out / 'tinygrad_lessons'} are yours."
    console.print(told, highlight=False, soft_wrap=True)
    with open_sandbox(unsafe=True) as sandbox:
        with console.status("Running the lessons' checks and a program for each"):
            each = [tryout.reports(course, one, out, sandbox) for one in lessons]
            found = {id: report for reports in each for id, report in reports.items()}
            able = dict(zip(tryout.PROGRAMS, tryout.programs(out, sandbox), strict=True))
        show(lessons, parts, found, able.values())
        for line in tryout.troubles(parts, found):
            console.print(line, markup=False, highlight=False)
        if train and able["learn"][1]:
            training(out, sandbox)


def show(lessons, parts, found, able):
    """One row a lesson: what is theirs, what of it passes, what the package can do."""
    table = Table("lesson", "yours", "pass", "can", "result", title="Your own package")
    able = {one.number: result for one, result in zip(lessons, able, strict=False)}
    for one in lessons:
        here = [p for p in parts if p.lesson == one.name and p.state == "yours"]
        passed = sum(found[p.exercise].passed for p in here)
        what, can, said = able.get(one.number, ("", True, ""))
        count = f"{len(here)} of {len(one.exercises)}"
        table.add_row(one.name, count, str(passed), what, said if can else f"not yet: {said}")
    console.print(table)


def training(out, sandbox):
    """Train as in lesson 7, and print a line for each epoch."""
    from ..student.tryout import EPOCHS, train

    with console.status("Training") as status:
        lines = train(out, sandbox, lambda n: status.update(f"Training, epoch {n} of {EPOCHS}"))
    for number, line in enumerate(lines, 1):
        console.print(f"epoch {number}: {line}", highlight=False, markup=False)
