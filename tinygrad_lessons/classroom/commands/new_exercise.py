from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, console


def new_exercise(
    name: Name,
    exercise: Annotated[str, typer.Argument(metavar="ID", help="Letters, digits and -.")],
    module: Annotated[str, typer.Option(help="The module that gets the reference function.")],
    course: Course = Path("course"),
):
    """Add an exercise to a lesson: reference function, cells, first mistake, to be filled in."""
    from ..new_exercise import add

    for path in add(course, name, exercise, module):
        console.print(f"Fill in: {path}", highlight=False)
    console.print(f"Then: lessons sync {name} && lessons audit {name}", highlight=False)
