"""nn.init: distributions, in place, on the parameter's device, reproducible."""

import math

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.nn import init


@pytest.mark.parametrize(
    "fill, low, high, deviation",
    [
        (lambda t: init.uniform_(t, 2, 4), 2, 4, 2 / math.sqrt(12)),
        (lambda t: init.normal_(t, 3, 0.5), 0, 6, 0.5),
        (init.xavier_uniform_, -0.1, 0.1, 0.1 / math.sqrt(3)),
        (init.kaiming_normal_, -1, 1, math.sqrt(2 / 400)),
        (init.zeros_, 0, 0, 0),
        (init.ones_, 1, 1, 0),
        (lambda t: init.constant_(t, 7), 7, 7, 0),
    ],
)
@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_initialisers_fill_in_place(fill, low, high, deviation, device):
    torch.manual_seed(0)
    p = torch.nn.Parameter(torch.full((200, 400), math.nan, device=device))
    assert fill(p) is p and p.is_leaf and p.requires_grad and p.device.type == device
    x = p.detach().cpu().numpy()
    assert x.dtype == np.float32 and low <= x.min() and x.max() <= high
    np.testing.assert_allclose(x.std(), deviation, rtol=0.02)
    np.testing.assert_allclose(x.mean(), (low + high) / 2, atol=0.02)


@pytest.mark.parametrize("bias", [True, False])
def test_a_new_linear_layer_is_uniform_by_its_fan_in(bias):
    torch.manual_seed(0)
    layer = torch.nn.Linear(100, 300, bias=bias)
    for p in layer.parameters():
        x = p.detach().numpy()
        assert 0.09 < abs(x).max() <= 0.1 and x.min() < -0.09
    assert layer.weight.dtype is torch.float32


def test_a_seed_gives_the_same_layer_again():
    layers = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        layers.append(torch.nn.Linear(3, 3).weight.detach().numpy())
    np.testing.assert_array_equal(layers[0], layers[1])
    assert (layers[0] != layers[2]).any()


def test_fans_need_two_dims():
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        init.xavier_uniform_(torch.ones(3))
