from pathlib import Path

from .common import Course, Name, console


def report(name: Name, course: Course = Path("course")):
    """Write the class report of a graded lesson: one HTML page, and JSON."""
    from .. import lesson
    from ..coordinator import results
    from ..report import write

    lesson.load(course, name)
    for path in write(course / "reports", name, results(course, name)):
        console.print(f"Wrote {path}", highlight=False)
