from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .common import console, say
from .status import Folder


def assemble(
    folder: Folder = Path("lessons"),
    out: Annotated[Path, typer.Option(help="Where your own package is written.")] = Path("mine"),
    train: Annotated[bool, typer.Option(help="Train the network of lesson 7 on it.")] = True,
):
    """Put your own package together from your notebooks, check it, train on it, and publish it."""
    from ..sandbox import open_sandbox
    from ..student import assemble, publish, tryout, workspace

    found = workspace.lessons(folder)
    lessons = [one for one, _ in found]
    parts = assemble.assemble(folder, lessons, out)
    mine = sum(part.state == "yours" for part in parts)
    say(f"{mine} of {len(parts)} exercises in {out / 'tinygrad_lessons'} are yours.")
    with open_sandbox(unsafe=True) as sandbox:
        with console.status("Running the lessons' checks and a program for each"):
            each = [tryout.reports(record, one, out, sandbox) for one, record in found]
            reports = {id: report for one in each for id, report in one.items()}
            able = dict(zip(tryout.PROGRAMS, tryout.programs(out, sandbox), strict=True))
        show(lessons, parts, reports, able.values())
        for line in tryout.troubles(parts, reports):
            console.print(line, markup=False, highlight=False)
        trained = training(out, sandbox) if train and able["learn"][1] else None
    publish.publish(out, parts, trained)
    say(f"{out / 'README.md'} says what is yours. Draw a digit: {out / 'your_own_digit.ipynb'}")


def show(lessons, parts, found, able):
    """One row a lesson: what is theirs, what of it passes, what the package can do."""
    table = Table("lesson", "yours", "pass", "can", "result", title="Your own package")
    able = {number: result for number, result in enumerate(able, 1)}
    for one in lessons:
        here = [p for p in parts if p.lesson == one.name and p.state == "yours"]
        passed = sum(found[p.exercise].passed for p in here)
        what, can, said = able.get(one.number, ("", True, ""))
        count = f"{len(here)} of {len(one.exercises)}"
        table.add_row(one.name, count, str(passed), what, said if can else f"not yet: {said}")
    console.print(table)


def training(out, sandbox):
    """Train as in lesson 7, and print a line for each epoch; returns what `tryout.train` does."""
    from ..student.tryout import EPOCHS, train

    with console.status("Training") as status:
        trained = train(out, sandbox, lambda n: status.update(f"Training, epoch {n} of {EPOCHS}"))
    for number, line in enumerate(trained[0], 1):
        console.print(f"epoch {number}: {line}", highlight=False, markup=False)
    return trained
