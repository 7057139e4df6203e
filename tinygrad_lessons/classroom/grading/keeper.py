"""The only writer: keeps each result before it counts as done.

Per batch the graded notebooks are written, then the spool, then the gradebook. A result is known
by its key, so the same command, run again after any end, does what is left.
"""

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..gradebook import due, gradebook
from ..gradebook.course import db_url
from ..intake import reading
from ..names import assignment
from ..storage import FOLDER, alone
from .autograded import graded_file, write_graded
from .keys import handed_in
from .result import Result
from .row import Row, row
from .spool import Spool, entries

BATCH, SECONDS = 25, 1.0


@dataclass
class Kept:
    """What is remembered of a result that is kept: enough for its Row, and to write it again."""

    key: str
    scores: dict
    row: Row
    applied: bool = False


class Keeper:
    """Keeps results: notebook, spool, gradebook, in this order, so that nothing is half done."""

    def __init__(self, course, name, book, spool):
        self.course, self.name, self.book, self.spool = Path(course), name, book, spool
        self.batch, self.due = [], time.monotonic() + SECONDS
        self.known = _remembered(spool)
        self.held = gradebook.scores(book, name)

    def students(self):
        """Everyone in the gradebook."""
        return gradebook.students(self.book)

    def key_of(self, student):
        return self.known[student].key if student in self.known else None

    def kept(self, student, wanted):
        """The Row of a result with this key; None where there is none, or no notebook of it."""
        found = self.known.get(student)
        if found and found.key == wanted and graded_file(self.course, student, self.name).exists():
            return found.row

    def add(self, key, result):
        """Take a result; it is kept at the latest with the next flush()."""
        self.batch.append((key, result))
        if len(self.batch) >= BATCH:
            self.flush()

    def flush_if_due(self):
        if time.monotonic() > self.due:
            self.flush()

    def flush(self):
        """Keep what was added."""
        batch, self.batch, self.due = self.batch, [], time.monotonic() + SECONDS
        if not batch:
            return
        for _, result in batch:
            write_graded(self.course, self.name, result)
        self.spool.add(*(_line(key, result) for key, result in batch))
        self._apply(batch, {r.student for key, r in batch if self._is_unchanged(key, r.student)})

    def _is_unchanged(self, key, student):
        """Whether a student's last result in the gradebook was of the same submission."""
        found = self.known.get(student)
        return bool(found and found.applied and handed_in(found.key) == handed_in(key))

    def _apply(self, batch, unchanged=()):
        gradebook.write(self.book, self.name, [result for _, result in batch], unchanged)
        self.spool.add({"applied": {result.student: key for key, result in batch}})

    def reapply(self, students):
        """Write results again that are kept but that the gradebook does not hold as they are."""
        lost = [s for s in students if self._is_lost(s)]
        for start in range(0, len(lost), BATCH):
            self._apply([self._whole(s) for s in lost[start : start + BATCH]])

    def _is_lost(self, student):
        found = self.known[student]
        return not found.applied or self.held.get(student) != found.scores

    def _whole(self, student):
        found = self.known[student]
        text = graded_file(self.course, student, self.name).read_text(encoding="utf-8")
        return found.key, Result(student, found.scores, notebook=text)

    def finish(self):
        """When submissions came in, extensions, and what being late costs."""
        held = gradebook.scores(self.book, self.name)
        times = reading.timestamps(self.course, self.name, held)
        due.settle(self.book, self.course, assignment(self.name), times)


def _line(key, result):
    """A result as the spool has it; its notebook is in a file of its own."""
    line = {"key": key, **result.to_json()}
    del line["notebook"]
    return line


@contextmanager
def keeping(course, name):
    """A Keeper of the lesson's results, the only one there is at a time."""
    with alone(course), gradebook.connect(db_url(course)) as book:
        with closing(Spool(spool_file(course, name))) as spool:
            yield Keeper(course, name, book, spool)


def spool_file(course, name):
    """Where results are kept: .grading/03_gram.jsonl, .grading/ps1/problem1.jsonl."""
    return Path(course, FOLDER, f"{name}.jsonl")


def _remembered(spool):
    """{student: Kept} of a spool; it is written anew when most of it is outdated."""
    known, count = {}, 0
    for entry in spool:
        count += 1
        if "applied" in entry:
            for student, applied in entry["applied"].items():
                if student in known:
                    known[student].applied = known[student].key == applied
        else:
            known[entry["student"]] = _kept(entry)
    if count > 4 * len(known) + 100:
        applied = {s: k.key for s, k in known.items() if k.applied}
        spool.rewrite(chain(_latest(spool.path), [{"applied": applied}]))
    return known


def _kept(entry):
    result = Result.from_json(entry)
    return Kept(entry["key"], result.scores, row(result))


def results(course, name):
    """The latest kept Result of each student of a lesson, without its notebook, one at a time."""
    return map(Result.from_json, _latest(spool_file(course, name)))


def _latest(path):
    last = {e["student"]: number for number, e in enumerate(entries(path)) if "student" in e}
    numbers = set(last.values())
    return (e for number, e in enumerate(entries(path)) if number in numbers)
