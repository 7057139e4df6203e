from pathlib import Path

from .common import Course, Name, console


def release(name: Name, course: Course = Path("course")):
    """Make what students get: the notebook without solutions, the edition, the record."""
    from ..author.release import release as make

    with console.status(f"Releasing {name}"):
        folder = make(course, name)
    console.print(f"Released {name}: give students the folder {folder}", highlight=False)
