"""What a process keeps between two checks, set anew for each: no answer pays for what another left.

One place for the notebook's `check`, the sandbox and the judge.
"""

import builtins
import contextvars
import os
import random
import sys
import warnings
from contextlib import contextmanager, suppress

import numpy as np

OURS = "TINYGRAD_LESSONS_"  # how our variables of the environment begin

_folder = os.getcwd()
_builtins = dict(vars(builtins))
_depth = sys.getrecursionlimit()
_of_python = random.getstate, random.setstate, random.seed  # a cell may say np.random.seed = 1
_of_numpy = np.random.get_state, np.random.set_state, np.random.seed


def alone(function, *arguments, seed=0):
    """Call `function` as in a process that has just begun; what it sets or leaves ends with it.

    A context of its own holds grad mode, the transfer guard, NumPy's error state and print options.
    """
    with _own_builtins(), _own_folder(), _own_variables(), _own_random(seed), _own_depth():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return contextvars.Context().run(function, *arguments)


@contextmanager
def _own_folder():
    before = _here()
    with suppress(OSError):
        os.chdir(_folder)
    try:
        yield
    finally:
        with suppress(OSError, TypeError):
            os.chdir(before)
        if isinstance(before, int):
            os.close(before)


def _here():
    """The current folder, where that can be without its name, which may be too long to be had."""
    with suppress(OSError):
        return os.open(".", os.O_PATH) if hasattr(os, "O_PATH") else os.getcwd()


@contextmanager
def _own_builtins():
    space = vars(builtins)
    before = dict(space)
    space.update(_builtins)
    try:
        yield
    finally:
        space.update(before)


@contextmanager
def _own_variables():
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(OURS)}
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def _own_random(seed):
    kinds = _of_python, _of_numpy
    before = [get() for get, _, _ in kinds]
    for _, _, start in kinds:
        start(seed % (1 << 32))
    try:
        yield
    finally:
        for (_, put, _), state in zip(kinds, before, strict=True):
            put(state)


@contextmanager
def _own_depth():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth)
    try:
        yield
    finally:
        with suppress(RecursionError):  # a cell's limit may be lower than where we stand
            sys.setrecursionlimit(before)
