"""The only writer: has every submission graded, and keeps each result before it counts as done.

Per batch the graded notebooks are written, then the spool, then the gradebook. A result is known
by what it was made of, so the same command, run again after any end, does what is left.
"""

import json
import math
import shutil
import signal
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

from ..gradebook import due, gradebook
from ..gradebook.course import db_url
from ..intake import reading
from ..storage import FOLDER, alone, digest, in_words, write_file
from .spool import Spool, entries
from .workers import Task, key

BATCH, SECONDS = 25, 1.0
FINDINGS, LONGEST = 50, 500  # of a result: findings, characters in each
NOTEBOOK = 64 << 20
SHUT = "not graded: you may not read the notebook"
VERDICT = {"exercise": str, "check": str, "device": str, "why": str, "mistake": str, "hint": str,
           "trouble": str, "hidden": bool, "passed": bool}  # fmt: skip


@dataclass
class Row:
    """One student's line in the summary. `score` is None where there is no grade."""

    student: str
    score: float | None = None
    max: float = 0.0
    by_hand: int = 0
    wrong: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    trouble: str = ""
    new: bool = False

    @property
    def passed(self):
        """Whether no point was lost so far."""
        return self.score is not None and not self.wrong


def row(record, new=False):
    """The Row of a result."""
    known = [s for s in record["scores"].values() if s is not None]
    return Row(
        record["student"],
        round(sum(known), 4),
        sum(record["max"].values()),
        len(record["scores"]) - len(known),
        _wrong(record),
        record["findings"],
        new=new,
    )


def _wrong(record):
    """In a few words what lost points: recognised mistakes and troubles, and what is unwritten."""
    if not record.get("read", True):
        return ["could not be read"]
    seen, unwritten = {}, set()
    for v in record["verdicts"]:
        if not v["passed"]:
            words = v["mistake"].replace("_", " ") or v["trouble"]
            seen[v["exercise"]] = seen.get(v["exercise"]) or words
            if "is yours to write" in v["why"]:
                unwritten.add(v["exercise"])
    lost = [c for c, s in record["scores"].items() if s is not None and s < record["max"][c]]
    lost = [c for c in lost if c.removeprefix("check-") not in seen]
    left = [e for e, words in seen.items() if e in unwritten and not words]
    wrong = [f"{e}: {words}" if words else e for e, words in seen.items() if e not in left]
    left += [c for c in lost if c in record.get("answers", ())]
    others = [c for c in lost if c not in left]
    if len(left) == len(record["scores"]):
        return ["nothing written"]
    return wrong + ([f"not written: {', '.join(left)}"] if left else []) + others


class Grading:
    """One run over a lesson's submissions. Afterwards its attributes say how it went:

    `total` submissions, `kept` from before, `again` graded anew though they had not changed (a
    check or the grader had), `stopped` when it was asked to stop.
    """

    def __init__(self, course, name, setting, *, unsafe=False, force=False):
        self.course, self.name, self.setting, self.force = Path(course), name, setting, force
        self.ground = ground(self.course, name, setting, unsafe)
        self.total = self.kept = self.again = 0
        self.stopped = False

    def plan(self, keeper):
        """([Task, ...] of what is missing or changed, [Row, ...] of all others)."""
        tasks, rows = [], []
        for one in reading.find(self.course, self.name, keeper.students()):
            self.total += one.handed_in
            if not one.handed_in:
                rows.append(Row(one.student, findings=one.findings))
            elif reading.unfit(one.student):
                rows.append(Row(one.student, findings=one.findings, trouble="not graded"))
            elif one.is_shut():
                rows.append(Row(one.student, findings=one.findings, trouble=SHUT))
            elif found := self._kept(keeper, one):
                rows.append(found)
            else:
                tasks.append(Task(one, self.ground))
        keeper.reapply([r.student for r in rows if r.score is not None])
        self.kept = sum(r.score is not None for r in rows)
        return tasks, rows

    def _kept(self, keeper, one):
        wanted = key(self.ground, *one.load())
        found = keeper.kept(one.student, wanted)
        before = keeper.key_of(one.student)
        same = before and _handed_in(before) == _handed_in(wanted)
        self.again += bool(same and not found)
        return None if self.force else found

    def run(self, tasks, pool, keeper):
        """Yields the Row of each task when its result is in the keeper's hands, None in between."""
        with stop_when_asked() as asked:
            for answer in pool.results(self.setting, tasks):
                if asked.is_set():
                    self.stopped = True
                    break
                yield answer and self._take(keeper, *answer)
                keeper.flush_if_due()
            keeper.flush()

    def _take(self, keeper, task, result):
        try:
            if isinstance(result, Exception):
                raise result
            result = checked(result, task.student, self.setting.snapshot)
        except Exception as error:
            words = " ".join(str(error).split()) or type(error).__name__
            return Row(task.student, trouble=f"not graded: {words[:LONGEST]}")
        keeper.add(task.key, result)
        return row(result, new=True)


def ground(course, name, setting, unsafe=False):
    """A hash of all that every score of a lesson depends on."""
    released = {k: setting.snapshot[k] for k in ("lesson", "cells", "release")}
    parts = [released, list(setting.devices), digest(setting.secret.encode()), unsafe]
    mistakes = Path(course, "mistakes", f"{name}.py")
    known = mistakes.read_bytes() if mistakes.exists() else b""
    return digest(json.dumps(parts, sort_keys=True).encode(), known, version().encode())


