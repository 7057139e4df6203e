from pathlib import Path

from .common import Course, Name, console


def report(name: Name, course: Course = Path("course")):
    """Write the class report of a graded lesson: one HTML page, and JSON."""
    from .. import Problem
    from ..author import lesson
    from ..grading.keeper import results
    from ..insight.class_report import by_people, write

    found = {each: list(results(course, each)) for each in lesson.known(course, name)}
    if not any(found.values()):
        raise Problem(f"Nothing of {name} has been graded. lessons grade {name}")
    for each in filter(found.get, found):
        for path in write(course / "reports", each, *by_people(course, each, found[each])):
            console.print(f"Wrote {path}", highlight=False)
