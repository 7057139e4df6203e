"""Grades as quoted CSV: plain, for Canvas, and what all tables have in common."""

import csv
import io
import json
from pathlib import Path

from ..storage import FOLDER, write_file
from . import roster
from .export import ABSENT

FORMULA = tuple("=+-@\t\r")  # a spreadsheet would run a cell that begins so


def plain(name, lines):
    """Rows with everything that is known."""
    yield ["student", "last_name", "first_name", "email", "lesson", "score", "max_score", "status",
           "by_hand", "submitted_utc", "late_days", "extension_days", "penalty"]  # fmt: skip
    for line in lines:
        yield [
            line["student"],
            line["last_name"],
            line["first_name"],
            line["email"],
            name,
            0.0 if line["status"] == ABSENT else line["score"],
            line["max"],
            line["status"],
            " ".join(line["by_hand"]),
            line["submitted"],
            line["late"],
            line["extension"],
            line["penalty"],
        ]


def canvas(course, name, lines, number=""):
    """(CSV text for Canvas's gradebook, {what is so: students}).

    `number`: the assignment's id there, remembered. Canvas takes an empty cell as "leave as it is":
    so are grades that are not yet whole.
    """
    more = roster.extra(course)
    known = {student for student, said in more.items() if {*said} - {"section"}}
    unknown = [x["student"] for x in lines if not x["lms_user_id"] and x["student"] not in known]
    rows = _canvas(name, lines, _assignment(course, name, number), more)
    return text(rows), {"Canvas will not know, having no number of theirs": unknown}


def _canvas(name, lines, number, more):
    column = f"{name} ({number})" if number else name
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    yield ["    Points Possible", "", "", "", "", lines[0]["max"] if lines else ""]
    for line in lines:
        said = more.get(line["student"], {})
        sis = (said.get(k, "") for k in ("sis_user_id", "sis_login_id", "section"))
        yield [full_name(line), line["lms_user_id"], *sis, whole(line)]


def _assignment(course, name, number):
    path = Path(course, FOLDER, "canvas.json")
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if number and known.get(name) != number:
        write_file(path, json.dumps(known | {name: number}, indent=1) + "\n")
    return number or known.get(name, "")


def full_name(line):
    names = [n for n in (line["first_name"], line["last_name"]) if n]
    return " ".join(names) or line["student"]


def whole(line):
    """The score, or nothing where it is not yet whole."""
    return "" if line["by_hand"] or line["score"] is None else line["score"]


def text(rows):
    """Rows as CSV with every cell quoted."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


def count(text, form):
    """How many students are in a CSV text of a form."""
    return sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - (
        2 if form == "canvas" else 1
    )


def cell(value):
    """A value as a spreadsheet may have it: nothing that begins as a formula does."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.10g}"
    written = str(value)
    return f"'{written}" if written.startswith(FORMULA) else written
