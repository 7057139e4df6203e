"""Read this first: what the package does, in ten lines each."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import nn

DEVICES = [str(device) for device in torch.devices.available()]


@pytest.mark.parametrize("device", DEVICES)
def test_numbers_in_a_grid(device):
    A = torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=device)
    assert (A.T @ A).tolist() == [[10, 14], [14, 20]]
    assert A[0].sum().item() == 3
    assert (A * 2 + 1).tolist() == [[3, 5], [7, 9]]


@pytest.mark.parametrize("device", DEVICES)
def test_gradients(device):
    x = torch.tensor([[1.0, -1.0], [1.0, 1.0]], device=device, requires_grad=True)
    out = x.pow(2).sum()
    out.backward()
    assert x.grad.tolist() == [[2, -2], [2, 2]]


def test_text():
    x = torch.tensor([[1.0, -1.0], [1.0, 1.0]], requires_grad=True)
    assert repr(x * 2) == "tensor([[ 2., -2.],\n        [ 2.,  2.]], grad_fn=<MulBackward0>)"


def test_one_memory_two_names():
    t = torch.ones(3)
    n = t.numpy()
    t.add_(1)
    assert n.tolist() == [2, 2, 2]


@pytest.mark.parametrize("device", DEVICES)
def test_a_network_learns(device):
    torch.manual_seed(0)
    x = torch.rand(64, 2, device=device)
    y = (x.sum(1) > 1).long()
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(200):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    assert (model(x).argmax(1) == y).float().mean().item() > 0.9


def test_arithmetic_is_numpys():
    a, b = np.random.default_rng(0).standard_normal((2, 3, 4)).astype(np.float32)
    x, y = torch.tensor(a), torch.tensor(b)
    np.testing.assert_array_equal((x * y - x / y).numpy(), a * b - a / b)
