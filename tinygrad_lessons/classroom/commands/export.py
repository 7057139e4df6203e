from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, console


def export(
    name: Name,
    course: Course = Path("course"),
    form: Annotated[str, typer.Option("--format", help="plain, canvas or moodle.")] = "plain",
    output: Annotated[Path | None, typer.Option(help="The file; else LESSON-FORMAT.csv.")] = None,
):
    """Write the grades of a lesson as CSV; what is still to be graded by hand is marked."""
    from ..author import lesson
    from ..gradebook import export
    from ..storage import write_file

    lesson.load(course, name)
    text, by_hand = export.export(course, name, form)
    path = output or Path(f"{name}-{form}.csv")
    code = "utf-8-sig" if form == "plain" else "utf-8"
    write_file(path, text.encode(code, "backslashreplace"))  # odd folders
    count = text.count("\r\n") - (2 if form == "canvas" else 1)
    console.print(f"{count} students in {path}.", highlight=False)
    if by_hand:
        told = ", ".join(by_hand[:5]) + (" ..." if len(by_hand) > 5 else "")
        console.print(f"Still to be graded by hand: {len(by_hand)} ({told}).", highlight=False)
