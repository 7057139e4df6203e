import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, Students, console, numbered


def collect(
    name: Name,
    source: Annotated[
        Path, typer.Argument(metavar="DOWNLOAD", help="Folder or zip: Canvas, Moodle, Gradescope.")
    ],
    course: Course = Path("course"),
    times: Annotated[Path | None, typer.Option(help="CSV: student,submitted.")] = None,
    student: Students = (),
    new: Annotated[bool, typer.Option("--new", help="Make students of unknown names.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, show it.")] = False,
):
    """Put a download of submissions where they are graded; nothing is overwritten."""
    from ..author import lesson
    from ..gradebook import course as courses
    from ..gradebook import gradebook, roster
    from ..insight import summary
    from ..intake import tables
    from ..intake.collect import collect as collected

    lesson.known(course, name)
    with gradebook.connect(courses.db_url(course)) as book:
        people = gradebook.people(book)
        handed_in = tables.times(times, people) if times else {}
        options = dict(times=handed_in, only=roster.known(book, student), write=not dry_run)
        options["take"] = lambda names: new or asks(names, dry_run)
        found = collected(course, name, source, people, **options)
        if not dry_run:
            gradebook.add_people(book, found.people)
    console.print(summary.collected(found.done))
    for sentence in summary.left_out(found, course, dry_run):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    if found.unknown or any(one.what in ("failed", "broken") for one in found.done):
        raise typer.Exit(1)


def asks(names, dry_run):
    """Whether these become students: asked where someone can answer."""
    if dry_run or not sys.stdin.isatty():
        return False
    told = f"On no roster: {', '.join(names)}"
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    return typer.confirm(f"Take {numbered(len(names), 'name')} as new students?")
