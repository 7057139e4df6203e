"""Grading again after a check was mended: first what would change, then, when asked, the change."""

from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from ..gradebook import gradebook
from .keeper import keeping, spool_file
from .result import Result
from .row import row
from .spool import Spool, entries


@dataclass
class Change:
    """What a student's score was, what it would be, and in which cells it differs."""

    student: str
    before: float | None
    after: float
    cells: list = field(default_factory=list)
    by_hand: list = field(default_factory=list)


class Stage:
    """Holds new results beside the kept ones. In the place of a Keeper it writes no grade."""

    def __init__(self, keeper, spool):
        self.keeper, self.spool = keeper, spool
        self.known = {e["student"]: (e["key"], row(Result.from_json(e))) for e in spool}
        self.students, self.key_of = keeper.students, keeper.key_of
        self.wanted = {}  # the key of each student's result as things are now

    def kept(self, student, wanted):
        """The Row of a result with this key, kept or staged."""
        self.wanted[student] = wanted
        key, row = self.known.get(student, (None, None))
        return row if key == wanted else self.keeper.kept(student, wanted)

    def reapply(self, students):
        """What the gradebook lacks is the keeper's to write."""
        self.keeper.reapply([s for s in students if s not in self.known])

    def add(self, key, result):
        """Stage a result with its notebook."""
        self.wanted[result.student] = key
        self.spool.add({"key": key, **result.to_json()})

    def staged(self):
        """Yields the staged results that are still what they would be now."""
        return (e for e in self.spool if e["key"] == self.wanted.get(e["student"]))

    def flush(self):
        """Everything is on the disk already."""

    flush_if_due = flush

    def changes(self):
        """[Change, ...] of the students whose score would be another."""
        held = gradebook.scores(self.keeper.book, self.keeper.name)
        hand = gradebook.scored_by_hand(self.keeper.book, self.keeper.name)
        staged = {e["student"]: e["scores"] for e in self.staged()}
        found = [
            _change(s, held.get(s), scores, hand.get(s, ())) for s, scores in sorted(staged.items())
        ]
        return [c for c in found if c.cells]

    def apply(self):
        """Make the staged results the kept ones."""
        for entry in self.staged():
            self.keeper.add(entry["key"], Result.from_json(entry))
        self.keeper.flush()
        self.drop()

    def drop(self):
        """Forget what is staged."""
        self.spool.rewrite([])


def _change(student, before, after, by_hand):
    was = before or {}
    cells = [c for c, score in after.items() if before is None or was.get(c) != score]
    return Change(student, None if before is None else _sum(was), _sum(after), cells,
                  [c for c in cells if c in by_hand])  # fmt: skip


def _sum(scores):
    return round(sum(s for s in scores.values() if s is not None), 4)


@contextmanager
def staging(course, name):
    """A Stage for a lesson's results; what it holds is there again the next time."""
    with keeping(course, name) as keeper:
        path = spool_file(course, name).with_suffix(".regrade.jsonl")
        with closing(Spool(path)) as spool:
            yield Stage(keeper, spool)
        if not any(entries(path)):
            path.unlink()
