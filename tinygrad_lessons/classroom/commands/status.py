from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .common import console

Folder = Annotated[Path, typer.Option("--in", help="The folder with your lessons.")]


def status(folder: Folder = Path("lessons")):
    """Show the lessons: what passes, what is next, how many minutes are left."""
    console.print(table(folder))


def table(folder):
    """One row a lesson."""
    from ...lab import progress
    from ..workspace import names

    rows = progress.Table([folder / name for name in names(folder)])
    found = Table(*rows.HEAD, title="Your lessons")
    for row in rows.rows:
        found.add_row(*row)
    return found
