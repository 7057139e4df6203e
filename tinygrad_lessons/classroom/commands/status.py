from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .common import console

Folder = Annotated[Path, typer.Option("--in", help="The folder with your lessons.")]


def status(folder: Folder = Path("lessons")):
    """Show the lessons: what passes, what is next, how many minutes are left."""
    show(folder)


def show(folder):
    """One row a lesson, and under it what to do next."""
    from ...lab import progress
    from ..student.workspace import base, names

    found = progress.Table([base(folder) / name for name in names(folder)])
    table = Table(*found.HEAD, title="Your lessons", title_justify="left")
    for row in found.rows:
        table.add_row(*row)
    console.print(table)
    console.print(found.next, highlight=False, markup=False, soft_wrap=True)
