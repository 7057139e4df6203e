"""Moodle's grading worksheet: made, or its own file filled in.

Its importer asks for three columns by their names in the course's language, and finds a student by
the number at the end of the first.
"""

import csv
import io
import re

from .. import Problem
from ..intake.owners import People, Who
from ..intake.place import notes
from .sheets import cell, full_name, text, whole

# language: headings of number, grade and when it was changed; what stands before a number
WORDS = {
    "en": ("Identifier", "Grade", "Last modified (grade)", "Participant "),
    "de": ("ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Teilnehmer/in"),
    "es": ("Identificador", "Calificación", "Última modificación (calificación)", "Participante"),
    "fr": ("Identifiant", "Note", "Dernière modification (note)", "Participant"),
}


def made(course, name, lines, language="en"):
    """(CSV text for Moodle's "Upload grading worksheet", {what is so: students}).

    In it are the students whose numbers are known: they came by a download from Moodle.
    """
    if language not in WORDS:
        raise Problem(
            f"There is no language {language!r}. There are: {', '.join(WORDS)}. For any other: "
            "download the grading worksheet from Moodle, then --worksheet FILE.csv"
        )
    numbers = _numbers(course, name)
    rows = _rows(lines, numbers, *WORDS[language])
    missing = [x["student"] for x in lines if x["student"] not in numbers]
    return text(rows), {"Left out, no number of theirs in Moodle is known": missing}


def _rows(lines, numbers, number, grade, changed, participant):
    yield [number, "Full name", "Email address", grade, "Maximum grade", changed]
    for line in lines:
        if found := numbers.get(line["student"]):
            who = [f"{participant}{found}", full_name(line), line["email"]]
            yield [*who, whole(line), line["max"], "-"]


def _numbers(course, name):
    found = notes(course, name).items()
    return {student: note["participant"] for student, note in found if note.get("participant")}


def fill(path, course, name, lines, column=""):
    """(CSV text, {what is so: students}) of Moodle's own file, its grades filled in.

    `column`: the heading of the grades, where the language is not known.
    """
    head, *given = _read(path)
    at = _grade_column(head, column, path)
    known = People([line | {"id": line["student"]} for line in lines])
    by_number = {number: student for student, number in _numbers(course, name).items()}
    scores, strangers, seen = {line["student"]: line for line in lines}, [], set()
    for row in given:
        row += [""] * (len(head) - len(row))
        number = re.search(r"\d+$", row[0])
        student = by_number.get(number[0] if number else "") or _by_cells(known, row)
        if student not in scores:
            strangers.append(row[1] or row[0])
            continue
        seen.add(student)
        row[at] = cell(whole(scores[student])) or row[at]
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([head, *given])
    missing = [student for student in scores if student not in seen]
    return file.getvalue(), {
        "Not in the worksheet": missing,
        "In the worksheet, and not here": strangers,
        **_other_maximum(head, given, lines),
    }


def _read(path):
    try:
        found = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except OSError:
        raise Problem(f"There is no {path}. Download the grading worksheet from Moodle.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Problem(f"{path} is no grading worksheet of Moodle's: {error}") from None
    if len(found) < 2:
        raise Problem(f"{path} has no students in it. Download the worksheet again.")
    return found


def _grade_column(head, column, path):
    if not column:
        known = [words[1] for words in WORDS.values() if {*words[:3]} <= {*head}]
        column = known[0] if known else ""
    if column not in head:
        listed = ", ".join(head)
        raise Problem(
            f"{path}: which column has the grades? --grade-column NAME. There are: {listed}"
        )
    return head.index(column)


def _by_cells(known, row):
    """The student whom a name or an email in a row tells."""
    for said in row[1:4]:
        who = Who(said, email=said if "@" in said else "")
        if said and (student := known.find(who)):
            return student


def _other_maximum(head, given, lines):
    """A warning where Moodle's maximum grade, right of the grade, is not the lesson's."""
    for words in WORDS.values():
        if {*words[:3]} <= {*head} and len(head) > head.index(words[1]) + 1:
            most = given[0][head.index(words[1]) + 1].replace(",", ".")
            differs = re.fullmatch(r"\d+(\.\d+)?", most) and float(most) != lines[0]["max"]
            return {f"The lesson has {lines[0]['max']:g} points, not": [most]} if differs else {}
    return {}
