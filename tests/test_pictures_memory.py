"""Lesson 4's pictures: the sentence says whose memory it is, and what a wrong function did."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.pictures import memory as pictures

T = torch.tensor([1.0, 2.0, 3.0])
A = np.arange(6, dtype=np.int32)
X = torch.arange(12).reshape(3, 4)
M = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
PAIR = np.array([1.0, 2.0])
W = torch.ones(2, 3, device="sim")
CALLS = {"as_tensor(a)": lambda: torch.as_tensor(PAIR), "tensor(a)": lambda: torch.tensor(PAIR)}
DRAWN = {
    "tape": (
        ({"t": T, "t.array": T.array, "a copy": lambda: T.clone()},),
        "t and t.array share one memory. a copy lies alone.",
    ),
    "overlaps": (
        (X, {"x[1]": X[1], "x[:, 2]": X[:, 2], "x[[1]]": X[[1]]}, torch.shares_memory),
        "By your answers x[1] shares with x[:, 2].",
    ),
    "byte_order": (
        (2051, torch.from_numpy),
        "The same four bytes that are 2051 in one order are 50855936 in the other. "
        "By your function <i4 is taken and >i4 is refused.",
    ),
    "into_place": (
        (M, torch.tensor([10.0, 20.0, 30.0]), torch.Tensor.add_),
        "other is repeated 2 times along dim 0. Afterwards x holds the sum; "
        "your function returns x itself.",
    ),
    "bridges": (
        (PAIR, CALLS),
        "as_tensor(a) shares and gives float64 on cpu; tensor(a) copies and gives float64 on cpu.",
    ),
    "doors": (
        ({"to_host(w)": lambda: torch.to_host(W), "item()": lambda: [v.item() for v in W[0]]},),
        "to_host(w) makes 1 copy of 24 bytes; item() makes 3 copies of 4 bytes.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


def test_walks_that_are_not_straight_are_said():
    drawn = pictures.tape(
        {"a[::-1]": A[::-1], "a[4:]": A[4:], "empty": A[:0], "t": A.reshape(2, 3).T}
    )
    assert drawn.sentence == (
        "a[::-1], a[4:], empty and t share one memory. a[::-1] begins at cell 5 and steps by -1. "
        "a[4:] begins at cell 4. empty begins at cell 0. t begins at cell 0 and steps by 1 and 3."
    )


@pytest.mark.parametrize(
    "drawn, sentence",
    [
        (
            lambda: pictures.overlaps(
                X,
                {"left": X[:, ::2], "right": X[:, 1::2]},
                lambda a, b: np.may_share_memory(a.array, b.array),
            ),
            "Memory says otherwise of left and right.",
        ),
        (
            lambda: pictures.overlaps(X, {"x": X, "y": X.clone()}, torch.shares_memory),
            "By your answers nobody shares.",
        ),
        (
            lambda: pictures.into_place(M, M, lambda x, y: x + y),
            "other is not repeated. Afterwards x does not hold the sum; "
            "your function returns another Tensor.",
        ),
        (
            lambda: pictures.tape({"w": W}),
            "No picture: TypeError: this is ndarray, not an array of the CPU. "
            "What does the check say?",
        ),
    ],
)
def test_what_is_wrong_is_said(drawn, sentence):
    assert drawn().sentence == sentence


def test_what_is_unwritten_is_said():
    def unwritten(*_):
        raise NotImplementedError("from-numpy is yours to write")

    said = "No picture yet: from-numpy is yours to write."
    assert pictures.byte_order(2051, unwritten).sentence == said
    assert pictures.into_place(M, M, unwritten).sentence == said
