"""The numbers in as_pytorch.py are PyTorch's."""

import as_pytorch
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.mark.parametrize("text, dtype, numbers", as_pytorch.TABLE)
def test_pytorch_gives_these_numbers(text, dtype, numbers):
    found, given = as_pytorch.answer(torch, text)
    assert found == dtype and np.shape(given) == np.shape(numbers)
    np.testing.assert_allclose(given, numbers, 1e-5)


@pytest.mark.parametrize("text, kind, words", as_pytorch.ERRORS)
def test_pytorch_refuses_it_in_these_words(text, kind, words):
    error = as_pytorch.error(torch, text)
    assert type(error) is kind and words in str(error)
