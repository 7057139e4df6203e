"""Writes in place: memory, views and versions, and what they do to gradients."""

import numpy as np
import pytest

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]


def leaf(*numbers):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    "write, result",
    [
        (lambda x: x.add_(2), [3, 4, 5]),
        (lambda x: x.add_(x, alpha=2), [3, 6, 9]),
        (lambda x: x.sub_(1), [0, 1, 2]),
        (lambda x: x.mul_(x), [1, 4, 9]),
        (lambda x: x.div_(2), [0.5, 1, 1.5]),
        (lambda x: x.pow_(2), [1, 4, 9]),
        (lambda x: x.neg_(), [-1, -2, -3]),
        (lambda x: x.clamp_(max=2), [1, 2, 2]),
        (lambda x: x.zero_(), [0, 0, 0]),
        (lambda x: x.fill_(7), [7, 7, 7]),
        (lambda x: x.copy_(torch.tensor([9, 8, 7])), [9, 8, 7]),
        (lambda x: x.masked_fill_(x > 1, 0.0), [1, 0, 0]),
        (lambda x: x.relu_(), [1, 2, 3]),
    ],
)
def test_a_write_keeps_the_memory_and_returns_the_tensor(write, result, device):
    x = torch.tensor([1.0, 2.0, 3.0], device=device)
    other_name, array = x[:], x.array
    assert write(x) is x and x.array is array
    assert x.tolist() == other_name.tolist() == result


def test_operators_write_in_place():
    x = y = torch.ones(2)
    x += 1
    x -= 3
    x *= 4
    x /= 2
    x **= 2
    assert x is y and x.tolist() == [4, 4]


@pytest.mark.parametrize(
    "go, words",
    [
        (
            lambda: torch.ones(3).add_(torch.ones(2, 3)),
            r"output with shape \[3\] doesn't match .*\[2, 3\]",
        ),
        (
            lambda: torch.ones(3).mul_(torch.ones(2, 3)),
            r"output with shape \[3\] doesn't match .*\[2, 3\]",
        ),
        (
            lambda: torch.tensor([1]).add_(1.5),
            "result type .* can't be cast to the desired output type",
        ),
        (
            lambda: torch.tensor([1]).mul_(1.5),
            "result type Float can't be cast to the desired output type Long",
        ),
        (
            lambda: leaf(1.0).add_(1),
            "a leaf Variable that requires grad is being used in an in-place",
        ),
        (
            lambda: leaf(1.0).zero_(),
            "a leaf Variable that requires grad is being used in an in-place",
        ),
        (
            lambda: leaf(1.0)[0].fill_(1),
            "a view of a leaf Variable that requires grad is being used",
        ),
        (
            lambda: leaf(1.0).__setitem__(0, 1),
            "a view of a leaf Variable that requires grad is being used",
        ),
    ],
)
def test_refusals_leave_everything_as_it_was(go, words):
    with pytest.raises(RuntimeError, match=words):
        go()


def test_a_refused_write_changes_nothing():
    x = leaf(1.0)
    with pytest.raises(RuntimeError):
        x.add_(1)
    assert x.tolist() == [1]
    (x * x).sum().backward()
    assert x.grad.tolist() == [2]


# Versions


@pytest.mark.parametrize(
    "operation, reads",
    [
        (lambda y: y * y, True),
        (lambda y: y * 2, False),
        (lambda y: y + y, False),
        (lambda y: y.exp(), False),
        (lambda y: y.log(), True),
        (lambda y: y.relu(), False),
        (lambda y: y / 2, False),
        (lambda y: 2 / y, False),
        (lambda y: y / y, True),
        (lambda y: y**2, True),
        (lambda y: y @ y, True),
        (lambda y: y @ torch.ones(2).double(), False),
        (lambda y: y.sum(), False),
        (lambda y: y.max(), True),
        (lambda y: y.softmax(0), False),
    ],
)
def test_a_write_is_noticed_exactly_where_backward_would_read_it(operation, reads):
    y = leaf(1.0, 2.0) * 1
    out = operation(y)
    with torch.no_grad():
        y += 1
    if reads:
        with pytest.raises(
            RuntimeError, match="modified by an inplace operation: .DoubleTensor .2.."
        ):
            out.sum().backward()
    else:
        out.sum().backward()


