"""Whose grade is of an earlier submission than the one that lies here."""

import os
from pathlib import Path

from ..intake import reading
from . import keys
from .autograded import graded_file
from .keeper import spool_file
from .spool import entries


def outdated(course, names):
    """{student, ...}: one of these notebooks was graded, and another came in since."""
    return {student for name in names for student in _outdated(course, name)}


def _outdated(course, name):
    lines = entries(spool_file(course, name))
    made_of = {line["student"]: keys.handed_in(line["key"]) for line in lines if "student" in line}
    found = reading.find(course, name)
    return {one.student for one in found if one.path and _is_newer(course, name, one, made_of)}


def _is_newer(course, name, one, made_of):
    """By what was graded; by the clock where stock nbgrader did that, which keeps no record."""
    graded = graded_file(course, one.student, name)
    if not graded.exists() or _changed(Path(one.path)) <= _changed(graded):
        return False
    return made_of.get(one.student) != keys.handed_in(keys.key("", *one.load()))


def _changed(path):
    return os.lstat(path).st_ctime_ns
