"""Where a student's submission lies, and where the ones that do not count are kept."""

import json
from datetime import UTC
from pathlib import Path

from ..storage import FOLDER, digest, in_words, write_file
from . import reading

ASIDE = ".older"


class Place:
    """A student's folder for a lesson in `submitted`, and the one for what was put aside."""

    def __init__(self, course, name, student):
        self.submitted, self.parts = Path(course, "submitted"), (student, name)
        self.folder = self.submitted.joinpath(*self.parts)
        self.notebook = self.folder / f"{name}.ipynb"
        self.older = self.submitted.joinpath(ASIDE, *self.parts)

    def is_safe(self):
        """Whether nothing on the way is a link."""
        return not any(p.is_symlink() for p in (self.notebook, self.folder, self.folder.parent))

    def when(self):
        """When the submission that lies here was handed in, UTC, as far as is known."""
        found = reading.timestamp(self.submitted.parent, *self.parts)
        return found and found.replace(tzinfo=UTC)

    def what(self, data, when, upload, before):
        """What becomes of a notebook, in a word; `upload`, `before`: a system's numbers or 0."""
        if data is None:
            return "broken"
        if not self.notebook.exists():
            return "new"
        if self.notebook.read_bytes() == data:
            return "unchanged"
        was = self.when()
        is_older = when < was if when and was else 0 < upload < before
        return "older" if is_older else "newer"

    def put(self, what, data, when):
        """Do it: the newest becomes the submission, any other is put aside."""
        if what == "older":
            self.aside(data, when)
        if what == "newer":
            self.aside(self.notebook.read_bytes(), self.when())
        if what in ("new", "newer"):
            with in_words(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            write_file(self.notebook, data)
            self._stamp(when)
        if what == "unchanged" and when:
            self._stamp(when)

    def _stamp(self, when):
        path = self.folder / "timestamp.txt"
        if when:
            write_file(path, f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
        else:
            path.unlink(missing_ok=True)

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


def notes(course, name):
    """{student: what downloads told of them}.

    `late`, `upload` (Canvas's number of the file), `participant` (Moodle's number of the student),
    and under `canvas` and `moodle` what stood in front of the file's name.
    """
    path = _notes_file(course, name)
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {student: {"participant": number} for student, number in _numbers(course, name)} | found


def add_notes(course, name, more):
    """Remember what a download told of students."""
    if more:
        text = json.dumps(notes(course, name) | more, indent=1, ensure_ascii=False)
        write_file(_notes_file(course, name), text + "\n")


def late(course, name):
    """The students whose submission is late by what Canvas says."""
    return {student for student, note in notes(course, name).items() if note.get("late")}


def _notes_file(course, name):
    return Path(course, FOLDER, f"{name}.collected.json")


def _numbers(course, name):
    """Moodle's numbers of participants, where version 0.1 kept them."""
    path = Path(course, FOLDER, f"{name}.moodle.json")
    return json.loads(path.read_text(encoding="utf-8")).items() if path.exists() else ()
