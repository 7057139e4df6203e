"""Downloads from Canvas, Moodle, Gradescope or a folder, put where nbgrader looks.

Nothing is overwritten: the newest notebook of a student counts, older ones are put aside in
submitted/.older/. Only students who are known get a folder; who else a download names is asked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .. import Problem
from ..storage import alone, full_disk
from . import archives, canvas, gradescope, owners, reading
from .place import Place, add_notes, notes
from .reading import MAX_BYTES, shown

MAX_EACH = 20  # notebooks of one student that are kept


@dataclass
class Collected:
    """What became of one student's notebook."""

    student: str
    what: str
    when: datetime | None = None
    late: bool = False
    names: str = ""
    findings: list = field(default_factory=list)


@dataclass
class Collection:
    """What a download held: a line a student, who is not known, what was left out.

    `people` are the students to be added to the gradebook, or what is new of those who are there.
    """

    done: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    people: list = field(default_factory=list)


def never(names):
    """Takes nobody who is not known."""
    return False


def collect(course, name, source, people, *, times=None, take=never, only=(), write=True):
    """The Collection of a folder or a zip.

    `people`: the course's students, as `gradebook.people` gives them; `times`: {student: UTC};
    `take(names)`: whether those who are not known become students; `only`: ids of those whom it
    is about, else all. Without `write` nothing is written.
    """
    found = Collection()
    _refuse(Path(course), Path(source))
    with alone(course), archives.files(source, found.refused) as files:
        if not files and not found.refused:
            raise Problem(f"There is nothing in {source}. Give what you downloaded.")
        by_owner = _by_owner(files, name, found.refused)
        students = _students(by_owner, people, found, take)
        students = {key: s for key, s in students.items() if not only or s in only}
        pairs = defaultdict(list)
        for key, student in students.items():
            pairs[student] += by_owner[key]
        known, before, more = owners.People(people), notes(course, name), {}
        for student in sorted(pairs):
            one = _Student(course, name, student, pairs[student], known, times or {}, before)
            found.done.append(one.collect(write))
            if not unfit(student):
                found.people += _people(student, pairs[student])
                more |= one.note()
        if write:
            add_notes(course, name, more)
    return found


def _refuse(course, source):
    """A slip that would make students of the course's own folders, or of one notebook."""
    here, there = source.resolve(), course.resolve()
    own = (there / part for part in ("source", "release", "submitted", "autograded", "feedback"))
    if there.is_relative_to(here) or any(map(here.is_relative_to, own)):
        raise Problem(f"{source} is the course's own. Give the folder or the zip of a download.")
    if source.is_file() and source.suffix == ".ipynb":
        place = course / "submitted" / "STUDENT" / "LESSON"
        raise Problem(f"{source} is one notebook: copy it to {place}/ yourself.")


def _by_owner(files, name, refused):
    """{key of a Who: [(Who, Found), ...]}"""
    by_owner, submitters = defaultdict(list), gradescope.submitters(files, refused)
    for found in files:
        whos = gradescope.owners(found.outer, submitters)
        if not whos and (who := owners.owner(found.outer, name)):
            whos = [who]
        for who in whos:
            by_owner[who.key].append((who, found))
        if not whos and found.trouble:
            refused.append(found.trouble)
        elif not whos and found.path.suffix.lower() == ".ipynb":
            refused.append(f"{shown(found.path)}: the name does not tell whose it is.")
    return by_owner


def _students(by_owner, people, found, take):
    """{key: student} of those who are known, and of the others where `take` says so."""
    known = owners.People(people)
    students = {key: known.find(pairs[0][0]) for key, pairs in by_owner.items()}
    new = {key: by_owner[key][0][0] for key, student in students.items() if student is None}
    students = {key: student for key, student in students.items() if student is not None}
    for key, who in list(new.items()):
        if why := _no_student(who, by_owner[key]):
            found.refused.append(f"{shown(who.name or who.id)}: {why}")
            del new[key]
    ids = owners.new_ids(new.values(), {p["id"] for p in people})
    if ids and take(sorted(shown(i) for i in ids.values())):
        return students | ids
    found.unknown = sorted(ids.values())
    return students


def _no_student(who, pairs):
    """Why an unknown name cannot be a student's, or ""."""
    if canvas.is_test_student(who):
        return "Canvas's test student, left out."
    if not any(f.path.suffix.lower() == ".ipynb" for _, f in pairs):
        return f"no notebook, but {_kinds(pairs)}; on no roster."
    return ""


