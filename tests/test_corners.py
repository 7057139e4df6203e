"""Corners where a small torch easily differs from the large one: empty, 0-d, views, whole numbers.

What is right is NumPy's, in float64, or said in words; tests/pytorch asks PyTorch the same.
"""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.nn import functional as F

DEVICES = [str(device) for device in torch.devices.available()]
on_every_device = pytest.mark.parametrize("device", DEVICES)


def leaf(array, **options):
    return torch.tensor(np.asarray(array, float), requires_grad=True, **options)


# Views


@on_every_device
@pytest.mark.parametrize("offset", [-5, -1, 0, 1, 9])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2, 3), (0, 2)])
def test_a_diagonal_is_a_view_of_the_first_two_axes(device, shape, offset):
    numbers = np.random.default_rng(1).standard_normal(shape)
    x = torch.tensor(numbers, device=device)
    expected = np.diagonal(numbers, offset)
    np.testing.assert_array_equal(torch.to_host(x.diagonal(offset)), expected)
    x.diagonal(offset).fill_(7)
    np.testing.assert_array_equal(torch.to_host(x.diagonal(offset)), np.full(expected.shape, 7.0))
    assert int((x == 7).sum()) == expected.size


def test_the_gradient_of_a_diagonal():
    for shape, offset in (((3, 3), 0), ((2, 4), 1), ((4, 2, 3), -1)):
        x = leaf(np.random.default_rng(2).standard_normal(shape))
        assert torch.autograd.gradcheck(lambda x, k=offset: x.diagonal(k) ** 2, x)
        assert torch.autograd.gradcheck(lambda x: (x * 1).diagonal().mul_(3), x)


def test_diag_is_a_copy():
    x = torch.ones(2, 2)
    torch.diag(x).fill_(5)
    assert x.tolist() == [[1, 1], [1, 1]]
    assert torch.diag(torch.tensor([1, 2]), -1).tolist() == [[0, 0, 0], [1, 0, 0], [0, 2, 0]]


def test_a_view_that_is_a_leaf_is_not_written_into():
    x = torch.zeros(4)[:2].requires_grad_()
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        x[0] += 1
    assert x.is_leaf and x.tolist() == [0, 0]


def test_narrow_counts_from_the_end():
    x = torch.arange(5)
    assert x.narrow(0, -2, 2).tolist() == [3, 4]
    for start, length in ((4, 2), (-6, 1), (1, -1)):
        with pytest.raises(RuntimeError, match="exceeds dimension size"):
            x.narrow(0, start, length)


# Gradients


def test_gradients_of_no_numbers_add_up():
    x = torch.zeros(3, 0, requires_grad=True)
    x.sum().backward()
    x.sum().backward()
    assert x.grad.shape == (3, 0)


def test_the_gradient_that_comes_in_takes_the_roots_dtype():
    x = torch.ones(2, requires_grad=True)
    x.backward(torch.tensor([1, 2]))
    (x * 2).backward(torch.tensor([1, 2]))
    assert x.grad.dtype is torch.float32 and x.grad.tolist() == [3, 6]


def test_the_gradient_of_std_is_0_where_all_numbers_are_the_same():
    x = leaf([[1, 1, 1], [1, 2, 4]])
    x.std(1).sum().backward()
    assert x.grad[0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(x.grad[1].sum().item(), 0, atol=1e-12)
    for options in ({}, {"dim": 1}, {"dim": 0, "correction": 0, "keepdim": True}):
        y = leaf(np.random.default_rng(3).standard_normal((3, 4)))
        assert torch.autograd.gradcheck(lambda y, o=options: y.std(**o), y)
        ddof = {"ddof": options.get("correction", 1)}
        expected = y.detach().numpy().std(options.get("dim"), keepdims="keepdim" in options, **ddof)
        np.testing.assert_allclose(y.std(**options).detach().numpy(), expected)


def test_a_hook_keeps_the_shape():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda g: torch.ones(3))
    with pytest.raises(RuntimeError, match="hook '<lambda>' has changed the size of value"):
        x.sum().backward()


def test_only_what_requires_grad_retains_one():
    with pytest.raises(RuntimeError, match="can't retain_grad on Tensor that has requires_grad="):
        torch.ones(2).retain_grad()


@on_every_device
@pytest.mark.parametrize(
    "name", ["mul_", "div_", "pow_", "sin_", "cos_", "log_", "abs_", "clamp_", "sqrt_", "tanh_"]
)
def test_what_is_written_over_still_has_its_gradient(device, name):
    def apply(x, w, name):
        binary, bounded = name in ("mul_", "div_", "pow_", "mul", "div", "pow"), "clamp" in name
        return getattr(x, name)(*(w,) if binary else (0.5, 1.0) if bounded else ())

    numbers = np.random.default_rng(4).uniform(0.2, 2, (2, 2, 3))
    for part in (lambda y: y, lambda y: y[0], lambda y: y.T):
        found = []
        for way in (name, name.rstrip("_")):
            x, w = (leaf(n, device=device) for n in numbers)
            y = x * 1
            z = apply(part(y), part(w), way)
            (z * z).sum().backward()
            found.append([torch.to_host(g) for g in (x.grad, w.grad) if g is not None])
        np.testing.assert_allclose(*found)


