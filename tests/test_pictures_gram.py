"""A picture is a PNG with a sentence from the same data; what is unwritten is said, not raised."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tinygrad_lessons.lab.pictures import gram as pictures

A = np.array([[3.0, 0.0, -1.0], [0.0, 2.0, 0.0]])


def gram(A):
    return A.T @ A


def angles(A):
    length = np.linalg.norm(A, axis=0)
    return np.arccos(np.clip(gram(A / length), -1, 1))


def solve(A, b):
    return np.linalg.lstsq(A, b)[0]


def pca(X, k):
    variances, V = np.linalg.eigh(np.cov(X.T))
    return V.T[::-1][:k], variances[::-1][:k]


def tensor(array):
    return SimpleNamespace(array=array, device=SimpleNamespace(peek=np.copy))


X = tensor(np.arange(6.0).reshape(2, 3))
LINE = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
DRAWN = {
    "columns_and_gram": (
        (A, gram),
        "The diagonal holds squared lengths, so the lengths are "
        "3 for a_0, 2 for a_1 and 1 for a_2. "
        "a_0 and a_1 are at right angles: their entry is 0. "
        "a_0 and a_2 meet at an obtuse angle: their entry is -3. "
        "a_1 and a_2 are at right angles: their entry is 0.",
    ),
    "matrices": (
        ({"A": A, "gram(A)": lambda: gram(A), "I": np.eye(2), "U": np.triu(np.ones((2, 2)))},),
        "A is 2 by 3; gram(A) is 3 by 3, symmetric; I is 2 by 2, the identity; "
        "U is 2 by 2, not symmetric.",
    ),
    "memory": (
        (X, {"turned": lambda: tensor(X.array.T), "copy": lambda: tensor(X.array.copy())}),
        "x goes 3 on for the next row, 1 for the next column. "
        "turned goes 1 on for the next row, 3 for the next column. "
        "copy has memory of its own: it is a copy.",
    ),
    "layers": (
        ([[1, 2], [3, 4]], [[5, 6], [7, 8]], np.matmul),
        "The layers add up to the product. Its entry (0, 0): 5 + 14 = 19.",
    ),
    "stretched_circle": (
        (A[:, :2], gram),
        "As x goes round, x^T G x runs from 4 to 9, never below 0.",
    ),
    "angles_between": (
        (np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]]), angles),
        "Your angles: 45° between a_0 and a_1 and 45° between a_1 and a_2.",
    ),
    "line_fit": (
        (LINE, [1.0, 3.0, 5.0], solve),
        "The line is 1 + 2 t. The residual's inner products with the columns are 0 and 0.",
    ),
    "principal_axes": (
        (np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), pca),
        "Direction 0 has variance 6, direction 1 0.667: the first alone keeps 90% of the spread.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


def test_what_is_unwritten_is_said():
    def unwritten(A):
        raise NotImplementedError("gram is yours to write: lesson 03_gram, exercise 4")

    drawn = pictures.columns_and_gram(A, unwritten)
    assert repr(drawn) == ("No picture yet: gram is yours to write: lesson 03_gram, exercise 4.")
    assert drawn.png is None


@pytest.mark.parametrize("wrong", [lambda A: None, lambda A: A, lambda A: 1 / 0])
def test_a_wrong_function_gives_a_sentence_and_no_traceback(wrong):
    assert pictures.columns_and_gram(A, wrong).sentence.startswith("No picture: ")


def test_a_wrong_product_is_no_sum_of_the_layers():
    drawn = pictures.layers([[1, 2], [3, 4]], [[5, 6], [7, 8]], np.multiply)
    assert repr(drawn) == "The layers do not add up to your product."


def test_a_notebook_gets_the_image_with_its_alternative_text_and_the_sentence(monkeypatch):
    sent = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: sent.append((data, more)))
    drawn = pictures.matrices({"A": A})
    drawn._ipython_display_()
    (image, about), (sentence, _) = sent
    assert image["image/png"] == drawn.png
    assert about["metadata"]["image/png"]["alt"] == "A is 2 by 3."
    assert sentence == {"text/html": "<p>A is 2 by 3.</p>", "text/plain": "A is 2 by 3."}


def test_importing_the_lab_loads_no_matplotlib():
    code = "import sys, tinygrad_lessons.lab.pictures.gram; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "False\n"
