"""A failed check as a picture: yours beside expected, and a sentence that says the same."""

import warnings

import numpy as np
import pytest

from tinygrad_lessons.lab.observe import encode
from tinygrad_lessons.lab.table import Report
from tinygrad_lessons.lab.verdict import Verdict

A = np.array([[1.0, -2.0], [3.0, 4.0]])
DRAWN = {
    "values": (A, A * [[1, 1], [1, 2]],
               "f(x): at [1, 1]: 4 instead of 8 (1 of 4 differ). "
               "The largest difference is -4, at [1, 1]."),
    "shape": (A[:1], A, "f(x): shape (1, 2) instead of (2, 2)."),
    "dtype": (A.astype("f4"), A, "f(x): dtype float32 instead of float64."),
    "nan": (A * np.nan, A, "f(x): 4 of 4 numbers are nan or infinite."),
    "one number": (np.array(1.0), np.array(2.0), "f(x): 1 instead of 2."),
    "a cube": (np.ones((2, 2, 2)), np.zeros((2, 2, 2)),
               "f(x): at [0, 0, 0]: 1 instead of 0 (8 of 8 differ). "
               "The largest difference is 1, at [0, 0, 0]."),
    "truth": (np.array([True]), np.array([False]), "f(x): at [0]: 1 instead of 0."),
}  # fmt: skip


def report(yours, expected):
    seen = [[{"label": "f(x)", "value": encode(x)}] for x in (expected, yours)]
    return Report("f", [Verdict("check", "cpu", *seen)])


@pytest.mark.parametrize("name", DRAWN)
def test_a_failure_is_drawn_and_said(name):
    yours, expected, sentence = DRAWN[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = report(yours, expected).picture()
    assert found.sentence == sentence
    assert found.png[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("yours", "expected", "words"),
    [
        (A, A, "Every check passes: there is no difference to draw."),
        (1, 2, "No picture, there are no two arrays to draw: f(x): 1 instead of 2."),
        (1, A, "No picture, there are no two arrays to draw: f(x): int instead of an array."),
    ],
)
def test_what_cannot_be_drawn_is_said(yours, expected, words):
    found = report(yours, expected).picture()
    assert (found.sentence, found.png) == (words, None)


def test_the_table_says_how_to_get_it_where_there_is_one():
    assert "picture   _.picture() in the next cell" in repr(report(A + 1, A))
    assert "_.picture()" not in repr(report(A, A)) + repr(report(1, 2))


def test_it_may_be_asked_for_twice():
    found = report(A + 1, A).picture()
    assert found.picture() is found
