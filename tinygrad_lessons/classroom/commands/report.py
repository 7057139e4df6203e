from pathlib import Path

from .common import Course, Name, console


def report(name: Name, course: Course = Path("course")):
    """Write the class report of a graded lesson: one HTML page, and JSON."""
    from .. import Problem
    from ..author import lesson
    from ..grading.keeper import results
    from ..insight.class_report import by_people, write

    lesson.load(course, name)
    found = list(results(course, name))
    if not found:
        raise Problem(f"Nothing of {name} has been graded. lessons grade {name}")
    found, absent = by_people(course, name, found)
    for path in write(course / "reports", name, found, absent):
        console.print(f"Wrote {path}", highlight=False)