def test_a_write_by_any_name_is_noticed():
    for write in (
        lambda y: y[0].fill_(3),
        lambda y: y.T.add_(1),
        lambda y: y.detach().mul_(2),
        lambda y: y.__setitem__(0, 1.0),
        lambda y: y.view(-1)[1:].zero_(),
        lambda y: y._wrote(),
        lambda y: torch.add(torch.ones(2).double(), 1, out=y.detach()),
    ):
        y = leaf(1.0, 2.0) * 1
        out = (y * y).sum()
        with torch.no_grad():
            write(y)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            out.backward()


def test_data_is_a_door_without_a_guard():
    x = leaf(1.0)
    y = (x * x).sum()
    x.data += 1
    y.backward()
    assert x.grad.tolist() == [4]
    x.data = torch.ones(2).double()
    assert x.tolist() == [1, 1]


def test_a_written_result_is_noticed():
    y = leaf(1.0).exp()
    y += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_a_copy_may_be_written():
    x = leaf(1.0, 2.0)
    out = (x.T.reshape(-1) * x).sum()
    x.detach().clone().zero_()
    x.detach().repeat(2).zero_()
    out.backward()
    a = torch.ones(2, 3).T
    a.reshape(-1).zero_()  # of a transposed tensor this is a copy
    assert a.sum().item() == 6


# Gradients through writes


@pytest.mark.parametrize(
    "write, slope",
    [
        (lambda y: y.mul_(3), [3, 3, 3]),
        (lambda y: y.__setitem__(0, 5.0), [0, 1, 1]),
        (lambda y: y.__setitem__(slice(1, None), y[:2] * 2), [3, 2, 0]),
        (lambda y: y.__setitem__(slice(1, None), 0.0), [1, 0, 0]),
        (lambda y: y[1:].mul_(4), [1, 4, 4]),
        (lambda y: y.view(3, 1)[2].zero_(), [1, 1, 0]),
        (lambda y: y.__setitem__([0, 2], 1.0), [0, 1, 0]),
        (lambda y: y[y > 2].zero_(), [1, 1, 1]),
        (lambda y: y.__setitem__(y > 2, 0.0), [1, 1, 0]),
        (lambda y: y[:2][1:].mul_(7), [1, 7, 1]),
        (lambda y: y.zero_(), [0, 0, 0]),
    ],
)
def test_a_recorded_tensor_is_written(write, slope):
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    write(y)
    y.sum().backward()
    assert x.grad.tolist() == slope


def test_a_view_follows_its_base_and_the_base_its_view():
    x = leaf(1.0, 2.0)
    y = x * 1
    v = y[0]
    y *= 3
    v.backward(retain_graph=True)
    assert x.grad.tolist() == [3, 0]
    v *= 2
    x.grad = None
    y.sum().backward()
    assert x.grad.tolist() == [6, 3] and y.tolist() == [6, 6]


def test_a_value_that_requires_grad_is_written_into_one_that_does_not():
    x = leaf(1.0, 2.0)
    z = torch.zeros(3, 2, dtype=torch.float64)
    z[1] = x * 3
    row = z[2]
    row += x
    (z * z).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [18 + 2, 36 + 4])


def test_the_overwritten_value_gets_no_gradient_and_the_new_one_all():
    x, new = leaf(1.0, 2.0), leaf(7.0)
    y = x * 1
    y[0] = new[0]
    (y * torch.tensor([5.0, 6.0])).sum().backward()
    assert x.grad.tolist() == [0, 6] and new.grad.tolist() == [5]
