from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, console


def collect(
    name: Name,
    source: Annotated[
        Path, typer.Argument(metavar="DOWNLOAD", help="A folder or zip from Canvas or Moodle.")
    ],
    course: Course = Path("course"),
):
    """Put a download of submissions where they are graded; nothing is overwritten."""
    from ..author import lesson
    from ..insight import summary
    from ..intake import collect

    lesson.load(course, name)
    done, refused = collect.collect(course, name, source)
    console.print(summary.collected(done))
    for sentence in refused:
        console.print(f"Left out: {sentence}", markup=False, highlight=False)
    console.print(summary.collected_line(done, course), highlight=False)
