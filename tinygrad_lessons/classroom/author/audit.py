"""The audit: does every check see enough, and does no check refuse what is right?"""

from dataclasses import dataclass

from ...exercise import yours
from ...lab.compare import same
from ...lab.verdict import Verdict, recognise
from .. import DEVICES
from ..grading import judge
from . import lesson, mistakes

MANY = 30  # seeds on which a check that draws one of a few cases shows more than one


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an exercise's checks, mistakes or right forms, in words."""

    exercise: str
    text: str

    def __str__(self):
        return f"{self.exercise}: {self.text}"


def audit(course, name, seeds=range(5), devices=DEVICES):
    """Every Fault of a lesson, over all seeds and devices."""
    answers = mistakes.answers(course, name)
    one = lesson.load(course, name)
    for exercise in one.exercises:
        known = [a for a in answers if a.exercise == exercise.id]
        yield from (Fault(exercise.id, text) for text in _faults(exercise, known, seeds, devices))
    strange = {a.exercise for a in answers} - {e.id for e in one.exercises}
    yield from (Fault(id, "has known answers, but no check cell in the lesson") for id in strange)


def _faults(exercise, known, seeds, devices):
    cell = exercise.cell
    numbers = {s: judge.seed_of("audit", exercise.id, s) for s in seeds}
    runs = [(c.name, d, s) for c in cell.checks for d in devices for s in seeds]
    right = {run: judge.expected(cell, *run[:2], numbers[run[2]]) for run in runs}
    yield from _reference(cell, right, numbers, devices)
    yield from _stub(exercise, right, numbers)
    yield from _nothing(cell, right, numbers)
    seen = {a: _observe(cell, a.function, right, numbers) for a in known}
    for answer, theirs in seen.items():
        if answer.hint:
            yield from _mistake(answer, right, seen, seeds)
        else:
            failed = [run for run in runs if not same(right[run], theirs[run])]
            if failed:
                verdict = Verdict(*failed[0][:2], right[failed[0]], theirs[failed[0]])
                yield f"the right form {answer.name} fails {verdict.check}: {verdict.why}"
    if len([a for a in known if a.hint]) < 3:
        yield "has fewer than three known mistakes"


def _observe(cell, function, right, numbers):
    with judge.replaced(cell.exercise, function):
        return {run: judge.expected(cell, *run[:2], numbers[run[2]]) for run in right}


def _reference(cell, right, numbers, devices):
    for (name, device, s), seen in right.items():
        if not same(seen, judge.expected(cell, name, device, numbers[s])):
            yield f"{name} sees the reference differ from itself"
            return
        if any(e["label"] == name and e["value"]["kind"] == "raised" for e in seen):
            yield f"{name} fails on the reference: {seen[-1]['value']['text']}"
    for check in cell.checks:
        first = right[check.name, devices[0], next(iter(numbers))]
        others = (judge.seed_of("audit", check.name, n) for n in range(MANY))
        if all(same(first, judge.expected(cell, check.name, devices[0], n)) for n in others):
            yield f"{check.name} sees the same for every seed"


def _stub(exercise, right, numbers):
    def stub(*args, **options):
        return yours(f"{exercise.id}?", exercise.lesson, exercise.number)

    seen = _observe(exercise.cell, stub, right, numbers)
    for (name, device, s), theirs in seen.items():
        verdict = Verdict(name, device, right[name, device, s], theirs)
        if verdict.passed or f"{exercise.id}?" not in verdict.why:
            yield f"{name} on {device} does not say that the exercise is unwritten"
            return


def _nothing(cell, right, numbers):
    """A check that passes for an answer which does nothing gives points for nothing."""
    for value in (None, 1):
        seen = _observe(cell, lambda *args, value=value, **options: value, right, numbers)
        idle = sorted({run[0] for run in right if same(right[run], seen[run])})
        if idle:
            yield f"{', '.join(idle)} passes for an answer that only returns {value}"


def _mistake(answer, right, seen, seeds):
    missed, misread = 0, set()
    for s in seeds:
        verdicts = [
            Verdict(*run[:2], right[run], seen[answer][run]) for run in right if run[2] == s
        ]
        if all(v.passed for v in verdicts):
            missed += 1
            continue
        known = {
            (run[0], run[1]): [(a.name, a.hint, seen[a][run]) for a in seen if a.hint]
            for run in right
            if run[2] == s
        }
        recognise(verdicts, lambda name, device, known=known: known[name, device])
        misread |= {v.mistake for v in verdicts if v.mistake} - {answer.name}
        if not any(v.mistake == answer.name for v in verdicts):
            misread.add("no mistake")
    if missed:
        yield f"the mistake {answer.name} is missed on {missed} of {len(seeds)} seeds"
    if misread:
        yield f"the mistake {answer.name} is taken for {', '.join(sorted(misread))}"
