from pathlib import Path
from typing import Annotated

import typer

from .common import Course, console
from .status import Folder


def reset(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="An id, such as gram.")],
    folder: Folder = Path("lessons"),
    course: Course = Path("course"),
):
    """Give an exercise back as it was; the old answer is kept in a file."""
    from ..student import workspace

    name, kept = workspace.reset(folder, course, exercise)
    told = f"Your answer is kept in {kept}" if kept else "There was no answer in it."
    told = f"{exercise} in {name} is as it was. {told}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
    console.print("If the notebook is open in JupyterLab: File > Reload Notebook from Disk")
