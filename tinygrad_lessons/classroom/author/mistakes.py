"""The known mistakes of a lesson, each with the hint that a good teacher would give."""

import runpy
import traceback
from dataclasses import dataclass
from pathlib import Path

from .. import Problem

_found = []
_equivalents = []


@dataclass(frozen=True)
class Known:
    """A known answer to an exercise: a mistake with its hint, or another right form without one."""

    exercise: str
    name: str
    function: object
    hint: str = ""


def mistake(exercise, hint):
    """Mark a wrong solution. The hint asks before it tells, and never gives the solution."""

    def mark(function):
        _found.append(Known(exercise, function.__name__, function, hint))
        return function

    return mark


def also_right(exercise):
    """Mark a right solution of another form, which every check must pass."""

    def mark(function):
        _found.append(Known(exercise, function.__name__, function))
        return function

    return mark


def equivalent(exercise, line, why):
    """Note why a mutant with this line does what the reference does: no check can tell them."""
    _equivalents.append((exercise, line))


def equivalents(course, lesson):
    """{(exercise, line), ...} of the mutants that are known to change nothing."""
    answers(course, lesson)
    return set(_equivalents)


def answers(course, lesson):
    """Every known answer in `course`/mistakes/`lesson`.py, in order; none when there is no file."""
    path = Path(course) / "mistakes" / f"{lesson}.py"
    if not path.exists():
        return []
    _found.clear()
    _equivalents.clear()
    try:
        runpy.run_path(str(path), run_name=lesson)
    except Exception as error:
        raise Problem(f"{path}, line {_line(error, path)}: {_words(error)}.") from error
    return list(_found)


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
