"""The judge: what the reference and the known mistakes do in a check, and the verdict on a student.

Runs in the trusted process; nothing of a student's runs here.
"""

import builtins
import hashlib
import time
from contextlib import contextmanager
from functools import cache, lru_cache

import tinygrad_lessons as package

from ...exercise import marked, replace
from ...lab.compare import IMPOSSIBLE, Raised, Text, Transfers, difference, same
from ...lab.observe import load, look
from ...lab.verdict import Verdict, recognise
from .clock import TooLong, within

SECONDS = 60  # for the names of an exercise's mistakes
MISTAKE_SECONDS = 2  # of processor time, for one known mistake in one check
IDLE_SEEDS = 1, 2, 3
MOST = 4, 20  # entries that are looked at: times the reference's, and so many more


def seed_of(*parts):
    """A number below 2**63 that depends on every part."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def expected(cell, check, device, seed):
    """What the reference does in one check of a CheckCell: a list of observations."""
    return look(load(cell.source)[check], package, device, seed)


@contextmanager
def replaced(exercise, function):
    """The reference with `function` in the place of one exercise, within a with block."""
    replace(exercise, function)
    try:
        yield
    finally:
        replace(exercise, marked[exercise])


_endless = set()  # known mistakes in checks in which they do not come to an end


def observed_mistakes(cell, check, device, seed, known):
    """[(name, hint, observations), ...] of the known mistakes in the cell's exercise.

    Of one that does not come to an end, "timeout" stands for the observations. Of the answers that
    do nothing, which have no hint, only one that passes is there, if there is one.
    """
    known = [answer for answer in known if answer.exercise == cell.exercise]
    idle = tuple((answer.name, answer.function) for answer in known if not answer.hint)
    found = [
        (answer.name, answer.hint, observed(cell, check, device, seed, answer))
        for answer in known
        if answer.hint
    ]
    if name := _idle_that_passes(cell, check, device, idle):
        found.append((name, "", expected(cell, check, device, seed)))
    return found


@cache
def _idle_that_passes(cell, check, device, idle):
    """The name of the first that does, on several seeds; "" where none does."""
    right = [expected(cell, check, device, seed) for seed in IDLE_SEEDS]
    for name, function in idle:
        with replaced(cell.exercise, function):
            seeds = zip(IDLE_SEEDS, right, strict=True)
            if all(same(want, expected(cell, check, device, seed)) for seed, want in seeds):
                return name
    return ""


def observed(cell, check, device, seed, answer):
    """What a known answer does in a check, or "timeout"."""
    code = getattr(answer.function, "__code__", None)  # the file may be loaded many times
    this = answer.exercise, answer.name, code, check, device
    if this in _endless:
        return "timeout"
    with replaced(cell.exercise, answer.function):
        try:
            return within(MISTAKE_SECONDS, expected, cell, check, device, seed)
        except TooLong:
            _endless.add(this)
            return "timeout"


def judge(cell, runs, known):
    """Verdicts of one exercise; `runs`: [(CheckFunction, device, seed, observations, trouble)]."""
    seeds = {(check.name, device): seed for check, device, seed, _, _ in runs}
    with _libraries().limit(limits=1):
        verdicts = [_verdict(cell, *run) for run in runs]
        _recognise(verdicts, cell, seeds, known)
    for verdict in verdicts:
        for finding in verdict.findings if verdict.hidden else ():
            _say_nothing_of_theirs(finding, cell.exercise)
    return verdicts


@cache
def _libraries():
    """NumPy's: a check's products are small, and where workers share the cores threads cost."""
    from threadpoolctl import ThreadpoolController  # not where a student's tests import this

    return ThreadpoolController()


def _recognise(verdicts, cell, seeds, known):
    end = time.monotonic() + SECONDS

    def mistakes(name, device):
        if time.monotonic() > end:
            return []
        return observed_mistakes(cell, name, device, seeds[name, device], known)

    recognise(verdicts, mistakes)


@lru_cache(maxsize=256)
def _expected_of_all(cell, check, device, seed):
    """As `expected`, with every exercise the reference's; kept for a second look."""
    return expected(cell, check, device, seed)


def _verdict(cell, check, device, seed, yours, trouble):
    right = _expected_of_all(cell, check.name, device, seed)
    if isinstance(yours, list):
        yours = yours[: MOST[0] * len(right) + MOST[1]]
    return Verdict(check.name, device, right, yours, trouble=trouble, hidden=check.hidden)


def _say_nothing_of_theirs(finding, exercise):
    """Of a hidden check no words leave the student's process, which knew the check's text."""
    yours = finding.yours
    if isinstance(yours, Raised):
        words = f"{exercise} is yours to write" if yours.unwritten else ""
        finding.yours = Raised(_known_name(yours.type), words, unwritten=yours.unwritten)
    elif isinstance(yours, Text):
        finding.yours = Text(_known_name(yours.type), "another text")
    else:
        return
    if finding.difference:
        finding.difference = difference(finding.expected, finding.yours)


def _known_name(name):
    """The name of a type that Python itself has; others are not repeated."""
    found = getattr(builtins, name, None)
    return name if isinstance(found, type) or name == "NoneType" else "something of its own"


def odd_counts(exercise, verdicts):
    """In words, what a person should look at: copies that were counted wrongly on purpose."""
    lies = {v.check for v in verdicts for f in v.findings if _impossible(f)}
    fewer = {v.check for v in verdicts if v.passed for f in v.findings if _fewer(f)}
    for checks, words in (
        (lies, "counts of copies that cannot be"),
        (fewer, "fewer copies than the reference makes"),
    ):
        if checks:
            yield f"Worth reading: {exercise} gave {words} ({', '.join(sorted(checks))})."


def _impossible(finding):
    # an array would compare number by number
    return isinstance(finding.yours, Text) and finding.yours == IMPOSSIBLE


def _fewer(finding):
    want, got = finding.expected, finding.yours
    return isinstance(want, Transfers) and (got.up < want.up or got.down < want.down)
