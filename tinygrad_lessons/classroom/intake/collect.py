"""Downloads from Canvas, Moodle or a folder, put where nbgrader looks: submitted/STUDENT/LESSON/.

Nothing is overwritten: the newest notebook of a student counts, older ones are put aside. A path in
an archive is never used as a path here; it only tells whose notebook it is.
"""

import io
import json
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from .. import Problem
from ..gradebook import gradebook
from ..gradebook.course import db_url
from ..storage import FOLDER, alone, digest, in_words, write_file
from . import reading
from .reading import MAX_BYTES, shown

ASIDE = ".older"
MAX_ENTRIES, MAX_TOTAL, MAX_INNER = 100_000, 20 << 30, 64 << 20
MAX_EACH = 20  # notebooks of one student that are kept
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(file|onlinetext)(_(?P<file>.*))?")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
AGAIN = re.compile(r"(.*)-(\d+)")  # Canvas numbers a file that is handed in again
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T_-](\d\d)[-:.](\d\d)[-:.](\d\d)")
LINK = "{} is a link; links are not followed."


@dataclass
class Found:
    """A file in a download; `load()` gives its bytes, at most as many as a submission may have."""

    path: PurePosixPath
    when: datetime | None
    load: Callable


@dataclass
class Who:
    """Whose file it is, as its name tells it."""

    name: str
    id: str = ""
    system: str = ""
    late: bool = False
    file: str = ""


@dataclass
class Collected:
    """What became of one student's notebook."""

    student: str
    what: str
    when: datetime | None = None
    findings: list = field(default_factory=list)


def collect(course, name, source):
    """([Collected, ...], [sentence about what was refused, ...]) of a folder or a zip."""
    refused = []
    _refuse(Path(course), Path(source))
    with (
        alone(course),
        gradebook.connect(db_url(course)) as book,
        _opened(Path(source)) as archive,
    ):
        if archive:
            files = _in_archive(archive, refused)
        else:
            files = _in_folder(source, refused)
        files = _without_wrapper(list(files))
        if not files and not refused:
            raise Problem(f"There is nothing in {source}. Give what you downloaded.")
        by_owner = _by_owner(files, name, refused)
        students = _students(by_owner, gradebook.people(book))
        done = [
            _one(course, name, student, by_owner[key]) for key, student in sorted(students.items())
        ]
        good = {k: s for k, s in students.items() if not unfit(s)}
        gradebook.add_people(book, [_person(key, s) for key, s in good.items()])
        _note_participants(course, name, good)
    return sorted(done, key=lambda c: c.student), refused


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
    """{(system, id, name): [(Who, Found), ...]}"""
    by_owner = defaultdict(list)
    for found in files:
        if who := owner(found.path, name):
            by_owner[who.system, who.id, who.name].append((who, found))
        elif found.path.suffix.lower() == ".ipynb":
            refused.append(f"{shown(found.path)}: the name does not tell whose it is.")
    return by_owner


@contextmanager
def _opened(source):
    """The ZipFile of a zip, None for a folder."""
    if not source.exists():
        raise Problem(f"There is no {source}. Give the folder or the zip that you downloaded.")
    if source.is_dir():
        yield None
        return
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise Problem(
            f"{source} is neither a folder nor a zip archive that can be read. Download it again."
        ) from None
    with archive:
        if _too_large(archive):
            raise Problem(f"{source} is too large. Unpack it, and give the folder.")
        yield archive


def _too_large(archive):
    infos = archive.infolist()
    return len(infos) > MAX_ENTRIES or sum(i.file_size for i in infos) > MAX_TOTAL


def _in_folder(source, refused):
    for here, folders, files in os.walk(source):
        folders.sort()
        for file in sorted(files) + [f for f in folders if Path(here, f).is_symlink()]:
            path = Path(here, file)
            relative = PurePosixPath(path.relative_to(source).as_posix())
            state = path.lstat()
            if stat.S_ISLNK(state.st_mode):
                refused.append(LINK.format(shown(relative)))
            elif stat.S_ISREG(state.st_mode):
                when = datetime.fromtimestamp(int(state.st_mtime), UTC)
                load = partial(_read_file, path)
                yield from _one_file(relative, when, state.st_size, load, refused)


def _read_file(path, most):
    with open(path, "rb") as file:
        return file.read(most)


