"""Remarks on a wrong answer that no known mistake explains: each says what is so, or nothing."""

import numpy as np
import pytest

from tinygrad_lessons.lab.compare import Finding, Raised, Tensor, Transfers, decode, difference
from tinygrad_lessons.lab.observe import encode
from tinygrad_lessons.lab.remark import remark

A = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
S = np.array([[1.0, 2.0], [3.0, 4.0]])
ERROR = {"kind": "raised", "type": "ValueError", "text": "no"}
REMARKS = {
    # what is expected, what came, what is said
    "nothing": (A, None, "Nothing came back. Is a return missing?"),
    "transposed": (A, A.T, "It is the transpose of the expected."),
    "a multiple": (A, A * 2, "It is 2 times the expected."),
    "a square": (A, A**2, "It is the square of the expected."),
    "a root": (abs(A), abs(A) ** 0.5, "It is the root of the expected."),
    "a sign": (A, -A, "It is the expected with the other sign."),
    "only signs": (A, abs(A), "Only signs differ."),
    "zeros": (A, A * 0, "It is all zeros."),
    "shifted": (A, A + 1.5, "Each number is 1.5 more than expected."),
    "turned round": (A, A[:, ::-1], "The numbers are right, in reverse order along dim 1."),
    "elsewhere": (S, S[::-1, ::-1].T, "The numbers are right, but in other places."),
    "rows by themselves": (S, S / S.sum(1, keepdims=True),
                           "Each row is the expected one, times a number of its own."),
    "the diagonal": (S, S + np.eye(2), "Only the diagonal differs."),
    "the last row": (np.ones((4, 3)), np.vstack([np.ones((3, 3)), [[2, 5, 3]]]),
                     "All that differs is the last along dim 0."),
    "float32": (A, A.astype("f4"),
                "The numbers are right; the dtype is float32 and should be float64."),
    "a dim too few": (A[:1], A[0], "The numbers are right; a dimension of size 1 is missing."),
    "stretched": (A[:, :1], A, "It was stretched: where the expected has size 1, yours has more."),
    "nan": (A, A * np.nan,
            "nan comes from 0 / 0, inf - inf, 0 * inf, or a root or log of a negative number."),
    "nan lost": (A * np.nan, A, "Where nan is expected, yours has a number: nan did not stay nan."),
    "a list turned round": ([4, 2, 1], [1, 2, 4], "The numbers are right, in reverse order."),
    "a list too long": ([4, 2], [4, 2, 1], "3 where 2 should be: too many."),
    "not refused": (ERROR, 1,
                    "Here the call should raise an error, and it went on as if all were well."),
    "no number": (1.5, "1.5",
                  "A value of type float is asked for, and a value of type str came back."),
    "a text": ("Sequential(\n  (0): ReLU()\n)", "Sequential(\n  (0) ReLU()\n)",
               "They agree up to 'Sequential(\\n  (0)'; then comes ': ReLU()\\n)'."),
    "unknown": (A, A @ np.ones((3, 3)) + [[1, 2, 3]], ""),
}  # fmt: skip


def finding(want, got, label="f(x)"):
    a, b = (x if not isinstance(x, (dict, np.ndarray, str, list, int, float, type(None)))
            else decode(x if isinstance(x, dict) else encode(x)) for x in (want, got))  # fmt: skip
    return Finding(label, a, b, difference(a, b))


@pytest.mark.parametrize("name", REMARKS)
def test_what_is_seen_is_said(name):
    want, got, words = REMARKS[name]
    assert remark(finding(want, got)) == words


def test_an_argument_that_came_back_or_was_written_to_is_named():
    given = [("x", decode(encode(S)))]
    assert remark(finding(S * 3 + 1, S), given) == "It is x as it was."
    changed = finding(S, S * 2, "x afterwards")
    assert remark(changed, given) == "Your function writes into x, which is to stay as it was."
    left = finding(S * 2, S, "x afterwards")
    assert remark(left, given) == "x is as it was before the call. It was to be changed itself."


def test_copies_and_places_ask_which_line():
    up, down = finding(Transfers(0, 0), Transfers(1, 0)), finding(Transfers(0, 0), Transfers(0, 2))
    assert remark(up).startswith("Something is made on the host and sent to the device")
    assert remark(down).startswith("Something is fetched from the device: item()")
    here, there = (Tensor(device, "device", S) for device in ("cpu", "sim"))
    assert remark(finding(there, here)) == "The result lies on cpu, and its inputs on sim."


def test_an_error_of_the_check_is_not_called_the_students_line():
    ended = finding(1, Raised("TypeError", "no"))
    assert remark(ended).startswith("No line of yours stopped")
    assert remark(finding(1, Raised("TypeError", "no", where="f: x +"))) == ""
    many = Raised("RuntimeError", "Boolean value of Tensor ... is ambiguous", where="f: if s == 0:")
    assert "ask for one answer; here are several" in remark(finding(1, many))
