"""One comparison in the whole product: what it lets pass, what it refuses, in which words."""

import json
import linecache
import random

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.compare import compare, decode, same
from tinygrad_lessons.lab.observe import encode, look
from tinygrad_lessons.lab.table import Report
from tinygrad_lessons.lab.verdict import Verdict


def seen(value, label="x"):
    return [{"label": label, "value": encode(value)}]


def difference(want, got):
    return compare(seen(want), seen(got))[0].difference


A = np.array([[1.0, 2.0], [3.0, 4.0]])


def sum_of_no_axis():
    x = torch.tensor(1.0)
    x.array = x.array + x.array
    return x


SAME = [
    ("rounding of float64", A, A * (1 + 1e-12)),
    ("rounding of float32", A.astype("f4"), (A * (1 + 1e-6)).astype("f4")),
    ("rounding of tiny numbers", A * 1e-30, A * 1e-30 * (1 + 1e-10)),
    ("nan in the same place", np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
    ("empty arrays", np.zeros((0, 3)), np.zeros((0, 3))),
    ("a NumPy bool for a bool", True, np.bool_(True)),
    ("a NumPy number for a float", 0.5, np.float64(0.5)),
    ("a list for a tuple", (1, 2), [1, 2]),
    ("a float32 number", np.float32(0.1), np.float32(0.1) * np.float32(1 + 1e-6)),
    ("a Python float by default of float32", 0.1, float(np.float32(0.1))),
    ("ints of any size", (2**70, 10**400), [2**70, 10**400]),
    ("the longest int", -(2**1600) + 1, -(2**1600) + 1),
    ("a NumPy int for an int", 7, np.uint8(7)),
    ("a gradient that NumPy made a number of", torch.tensor(2.0), sum_of_no_axis()),
    ("infinity", float("inf"), float("inf")),
    ("nan", float("nan"), float("nan")),
    ("lists in lists", [[[[[[1]]]]]], [[[[[[1]]]]]]),
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
    ("large ints", 2**70, 2**70 + 1, "1180591620717411303425 instead of 1180591620717411303424"),
    ("ints past float64", np.array([2**53]), np.array([2**53 + 1]), None),
    ("unsigned ints", np.array([0], "u8"), np.array([2**64 - 1], "u8"), None),
    ("an int of 400 digits", 5, 10**399, "10000000000000000000... (400 digits) instead of 5"),
    ("an int of 40,000 digits", 5, 10**40_000, None),
    ("items past the hundredth", list(range(150)), list(range(140)), "140 items instead of 150"),
    ("a complex number", 1.0, 1j, "complex instead of float"),
]


@pytest.mark.parametrize(("what", "want", "got"), SAME, ids=[row[0] for row in SAME])
def test_right_answers_of_another_form_are_the_same(what, want, got):
    assert difference(want, got) == ""


@pytest.mark.parametrize(("what", "want", "got", "words"), DIFFERENT, ids=[r[0] for r in DIFFERENT])
def test_differences_are_told_in_words(what, want, got, words):
    assert difference(want, got) == words if words else difference(want, got)


def test_a_python_float_is_held_to_what_took_part():
    of = {dtype: seen(A.astype(dtype), "A") for dtype in ("f8", "f4", "f2")}
    of = {dtype: [{**entries[0], "given": True}] for dtype, entries in of.items()}
    for dtype, off, close in (
        ("f8", 1e-10, True), ("f8", 1e-6, False), ("f4", 1e-6, True), ("f4", 1e-2, False),
        ("f2", 5e-3, True),
    ):  # fmt: skip
        assert same([*of[dtype], *seen(0.7)], seen(0.7 * (1 + off))) is close
    assert not same([*of["f8"], *seen([0.7])], [*of["f2"], *seen([0.7 + 1e-6])])


def raised(type, **more):
    return [{"label": "x", "value": {"kind": "raised", "type": type, "text": "words", **more}}]


@pytest.mark.parametrize(
    ("want", "got", "words"),
    [
        (raised("ValueError"), raised("ValueError", text="others"), ""),
        (raised("ValueError"), raised("TypeError"), "it raised TypeError instead of ValueError"),
        (raised("ValueError"), seen(1), "it did not raise ValueError"),
        (seen(1), raised("KeyError"), "it raised KeyError"),
        (
            seen(1),
            raised("NameError", text="name 'helper' is not defined"),
            "it raised NameError: name 'helper' is not defined",
        ),
        (seen(1), raised("NameError", text="return A.T @ A"), "it raised NameError"),
        (seen(1), raised("KeyError", text="name 'x' is not defined"), "it raised KeyError"),
        (raised("ValueError", any=True), raised("TypeError"), ""),
        (raised("ValueError", any=True), seen(1), "it did not refuse"),
        (raised("ValueError", any=True), raised("NotImplementedError"), ""),
        (
            raised("ValueError", any=True),
            raised("NotImplementedError", unwritten=True),
            "it raised NotImplementedError instead of ValueError",
        ),
        (seen(1), raised("class A: " + "x" * 400), "it raised something unnamed"),
        (seen(1), raised("x" * 41), "it raised something unnamed"),
        (seen(1), raised(["list"]), "nothing readable instead of int"),
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


def copies(up, down):
    return [{"label": "x", "value": {"kind": "transfers", "up": up, "down": down}}]


@pytest.mark.parametrize("count", [-1, True, 1.0, "0", None, 10**30, [0]])
def test_a_count_that_cannot_be_is_no_count(count):
    for lie in (copies(count, 0), copies(0, count)):
        found = compare(copies(1, 1), lie)[0].difference
        assert found == "an impossible count instead of a count of copies"
    assert same(copies(1, 1), copies(0, 1))


class Odd:
    """What a wrong answer may return: nothing of it works."""

    def __str__(self):
        raise RuntimeError

    __repr__ = __len__ = __iter__ = __float__ = __str__  # fmt: skip


class OddError(Exception):
    __str__ = Odd.__str__


def raises(error):
    raise error


def test_nothing_that_an_answer_returns_or_raises_breaks_a_check():
    cyclic = []
    cyclic.append(cyclic)
    wide = [[[[0] * 100] * 100] * 3] * 2
    odd = [Odd(), cyclic, wide, {1: {2: Odd()}}, (x for x in ()), type, np.longdouble(3), 1j,
           np.complex64(1j), np.datetime64("2026-01-01"), np.str_("a"), b"a", np.array([Odd()]),
           np.array(["a"]), np.zeros((0, 2**40)), np.zeros(2, "c16"), float("nan"),
           "\udfff"]  # fmt: skip
    for value in [*odd, *[lambda e=e: raises(e) for e in (OddError(), RecursionError())]]:

        def sees(torch, device, rng, observe, value=value):
            observe("x", value if callable(value) else lambda: value)

        (entry,) = look(sees, torch, "cpu", 1)
        for truth in (A, 1.0, 1, True, [1], "text", None):
            assert not same(seen(truth), json.loads(json.dumps([entry])))


def from_nowhere(text, name):
    space = {"__name__": "__main__"}
    linecache.cache[name] = (1, None, ["raise \0(("], name)
    exec(compile(text, name, "exec"), space)
    return space["f"]


def test_an_exception_from_anywhere_is_noted():
    for text in ("def f(): raise ValueError", "def f(): return 1 +" + "(" * 90 + ")" * 90):
        function = from_nowhere(text, "<nowhere>")

        def sees(torch, device, rng, observe, function=function):
            observe("x", function)

        (entry,) = look(sees, torch, "cpu", 1)
        assert entry["value"]["kind"] == "raised"


def mutated(rng, value, depth=0):
    """A JSON value with one part changed for another of any kind."""
    others = [None, True, -1, 0, 2**63, 10**25, 1e308, float("nan"), "", "x" * 600, "9" * 499, [],
              {}, [[]] * 5, "<f8", "number", "sequence", "raised", "transfers", "tensor", "array",
              {"kind": "number", "type": "int", "text": "9" * 450}, [0, 0], "AAAA",
              "-inf"]  # fmt: skip
    if isinstance(value, (dict, list)) and value and (depth < 1 or rng.random() < 0.8):
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        changed = mutated(rng, value[key], depth + 1)
        if isinstance(value, list):
            return [*value[:key], changed, *value[key + 1 :]]
        if rng.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: changed}
    return rng.choice(others)


EVERY_KIND = [
    A, A.astype("f4"), A.astype("f2"), A > 2, A.astype("u1"), A.astype("i8"), A[:0], np.array(1.0),
    0.5, 7, True, 2**70, "text", None, (1, 2.0, [A, "x"]), torch.ones(2, device="sim"),
    torch.ones(2, 3, dtype=torch.int32),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_no_observation_breaks_the_judge(seed):
    """Mutations of observations of every kind: nothing raises, and nothing is shown at length."""
    rng = random.Random(seed)
    expected = [{"label": str(k), "value": encode(v)} for k, v in enumerate(EVERY_KIND)]
    expected += copies(1, 2) + raised("ValueError") + raised("TypeError", any=True, text="y")
    for k, entry in enumerate(expected):
        entry["label"] = str(k)
    for _ in range(100):
        yours = expected
        for _ in range(rng.randint(1, 30)):
            yours = mutated(rng, yours)
        verdict = Verdict("check", "cpu", expected, yours)
        assert len(verdict.why) < 600
        table = repr(Report("x", [verdict], 1.0)) + Report("x", [verdict], 1.0)._repr_html_()
        assert len(table) < 8000
        for entry in expected:  # each against what stands at another's place
            same([{**entry, "label": str(rng.randrange(len(expected)))}], yours)


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
