"""Tables that instructors bring: a class list, times of hand-in; from Canvas, Moodle or by hand."""

import csv
from datetime import UTC
from pathlib import Path

from dateutil import parser

from .. import Problem

# what a column is, and the headings that it goes by in nbgrader, Canvas, Moodle, Gradescope
COLUMNS = {
    "id": ("id", "student", "student id", "username", "user name", "login id", "sis login id",
           "login", "id number", "idnumber", "sid", "student number"),
    "first_name": ("first_name", "first name", "firstname", "given name", "vorname", "prénom"),
    "last_name": ("last_name", "last name", "lastname", "surname", "family name", "nachname",
                  "nom", "nom de famille"),
    "name": ("name", "full name", "student name", "student"),
    "email": ("email", "e-mail", "email address", "e-mail-adresse", "adresse de courriel"),
    "lms_user_id": ("lms_user_id", "lms user id", "canvas id", "canvas user id", "id"),
    "section": ("section", "sections", "group", "groups"),
    "sis_user_id": ("sis user id",),
    "sis_login_id": ("sis login id",),
    "participant": ("identifier", "participant"),
    "when": ("when", "submitted", "submitted_at", "submitted at", "handed in", "time", "timestamp",
             "submission time", "last modified (submission)", "submitted_utc"),
}  # fmt: skip
CANVAS = {"id": "sis login id", "name": "student", "lms_user_id": "id"}


def read(path, **chosen):
    """[(number of the line, {what: text})] of a table; `chosen`: the column for a what."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="latin-1")
    except FileNotFoundError:
        raise Problem(f"There is no {path}. Give a CSV file.") from None
    head, *lines = list(csv.reader(text.splitlines(), delimiter=_delimiter(text))) or [[]]
    where = _where([h.strip() for h in head], path, chosen)
    for number, line in enumerate(lines, 2):
        if any(cell.strip() for cell in line):
            line += [""] * (len(head) - len(line))
            yield number, {what: line[at].strip() for what, at in where.items()}


def _delimiter(text):
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _where(head, path, chosen):
    """{what: number of its column}."""
    names = [h.casefold() for h in head]
    is_canvas = {"student", "id", "sis login id", "section"} <= {*names}
    where = {}
    for what, known in COLUMNS.items():
        known = (CANVAS[what],) if is_canvas and what in CANVAS else known
        found = next((names.index(k) for k in known if k in names), None)
        if found is not None:
            where[what] = found
    if not is_canvas and where.get("lms_user_id") == where.get("id"):
        where.pop("lms_user_id", None)
    if where.get("name") == where.get("id") and not is_canvas:
        where.pop("name", None)
    for what, column in chosen.items():
        if column and column not in head:
            listed = ", ".join(head)
            raise Problem(f"{path} has no column {column!r}. There are: {listed}")
        where |= {what: head.index(column)} if column else {}
    return where


def times(path, people):
    """{student: UTC} of a table with a column that names students and one that says when.

    A time without a zone is this machine's.
    """
    found, by = {}, _by(people)
    for number, line in read(path):
        if "when" not in line:
            raise Problem(f"{path}, line 1: expected the heading student,submitted")
        student = next((by[v] for w in BY if (v := line.get(w, "").casefold()) in by), None)
        if student and line["when"].strip("- "):
            found[student] = _time(line["when"], path, number)
    return found


BY = ("id", "lms_user_id", "email", "sis_login_id", "name")


def _by(people):
    """{what a table may call a student: the student}."""
    by = {}
    for p in people:
        full = f"{p['first_name'] or ''} {p['last_name'] or ''}".strip()
        for text in (full, p["email"], p["lms_user_id"], p["id"]):
            by |= {text.casefold(): p["id"]} if text else {}
    return by


def _time(text, path, number):
    try:
        when = parser.parse(text)
        return when.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Problem(
            f"{path}, line {number}: {text!r} is no time such as 2026-03-01 18:00"
        ) from None
