"""Programs whose numbers PyTorch gives; that it does is tested in pytorch/test_as_pytorch.py."""

import as_pytorch
import numpy as np
import pytest

import tinygrad_lessons as torch


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize("text, dtype, numbers", as_pytorch.TABLE)
def test_a_program_gives_pytorchs_numbers(text, dtype, numbers, device):
    found, given = as_pytorch.answer(torch, text, device)
    assert found == dtype and np.shape(given) == np.shape(numbers)
    np.testing.assert_allclose(given, numbers, 1e-5)


@pytest.mark.parametrize("text, kind, words", as_pytorch.ERRORS)
def test_what_pytorch_refuses_is_refused_in_its_words(text, kind, words):
    error = as_pytorch.error(torch, text)
    assert type(error) is kind and words in str(error)