def test_what_was_kept_before_is_still_guarded():
    y = leaf([1, 2]) * 2
    z = y * y
    y *= leaf([3, 4])
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_a_write_into_nothing_has_a_gradient():
    x = leaf([[1, 2]])
    y = x * 1
    y[1:] *= 3
    y.sum().backward()
    assert x.grad.tolist() == [[1, 1]]


# Whole numbers and truth values


def test_masked_fill_keeps_the_dtype():
    x, mask = torch.tensor([2**60 + 1, 2]), torch.tensor([False, True])
    filled = x.masked_fill(mask, 5.0)
    assert filled.dtype is torch.int64 and filled.tolist() == [2**60 + 1, 5]
    assert torch.tensor([1.0]).half().masked_fill(torch.tensor([True]), 2).dtype is torch.float16
    x, value = leaf([1, 2]), leaf(3)
    x.masked_fill(mask, value).sum().backward()
    assert x.grad.tolist() == [1, 0] and value.grad.item() == 1


def test_softmax_of_whole_numbers_is_float32():
    x = torch.tensor([1, 2], dtype=torch.int8)
    for f in (torch.softmax, torch.log_softmax, torch.logsumexp):
        assert f(x, 0).dtype is torch.float32


def test_truth_values_are_close_or_not():
    yes, no = torch.tensor([True]), torch.tensor([False])
    assert torch.allclose(yes, yes) and not torch.allclose(yes, no)


def test_a_condition_is_a_truth_value():
    with pytest.raises(RuntimeError, match="expected condition to be a boolean tensor.*Float"):
        torch.where(torch.ones(2), 1.0, torch.ones(2))


def test_numpys_numbers_do_not_widen():
    x = torch.ones(2)
    assert torch.result_type(np.float64(2), x) is torch.float32
    assert torch.where(x > 0, np.float64(2), np.float64(3)).dtype is torch.float32


# No axes, no numbers


def test_a_single_number_has_no_axis():
    x = torch.tensor(5)
    assert x.cumsum(0).shape == () and x.sort(0, descending=True).indices.item() == 0
    y = leaf(2)
    y.cumsum(0).backward()
    assert y.grad.item() == 1
    with pytest.raises(IndexError, match="Dimension specified as 0 but tensor has no dimensions"):
        x.size(0)


def test_what_is_flipped_along_no_axis_stays():
    assert torch.tensor([1, 2]).flip(()).tolist() == [1, 2]


@on_every_device
def test_an_empty_vector_is_joined_to_anything(device):
    x = torch.ones(2, 3, requires_grad=True, device=device)
    joined = torch.cat([torch.zeros(0, device=device), x, x])
    assert joined.shape == (4, 3)
    joined.sum().backward()
    assert x.grad.tolist() == [[2, 2, 2], [2, 2, 2]]


# Refused as in PyTorch, where NumPy gives something


@pytest.mark.parametrize(
    "go, words",
    [
        (lambda: torch.ones(3).tril(), "tril: input tensor must have at least 2 dimensions"),
        (lambda: torch.ones(3).triu(), "triu: input tensor must have at least 2 dimensions"),
        (
            lambda: torch.ones(2, 2, 2).trace(),
            "trace: expected a matrix, but got tensor with dim 3",
        ),
        (
            lambda: torch.ones(2, 3).repeat(2),
            "Number of dimensions of repeat dims can not be small",
        ),
        (lambda: torch.outer(torch.ones(2), torch.ones(2, 2)), "outer: Expected 1-D argument vec2"),
        (lambda: torch.ones(2, 2).gather(0, torch.tensor([0])), "Index tensor must have the same"),
        (
            lambda: torch.ones(3).expand(-1, 3),
            "isn't allowed in a leading, non-existing dimension 0",
        ),
        (lambda: torch.diag(torch.ones(1, 1, 1)), "Supports 1D or 2D tensors. Got 3D"),
        (
            lambda: torch.cat([torch.ones(2), torch.tensor(1.0)]),
            r"\(at position 1\) cannot be conc",
        ),
        (
            lambda: torch.ones(2).masked_fill(torch.ones(3) > 0, 0),
            "size of tensor a .3. must match",
        ),
        (lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([[0], [1]])), "multi-target not"),
    ],
)
def test_the_sentence_is_pytorchs(go, words):
    with pytest.raises(RuntimeError, match=words):
        go()


