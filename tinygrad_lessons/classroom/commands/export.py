from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, Students, console, listed, numbered

Sheet = Annotated[Path | None, typer.Option(help="Moodle's own worksheet, to be filled in.")]


def export(
    name: Name,
    course: Course = Path("course"),
    form: Annotated[str, typer.Option("--format", help="plain, canvas or moodle.")] = "plain",
    output: Annotated[Path | None, typer.Option(help="The file; else LESSON-FORMAT.csv.")] = None,
    student: Students = (),
    assignment_id: Annotated[str, typer.Option(help="The assignment's number in Canvas.")] = "",
    worksheet: Sheet = None,
    language: Annotated[str, typer.Option(help="The Moodle course's: en, de, es, fr.")] = "en",
    grade_column: Annotated[str, typer.Option(help="In a worksheet of another language.")] = "",
):
    """Write the grades of a lesson as CSV; what is still to be graded by hand is marked."""
    from .. import Problem
    from ..author import lesson
    from ..gradebook import export, sheets
    from ..grading.outdated import outdated
    from ..storage import unseen, write_file

    parts = lesson.known(course, name)
    form = "moodle" if worksheet else form
    if form not in (forms := ("plain", "canvas", "moodle")):
        raise Problem(f"There is no format {form!r}. There are: {', '.join(forms)}.")
    lines = export.lines(course, name, outdated(course, parts), student)
    choices = dict(number=assignment_id, path=worksheet, language=language, column=grade_column)
    text, said = sheet(form, course, name, lines, **choices)
    path = output or Path(f"{name}-{form}.csv")
    code = "utf-8-sig" if form == "plain" else "utf-8"
    with unseen():
        write_file(path, text.encode(code, "backslashreplace"))  # odd folders
    told = numbered(sheets.count(text, form), "student")
    console.print(f"{told} in {path}.", highlight=False)
    said["Still to be graded by hand"] = [x["student"] for x in lines if x["by_hand"]]
    newer = [x["student"] for x in lines if x["status"] == export.NEWER]
    said[f"A newer submission waits: lessons grade {name}"] = newer
    for words, students in said.items():
        listed(words, students)


def sheet(form, course, name, lines, number, path, language, column):
    """(CSV text, {what is so: students}) in a form."""
    from ..gradebook import sheets, worksheet

    if path:
        return worksheet.fill(path, course, name, lines, column)
    if form == "moodle":
        return worksheet.made(course, name, lines, language)
    if form == "canvas":
        return sheets.canvas(course, name, lines, number)
    return sheets.text(sheets.plain(name, lines)), {}
