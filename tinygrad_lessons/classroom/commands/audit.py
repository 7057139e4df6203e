from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console


def audit(
    name: Annotated[str, typer.Argument(metavar="[LESSON]", help="One lesson; else all.")] = "",
    course: Course = Path("course"),
    seeds: Annotated[int, typer.Option(min=1, help="Seeds per check.")] = 50,
):
    """Hold every check against the reference, the known mistakes and the other right forms."""
    from ..author.audit import audit as faults
    from ..author.lesson import names

    found = 0
    for each in [name] if name else names(course):
        faulty = 0
        for fault in faults(course, each, range(seeds), begin=told(each)):
            console.print(f"  {fault}", highlight=False, markup=False, soft_wrap=True)
            faulty += 1
        many = "1 fault" if faulty == 1 else f"{faulty or 'no'} faults"
        console.print(f"{each}: {many} on {seeds} seeds", highlight=False)
        found += faulty
    raise typer.Exit(1 if found else 0)


def told(name):
    """A function that says which exercise is looked at, as it begins."""
    return lambda exercise: console.print(f"{name}: {exercise}", style="dim", highlight=False)
