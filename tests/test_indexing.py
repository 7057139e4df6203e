"""x[key] and x[key] = value, against NumPy where both mean the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]
KEYS = [
    0,
    -1,
    (1, 2),
    slice(1, None),
    slice(None, None, 2),
    (slice(None), 1),
    (..., 0),
    None,
    (None, 0),
    (0, None, slice(1, 3)),
    ...,
    (),
    (slice(None), None, -1),
    slice(5, 2),
    (1, ..., None),
    np.int64(1),
    [0, 1],
    [[0, 1], [1, 0]],
    ([0, 1], [2, 1]),
    (slice(None), [0, 0, 2]),
    np.array([1, 0]),
    [-1, 0],
    np.array([True, False]),
    [False, True],
    (slice(None), np.array([True, False, True])),
    range(2),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_reading_and_writing_are_numpys(key, device):
    a = np.arange(24.0).reshape(2, 3, 4)
    x = torch.tensor(a, device=device)
    expected = a[list(key) if isinstance(key, range) else key]
    assert x[key].tolist() == expected.tolist()
    value = np.random.default_rng(0).standard_normal(expected.shape)
    a[list(key) if isinstance(key, range) else key] = value
    x[key] = torch.tensor(value, device=device)
    assert x.tolist() == a.tolist()
    x[key] = 7
    assert (x[key] == 7).all()


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_slices(data):
    a = np.arange(60.0).reshape(3, 4, 5)
    bound = st.none() | st.integers(-7, 7)
    part = (
        st.integers(-3, 2)
        | st.builds(slice, bound, bound, st.none() | st.integers(1, 4))
        | st.none()
    )
    key = tuple(data.draw(st.lists(part, max_size=3)))
    x = torch.tensor(a, requires_grad=True)
    y = x[key]
    assert y.tolist() == a[key].tolist() and y._memory is x._memory
    g = np.random.default_rng(0).standard_normal(y.shape)
    y.backward(torch.tensor(g))
    expected = np.zeros_like(a)
    expected[key] = g
    assert x.grad.tolist() == expected.tolist()


def test_a_picked_axis_stays_in_its_place():
    x = torch.arange(24).reshape(2, 3, 4)
    assert x[0, :, [1, 2]].shape == (3, 2)  # NumPy would say (2, 3)
    assert x[0, :, [1, 2]].tolist() == x[0][:, [1, 2]].tolist()


def test_slices_are_views_and_picks_are_copies():
    x = torch.zeros(3, 4)
    for view in (x[0], x[:, 1], x[1:, ::2], x[None], x[0, 0], x[...]):
        view += 1
    assert x[0, 0].item() == 4
    before = x.tolist()
    for copy in (x[[0, 1]], x[x > 0], x[torch.tensor([0])]):
        copy += 1
    assert x.tolist() == before


@pytest.mark.parametrize("device", DEVICES)
def test_repeated_indices_add_up(device):
    x = torch.zeros(3, device=device, requires_grad=True)
    i = torch.tensor([0, 0, 2, 0], device=device)
    x[i].backward(torch.tensor([1.0, 2.0, 4.0, 8.0], device=device))
    assert x.grad.tolist() == [11, 0, 4]
    m = torch.zeros(2, 2, device=device, requires_grad=True)
    m.gather(0, torch.tensor([[0, 1], [0, 1]], device=device)).sum().backward()
    assert m.grad.tolist() == [[2, 0], [0, 2]]


def test_masks():
    x = torch.arange(6.0).reshape(2, 3)
    assert x[x > 2].tolist() == [3, 4, 5]
    assert x[torch.tensor([False, True])].tolist() == [[3, 4, 5]]
    x[x > 2] = torch.tensor([7.0, 8, 9])
    assert x.tolist() == [[0, 1, 2], [7, 8, 9]]
    assert x[True].shape == (1, 2, 3) and x[torch.tensor([0, 1], dtype=torch.uint8)].shape == (1, 3)


@pytest.mark.parametrize(
    "key, kind, words",
    [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
        (-3, IndexError, "index -3 is out of bounds for dimension 0 with size 2"),
        ((0, 0, 0), IndexError, "too many indices for tensor of dimension 2"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (1.0, IndexError, r"only integers, slices \(`:`\), ellipsis .* indices \(got float\)"),
        ([0.5], IndexError, "tensors used as indices must be long, int, byte or bool tensors"),
        (torch.tensor([1.0]), IndexError, "tensors used as indices must be long"),
        (
            torch.tensor([True] * 3),
            IndexError,
            r"shape of the mask \[3\] at index 0 does not match",
        ),
        ([5], IndexError, "out of bounds"),
    ],
)
def test_errors(key, kind, words):
    for go in (lambda x: x[key], lambda x: x.__setitem__(key, 0)):
        with pytest.raises(kind, match=words):
            go(torch.zeros(2, 3))


def test_a_number_has_no_index():
    with pytest.raises(IndexError, match="invalid index of a 0-dim tensor. Use `tensor.item"):
        torch.tensor(1.0)[0]


def test_a_value_that_does_not_fit():
    with pytest.raises(
        RuntimeError, match=r"expanded size of the tensor \(3\) must match .* \(2\)"
    ):
        torch.zeros(2, 3)[0] = torch.ones(2)


def test_a_walk_over_rows():
    assert [row.tolist() for row in torch.tensor([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    a, b = torch.tensor([1.0, 2.0])
    assert (a.item(), b.item()) == (1, 2)
    assert 2.0 in torch.tensor([1.0, 2.0]) and 3.0 not in torch.tensor([1.0, 2.0])
    with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
        iter(torch.tensor(1.0))