OTHER_ERRORS = {
    "torch.ones(2, 3).mm(torch.ones(3))": (RuntimeError, "mat2 must be a matrix"),
    "torch.ones(3).mm(torch.ones(3, 2))": (RuntimeError, "self must be a matrix"),
    "torch.ones(2, 3).mv(torch.ones(3, 1))": (RuntimeError, "expected, got 1, 2, 2"),
    "torch.ones(2, 3).dot(torch.ones(3))": (RuntimeError, "but got 2D and 1D tensors"),
    "torch.ones(2, 2, 2).bmm(torch.ones(2, 2))": (RuntimeError, "batch2 must be a 3D tensor"),
    "torch.ones(2) & 1": (NotImplementedError, "\"bitwise_and_cpu\" not implemented for 'Float'"),
    "~torch.ones(2)": (TypeError, "only implemented on integer and Boolean-type tensors"),
    "torch.ones(2) < None": (TypeError, "'<' not supported between instances of 'Tensor' and 'No"),
    "torch.ones(2) // None": (TypeError, "type.s. for //: 'Tensor' and 'NoneType'"),
    "torch.ones(2, 3)[[0, 5]]": (IndexError, "index 5 is out of bounds for dimension 0 with si"),
    "torch.ones(2).__setitem__([7], 0)": (IndexError, "index 7 is out of bounds for dimension 0"),
    "torch.ones(2, 3).gather(0, torch.tensor([[-1]]))": (RuntimeError, "index -1 is out of bounds"),
    "torch.ones(2, 3).permute(1)": (RuntimeError, "is not equal to len.dims. = 1"),
    "torch.arange(3) // 0": (RuntimeError, "ZeroDivisionError"),
    "torch.arange(3) % torch.tensor([1, 0, 2])": (RuntimeError, "ZeroDivisionError"),
    "torch.tensor([1 + 2j])": (TypeError, "complex numbers are not supported"),
}


@pytest.mark.parametrize("line", OTHER_ERRORS)
def test_the_error_is_pytorchs(line):
    kind, words = OTHER_ERRORS[line]
    with pytest.raises(kind, match=words):
        eval(line)


def test_a_seed_that_is_none_leaves_the_stream_as_it_was():
    torch.manual_seed(3)
    expected = torch.rand(2).tolist()
    torch.manual_seed(3)
    with pytest.raises(ValueError, match="invalid literal for int"):
        torch.manual_seed("a")
    assert torch.rand(2).tolist() == expected
    assert torch.manual_seed(-1).initial_seed() == 2**64 - 1


def test_small_things():
    x = torch.ones(2, 3)
    assert (+x) is x and x[(0, 1), :].shape == (2, 3)
    with pytest.raises(TypeError, match="unsupported format string passed to Tensor.__format__"):
        f"{x:.2f}"
    assert str(F.cross_entropy(torch.tensor([[0.0, -1e9]]), torch.tensor([0]))) == "tensor(0.)"
    batch = torch.utils.data.default_collate([1.5, 2.5])
    assert batch.dtype is torch.float64


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize(
    "a, b, floor, rest",
    [
        (1.0, 0.1, 9.0, 0.1 - 5.551115123125783e-17),
        (5.0, float("inf"), 0.0, 5.0),
        (-5.0, float("inf"), -1.0, float("inf")),
        (-7.0, 2.0, -4.0, 1.0),
        (7.0, -2.0, -4.0, -1.0),
        (1.0, 0.0, float("inf"), float("nan")),
        (0.0, -3.0, -0.0, 0.0),
    ],
)
def test_floor_division_and_its_rest_are_exact_on_every_device(device, a, b, floor, rest):
    x, y = (torch.tensor([n], dtype=torch.float64, device=device) for n in (a, b))
    for one, other in ((x, y), (x, b)):
        assert str((one // other).item()) == str(floor)
        np.testing.assert_equal(abs((one % other).item()), abs(rest))


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_softmax_and_sums_of_a_single_number(device):
    x = torch.tensor(3.0, device=device, requires_grad=True)
    assert [x.softmax(0).item(), x.log_softmax(0).item(), x.cumsum(0).item()] == [1, 0, 3]
    (x.softmax(0) + x.sum(0) + x.cumsum(0) + x.max(0)[0]).backward()
    assert x.grad.item() == 3


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_labels_and_indices_are_looked_at_where_asked_for(device):
    x, i = torch.zeros(2, 3, device=device), torch.tensor([0, 3], device=device)
    with torch.devices.check_indices():
        with pytest.raises(IndexError, match="Target 3 is out of bounds"):
            torch.nn.functional.cross_entropy(x, i)
        with pytest.raises(RuntimeError, match="Class values must be smaller than num_classes"):
            torch.nn.functional.one_hot(i, 3)
        with pytest.raises(
            IndexError, match="index 3 is out of bounds for dimension 1 with size 3"
        ):
            x[:, i]
        with pytest.raises(
            IndexError, match="index 3 is out of bounds for dimension 0 with size 2"
        ):
            x[i] = 1.0
        assert x[:, i - 3].tolist() == [[0, 0], [0, 0]]


QUIET = """
import tinygrad_lessons as torch
torch.tensor([1e300]), torch.tensor([float("nan")]).int(), torch.arange(0, 1e300, 1e299)
torch.ones(1).var(correction=0), torch.zeros(0).mean(), torch.zeros(3).log() / 0
x = torch.tensor([0.0], requires_grad=True)
(1 / x - 1 / x).sum().backward(), x.sqrt().sum().backward()
h = torch.tensor([1e30])
h *= 1e30
torch.nn.functional.cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64))
"""


def test_nothing_of_numpy_warns_about_numbers():
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
