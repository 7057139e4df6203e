from pathlib import Path
from typing import Annotated

import typer

from .common import Name, console
from .status import Folder


def check(
    name: Name,
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="Show only this one.")] = "",
    folder: Folder = Path("lessons"),
):
    """Run a saved notebook and its checks; exit 1 when one does not pass."""
    from ...lab.runner import passes
    from .. import Problem
    from ..author.lesson import guess
    from ..student import workspace

    if name not in workspace.names(folder):
        raise Problem(f"There is no lesson {name!r}.{guess(name, workspace.names(folder))}")
    with console.status(f"Running {name}"):
        printed = workspace.run(folder, name)
    if exercise and exercise not in printed:
        raise Problem(f"There is no exercise {exercise!r} in {name}.{guess(exercise, printed)}")
    shown = {exercise: printed[exercise]} if exercise else printed
    for text in shown.values():
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    good = sum(passes(*pair) for pair in shown.items())
    console.print(f"{good} of {len(shown)} exercises pass.", highlight=False)
    raise typer.Exit(0 if good == len(shown) else 1)
