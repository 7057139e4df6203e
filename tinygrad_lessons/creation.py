"""New tensors: from Python's numbers, filled, or joined from others."""

import warnings

import numpy as np

import tinygrad_lessons as torch

from . import devices, dtypes, ops, shapes
from .autograd import one_device
from .exercise import exercise
from .shapes import flat
from .tensor import Tensor


@exercise("infer-dtype")
def infer_dtype(data):
    """The dtype that holds nested lists of numbers: bool, int64, or float32 if there is a float."""
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    rows = [data]
    while rows and all(isinstance(row, (list, tuple, range)) for row in rows):
        sizes = {len(row) for row in rows}
        if len(sizes) > 1:
            raise ValueError(f"expected sequences of one length, but got lengths {sizes}")
        rows = [x for row in rows for x in row]
    for x in rows:
        if not isinstance(x, (bool, int, float)):
            raise TypeError(f"Could not infer dtype of {type(x).__name__}")
    if rows and all(isinstance(x, bool) for x in rows):
        return torch.bool
    return torch.int64 if rows and all(isinstance(x, int) for x in rows) else torch.float32


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """A new tensor with a copy of `data`: nested lists of numbers, a NumPy array, a tensor.

    >>> tensor([[1, 2], [3, 4]]).dtype, tensor([1, 2.5]).dtype
    (tinygrad_lessons.int64, tinygrad_lessons.float32)
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach()"
            ".clone() or sourceTensor.detach().clone().requires_grad_(True), rather than "
            "torch.tensor(sourceTensor).",
            stacklevel=2,
        )
        array, home = data.array, data.device
    else:
        array, home = host_array(data, dtype), devices.cpu
    array = array.astype(dtypes.resolve(dtype, array.dtype))  # a copy, in any case
    device = devices.device(device or home)
    if device is not home:
        array = device.upload(home.download(array))
    return Tensor(array, device).requires_grad_(requires_grad)


def host_array(data, dtype):
    """Numbers as a NumPy array of a dtype that tensors have."""
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data)
        return np.asarray(data)
    try:
        return np.array(data, dtypes.resolve(dtype or torch.infer_dtype(data)))
    except TypeError:
        array = np.array(data)  # NumPy's numbers, or tensors, in lists
        if array.dtype.kind == "c":
            raise TypeError(
                "complex numbers are not supported\n  Keep two tensors: real and imaginary parts."
            ) from None
        if array.dtype.kind not in "biuf":
            raise
        return array
    except OverflowError as error:
        raise RuntimeError(f"value cannot be converted without overflow: {error}") from None


def make(name, dtype, device, requires_grad, *inputs):
    """A tensor of what the device's own function `name` makes; float32 where nothing is asked."""
    device = devices.device(device or "cpu")
    array = getattr(device.xp, name)(*inputs, dtype=dtypes.resolve(dtype, dtypes.float32.np))
    return Tensor(array, device).requires_grad_(requires_grad)


def filled(name, note):
    """The function that makes a tensor of a shape by the device's own function `name`."""

    def new(*size, dtype=None, device=None, requires_grad=False):
        return make(name, dtype, device, requires_grad, tuple(flat(size)))

    new.__name__ = new.__qualname__ = name
    new.__doc__ = f"{note} {name}(2, 3) or {name}((2, 3))"
    return new


zeros = filled("zeros", "All numbers are 0.")
ones = filled("ones", "All numbers are 1.")
empty = filled("empty", "Whatever is in the memory.")


def full(size, value, *, dtype=None, device=None, requires_grad=False):
    """All numbers are `value`. full((2, 3), 7)"""
    kind = dtype or dtypes.result_type(value)
    return make("full", kind, device, requires_grad, tuple(size), value)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """1 on the diagonal, else 0. (n, m)"""
    return make("eye", dtype, device, requires_grad, n, m)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` numbers from start to end, both included, equally far apart."""
    return make("linspace", dtype, device, requires_grad, start, end, steps)


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """start, start + step, ... before end.

    >>> arange(3), arange(1, 10, 4), arange(0, 1, 0.5)
    (tensor([0, 1, 2]), tensor([1, 5, 9]), tensor([0.0000, 0.5000]))
    """
    if end is None:
        start, end = 0, start
    if not step:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    kind = dtypes.resolve(dtype, (dtypes.int64 if whole else dtypes.float32).np)
    device = devices.device(device or "cpu")
    count = len(range(start, end, step)) if whole else int(np.ceil((end - start) / step))
    steps = device.xp.arange(count, dtype=kind if whole else dtypes.float64.np)
    array = (steps * step + start).astype(kind)
    return Tensor(array, device).requires_grad_(requires_grad)


@exercise("ones-like")
def ones_like(x, *, dtype=None, device=None):
    """Ones with the shape of `x`, and its dtype and device unless others are asked for."""
    return torch.ones(x.shape, dtype=dtype or x.dtype, device=device or x.device)


@exercise("rand-like")
def rand_like(x, *, dtype=None, device=None):
    """Random numbers in [0, 1) with the shape of `x`, and its dtype and device unless others are
    asked for. A dtype that isn't floating raises."""
    return torch.rand(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def randn_like(x, *, dtype=None, device=None):
    return torch.randn(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def zeros_like(x, *, dtype=None, device=None):
    return zeros(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def empty_like(x, *, dtype=None, device=None):
    return empty(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def full_like(x, value, *, dtype=None, device=None):
    return full(x.shape, value, dtype=dtype or x.dtype, device=device or x.device)


def where(condition, input=None, other=None):
    """`input` where the condition is true, else `other`; without them, where it is true.

    >>> x = tensor([1, -2, 3])
    >>> where(x > 0, x, 0), where(x > 0)
    (tensor([1, 0, 3]), (tensor([0, 2]),))
    """
    if input is None:
        return condition.nonzero().unbind(1)
    if not is_tensor(input) and not is_tensor(other):
        input = full((), input, device=condition.device)
    one_device([condition, *filter(is_tensor, (input, other))])
    if condition.dtype is not dtypes.bool:
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.legacy}\n  Compare it: x > 0"
        )
    return ops.Where.apply(input, other, condition=condition.array)


def cat(tensors, dim=0):
    """The tensors behind each other along `dim`."""
    tensors = tuple(tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    shape = next((x.shape for x in tensors if x.shape != (0,)), (0,))
    dim = shapes.axis(dim, len(shape))
    nothing = (*shape[:dim], 0, *shape[dim + 1 :])  # torch.zeros(0) goes with every shape
    tensors = [x.reshape(nothing) if x.shape == (0,) else x for x in tensors]
    return ops.Cat.apply(*tensors, dim=dim)


def stack(tensors, dim=0):
    """The tensors, all of one shape, along a new axis.

    >>> stack([tensor([1, 2]), tensor([3, 4])], 1)
    tensor([[1, 3],
            [2, 4]])
    """
    tensors = tuple(tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    return ops.Stack.apply(*tensors, dim=shapes.axis(dim, tensors[0].ndim + 1))


def diag(input, diagonal=0):
    """A matrix's diagonal, or the matrix with the vector `input` as its diagonal."""
    if input.ndim == 2:
        return input.diagonal(diagonal).clone()
    if input.ndim != 1:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    n = len(input) + abs(diagonal)
    matrix = torch.zeros(n, n, dtype=input.dtype, device=input.device)
    matrix.diagonal(diagonal).copy_(input)
    return matrix


def is_tensor(x):
    """Whether `x` is a tensor."""
    return isinstance(x, Tensor)
