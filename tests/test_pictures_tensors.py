"""Lesson 1's pictures: each says what it shows, and what is wrong with a wrong function."""

import math

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.pictures import tensors as pictures

X = torch.tensor([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]])
COLUMN = torch.tensor([[0.0], [10.0], [20.0]])
DATA = torch.tensor([[1.0, 10.0], [3.0, 10.0]])
EVEN = torch.linspace(0, 0.999, 1000)

DRAWN = {
    "anatomy": (
        (X,),
        "x is 2 by 3: 6 numbers of float32, 4 bytes each, 24 bytes side by side on the cpu.",
    ),
    "spread": (
        (lambda: EVEN,),
        "1000 numbers. All lie in [0, 1). Each tenth holds 10 to 10% of them. "
        "A second call gives the same again.",
    ),
    "ladder": (
        (torch.infer_dtype, [[True], [1, 2], [True, 2], []]),
        "bool: [True]. int64: [1, 2] and [True, 2]. float32: [].",
    ),
    "walk": (
        ((2, 3), torch.contiguous_strides),
        "One step goes 3 along dim 0 and 1 along dim 1. "
        "Every address from 0 to 5 holds one element.",
    ),
    "rectangles": (
        (4, torch.resolve_shape),
        "4 numbers fill 1 by 4, 2 by 2 and 4 by 1. 3 rows are refused.",
    ),
    "broadcast": (
        (COLUMN, torch.arange(4), torch.broadcast_shapes),
        "(3, 1) and (4,) give (3, 4): a is repeated 4 times along dim 1 "
        "and b is repeated 3 times along dim 0.",
    ),
    "margins": (
        (X, torch.Tensor.mean),
        "Along dim 0 the rows go, and 3 means stay: 2, 3 and 7. "
        "Along dim 1 the columns go, and 2 stay: 3 and 5. The mean of all is 4.",
    ),
    "before_and_after": (
        (DATA, torch.nn.functional.standardize),
        "Column 0 from 2 ± 1 to 0 ± 1 and column 1 from 10 ± 0 to 0 ± 0.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


WRONG = {
    "spread": ((lambda: EVEN - 0.5,), "500 numbers do not lie in [0, 1)"),
    "ladder": ((lambda data: torch.float64, [[1]]), "float64: [1]."),
    "walk, two in one place": (((2, 3), lambda shape: (2, 1)), "At address 2 lie 2 elements"),
    "walk, outside": (
        ((2, 3), lambda shape: (1, 3)),
        "Addresses 6 and 7 lie outside the 6 numbers.",
    ),
    "walk, one stride": (((2, 3), lambda shape: (1,)), "gives 1 stride for (2, 3)"),
    "rectangles": ((4, lambda shape, size: (shape[0], size // shape[0])), "3 by 1 holds 3 "),
    "rectangles, none": ((2, lambda shape, size: math.sqrt(-1)), "2 numbers fill no shape."),
    "broadcast": ((COLUMN, torch.arange(4), lambda a, b: a), "No picture: ValueError"),
    "margins": ((X, lambda x, dim=None: x), "your function gives the shape (2, 3)"),
    "before_and_after": ((DATA, lambda X, dim: X), "Column 0 from 2 ± 1 to 2 ± 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_is_told_from_a_right_one(name):
    arguments, said = WRONG[name]
    assert said in getattr(pictures, name.partition(",")[0])(*arguments).sentence


@pytest.mark.parametrize("name", ["ladder", "walk", "rectangles", "broadcast", "margins"])
def test_what_is_unwritten_is_said(name):
    def unwritten(*arguments):
        raise NotImplementedError("mean is yours to write: lesson 01_tensors, exercise 7")

    arguments = [unwritten if callable(a) else a for a in DRAWN[name][0]]
    assert getattr(pictures, name)(*arguments).sentence.startswith("No picture yet: mean is yours")


def test_three_dims_walk_too():
    drawn = pictures.walk((2, 2, 2), lambda shape: (4, 2, 1))
    assert drawn.sentence.startswith("One step goes 4 along dim 0, 2 along dim 1 and 1 along dim 2")


def test_shapes_that_are_equal_repeat_nothing():
    drawn = pictures.broadcast(X, X, np.broadcast_shapes)
    assert drawn.sentence == "(2, 3) and (2, 3) give (2, 3): no repeats."
