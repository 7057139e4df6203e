"""Whose file it is: what the names in a download tell, and which student that is."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from . import blackboard, canvas, moodle

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T_-](\d\d)[-:.](\d\d)[-:.](\d\d)")


@dataclass(frozen=True)
class Who:
    """Whose file it is, as a download tells it.

    `around` is the outermost folder that it lies in, where that is not the name. `upload` is the
    system's own number of the file: later ones are larger. `prefix` is what the system's upload of
    many files asks for in front of a name. `when` is the time of hand-in, UTC.
    """

    name: str
    system: str = ""
    id: str = ""
    around: str = ""
    email: str = ""
    file: str = ""
    late: bool = False
    upload: int = 0
    prefix: str = ""
    when: datetime | None = None

    @property
    def key(self):
        return self.system, self.id, self.name, self.around


def owner(path, lesson):
    """The Who that the path of a file in a download tells, or None.

    The outermost name that tells decides: what lies within is the student's own choice.
    """
    if told := next(filter(None, map(told_by_a_system, path.parts)), None):
        name, file = clean(told["name"]), told.get("file") or path.name
        return Who(**told | {"name": name, "file": file})
    names = [clean(name) for name in _plain_owner(path, lesson)]
    if not any(names):
        return None
    around = names[0] if len(names) > 1 else ""
    return Who(names[-1], around=around, file=path.name, when=_named_time(path.parts[:-1]))


def told_by_a_system(part):
    """What a name that Moodle, Canvas or Blackboard made tells, as fields of a Who; else None."""
    return next(filter(None, (s.told(part) for s in (moodle, canvas, blackboard))), None)


def _plain_owner(path, lesson):
    """The names in STUDENT/..., .../STUDENT/LESSON/... or LESSON_STUDENT.ipynb, outermost first."""
    if len(path.parts) > 1:
        inner = path.parts[1:-1]
        before = path.parts[inner.index(lesson)] if lesson in inner else path.parts[0]
        return [TIME.sub("", n).strip(" _-+") for n in dict.fromkeys((path.parts[0], before))]
    if path.suffix.lower() not in (".ipynb", ".zip") or path.stem == lesson:
        return []
    return [TIME.sub("", path.stem.replace(lesson, "")).strip(" _-+")]


def _named_time(parts):
    """The time in the name of a folder; a file's own name is the student's, and proves nothing."""
    found = next(filter(None, map(TIME.search, parts)), None)
    return utc(found) if found else None


def utc(found):
    """The local time that a match of TIME holds, in UTC; None where there is no such time."""
    try:
        return datetime(*map(int, found.groups())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clean(name):
    """A name in one form of Unicode, without needless spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def plain(text):
    """What of a name is compared: letters and digits."""
    return "".join(c for c in text.casefold() if c.isalnum())


class People:
    """The students of a course, found by what a download says of them.

    `people`: [{id, first_name, last_name, email, lms_user_id}, ...]
    """

    def __init__(self, people):
        self.lms = {p["id"]: p["lms_user_id"] or "" for p in people}
        self.by_lms = {lms: id for id, lms in self.lms.items() if lms}
        self.by_email = {p["email"].casefold(): p["id"] for p in people if p["email"]}
        self.by_name = defaultdict(set)
        for p in people:
            first, last = p["first_name"] or "", p["last_name"] or ""
            for text in (f"{first} {last}", f"{last} {first}"):
                self.by_name[plain(text)].add(p["id"])
        self.by_name.pop("", None)

    def find(self, who):
        """The id of the one student who this can be, or None."""
        if who.system == "canvas" and who.id in self.by_lms:
            return self.by_lms[who.id]
        if who.email and who.email.casefold() in self.by_email:
            return self.by_email[who.email.casefold()]
        for name in _names(who):
            if name in self.lms and not self._is_another(name, who):
                return name
            same = [s for s in self.by_name.get(plain(name), ()) if not self._is_another(s, who)]
            if len(same) == 1:
                return same[0]
        return None

    def _is_another(self, student, who):
        """Whether Canvas gave this student another number than the file's."""
        return who.system == "canvas" and self.lms[student] not in ("", who.id)

    def is_named(self, student, name):
        """Whether a student is called so."""
        known = student in self.by_name.get(plain(name), ()) or plain(student) == plain(name)
        return known or not any(student in ids for ids in self.by_name.values())


def _names(who):
    """What may be a student's id or name: Gradescope's own id, then from the outside inwards."""
    if who.system == "gradescope" and who.id:
        yield who.id
    yield from filter(None, (who.around, who.name))
    if who.system == "moodle":
        yield from moodle.without_group(who.name)


def new_ids(whos, taken):
    """{key of a Who: an id for a new student}: the name, with the number where it is not enough."""
    found, names = {}, defaultdict(set)
    for who in whos:
        names[who.name].add(who.id)
    for who in whos:
        alone = who.name and len(names[who.name]) == 1 and who.name not in taken
        found[who.key] = who.name if alone else f"{who.name or who.system}-{who.id}"
    return found


def file_stem(who):
    """The name that the student gave the file, without its ending and Canvas's count."""
    stem = PurePosixPath(who.file).stem
    return canvas.without_count(stem) if who.system == "canvas" else stem
