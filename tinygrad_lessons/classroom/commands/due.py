from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, console

When = Annotated[str, typer.Argument(metavar="[TIME]", help="As 2026-03-01 18:00; else show it.")]


def due(
    name: Name,
    time: When = "",
    course: Course = Path("course"),
    none: Annotated[bool, typer.Option("--none", help="Take the due date away.")] = False,
):
    """Show or set when a lesson is due; what being late costs is counted anew at once."""
    from ..gradebook import course as courses
    from ..gradebook import due as dates
    from ..gradebook import gradebook

    when = dates.utc(time) if time else None
    with gradebook.connect(courses.db_url(course)) as book:
        if time or none:
            dates.put(book, name, when)
            dates.settle(book, course, name)
        found, extended = dates.shown(book, course, name)
    console.print(found, highlight=False, soft_wrap=True)
    for line in extended:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
