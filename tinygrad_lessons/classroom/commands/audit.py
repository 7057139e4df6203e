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
        with console.status(f"Auditing {each}"):
            faulty = list(faults(course, each, range(seeds)))
        many = "1 fault" if len(faulty) == 1 else f"{len(faulty) or 'no'} faults"
        console.print(f"{each}: {many} on {seeds} seeds", highlight=False)
        for fault in faulty:
            console.print(f"  {fault}", highlight=False, markup=False)
        found += len(faulty)
    raise typer.Exit(1 if found else 0)
