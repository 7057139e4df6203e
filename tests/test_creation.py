"""New tensors, on every device."""

import numpy as np
import pytest

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]
on_every_device = pytest.mark.parametrize("device", DEVICES)


@pytest.mark.parametrize(
    "data, dtype",
    [
        ([1, 2], "int64"),
        ([1, 2.0], "float32"),
        ([True, False], "bool"),
        ([True, 2], "int64"),
        ([[True], [2.5]], "float32"),
        ([], "float32"),
        ([[], []], "float32"),
        (3, "int64"),
        (True, "bool"),
        (1.5, "float32"),
        ((1, (2)), "int64"),
        (range(3), "int64"),
        (((1, 2), [3, 4]), "int64"),
        (np.ones(2), "float64"),
        (np.ones(2, np.int8), "int8"),
        (np.float64(1), "float64"),
        ([np.float32(1), np.float32(2)], "float32"),
        ([np.int64(1)], "int64"),
    ],
)
def test_the_dtype_of_data(data, dtype):
    t = torch.tensor(data)
    assert t.dtype.name == dtype and t.tolist() == np.array(data).tolist()
    if not isinstance(data, np.generic) and not (isinstance(data, list) and "np." in repr(data)):
        assert torch.infer_dtype(data).name == dtype


@pytest.mark.parametrize(
    "data, kind",
    [
        ([[1, 2], [3]], ValueError),
        ([1, [2]], (ValueError, TypeError)),
        ("a", TypeError),
        (["a"], TypeError),
        ([1, None], TypeError),
        (object(), TypeError),
        ({1: 2}, TypeError),
        ([1j], TypeError),
        (np.array(["a"]), TypeError),
        (np.ones(2, complex), TypeError),
    ],
)
def test_what_holds_no_numbers_is_refused(data, kind):
    with pytest.raises(kind):
        torch.tensor(data)


@on_every_device
def test_tensor_copies(device):
    n = np.ones(2)
    t = torch.tensor(n, device=device)
    n += 1
    assert t.tolist() == [1, 1]
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        u = torch.tensor(t)
    t += 1
    assert u.tolist() == [1, 1] and u.device is t.device


@on_every_device
@pytest.mark.parametrize(
    "make, numbers, dtype",
    [
        (lambda d: torch.zeros(2, 3, device=d), [[0] * 3] * 2, "float32"),
        (lambda d: torch.zeros((2, 1), dtype=torch.int64, device=d), [[0], [0]], "int64"),
        (lambda d: torch.ones(2, device=d), [1, 1], "float32"),
        (lambda d: torch.ones((), device=d), 1, "float32"),
        (lambda d: torch.full((2,), 7, device=d), [7, 7], "int64"),
        (lambda d: torch.full((1,), 1.5, device=d), [1.5], "float32"),
        (lambda d: torch.eye(2, 3, device=d), [[1, 0, 0], [0, 1, 0]], "float32"),
        (lambda d: torch.arange(3, device=d), [0, 1, 2], "int64"),
        (lambda d: torch.arange(5, 0, -2, device=d), [5, 3, 1], "int64"),
        (lambda d: torch.arange(0, 1, 0.25, device=d), [0, 0.25, 0.5, 0.75], "float32"),
        (lambda d: torch.arange(2, dtype=torch.float64, device=d), [0, 1], "float64"),
        (lambda d: torch.linspace(0, 1, 3, device=d), [0, 0.5, 1], "float32"),
        (lambda d: torch.ones_like(torch.zeros(2, dtype=torch.int32, device=d)), [1, 1], "int32"),
        (
            lambda d: torch.zeros_like(torch.ones(2, device=d), dtype=torch.bool),
            [False] * 2,
            "bool",
        ),
        (lambda d: torch.full_like(torch.ones(2, device=d), 3), [3, 3], "float32"),
        (lambda d: torch.diag(torch.ones(2, device=d)), [[1, 0], [0, 1]], "float32"),
        (lambda d: torch.diag(torch.ones(1, device=d), -1), [[0, 0], [1, 0]], "float32"),
        (
            lambda d: torch.cat([torch.ones(1, device=d), torch.zeros(1, device=d).long()]),
            [1, 0],
            "float32",
        ),
        (lambda d: torch.where(torch.eye(2, device=d) > 0, 1, 0), [[1, 0], [0, 1]], "int64"),
    ],
)
def test_made_tensors(make, numbers, dtype, device):
    t = make(device)
    assert t.tolist() == numbers and t.dtype.name == dtype and str(t.device) == device


@on_every_device
def test_nothing_is_uploaded_that_could_be_made_there(device):
    x = torch.rand(2, 3, device=device)
    with torch.devices.transfer_guard("disallow_explicit"):
        for like in (
            torch.ones_like,
            torch.zeros_like,
            torch.rand_like,
            torch.randn_like,
            torch.empty_like,
        ):
            assert like(x).shape == x.shape and like(x).device is x.device
        torch.arange(3, device=device), torch.eye(3, device=device), torch.full_like(x, 2)
        torch.randint(5, (2,), device=device), torch.randperm(5, device=device)


def test_like_takes_shape_dtype_and_device():
    x = torch.zeros(2, 3, dtype=torch.float64, device="sim")
    for like in (torch.ones_like, torch.rand_like):
        y = like(x)
        assert (y.shape, y.dtype, y.device) == (x.shape, x.dtype, x.device)
        y = like(x, dtype=torch.float32, device="cpu")
        assert (y.dtype, str(y.device)) == (torch.float32, "cpu")


def test_requires_grad():
    for t in (
        torch.ones(2, requires_grad=True),
        torch.tensor([1.0], requires_grad=True),
        torch.rand(2, requires_grad=True),
        torch.arange(2.0, requires_grad=True),
    ):
        assert t.requires_grad and t.is_leaf


@pytest.mark.parametrize(
    "go, words",
    [
        (lambda: torch.arange(0, 3, 0), "step must be nonzero"),
        (lambda: torch.arange(3, 0), "inconsistent with step sign"),
        (lambda: torch.rand_like(torch.ones(2).long()), "random numbers"),
        (lambda: torch.tensor([300], dtype=torch.uint8), "without overflow"),
        (lambda: torch.zeros(2, dtype="float32"), "dtype must be a tinygrad_lessons.dtype"),
    ],
)
def test_errors(go, words):
    with pytest.raises((RuntimeError, TypeError), match=words):
        go()
