"""The key of a result: what it was made of. Whatever decides a score is in it, and nothing else."""

import json
from functools import cache
from pathlib import Path

from ..author.editions import REFERENCE
from ..storage import digest

# a change in one of these files grades everybody again, as one in the reference does, which is all
# of the package outside these two folders; pictures, pages and commands do not
DECIDES = (
    "lab/compare.py",
    "lab/observe.py",
    "lab/state.py",
    "lab/table.py",
    "lab/verdict.py",
    "classroom/author/editions.py",
    "classroom/author/idle.py",
    "classroom/author/lesson.py",
    "classroom/grading/assess.py",
    "classroom/grading/judge.py",
    "classroom/grading/order.py",
    "classroom/grading/ordinary.py",
    "classroom/grading/turns.py",
    "classroom/grading/written.py",
    "classroom/grading/result.py",
    "classroom/intake/matching.py",
    "classroom/intake/reading.py",
    "classroom/intake/rebuild.py",
    "classroom/sandbox/",
)
# what version 0.1.0 took for its own part of every key, a hash of all its source
VERSION_0_1_0 = "7e4df297c78df0897219d6060b27cb5127b1f4c3fff9f17e2624fcc3c0230271"


def key(ground, data, findings):
    """A result's key: what all scores of a lesson depend on, and what was handed in."""
    return f"{ground}.{digest(data if data is not None else repr(findings).encode())}"


def handed_in(key):
    """The part of a key that tells submissions apart."""
    return key.split(".")[1]


def ground(course, name, setting, unsafe=False):
    """A hash of all that every score of a lesson depends on."""
    cells = [_deciding(cell) for cell in setting.snapshot["release"]["cells"]]
    released = {"lesson": name, "cells": setting.snapshot["cells"], "release": cells}
    return _ground(course, name, setting, unsafe, released, grader())


def earlier_grounds(course, name, setting, unsafe=False):
    """What `ground` was in earlier versions whose results stand until somebody regrades."""
    released = {k: setting.snapshot[k] for k in ("lesson", "cells", "release")}
    return [_ground(course, name, setting, unsafe, released, VERSION_0_1_0)]


def _ground(course, name, setting, unsafe, released, grader):
    parts = [released, list(setting.devices), digest(setting.secret.encode()), unsafe]
    mistakes = Path(course, "mistakes", f"{name}.py")
    known = mistakes.read_bytes() if mistakes.exists() else b""
    return digest(json.dumps(parts, sort_keys=True).encode(), known, grader.encode())


def _deciding(cell):
    """Of a released cell what the rebuilt notebook depends on: of prose only its place."""
    marks = cell["metadata"].get("nbgrader")
    return [cell.get("id"), cell["cell_type"], marks, "" if _is_prose(cell) else cell["source"]]


def _is_prose(cell):
    marks = cell["metadata"].get("nbgrader") or {}
    return cell["cell_type"] != "code" and not marks.get("solution")


@cache
def grader():
    """A hash of the files in the package that decide a score."""
    return digest(*(p.read_bytes() for p in deciding_files()))


def deciding_files():
    """The reference's files and those that DECIDES names, in a fixed order."""
    files = sorted(path.relative_to(REFERENCE) for path in REFERENCE.rglob("*.py"))
    return [REFERENCE / path for path in files if _decides(path)]


def _decides(path):
    return path.parts[0] not in ("lab", "classroom") or path.as_posix().startswith(DECIDES)
