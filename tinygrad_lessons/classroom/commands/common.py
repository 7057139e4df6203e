"""What the commands share: where they print, and the options that mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

CONFIG = "nbgrader_config.py"  # lies in every course folder

console = Console(stderr=False)


def found_course(course: Path):
    """The course folder: as named, ./course, or the one that the current folder lies in."""
    if course != Path("course") or course.exists():
        return course
    here = Path.cwd()
    around = next((f for f in (here, *here.parents) if (f / CONFIG).exists()), None)
    return course if around is None else Path(".") if around == here else around


def numbered(count, what):
    """Such as "1 student" and "3 students"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


Course = Annotated[
    Path, typer.Option(help="The course folder.", show_default=True, callback=found_course)
]
Name = Annotated[
    str, typer.Argument(metavar="LESSON", help="A lesson or another assignment, such as 03_gram.")
]
Students = Annotated[list[str], typer.Option("--student", help="Only this one; repeat for more.")]


def listed(words, students):
    """Print what is so of these students: how many, and the first names."""
    if students:
        told = ", ".join(students[:5]) + (" ..." if len(students) > 5 else "")
        line = f"{words}: {len(students)} ({told})."
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def say(text):
    """A sentence, as wide as it is."""
    console.print(text, highlight=False, soft_wrap=True)
