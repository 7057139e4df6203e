"""The judge: what the reference and the known mistakes do in a check, and the verdict on a student.

Runs in the trusted process; nothing of a student's runs here.
"""

import hashlib
from contextlib import contextmanager

import tinygrad_lessons as package

from ...exercise import marked, replace
from ...lab.observe import load, look
from ...lab.verdict import Verdict, recognise


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


def observed_mistakes(cell, check, device, seed, known):
    """[(name, hint, observations), ...] of the known mistakes in the cell's exercise."""
    seen = []
    for answer in known:
        if answer.exercise == cell.exercise:
            with replaced(cell.exercise, answer.function):
                seen.append((answer.name, answer.hint, expected(cell, check, device, seed)))
    return seen


def judge(cell, runs, known):
    """Verdicts of one exercise; `runs`: [(CheckFunction, device, seed, observations, trouble)]."""
    seeds = {(check.name, device): seed for check, device, seed, _, _ in runs}
    verdicts = [
        Verdict(
            check.name,
            device,
            expected(cell, check.name, device, seed),
            yours,
            trouble=trouble,
            hidden=check.hidden,
        )
        for check, device, seed, yours, trouble in runs
    ]
    return recognise(
        verdicts,
        lambda name, device: observed_mistakes(cell, name, device, seeds[name, device], known),
    )
