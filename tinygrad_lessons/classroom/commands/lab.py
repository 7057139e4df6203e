import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console
from .status import Folder, show


def lab(
    folder: Folder = Path("lessons"),
    course: Course = Path("course"),
    start: Annotated[bool, typer.Option(help="Open JupyterLab.")] = True,
):
    """Make or update your own lessons, and open JupyterLab at their start page: what is next."""
    from ..student.startpage import write
    from ..student.workspace import bring

    with console.status("Bringing the lessons up to date"):
        brought = list(bring(course, folder))
    for one in brought:
        console.print(f"{one.name}: {one.what}", highlight=False)
        for note in one.notes:
            console.print(f"  {note}", highlight=False, markup=False)
    write(folder)
    show(folder)
    if start:
        open_jupyterlab(folder)


def open_jupyterlab(folder):
    """JupyterLab at the start page, in the place of this process where the system can do that."""
    root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    page = "--LabApp.default_url=/lab/tree/start.ipynb"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", page, *root]
    if os.name == "nt":
        raise typer.Exit(subprocess.call(command, env=environment()))
    os.execve(sys.executable, command, environment())


def environment():
    """The environment, and in it JupyterLab without what nbgrader adds for instructors.

    Its button Validate, too: it would call any notebook right of which no cell raises.
    """
    paths = [
        Path(__file__).parents[1] / "student" / "jupyter",
        os.environ.get("JUPYTER_CONFIG_PATH"),
    ]
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(str(p) for p in paths if p)}
