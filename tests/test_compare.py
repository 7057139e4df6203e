"""One comparison in the whole product: what it lets pass, what it refuses, in which words."""

import json

import numpy as np
import pytest

from tinygrad_lessons.lab.compare import compare, decode, same
from tinygrad_lessons.lab.observe import encode


def seen(value, label="x"):
    return [{"label": label, "value": encode(value)}]


def difference(want, got):
    return compare(seen(want), seen(got))[0].difference


A = np.array([[1.0, 2.0], [3.0, 4.0]])

SAME = [
    ("rounding of float64", A, A * (1 + 1e-12)),
    ("rounding of float32", A.astype("f4"), (A * (1 + 1e-6)).astype("f4")),
    ("rounding of tiny numbers", A * 1e-30, A * 1e-30 * (1 + 1e-10)),
    ("nan in the same place", np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
    ("empty arrays", np.zeros((0, 3)), np.zeros((0, 3))),
    ("a NumPy bool for a bool", True, np.bool_(True)),
    ("a NumPy number for a float", 0.5, np.float64(0.5)),
    ("a list for a tuple", (1, 2), [1, 2]),
    ("a column-major array", A, np.asfortranarray(A)),
]

DIFFERENT = [
    ("shape", A, A[:1], "shape (1, 2) instead of (2, 2)"),
    ("(3, 1) is not (3,)", np.ones((3, 1)), np.ones(3), "shape (3,) instead of (3, 1)"),
    ("dtype", A.astype("f4"), A, "dtype float64 instead of float32"),
    ("nan is not a number", A, A * np.nan, "4 of 4 numbers are nan or infinite"),
    ("a number", A, A + [[0, 0], [0, 1]], "at [1, 1]: 5 instead of 4 (1 of 4 differ)"),
    ("tiny numbers", A * 1e-30, A * 2e-30, "at [0, 0]: 2e-30 instead of 1e-30 (4 of 4 differ)"),
    ("a bool is no int", True, 1, "int instead of bool"),
    ("an array is no number", A, 1.0, "float instead of an array"),
    ("items", (1, 2), (1, 3), "item 1: 3 instead of 2"),
    ("length", (1, 2), (1,), "1 item instead of 2"),
    ("text", "a", "b", "'b' instead of 'a'"),
    ("None", A, None, "NoneType instead of an array"),
]


@pytest.mark.parametrize(("what", "want", "got"), SAME, ids=[row[0] for row in SAME])
def test_right_answers_of_another_form_are_the_same(what, want, got):
    assert difference(want, got) == ""


@pytest.mark.parametrize(("what", "want", "got", "words"), DIFFERENT, ids=[r[0] for r in DIFFERENT])
def test_differences_are_told_in_words(what, want, got, words):
    assert difference(want, got) == words


def raised(type, **more):
    return [{"label": "x", "value": {"kind": "raised", "type": type, "text": "words", **more}}]


@pytest.mark.parametrize(
    ("want", "got", "words"),
    [
        (raised("ValueError"), raised("ValueError", text="others"), ""),
        (raised("ValueError"), raised("TypeError"), "it raised TypeError instead of ValueError"),
        (raised("ValueError"), seen(1), "it did not raise ValueError"),
        (seen(1), raised("KeyError"), "it raised KeyError"),
        (raised("ValueError", any=True), raised("TypeError"), ""),
        (raised("ValueError", any=True), seen(1), "it did not refuse"),
        (
            raised("ValueError", any=True),
            raised("NotImplementedError"),
            "it raised NotImplementedError instead of ValueError",
        ),
        (raised("E", says=True), raised("E", says=True, text="others"), "another text"),
    ],
)
def test_exceptions(want, got, words):
    assert compare(want, got)[0].difference == words


LIES = [
    None,
    [],
    {},
    {"kind": "array"},
    {"kind": "array", "dtype": "O", "shape": [1], "bytes": "AAAA"},
    {"kind": "array", "dtype": "<f8", "shape": [-1], "bytes": ""},
    {"kind": "array", "dtype": "<f8", "shape": [10**12], "bytes": ""},
    {"kind": "array", "dtype": "<f8", "shape": [True], "bytes": "AAAAAAAAAAA="},
    {"kind": "array", "dtype": "<f8", "shape": [1] * 80, "bytes": "AAAAAAAAAAA="},
    {"kind": "number", "type": "eval", "text": "1"},
    {"kind": "number", "type": "int", "text": "9" * 10000},
    {"kind": "tensor", "device": "cpu", "stored": "device", "array": {"kind": "tensor"}},
    {"kind": "sequence", "items": [[]] * 3},
    {"kind": ["array"]},
]


@pytest.mark.parametrize("lie", LIES, ids=[str(lie)[:40] for lie in LIES])
def test_what_is_malformed_equals_nothing(lie):
    json.dumps(lie)
    decode(lie)
    for truth in (A, 1.0, (1, 2), "text", None):
        assert not same(seen(truth), [{"label": "x", "value": lie}])


def test_endless_nesting_is_cut():
    deep = {"kind": "number", "type": "int", "text": "1"}
    for _ in range(500):
        deep = {"kind": "sequence", "items": [deep]}
    assert not same(seen([[1]]), [{"label": "x", "value": deep}])


def test_only_the_expected_side_says_what_is_looked_at():
    assert same(seen(1), [*seen(1), *seen(2, "more")])
    assert not same(seen(1), [])
    assert not same(seen(1), "all right")
    assert not same(seen(1), [{"label": "x", "value": encode(1), "given": True}])


def test_the_first_of_two_entries_with_one_label_counts():
    assert not same(seen(1), [*seen(2), *seen(1)])
