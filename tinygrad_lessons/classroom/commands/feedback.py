from pathlib import Path

from .common import Course, Name, console


def feedback(name: Name, course: Course = Path("course")):
    """Write a feedback page for each graded submission, with nbgrader."""
    from .. import lesson
    from ..course import run

    lesson.load(course, name)
    with console.status(f"Writing feedback for {name}"):
        run(course, "generate_feedback", name, force=True)
    pages = len(list((course / "feedback").glob(f"*/{name}/*.html")))
    console.print(f"{pages} pages in {course / 'feedback'}/STUDENT/{name}/", highlight=False)