def _in_archive(archive, refused, inner=False):
    """Yields a Found for each file of a zip; of a zip within it, too, but no deeper."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if ".." in path.parts or path.is_absolute() or "\\" in info.filename:
            refused.append(f"{shown(info.filename)} points outside of the archive.")
        elif stat.S_ISLNK(info.external_attr >> 16):
            refused.append(LINK.format(shown(path)))
        elif info.flag_bits & 1:
            refused.append(f"{shown(path)} is encrypted.")
        elif not info.is_dir():
            load = partial(_read_member, archive, info)
            when = _zip_time(info)
            yield from _one_file(path, when, info.file_size, load, refused, inner)


def _read_member(archive, info, most):
    try:
        with archive.open(info) as file:
            return file.read(most)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError):
        return None


def _zip_time(info):
    """A zip has this machine's local time; 1980 stands for none."""
    try:
        return datetime(*info.date_time).astimezone(UTC) if info.date_time[0] > 1980 else None
    except ValueError:
        return None


def _one_file(path, when, size, load, refused, inner=False):
    """A notebook as it is, a student's own zip by its contents, of other files only the name."""
    if any(part.startswith((".", "__MACOSX")) for part in path.parts):
        return
    suffix = path.suffix.lower()
    if size > (MAX_INNER if suffix == ".zip" else MAX_BYTES):
        refused.append(f"{shown(path)} has {size >> 20} MB; it was left out.")
    elif suffix == ".ipynb":
        yield Found(path, _named_time(path) or when, partial(load, MAX_BYTES))
    elif suffix == ".zip" and not inner and (archive := _inner(load)):
        with archive:
            files = [] if _too_large(archive) else list(_in_archive(archive, refused, True))
        for file in files:
            again = partial(_load_inner, load, file.path)
            yield Found(path.with_suffix("") / file.path, when or file.when, again)
    else:
        yield Found(path, when, lambda: None)


def _inner(load):
    """A student's own zip. It is read anew for each notebook, so that memory stays small."""
    try:
        return zipfile.ZipFile(io.BytesIO(load(MAX_INNER) or b""))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None


def _load_inner(load, path):
    with _inner(load) as archive:
        return _read_member(archive, archive.getinfo(str(path)), MAX_BYTES)


def _named_time(path):
    if found := TIME.search(path.name):
        try:
            return datetime(*map(int, found.groups())).astimezone(UTC)
        except ValueError:
            return None


def _without_wrapper(found):
    """Without a first folder that all files share, unless it is itself a student's."""
    firsts = {f.path.parts[0] for f in found}
    seconds = {f.path.parts[1] for f in found if len(f.path.parts) > 2}
    if len(firsts) == 1 and len(seconds) > 1 and not MOODLE.fullmatch(*firsts):
        for f in found:
            f.path = PurePosixPath(*f.path.parts[1:])
    return found


def owner(path, lesson):
    """The Who that a path in a download tells, or None."""
    for part in path.parts:
        if match := MOODLE.fullmatch(part):
            return Who(
                _clean(match["name"]), match["id"], "moodle", file=match["file"] or path.name
            )
    for part in reversed(path.parts):
        if match := CANVAS.fullmatch(part):
            late, file = bool(match["late"]), match["file"]
            return Who(_clean(match["name"]), match["id"], "canvas", late, file)
    if lesson in path.parts[1:-1]:
        return Who(_clean(path.parts[path.parts.index(lesson) - 1]), file=path.name)
    if len(path.parts) > 1:
        return Who(_clean(path.parts[0]), file=path.name)
    name = path.stem.replace(lesson, "").strip(" _-+")
    return Who(_clean(name), file=path.name) if name and path.stem != lesson else None


def _clean(name):
    return " ".join(unicodedata.normalize("NFC", name).split())


def unfit(student):
    """Why a name in a download cannot be a student's folder, or None."""
    if not student or student.startswith(".") or "/" in student or "\\" in student:
        return "the name cannot be a folder's"
    return reading.unfit(student)


def _students(by_owner, people):
    """{(system, id, name): student's id}: of those who are known, else their name, if one's own."""
    by_lms = {p["lms_user_id"]: p["id"] for p in people if p["lms_user_id"]}
    has_lms = {p["id"]: p["lms_user_id"] for p in people}
    by_name = defaultdict(set)
    for p in people:
        first, last = p["first_name"] or "", p["last_name"] or ""
        for text in (f"{first} {last}", f"{last}, {first}", f"{last}{first}"):
            by_name[_plain(text)].add(p["id"])
    new = defaultdict(set)
    for _, id, name in by_owner:
        new[name].add(id)
    found = {}
    for system, id, name in by_owner:
        same = by_name.get(_plain(name), set()) - {""}
        if system == "canvas" and id in by_lms:
            found[system, id, name] = by_lms[id]
        elif len(same) == 1:
            found[system, id, name] = min(same)
        elif len(new[name]) > 1 or (system == "canvas" and has_lms.get(name)):
            found[system, id, name] = f"{name}-{id}"
        else:
            found[system, id, name] = name
    return found