@cache
def version():
    """A hash of the grader's own source: a mended grader grades again."""
    here = Path(__file__).parents[1]
    files = [p for p in sorted(here.parent.rglob("*.py")) if here / "commands" not in p.parents]
    return digest(*(p.read_bytes() for p in files))


@contextmanager
def stop_when_asked():
    """An Event that Ctrl-C sets; a second Ctrl-C stops at once."""
    asked = threading.Event()

    def ask(number, frame):
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {n: signal.signal(n, ask) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def checked(result, student, snapshot):
    """A worker's answer, rebuilt from what it must hold. Raises ValueError for any other form."""
    most = {
        c["grade_id"]: float(c["metadata"]["points"])
        for c in snapshot["cells"]
        if "points" in c["metadata"]
    }
    try:
        if result["student"] != student:
            raise ValueError("it is about another student")
        return {
            "student": student,
            "scores": {cell: _score(result["scores"], cell, m) for cell, m in most.items()},
            "max": most,
            "findings": [_text(f)[:LONGEST] for f in result["findings"][:FINDINGS]],
            "verdicts": [_fields(v) for v in result["verdicts"]],
            "answers": [c["grade_id"] for c in snapshot["cells"] if _is_written_answer(c)],
            "read": result.get("read", True) is True,
            "notebook": _notebook(result["notebook"]),
            "boundary": _text(result["boundary"]),
            "seconds": float(result["seconds"]),
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"a worker's answer has the wrong form: {error!r}") from error


def _is_written_answer(cell):
    """Whether a person grades it; untouched it has no points."""
    return bool(cell["metadata"].get("grade") and cell["metadata"].get("solution"))


def _score(scores, cell, most):
    score = scores.get(cell)
    if score is None:
        return None
    if isinstance(score, bool) or not math.isfinite(score) or not 0 <= score <= most:
        raise ValueError(f"{cell}: {score!r} of {most:g} points")
    return float(score)


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    return value


def _fields(verdict):
    found = {name: verdict[name] for name in VERDICT}
    if any(type(found[name]) is not kind for name, kind in VERDICT.items()):
        raise TypeError("a verdict's fields")
    return found


def _notebook(text):
    if len(_text(text)) > NOTEBOOK or not isinstance(json.loads(text)["cells"], list):
        raise ValueError("no notebook")
    return text


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
        self.batch.append({"key": key, **result})
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
        for result in batch:
            write_graded(self.course, self.name, result)
        self.spool.add(*({k: v for k, v in r.items() if k != "notebook"} for r in batch))
        self._apply([r | {"unchanged": self._is_unchanged(r)} for r in batch])

    def _is_unchanged(self, result):
        """Whether a student's last result in the gradebook was of the same submission."""
        found = self.known.get(result["student"])
        same = found and _handed_in(found.key) == _handed_in(result["key"])
        return bool(same and found.applied)

    def _apply(self, batch):
        gradebook.write(self.book, self.name, batch)
        self.spool.add({"applied": {r["student"]: r["key"] for r in batch}})

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
        return {"student": student, "key": found.key, "scores": found.scores, "notebook": text}

    def finish(self):
        """When submissions came in, extensions, and what being late costs."""
        held = gradebook.scores(self.book, self.name)
        times = reading.timestamps(self.course, self.name, held)
        due.settle(self.book, self.course, self.name, times)


def _handed_in(key):
    """The part of a result's key that tells submissions apart."""
    return key.split(".")[1]


@contextmanager
def keeping(course, name):
    """A Keeper of the lesson's results, the only one there is at a time."""
    with alone(course), gradebook.connect(db_url(course)) as book:
        with closing(Spool(spool_file(course, name))) as spool:
            yield Keeper(course, name, book, spool)


def spool_file(course, name):
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
            known[entry["student"]] = Kept(entry["key"], entry["scores"], row(entry))
    if count > 4 * len(known) + 100:
        applied = {s: k.key for s, k in known.items() if k.applied}
        spool.rewrite(chain(_latest(spool.path), [{"applied": applied}]))
    return known


def results(course, name):
    """The latest kept result of each student of a lesson, without its notebook, one at a time."""
    return _latest(spool_file(course, name))


def _latest(path):
    last = {e["student"]: number for number, e in enumerate(entries(path)) if "student" in e}
    numbers = set(last.values())
    return (e for number, e in enumerate(entries(path)) if number in numbers)


def graded_file(course, student, name):
    """Where the graded notebook of a student stands."""
    return Path(course, "autograded", student, name, f"{name}.ipynb")


def write_graded(course, name, result):
    """Put the graded notebook in its place, with the time it was handed in and nothing else."""
    path = graded_file(course, result["student"], name)
    with in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for other in set(path.parent.iterdir()) - {path}:
            is_folder = other.is_dir() and not other.is_symlink()
            shutil.rmtree(other) if is_folder else other.unlink()
    if when := reading.timestamp(course, result["student"], name):
        write_file(path.with_name("timestamp.txt"), f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
    write_file(path, result["notebook"])
