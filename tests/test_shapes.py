"""Shapes, strides and views."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_lessons as torch

SIDES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@given(st.lists(st.integers(1, 5), max_size=4).map(tuple))
def test_contiguous_strides(shape):
    expected = tuple(n // 8 for n in np.zeros(shape).strides)
    assert torch.contiguous_strides(shape) == expected == torch.zeros(shape).stride()


def test_strides_of_empty_shapes():
    assert torch.contiguous_strides((2, 0, 3)) == (3, 3, 1)
    assert torch.contiguous_strides(()) == ()


@given(st.lists(SIDES, max_size=3))
@settings(deadline=None)
def test_broadcast_shapes(shapes):
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(RuntimeError) as error:
            torch.broadcast_shapes(*shapes)
        assert all(str(shape) in str(error.value) for shape in shapes)
    else:
        assert torch.broadcast_shapes(*shapes) == expected


@given(SIDES, st.data())
@settings(deadline=None)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape, data):
    target = data.draw(st.lists(st.integers(0, 3), max_size=2)) + [
        data.draw(st.integers(0, 3)) if n == 1 else n for n in shape
    ]
    g = np.random.default_rng(0).standard_normal(target)
    back = torch.unbroadcast(g, shape)
    v = np.random.default_rng(1).standard_normal(shape)
    assert back.shape == shape
    np.testing.assert_allclose((np.broadcast_to(v, target) * g).sum(), (v * back).sum(), 1e-9, 1e-9)


@pytest.mark.parametrize(
    "shape, size, result",
    [
        ((2, -1), 6, (2, 3)),
        ((-1,), 6, (6,)),
        ((6,), 6, (6,)),
        ((), 1, ()),
        ((-1,), 0, (0,)),
        ((0, 3), 0, (0, 3)),
        ((2, -1), 0, (2, 0)),
        ((1, -1, 1), 1, (1, 1, 1)),
    ],
)
def test_resolve_shape(shape, size, result):
    assert torch.resolve_shape(shape, size) == result


@pytest.mark.parametrize(
    "shape, size, words",
    [
        ((4,), 6, r"shape '\[4\]' is invalid for input of size 6"),
        ((4, -1), 6, r"shape '\[4, -1\]' is invalid for input of size 6"),
        ((-1, -1), 6, "only one dimension can be inferred"),
        ((-2, 3), 6, "invalid shape dimension -2"),
        ((0, -1), 0, "unspecified dimension size -1 can be any value and is ambiguous"),
        ((0, -1), 6, r"shape '\[0, -1\]' is invalid for input of size 6"),
    ],
)
def test_shapes_that_do_not_fit(shape, size, words):
    with pytest.raises(RuntimeError, match=words):
        torch.resolve_shape(shape, size)


def test_size_is_a_tuple_that_prints_as_torchs():
    size = torch.zeros(2, 3).shape
    assert size == (2, 3) and size.numel() == 6 and isinstance(size[:1], torch.Size)
    assert repr(size) == str(size) == "tinygrad_lessons.Size([2, 3])"
    assert repr(size + (4,)) == "tinygrad_lessons.Size([2, 3, 4])"


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.T,
        lambda x: x.t(),
        lambda x: x.transpose(0, -1),
        lambda x: x.permute(1, 0),
        lambda x: x.reshape(3, 2),
        lambda x: x.view(-1),
        lambda x: x.flatten(),
        lambda x: x[0],
        lambda x: x.unsqueeze(0),
        lambda x: x[None].squeeze(),
        lambda x: x.split(1)[0],
        lambda x: x.unbind(1)[0],
        lambda x: x.narrow(0, 0, 1),
        lambda x: x.mT,
        lambda x: x.detach(),
        lambda x: x.data,
        lambda x: x.contiguous(),
        lambda x: x.to("cpu"),
        lambda x: x.float(),
        lambda x: x.expand(2, 3),
        lambda x: torch.as_tensor(x),
    ],
)
def test_views_share_memory(view):
    x = torch.zeros(2, 3)
    y = view(x)
    assert torch.shares_memory(x, y)
    x.fill_(7)
    assert (y == 7).all()


@pytest.mark.parametrize(
    "copy",
    [
        lambda x: x.clone(),
        lambda x: x.T.contiguous(),
        lambda x: x.T.reshape(-1),
        lambda x: x.flip(0),
        lambda x: x.double(),
        lambda x: x + 0,
        lambda x: x.repeat(1, 1),
        lambda x: torch.cat([x]),
        lambda x: torch.tensor(x.numpy()),
        lambda x: x.tril(),
        lambda x: x.to("sim"),
    ],
)
def test_copies_do_not(copy):
    x = torch.zeros(2, 3)
    assert not torch.shares_memory(x, copy(x))


def test_view_refuses_to_copy():
    with pytest.raises(RuntimeError, match="view size is not compatible with input tensor's size"):
        torch.zeros(2, 3).T.view(6)
    assert torch.zeros(2, 3).T.view(3, 2, 1).shape == (3, 2, 1)


def test_transpose_is_a_view_with_exchanged_strides():
    x = torch.zeros(2, 3, 4)
    assert x.transpose(0, -1).shape == (4, 3, 2) and x.transpose(0, -1).stride() == (1, 4, 12)
    with pytest.raises(IndexError):
        x.transpose(0, 3)


@pytest.mark.parametrize("device", [str(d) for d in torch.devices.available()])
def test_out(device):
    x, out = torch.ones(2, 3, device=device), torch.zeros(2, 3, device=device)
    view = out[0]
    assert torch.add(x, 1, out=out) is out and view.tolist() == [2, 2, 2]
    assert torch.matmul(x, x.T, out=torch.zeros(2, 2, device=device)).tolist() == [[3, 3], [3, 3]]
    for wrong in (torch.zeros(3, 2), torch.zeros(2, 3).double(), torch.zeros(6), torch.zeros(1, 3)):
        wrong = wrong.to(device)
        with pytest.raises(RuntimeError, match="out"):
            torch.mul(x, 2, out=wrong)
        assert not wrong.any()


def test_out_of_a_transposed_and_of_an_input():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    torch.add(x, x.T, out=x)
    assert x.tolist() == [[2, 5], [5, 8]]


def test_out_takes_no_gradient():
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
        torch.add(x, 1, out=torch.zeros(2))


@pytest.mark.parametrize(
    "go, kind, words",
    [
        (lambda x: x.sum(2), IndexError, r"expected to be in range of \[-2, 1\], but got 2"),
        (lambda x: x.sum((0, 0)), RuntimeError, "dim 0 appears multiple times in the list of dims"),
        (lambda x: x.unsqueeze(4), IndexError, r"expected to be in range of \[-3, 2\], but got 4"),
        (lambda x: x.expand(2, 4), RuntimeError, r"expanded size of the tensor \(4\) must match"),
        (
            lambda x: x + x[:, :2],
            RuntimeError,
            r"size of tensor a \(3\) must match the size of tensor b ",
        ),
        (lambda x: x @ x, RuntimeError, r"cannot be multiplied \(2x3 and 2x3\)"),
        (
            lambda x: torch.cat([x, x.T]),
            RuntimeError,
            "Sizes of tensors must match except in dimension 0",
        ),
        (
            lambda x: torch.stack([x, x.T]),
            RuntimeError,
            "stack expects each tensor to be equal size",
        ),
        (lambda x: x.split([1, 2]), RuntimeError, "split_sizes to sum exactly to 2"),
        (
            lambda x: x.item(),
            RuntimeError,
            "a Tensor with 6 elements cannot be converted to Scalar",
        ),
        (
            lambda x: bool(x),
            RuntimeError,
            "Boolean value of Tensor with more than one value is ambig",
        ),
        (lambda x: len(x.sum()), TypeError, "len.. of a 0-d tensor"),
        (lambda x: x[0].expand(2, 3).add_(1), RuntimeError, "more than one element of the"),
    ],
)
def test_errors(go, kind, words):
    with pytest.raises(kind, match=words):
        go(torch.zeros(2, 3))
