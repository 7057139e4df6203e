from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from .common import Course, console, numbered

Action = Annotated[str, typer.Argument(metavar="import", help="Add a class list; else show it.")]
File = Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV: Canvas, Moodle or own.")]


def roster(
    action: Action = "",
    file: File = None,
    course: Course = Path("course"),
    id: Annotated[str, typer.Option(help="The column with the students' ids.")] = "",
):
    """Show the class list, or import one from Canvas, Moodle or a table of your own."""
    from .. import Problem
    from ..gradebook import course as courses
    from ..gradebook import gradebook
    from ..gradebook import roster as lists

    if action not in ("", "import") or bool(action) != bool(file):
        raise Problem("There are: lessons roster, and lessons roster import FILE.csv")
    people = lists.read(file, id) if file else []
    with gradebook.connect(courses.db_url(course)) as book:
        if people:
            new, changed = lists.add(course, book, people)
            told = f"{numbered(len(people), 'student')} in {file}: {new} new, {changed} corrected."
            console.print(told, highlight=False, soft_wrap=True)
            return
        show(gradebook.people(book), lists.extra(course))


def show(people, more):
    """A row a student."""
    table = Table("Student", "Name", "Email", "Number in Canvas", "Section", header_style="bold")
    for one in sorted(people, key=lambda p: p["id"]):
        name = " ".join(filter(None, (one["first_name"], one["last_name"])))
        section = more.get(one["id"], {}).get("section")
        row = one["id"], name, one["email"], one["lms_user_id"], section
        table.add_row(*(escape(text or "") for text in row))
    console.print(table)
    console.print(f"{numbered(len(people), 'student')}.", highlight=False)
    if not people:
        console.print("To add them: lessons roster import FILE.csv", highlight=False)