def _plain(text):
    return "".join(c for c in text.casefold() if c.isalnum())


def _person(key, student):
    """What the download tells of a student, for the gradebook."""
    system, id, name = key
    first, _, last = name.rpartition(" ") if system == "moodle" else ("", "", "")
    return {
        "id": student,
        "first_name": first or None,
        "last_name": last or None,
        "lms_user_id": id if system == "canvas" else None,
    }


def _note_participants(course, name, students):
    """Moodle's numbers of this assignment's participants, which its grading table asks for."""
    found = {student: id for (system, id, _), student in students.items() if system == "moodle"}
    if found:
        text = json.dumps({**participants(course, name), **found}, indent=1, ensure_ascii=False)
        write_file(_participants_file(course, name), text)


def participants(course, name):
    """{student: Moodle's number of the participant} as far as collected."""
    path = _participants_file(course, name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _participants_file(course, name):
    return Path(course, FOLDER, f"{name}.moodle.json")


def _one(course, name, student, files):
    """Put one student's newest notebook in its place, and all others aside."""
    result = Collected(student, "nothing")
    if why := unfit(student):
        result.findings.append(f"Left out: {why}.")
        return result
    notebooks = [(w, f) for w, f in files if f.path.suffix.lower() == ".ipynb"]
    if not notebooks:
        kinds = ", ".join(sorted({shown(f.path.name) for _, f in files})[:3])
        result.findings.append(f"No notebook, but {kinds}.")
        return result
    notebooks = sorted(notebooks, key=lambda pair: _age(*pair, name))[-MAX_EACH:]
    who, newest = notebooks[-1]
    result.when = newest.when
    if any(w.late for w, _ in notebooks):
        result.findings.append("Late, as Canvas says.")
    if _bare(who) != name:
        result.findings.append(f"Its name is {shown(who.file)}.")
    if len(notebooks) > 1:
        result.findings.append(f"The newest of {len(notebooks)}; the others were put aside.")
    place = _Place(course, name, student)
    if not place.is_safe():
        result.findings.append("Its folder in submitted is a link; links are not followed.")
        return result
    for _, older in notebooks[:-1]:
        place.aside(older.load(), older.when)
    result.what = place.put(newest.load(), newest.when)
    return result


def _bare(who):
    """A file's name without its ending and Canvas's number."""
    stem = PurePosixPath(who.file).stem
    again = AGAIN.fullmatch(stem)
    return again[1] if who.system == "canvas" and again else stem


def _age(who, found, name):
    """What orders one student's files from old to new."""
    again = AGAIN.fullmatch(PurePosixPath(who.file).stem)
    number = int(again[2]) if who.system == "canvas" and again else 0
    when = found.when or datetime.min.replace(tzinfo=UTC)
    return when, number, _bare(who) == name, str(found.path)


class _Place:
    """A student's folder for a lesson in `submitted`, and the one for what was put aside."""

    def __init__(self, course, name, student):
        self.submitted, self.parts = Path(course, "submitted"), (student, name)
        self.folder = self.submitted.joinpath(*self.parts)
        self.notebook = self.folder / f"{name}.ipynb"
        self.older = self.submitted.joinpath(ASIDE, *self.parts)

    def is_safe(self):
        """Whether nothing on the way is a link."""
        return not any(p.is_symlink() for p in (self.notebook, self.folder, self.folder.parent))

    def put(self, data, when):
        """Make this the submission if it is the newest. Returns what became of it, in a word."""
        if data is None:
            return "broken archive"
        there = self.notebook.read_bytes() if self.notebook.exists() else None
        if there == data:
            return "unchanged"
        was = self._when()
        if there is not None and when and was and when < was:
            self.aside(data, when)
            return "older"
        if there is not None:
            self.aside(there, was)
        with in_words(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        write_file(self.notebook, data)
        if when:
            write_file(self.folder / "timestamp.txt", f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
        else:
            (self.folder / "timestamp.txt").unlink(missing_ok=True)
        return "new" if there is None else "newer"

    def _when(self):
        found = reading.timestamp(self.submitted.parent, *self.parts)
        return found and found.replace(tzinfo=UTC)

    def aside(self, data, when):
        """Keep a notebook that does not count, under its time and a hash of what it holds."""
        if data is None:
            return
        name = f"{when:%Y-%m-%d-%H%M%S}" if when else "undated"
        path = self.older / f"{name}-{digest(data)[:8]}.ipynb"
        with in_words(path):
            self.older.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_file(path, data)
