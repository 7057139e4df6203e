"""The examples in the docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

import tinygrad_lessons

ROOT = Path(tinygrad_lessons.__file__).parent
MODULES = [
    ".".join(("tinygrad_lessons", *path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted(ROOT.rglob("*.py"))
    if ">>>" in path.read_text() and path.name != "__init__.py"
]


@pytest.mark.parametrize("name", [*MODULES, "tinygrad_lessons.devices"])
def test_examples(name):
    given = {"torch": tinygrad_lessons, "nn": tinygrad_lessons.nn}
    failed, tried = doctest.testmod(importlib.import_module(name), extraglobs=given)
    assert tried and not failed
