"""What is to be graded of a lesson, and grading it until it is done or somebody stops it."""

import signal
import threading
from contextlib import contextmanager
from pathlib import Path

from ..intake import reading
from . import keys
from .result import LONGEST, Result
from .row import Row, row
from .workers import Task

SHUT = "not graded: you may not read the notebook"


class Grading:
    """One run over a lesson's submissions. Afterwards its attributes say how it went:

    `total` submissions, `kept` from before, `again` graded anew though they had not changed (a
    check or the grader had), `stopped` when it was asked to stop.
    """

    def __init__(self, course, name, setting, *, unsafe=False, force=False, earlier=True, only=()):
        """`force` grades everybody again; without `earlier` also what version 0.1.0 graded.

        `only`: the students whom it is about, else all.
        """
        self.only = set(only)
        self.course, self.name, self.setting, self.force = Path(course), name, setting, force
        self.ground = keys.ground(self.course, name, setting, unsafe)
        before = keys.earlier_grounds(self.course, name, setting, unsafe) if earlier else []
        self.grounds = [self.ground, *before]
        self.total = self.kept = self.again = 0
        self.stopped = False

    def plan(self, keeper):
        """([Task, ...] of what is missing or changed, [Row, ...] of all others)."""
        tasks, rows = [], []
        found = reading.find(self.course, self.name, keeper.students())
        for one in (s for s in found if not self.only or s.student in self.only):
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
        data, findings = one.load()
        wanted = [keys.key(ground, data, findings) for ground in self.grounds]
        found = next(filter(None, (keeper.kept(one.student, key) for key in wanted)), None)
        before = keeper.key_of(one.student)
        same = before and keys.handed_in(before) == keys.handed_in(wanted[0])
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
            result = Result.from_untrusted(result, task.student, self.setting.snapshot)
        except Exception as error:
            words = " ".join(str(error).split()) or type(error).__name__
            return Row(task.student, trouble=f"not graded: {words[:LONGEST]}")
        keeper.add(task.key, result)
        return row(result, new=True)


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
