"""Whose grade is of an earlier submission than the one that lies here."""

import os
from pathlib import Path

from ..intake import reading
from .keeper import graded_file, results
from .workers import key


def outdated(course, name):
    """{student, ...}: graded, and another notebook came in since."""
    made_of = {r["student"]: r["key"].split(".")[-1] for r in results(course, name)}
    found = reading.find(course, name)
    return {one.student for one in found if one.path and _is_newer(course, name, one, made_of)}


def _is_newer(course, name, one, made_of):
    """By what was graded; by the clock where stock nbgrader did that, which keeps no record."""
    graded = graded_file(course, one.student, name)
    if not graded.exists() or _changed(Path(one.path)) <= _changed(graded):
        return False
    return made_of.get(one.student) != key("", *one.load()).split(".")[-1]


def _changed(path):
    return os.lstat(path).st_ctime_ns
