"""The audit: does every check see enough, and does no check refuse what is right?"""

from dataclasses import dataclass
from functools import cache

import numpy as np

import tinygrad_lessons as package

from ...exercise import yours
from ...lab.compare import Tensor, decode, same
from ...lab.observe import load, look
from ...lab.verdict import Verdict, recognise
from .. import DEVICES
from ..grading import judge
from . import idle, lesson, mistakes
from .release import PUBLIC_SEED

MANY = 30  # seeds on which a check that draws one of a few cases shows more than one
NAMED = 10  # seeds on which each mistake has to be told from all others
ENOUGH = 4  # numbers that are all zero by the seed alone, and not by chance


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an exercise's checks, mistakes or right forms, in words."""

    exercise: str
    text: str

    def __str__(self):
        return f"{self.exercise}: {self.text}"


def audit(course, name, seeds=range(5), devices=DEVICES, begin=lambda exercise: None):
    """Every Fault of a lesson, over all seeds and devices; `begin(id)` as each exercise begins."""
    answers, asked = mistakes.answers(course, name), mistakes.demanded(course, name)
    one = lesson.load(course, name)
    for exercise in one.exercises:
        begin(exercise.id)
        known = [a for a in answers if a.exercise == exercise.id]
        for text in _faults(exercise, known, seeds, devices):
            yield Fault(exercise.id, text)
        for text in _demands(exercise.id, [a for a in asked if a[0] == exercise.id]):
            yield Fault(exercise.id, text)
    strange = {a.exercise for a in answers} - {e.id for e in one.exercises}
    yield from (Fault(id, "has known answers, but no check cell in the lesson") for id in strange)


@cache
def _loaded(source):
    return load(source)


def _expected(cell, check, device, seed):
    return look(_loaded(cell.source)[check], package, device, seed)


def _faults(exercise, known, seeds, devices):
    cell = exercise.cell
    numbers = {s: judge.seed_of("audit", exercise.id, s) for s in seeds}
    runs = [(c.name, d, s) for c in cell.checks for d in devices for s in seeds]
    right = {run: _expected(cell, *run[:2], numbers[run[2]]) for run in runs}
    yield from _reference(cell, right, numbers, devices)
    yield from _dead(cell, right, devices)
    yield from _stub(exercise, right, numbers)
    yield from _nothing(cell, right, numbers, seeds)
    seen = {a: _observed(cell, a, right, numbers) for a in known}
    for answer, theirs in seen.items():
        if answer.hint:
            yield from _mistake(answer, right, seen, seeds)
        else:
            failed = [run for run in runs if not same(right[run], theirs[run])]
            if failed:
                verdict = _verdict(failed[0], right, theirs)
                yield f"the right form {answer.name} fails {verdict.check}: {verdict.why}"
    if len([a for a in known if a.hint]) < 3:
        yield "has fewer than three known mistakes"


def _demands(exercise, asked):
    """What the text asks for: each with a mistake that breaks it; `_mistake` sees it caught."""
    if not asked:
        yield "has no list of demands; say what its text asks for with demands(...)"
    for _, demand, name in asked:
        if name is None:
            yield f"the demand {demand!r} has no @mistake that breaks it"


def _observe(cell, function, right, numbers):
    with judge.replaced(cell.exercise, function):
        return {run: _expected(cell, *run[:2], numbers[run[2]]) for run in right}


def _observed(cell, answer, right, numbers):
    """What a known answer does; "timeout" where it does not come to an end."""
    return {run: judge.observed(cell, *run[:2], numbers[run[2]], answer) for run in right}


def _verdict(run, right, theirs):
    if isinstance(theirs[run], str):
        return Verdict(*run[:2], right[run], None, trouble=theirs[run])
    return Verdict(*run[:2], right[run], theirs[run])


def _reference(cell, right, numbers, devices):
    for (name, device, s), seen in right.items():
        if not same(seen, _expected(cell, name, device, numbers[s])):
            yield f"{name} sees the reference differ from itself"
            return
        if any(e["label"] == name and e["value"]["kind"] == "raised" for e in seen):
            yield f"{name} fails on the reference: {seen[-1]['value']['text']}"
    for check in cell.checks:
        first = right[check.name, devices[0], next(iter(numbers))]
        others = (judge.seed_of("audit", check.name, n) for n in range(MANY))
        if all(same(first, _expected(cell, check.name, devices[0], n)) for n in others):
            yield f"{check.name} sees the same for every seed"


def _dead(cell, right, devices):
    """Numbers that the public seed makes all zero: a wrong answer may make them zero, too."""
    seed = judge.seed_of(PUBLIC_SEED, cell.exercise)
    for check in cell.checks:
        zero = _zeros(_expected(cell, check.name, devices[0], seed))
        found = [_zeros(seen) for run, seen in right.items() if run[:2] == (check.name, devices[0])]
        for label in sorted(zero):
            if not all(label in labels for labels in found):
                yield f"{check.name} compares zeros with zeros for the public seed: {label}"


def _zeros(seen):
    """The labels under which nothing but zeros was observed, of numbers that can be others."""
    values = {e["label"]: decode(e["value"]) for e in seen if not e.get("given")}
    arrays = {label: x.array if isinstance(x, Tensor) else x for label, x in values.items()}
    return {
        label
        for label, x in arrays.items()
        if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.size >= ENOUGH and not x.any()
    }


def _stub(exercise, right, numbers):
    def stub(*args, **options):
        return yours(f"{exercise.id}?", exercise.lesson, exercise.number)

    seen = _observe(exercise.cell, stub, right, numbers)
    for (name, device, s), theirs in seen.items():
        verdict = Verdict(name, device, right[name, device, s], theirs)
        if verdict.passed or f"{exercise.id}?" not in verdict.why:
            yield f"{name} on {device} does not say that the exercise is unwritten"
            return


def _nothing(cell, right, numbers, seeds):
    """No answer that does nothing passes every check, and one that returns a value passes none."""
    few = {run: seen for run, seen in right.items() if run[2] in list(seeds)[:2]}
    seen = {name: _observe(cell, f, few, numbers) for name, f in idle.ANSWERS.items()}
    for name in ("returns None", "returns 1"):
        if found := sorted({run[0] for run in few if same(right[run], seen[name][run])}):
            yield f"{', '.join(found)} passes for an answer that only {name}"
    for name, theirs in seen.items():
        if all(same(right[run], theirs[run]) for run in few):
            yield f"every check passes for an answer that only {name}"


def _mistake(answer, right, seen, seeds):
    missed, misread = 0, set()
    for s in seeds:
        verdicts = [_verdict(run, right, seen[answer]) for run in right if run[2] == s]
        if all(v.passed for v in verdicts):
            missed += 1
            continue
        if s not in list(seeds)[:NAMED]:
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
