from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ...lab.folder import RECORD
from .common import console


def lessons_here(folder: Path):
    """The folder as named, ./lessons, or the current one where a lesson was unpacked."""
    is_here = folder == Path("lessons") and not folder.exists() and Path(RECORD).exists()
    return Path(".") if is_here else folder


Folder = Annotated[
    Path, typer.Option("--in", help="The folder with your lessons.", callback=lessons_here)
]


def status(folder: Folder = Path("lessons")):
    """Show the lessons: what passes, what is next, how many minutes are left."""
    show(folder)


def show(folder):
    """One row a lesson, and under it what to do next."""
    from ...lab import progress
    from ..student.workspace import places

    found = progress.Table(places(folder))
    table = Table(*found.HEAD, title="Your lessons", title_justify="left")
    for row in found.rows:
        table.add_row(*row)
    console.print(table)
    console.print(found.next, highlight=False, markup=False, soft_wrap=True)
