from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, console

PIECES = "the reference function", "heading, solution cell, check cell", "the first mistake"


def new_exercise(
    name: Name,
    exercise: Annotated[str, typer.Argument(metavar="ID", help="Letters, digits and -.")],
    module: Annotated[str, typer.Option(help="The module that gets the reference function.")],
    course: Course = Path("course"),
):
    """Add an exercise to a lesson: reference function, cells, first mistake, to be filled in."""
    from ..author.new_exercise import add

    for path, what in zip(add(course, name, exercise, module), PIECES, strict=True):
        here = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        console.print(f"At the end of {here}: {what}", highlight=False, soft_wrap=True)
    console.print(
        f"Fill them in, then: lessons sync {name} && lessons audit {name}", highlight=False
    )
