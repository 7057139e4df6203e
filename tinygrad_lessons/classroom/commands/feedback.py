from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Name, Students, console, listed, numbered

Form = Annotated[str, typer.Option("--zip", help="Also pack them: moodle, canvas or folder.")]


def feedback(
    name: Name,
    course: Course = Path("course"),
    student: Students = (),
    form: Form = "",
    output: Annotated[Path | None, typer.Option(help="The zip's name.")] = None,
):
    """Write a feedback page for each graded submission, and pack them for a learning system."""
    from .. import Problem
    from ..author import lesson
    from ..gradebook import course as courses
    from ..gradebook import feedback, gradebook, packages
    from ..storage import alone

    lesson.known(course, name)
    if form and form not in packages.FORMS:
        raise Problem(f"There is no form {form!r}. There are: {', '.join(packages.FORMS)}.")
    with alone(course), gradebook.connect(courses.db_url(course)) as book:
        with console.status(f"Writing feedback for {name}"):
            pages, troubles = feedback.write(course, name, book, student)
    if not pages and not troubles:
        raise Problem(f"Nothing of {name} has been graded. lessons grade {name}")
    told = f"{numbered(sum(map(len, pages.values())), 'page')} in {course / 'feedback'}"
    console.print(f"{told}/STUDENT/{name}/", highlight=False)
    for sentence in troubles:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    if form:
        path = output or packages.packed(form, name)
        missing = packages.pack(form, course, name, pages, path)
        listed(f"Not in it, no name of theirs in {form} is known", missing)
        console.print(f"Packed in {path}", highlight=False)
    if troubles:
        raise typer.Exit(1)
