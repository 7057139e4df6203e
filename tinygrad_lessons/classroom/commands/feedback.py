from pathlib import Path

from .common import Course, Name, console


def feedback(name: Name, course: Course = Path("course")):
    """Write a feedback page for each graded submission, with nbgrader."""
    from .. import Problem
    from ..author import lesson
    from ..gradebook.course import run

    lesson.load(course, name)
    if not list(course.glob(f"autograded/*/{name}/{name}.ipynb")):
        raise Problem(f"Nothing of {name} has been graded. lessons grade {name}")
    with console.status(f"Writing feedback for {name}"):
        run(course, "generate_feedback", name, force=True)
    pages = len(list((course / "feedback").glob(f"*/{name}/*.html")))
    console.print(f"{pages} pages in {course / 'feedback'}/STUDENT/{name}/", highlight=False)
