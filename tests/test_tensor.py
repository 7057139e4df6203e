"""A tensor as an object: its attributes, its numbers on the host, its copies."""

import copy
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]
on_every_device = pytest.mark.parametrize("device", DEVICES)


@on_every_device
def test_attributes(device):
    x = torch.zeros(2, 3, device=device)
    assert (x.shape, x.size(), x.size(-1), x.ndim, x.dim()) == ((2, 3), (2, 3), 3, 2, 2)
    assert (x.numel(), len(x), x.stride(), x.stride(0), x.nbytes) == (6, 2, (3, 1), 3, 24)
    assert x.dtype is torch.float32 and str(x.device) == device and x.is_floating_point()
    assert x.is_contiguous() and not x.T.is_contiguous()
    assert not hasattr(x, "__dict__")


@on_every_device
def test_numbers_come_to_the_host(device):
    x = torch.tensor([[1.5]], device=device)
    assert x.item() == float(x) == 1.5 and int(x) == 1 and x.tolist() == [[1.5]] and bool(x)
    assert type(torch.tensor(2, device=device).item()) is int
    assert [10, 20, 30][torch.tensor(1, device=device)] == 20 and list(range(torch.tensor(2))) == [
        0,
        1,
    ]
    assert math.sqrt(torch.tensor(4.0, device=device)) == 2


@pytest.mark.parametrize(
    "go, kind",
    [
        (lambda: torch.ones(2).item(), RuntimeError),
        (lambda: float(torch.ones(2)), ValueError),
        (lambda: [1, 2][torch.tensor(1.0)], TypeError),
        (lambda: bool(torch.ones(0)), RuntimeError),
    ],
)
def test_what_is_not_one_number(go, kind):
    with pytest.raises(kind):
        go()


def test_a_number_stays_an_array():
    x = torch.tensor([1.0, 2.0])
    for t in (x.sum(), x[0], x @ x, x.max(), x[0] * x[1], -x[0], x.mean(), x.sum() ** 2):
        assert isinstance(t.array, np.ndarray)
    x[0].add_(1)
    assert x.tolist() == [2, 2]


def test_numpys_scalars_leave_arithmetic_to_tensors():
    x = torch.ones(2)
    for y in (
        np.float64(2) * x,
        x * np.float64(2),
        np.float64(2) / x,
        np.int64(2) + x,
        np.float32(2) - x,
    ):
        assert type(y) is torch.Tensor and y.dtype is torch.float32


def test_comparison_and_hash():
    x = torch.tensor([1, 2])
    assert (x == 1).tolist() == [True, False] and (x != x).tolist() == [False, False]
    assert (x == None) is False and (x != "a") is True  # noqa: E711
    assert len({x, x, torch.tensor([1, 2])}) == 2


def test_equal_and_allclose():
    x = torch.tensor([1.0, float("nan")])
    assert not torch.allclose(x, x) and torch.allclose(x, x, equal_nan=True)
    inf = torch.tensor([float("inf")])
    assert torch.allclose(inf, inf) and not torch.allclose(inf, -inf)
    assert torch.equal(x[:1], x[:1]) and not torch.equal(x[:1], x[:1][None])


@on_every_device
def test_copies(device):
    x = torch.tensor([1.0, 2.0], device=device, requires_grad=True)
    x.grad = torch.ones(2, device=device)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.tolist() == [1, 2] and y.requires_grad and y.is_leaf and y.device is x.device
        assert not torch.shares_memory(x, y)
    assert copy.deepcopy(x).grad.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(x * 2)


def test_to_moves_once_and_only_when_something_changes():
    x = torch.ones(3)
    assert (
        x.to("cpu") is x
        and x.to(torch.float32) is x
        and x.to(dtype=torch.float32, device="cpu") is x
    )
    stats = torch.devices.sim.stats
    h2d, d2h = stats.h2d, stats.d2h
    y = x.to("sim")
    z = y.to("sim").to(torch.float64)
    assert (stats.h2d, stats.d2h) == (h2d + 1, d2h) and str(z.device) == "sim"
    assert y.cpu().tolist() == [1, 1, 1] and y.to("cpu", torch.int64).dtype is torch.int64


def test_functions_are_methods():
    x = torch.rand(3, 3) + 0.5
    for name in (
        "abs",
        "exp",
        "log",
        "sum",
        "mean",
        "std",
        "sort",
        "T",
        "argmax",
        "tril",
        "sigmoid",
    ):
        if name != "T":
            assert str(getattr(torch, name)(x)) == str(getattr(x, name)())
    with pytest.raises(TypeError, match=r"exp\(\): argument 'input' .* must be Tensor, not float"):
        torch.exp(1.0)
    with pytest.raises(TypeError, match="must be Tensor, not numpy.ndarray"):
        torch.add(np.ones(2), 1)


def test_importing_brings_nothing_but_numpy():
    code = (
        "import sys, numpy; before = set(sys.modules); import tinygrad_lessons; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "['tinygrad_lessons']"


class Unit:
    """A class that knows what to do with a tensor."""

    def __radd__(self, other):
        return "added"

    def __gt__(self, other):
        return "greater"


def test_operators_ask_a_class_that_they_do_not_know():
    x = torch.ones(2)
    assert x + Unit() == "added" and (x < Unit()) == "greater"
    for wrong in (lambda: x * Unit(), lambda: Unit() - x, lambda: x.sub("a"), lambda: x @ 3):
        with pytest.raises(TypeError, match="unsupported operand type"):
            wrong()
    with pytest.raises(TypeError, match="torch.as_tensor"):
        x * np.ones(2)