def _kinds(pairs):
    return ", ".join(sorted({shown(who.file or f.path.name) for who, f in pairs})[:3])


def unfit(student):
    """Why a name in a download cannot be a student's folder, or None."""
    if not student or student.startswith(".") or "/" in student or "\\" in student:
        return "the name cannot be a folder's"
    return reading.unfit(student)


def _people(student, pairs):
    """What the download tells of a student, for the gradebook."""
    for who in dict.fromkeys(who for who, _ in pairs):
        person = {"id": student, "first_name": None, "last_name": None, "lms_user_id": None}
        if who.system in ("moodle", "gradescope") and student == who.name:
            first, _, last = who.name.rpartition(" ")
            person |= {"first_name": first or None, "last_name": last}
        if who.system == "canvas" and not canvas.is_anonymous(who):
            person["lms_user_id"] = who.id
        yield person


class _Student:
    """One student's files in a download, the newest notebook last."""

    def __init__(self, course, name, student, pairs, known, times, before):
        self.name, self.student, self.pairs, self.known = name, student, pairs, known
        self.place = Place(course, name, student)
        self.before = before.get(student, {})
        found = [p for p in pairs if p[1].path.suffix.lower() == ".ipynb" and not p[1].trouble]
        self.notebooks = sorted(found, key=lambda pair: _age(*pair, name))[-MAX_EACH:]
        self.newest = self.notebooks[-1] if found else None
        self.when = times.get(student) or (self.newest and self.newest[0].when)
        self.what = "nothing"

    def collect(self, write):
        """What becomes of it; nothing that is wrong with it stops the others."""
        names = {who.name for who, _ in self.pairs}
        result = Collected(self.student, "nothing", self.when, names=", ".join(sorted(names)))
        try:
            result.findings = list(self._findings(names))
            if not result.findings or not result.findings[0].startswith("Left out"):
                self._put(write)
        except Exception as error:
            if full_disk(error):
                raise
            self.what = "failed"
            result.findings.insert(0, f"Not collected: {' '.join(str(error).split())[:200]}")
        result.what, result.late = self.what, self._is_late()
        return result

    def _put(self, write):
        if self.newest is None:
            return
        who, found = self.newest
        data = found.load(MAX_BYTES)
        self.what = self.place.what(data, self.when, who.upload, self.before.get("upload", 0))
        if write:
            for older, kept in self.notebooks[:-1]:
                self.place.aside(kept.load(MAX_BYTES), older.when)
            self.place.put(self.what, data, self.when)

    def _findings(self, names):
        """Sentences; the first begins with "Left out" where nothing can be put anywhere."""
        if why := unfit(self.student):
            yield f"Left out: {why}."
        elif not self.place.is_safe():
            yield "Left out: its folder in submitted is a link; links are not followed."
        yield from dict.fromkeys(f.trouble for _, f in self.pairs if f.trouble)
        if self.newest is None:
            if not any(f.trouble for _, f in self.pairs):
                yield f"No notebook, but {_kinds(self.pairs)}."
            return
        if self._is_late():
            yield "Late, as Canvas says" + ("." if self.when else "; how late is not known.")
        if others := [n for n in sorted(names) if n and not self.known.is_named(self.student, n)]:
            yield f"The download calls it {shown(others[0])}: a group's? Others have nothing then."
        if owners.file_stem(self.newest[0]) != self.name:
            yield f"Its name is {shown(self.newest[0].file)}."
        if len(self.notebooks) > 1:
            yield f"The newest of {len(self.notebooks)}; the others were put aside."

    def _is_late(self):
        return bool(self.newest and self.newest[0].late)

    def note(self):
        """{student: what the export and the next download need to know}, when there is any."""
        if self.newest is None or self.what in ("older", "broken", "failed", "nothing"):
            return {}
        who = self.newest[0]
        said = {"upload": who.upload, who.system: who.prefix}
        if who.system == "moodle":
            said["participant"] = who.id
        found = self.before | {k: v for k, v in said.items() if k and v}
        return {self.student: {k: v for k, v in (found | {"late": who.late}).items() if v}}


def _age(who, found, name):
    """What orders one student's files from old to new; it proves no time of hand-in."""
    named = owners.TIME.search(found.path.name)
    named = owners.utc(named) if named else None
    return (
        *(when.timestamp() if when else 0.0 for when in (who.when, named)),
        who.upload,
        found.made or datetime.min,
        owners.file_stem(who) == name,
        str(found.path),
    )
