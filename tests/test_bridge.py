"""Memory shared with NumPy."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.grading.judge import replaced


def test_from_numpy_shares_and_keeps_strides():
    n = np.arange(24.0).reshape(4, 6)
    t = torch.from_numpy(n[::2, 1::3])
    assert t.stride() == (12, 3) and t.tolist() == n[::2, 1::3].tolist()
    t.fill_(-1)
    assert (n == -1).sum() == 4
    n[0, 1] = 5
    assert t[0, 0].item() == 5


@pytest.mark.parametrize(
    "dtype", "float16 float32 float64 uint8 int8 int16 int32 int64 bool".split()
)
def test_dtypes_cross_the_bridge(dtype):
    n = np.ones(2, dtype)
    t = torch.from_numpy(n)
    assert t.dtype is getattr(torch, dtype, None) or t.dtype.name == dtype
    assert t.numpy().dtype == n.dtype and np.shares_memory(t.numpy(), n)


@pytest.mark.parametrize(
    "array, kind",
    [
        ([1, 2], TypeError),
        (3.0, TypeError),
        (np.array(["a"]), TypeError),
        (np.array([None]), TypeError),
        (np.ones(2, complex), TypeError),
        (np.float64(1), TypeError),
        (np.ones(3)[::-1], ValueError),
        (np.ones((2, 3))[:, ::-1], ValueError),
        (np.ones(3, ">f4"), ValueError),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(array, kind):
    with pytest.raises(kind):
        torch.from_numpy(array)


def test_a_read_only_array_cannot_be_written():
    n = np.ones(3)
    n.flags.writeable = False
    t = torch.from_numpy(n)
    with pytest.raises(RuntimeError, match="read-only"):
        t.add_(1)
    assert n.tolist() == [1, 1, 1]


def test_a_tensor_keeps_its_shape_when_the_array_changes_its_own():
    n = np.zeros(6)
    t = torch.from_numpy(n)
    n.shape = (2, 3)
    assert t.shape == (6,)
    m = t.numpy()
    m.shape = (3, 2)
    assert t.shape == (6,)


def test_numpy_refuses_in_torchs_words():
    with pytest.raises(
        TypeError, match="can't convert sim device type tensor to numpy. Use Tensor.cpu"
    ):
        torch.ones(2, device="sim").numpy()
    for door in (lambda t: t.numpy(), np.asarray):
        with pytest.raises(
            RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"
        ):
            door(torch.ones(2, requires_grad=True))


def test_numpys_functions_read_tensors():
    t = torch.ones(2, 3)
    assert np.shares_memory(np.asarray(t), t.numpy()) and np.array(t, dtype=int).dtype == int
    assert np.allclose(t, 1) and not np.shares_memory(np.array(t), t.numpy())


def test_as_tensor_shares_where_it_can_and_tensor_never():
    n, t = np.ones(3), torch.ones(3)
    assert np.shares_memory(torch.as_tensor(n).numpy(), n) and torch.as_tensor(t) is t
    assert not np.shares_memory(torch.tensor(n).numpy(), n)
    assert not np.shares_memory(torch.as_tensor(n, dtype=torch.float32).numpy(), n)
    assert (
        torch.as_tensor([1, 2.5]).tolist() == [1, 2.5] and torch.as_tensor(2).dtype is torch.int64
    )
    assert str(torch.as_tensor(n, device="sim").device) == "sim"


def test_contiguous():
    x = torch.arange(6).reshape(2, 3)
    assert x.contiguous() is x and x.T.contiguous().is_contiguous()
    assert x.T.contiguous().tolist() == x.T.tolist()


def test_shares_memory():
    x = torch.zeros(4, 4)
    assert torch.shares_memory(x, x[1]) and torch.shares_memory(x.T, x[:, 0])
    assert not torch.shares_memory(x[0], x[1]) and not torch.shares_memory(x[:, ::2], x[:, 1::2])
    s = torch.zeros(4, device="sim")
    assert torch.shares_memory(s, s[:2]) and not torch.shares_memory(s[:2], s[2:])
    assert not torch.shares_memory(s, x)


def test_to_host_takes_any_tensor():
    for t in (torch.ones(2), torch.ones(2, requires_grad=True), torch.ones(2, device="sim") * 1):
        assert torch.to_host(t).tolist() == [1, 1] and type(torch.to_host(t)) is np.ndarray


def test_numpy_says_what_is_wrong_while_the_method_is_yet_to_be_written():
    def stub(self):
        raise NotImplementedError("numpy is yours to write")

    with replaced("numpy", stub):
        with pytest.raises(TypeError, match="sim device type tensor to numpy. Use Tensor.cpu()"):
            np.concatenate([torch.ones(3, device="sim")])
        with pytest.raises(RuntimeError, match="requires grad"):
            np.asarray(torch.ones(3, requires_grad=True))
        assert np.median(torch.arange(3)) == 1
