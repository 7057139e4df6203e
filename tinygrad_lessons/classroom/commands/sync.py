from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console


def sync(
    name: Annotated[str, typer.Argument(metavar="[LESSON]", help="One lesson; else all.")] = "",
    course: Course = Path("course"),
    check: Annotated[bool, typer.Option(help="Write nothing; exit 1 if anything would.")] = False,
):
    """Write the notebooks' solution cells and nbgrader marks from the package."""
    from ..author.sync import sync_course

    done = sync_course(course, name or None, write=not check)
    did = "would write" if check else "wrote"
    for one in done:
        what = f"{did} {', '.join(one.changed)}" if one.changed else "up to date"
        console.print(f"{one.name}: {what}", highlight=False)
    if check and any(one.changed for one in done):
        raise typer.Exit(1)
