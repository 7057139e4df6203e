"""The class list: nbgrader's own table of students, and what else the learning systems ask for."""

import difflib
import json
from pathlib import Path

from nbgrader import api

from .. import Problem
from ..intake import reading, tables
from ..storage import FOLDER, write_file
from . import gradebook

MORE = ("section", "sis_user_id", "sis_login_id")  # kept beside nbgrader's table


def read(path, id_column=""):
    """[{id, first_name, last_name, email, lms_user_id, section, ...}, ...] of a table."""
    found = []
    for number, line in tables.read(path, id=id_column):
        if _is_canvas_own(line):
            continue
        person = _named(line)
        person["id"] = _id(person, bool(id_column))
        if why := reading.unfit(person["id"]) or ("/" in person["id"] and "it holds a /"):
            raise Problem(f"{path}, line {number}: {person['id']!r} is no student's id: {why}")
        if not person["id"]:
            raise Problem(
                f"{path}, line {number}: nothing there can be a student's id. "
                "Name the column that is: --id COLUMN"
            )
        found.append(person)
    if not found:
        raise Problem(f"{path} has no students in it.")
    return _unlike(found, path)


def _is_canvas_own(line):
    """Canvas's row of points, and its test student."""
    name = line.get("name", "").casefold()
    return name.startswith("points possible") or name in ("student, test", "test student")


def _named(line):
    """A line with the name in two parts."""
    person = {k: line.get(k, "") for k in (*gradebook.PERSON, *MORE)}
    name = line.get("name", "")
    if name and not (person["first_name"] or person["last_name"]):
        last, comma, first = name.partition(", ")
        if not comma:
            first, _, last = name.rpartition(" ")
        person |= {"first_name": first.strip(), "last_name": last.strip()}
    return person


def _id(person, chosen):
    """The first of these that is there: id, Canvas's SIS id, the email's first part, the name."""
    if chosen or person["id"]:
        return person["id"]
    name = f"{person['first_name']} {person['last_name']}".strip()
    login = person["email"].partition("@")[0]
    return person["sis_user_id"] or login or name or person["lms_user_id"]


def _unlike(people, path):
    ids = [p["id"] for p in people]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise Problem(f"{path} has {twice[0]!r} twice. Name a column that differs: --id COLUMN")
    return people


def add(course, book, people):
    """Add or correct students; returns (how many are new, how many were changed).

    Someone who is there already under another id, with the same number in Canvas or the same email,
    keeps that id.
    """
    known = {p.id: p for p in book.db.query(api.Student).all()}
    by_lms = {p.lms_user_id: i for i, p in known.items() if p.lms_user_id}
    by_email = {p.email.casefold(): i for i, p in known.items() if p.email}
    more, new, changed = extra(course), 0, 0
    for person in people:
        id = by_lms.get(person["lms_user_id"]) or by_email.get(person["email"].casefold())
        id = id or person["id"]
        is_new = id not in known
        if is_new:
            known[id] = gradebook.new_student(id)
            book.db.add(known[id])
        differs = _set(known[id], person)
        new, changed = new + is_new, changed + (differs and not is_new)
        more[id] = more.get(id, {}) | {k: person[k] for k in MORE if person[k]}
    book.db.commit()
    _write(course, {id: found for id, found in more.items() if found})
    return new, changed


def _set(student, person):
    """Put what the list says into a student's row; whether it changed one."""
    said = {k: person[k] for k in gradebook.PERSON[1:] if person[k]}
    if said.get("first_name") and gradebook.is_nameless(student):
        said.setdefault("last_name", "")
    differs = any(getattr(student, k) != v for k, v in said.items())
    for name, value in said.items():
        setattr(student, name, value)
    return differs


def extra(course):
    """{student: {section, sis_user_id, sis_login_id}} as far as a class list said."""
    path = _file(course)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(course, more):
    if more:
        path = _file(course)
        path.parent.mkdir(exist_ok=True)
        write_file(path, json.dumps(more, indent=1, ensure_ascii=False) + "\n")


def _file(course):
    return Path(course, FOLDER, "people.json")


def known(book, students):
    """The students themselves. Raises Problem for one who is on no roster."""
    there = {i for (i,) in book.db.query(api.Student.id).all()}
    for student in students:
        if student not in there:
            near = difflib.get_close_matches(student, there, 1)
            more = f" Did you mean {near[0]}?" if near else ""
            raise Problem(f"There is no student {student!r}.{more} lessons roster lists them.")
    return students
