"""The known mistakes of a lesson, each with the hint that a good teacher would give."""

import runpy
import traceback
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .. import Problem
from . import idle

_found = []
_equivalents = []
_demands = []


@dataclass(frozen=True)
class Known:
    """A known answer to an exercise: a mistake with its hint, or another right form without one.

    `more`: a second hint, a fact or a picture in words, for a second look; `note`: what is worth
    knowing of a right form, shown to those who pass.
    """

    exercise: str
    name: str
    function: object
    hint: str = ""
    more: str = ""
    note: str = ""


def mistake(exercise, hint, more=""):
    """Mark a wrong solution. The hint asks before it tells, and never gives the solution."""

    def mark(function):
        _found.append(Known(exercise, function.__name__, function, hint, more))
        return function

    return mark


def also_right(exercise, note=""):
    """Mark a right solution of another form, which every check must pass."""

    def mark(function):
        _found.append(Known(exercise, function.__name__, function, note=note))
        return function

    return mark


def demands(exercise, broken_by):
    """Note what an exercise's text and docstring ask for: {demand: the mistake that breaks it}.

    `lessons audit` wants such a list of every exercise, and each mistake caught on every seed.
    """
    _demands.extend((exercise, demand, function) for demand, function in broken_by.items())


def equivalent(exercise, line, why):
    """Note why a mutant with this line does what the reference does: no check can tell them."""
    _equivalents.append((exercise, line))


def equivalents(course, lesson):
    """{(exercise, line), ...} of the mutants that are known to change nothing."""
    return set(_noted(course, lesson)[1])


def demanded(course, lesson):
    """[(exercise, demand, mistake's name or None), ...] of a lesson, in order."""
    known, _, asked = _noted(course, lesson)
    names = {(one.exercise, one.function): one.name for one in known if one.hint}
    return [(exercise, demand, names.get((exercise, f))) for exercise, demand, f in asked]


def answers(course, lesson):
    """Every known answer in `course`/mistakes/`lesson`.py, in order; none when there is no file."""
    return list(_noted(course, lesson)[0])


def _noted(course, lesson):
    """(answers, equivalents, demands) of a lesson's file as it is now."""
    path = Path(course) / "mistakes" / f"{lesson}.py"
    if not path.exists():
        return (), (), ()
    found = path.stat()
    return _read(path, lesson, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=16)
def _read(path, lesson, version):
    """What a file notes. It runs once for each of its versions."""
    for noted in (_found, _equivalents, _demands):
        noted.clear()
    try:
        runpy.run_path(str(path), run_name=lesson)
    except Exception as error:
        raise Problem(f"{path}, line {_line(error, path)}: {_words(error)}.") from error
    return tuple(_found), tuple(_equivalents), tuple(_demands)


def _line(error, path):
    """The line of the file at which it failed."""
    if isinstance(error, SyntaxError):
        return error.lineno
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return lines[-1] if lines else "?"


def _words(error):
    return error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"


def mistakes(course, lesson):
    """The known mistakes only."""
    return [answer for answer in answers(course, lesson) if answer.hint]


def judged(course, lesson):
    """What a judge holds an answer against: the mistakes, and idle answers, without a hint."""
    known = mistakes(course, lesson)
    exercises = dict.fromkeys(answer.exercise for answer in known)
    return [*known, *(Known(id, *pair) for id in exercises for pair in idle.ANSWERS.items())]
