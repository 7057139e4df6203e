from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console


def audit(
    name: Annotated[str, typer.Argument(metavar="[LESSON]", help="One lesson; else all.")] = "",
    course: Course = Path("course"),
    seeds: Annotated[int, typer.Option(help="Seeds per check.")] = 50,
):
    """Hold every check against the reference, the known mistakes and the other right forms."""
    from ..audit import audit as faults
    from ..lesson import names

    found = 0
    for each in [name] if name else names(course):
        with console.status(f"Auditing {each}"):
            faulty = list(faults(course, each, range(seeds)))
        console.print(f"{each}: {len(faulty) or 'no'} faults on {seeds} seeds", highlight=False)
        for fault in faulty:
            console.print(f"  {fault}", highlight=False, markup=False)
        found += len(faulty)
    raise typer.Exit(1 if found else 0)
