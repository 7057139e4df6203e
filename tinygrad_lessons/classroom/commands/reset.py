from pathlib import Path
from typing import Annotated

import typer

from .common import console
from .status import Folder


def reset(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="An id, such as gram.")],
    folder: Folder = Path("lessons"),
    check: Annotated[
        bool, typer.Option("--check", help="Only the check; the answer stays.")
    ] = False,
):
    """Give an exercise back as it was; the old answer is kept in a file."""
    from ..student import workspace

    name, kept = workspace.reset(folder, exercise, answer=not check)
    told = f"Your answer is kept in {kept}." if kept else ""
    what = "The check of " if check else ""
    told = f"{what}{exercise} in {name} is as it was. {told}".strip()
    console.print(told, highlight=False, markup=False, soft_wrap=True)
    console.print("If the notebook is open in JupyterLab: File > Reload Notebook from Disk")
