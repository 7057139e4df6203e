import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console
from .status import table

Folder = Annotated[Path, typer.Option("--in", help="The folder with your lessons.")]


def lab(
    folder: Folder = Path("lessons"),
    course: Course = Path("course"),
    start: Annotated[bool, typer.Option(help="Open JupyterLab.")] = True,
):
    """Make or update your own folder of lessons, and open JupyterLab in it."""
    from ..startpage import write
    from ..workspace import bring

    with console.status("Bringing the lessons up to date"):
        brought = list(bring(course, folder))
    for one in brought:
        console.print(f"{one.name}: {one.what}", highlight=False)
        for finding in one.findings if one.what == "merged" else ():
            console.print(f"  {finding}", highlight=False, markup=False)
    write(folder)
    console.print(table(folder))
    if start:
        command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}"]
        os.execv(sys.executable, [*command, "--LabApp.default_url=/lab/tree/start.ipynb"])
