"""Feedback pages packed in the form that a learning system's own upload of many files takes."""

import os
import zipfile
from pathlib import Path

from ..intake.place import notes
from ..storage import in_words, unseen

FORMS = ("moodle", "canvas", "folder")


def pack(form, course, name, pages, path):
    """Write a zip of {student: [Path, ...]}; returns the students for whom there is no name.

    moodle: NAME_PARTICIPANT_assignsubmission_file_/PAGE, as in the download of submissions;
    canvas: NAME_USER_UPLOAD_PAGE, as there, too; folder: STUDENT/PAGE.
    """
    told = notes(course, name)
    names = {s: _place(form, s, told.get(s, {})) for s in pages}
    temporary = path.with_name(f".{path.name}")
    with in_words(path), unseen():
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for student, place in names.items():
                for page in pages[student] if place else ():
                    archive.write(page, f"{place}{page.name}")
        os.replace(temporary, path)
    return sorted(student for student, place in names.items() if not place)


def _place(form, student, note):
    """What stands before a page's name in the zip; "" where nobody could know whose it is."""
    if form == "folder":
        return f"{student}/"
    prefix = note.get(form, "")
    return f"{prefix}/" if prefix and form == "moodle" else prefix


def packed(form, name):
    """Where the zip is written when nobody says where."""
    return Path(f"{name}-feedback-{form}.zip")
