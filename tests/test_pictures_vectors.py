"""Lesson 3's words in pictures: the sentence says the numbers, and they are NumPy's."""

import numpy as np
import pytest

from tinygrad_lessons.lab.pictures import vectors as pictures

CROSS = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
DRAWN = {
    "inner_product": (
        ([3.0, 4.0], [2.0, 1.0]),
        "a · b = 3 × 2 + 4 × 1 = 10. The shadow of b (thick) falls on a: 2 long, "
        "times the length 5 of a.",
    ),
    "variance_along": (
        (CROSS, [(1, 0), (0, 2)]),
        "The variance of the shadows (blue): along (1, 0) it is 2.67 and along (0, 1) it is 0.667.",
    ),
    "eigenvectors": (
        ([[2.0, 1.0], [1.0, 2.0]],),
        "Dots: vectors x of length 1; each grey line leads from x to Mx, mostly aside. "
        "Two lines go straight out: along them M multiplies by 3 and 1.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_it_draws_and_says_the_same(name):
    arguments, sentence = DRAWN[name]
    picture = getattr(pictures, name)(*map(np.asarray, arguments))
    assert picture.png.startswith(b"\x89PNG")
    assert picture.sentence == sentence


@pytest.mark.parametrize(
    "b, side", [([-1.0, 0.0], "points away from a"), ([0.0, 1.0], "is a point")]
)
def test_a_shadow_may_point_away_or_be_a_point(b, side):
    assert side in pictures.inner_product(np.array([1.0, 0.0]), np.array(b)).sentence


def test_the_variance_is_numpys():
    X = np.random.default_rng(0).standard_normal((9, 2))
    sentence = pictures.variance_along(X, [(1, 0), (0, 1)]).sentence
    for variance in X.var(0, ddof=1):
        assert f"it is {variance:.3g}" in sentence
