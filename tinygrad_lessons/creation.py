"""New tensors: from Python's numbers, filled, or joined from others."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, overload

import numpy as np

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from . import devices, dtypes, ops, shapes
from .autograd import one_device
from .exercise import exercise
from .shapes import flat
from .tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._types import Data, DeviceLike, DTypeLike, Number

COPIED = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach()"
    ".clone() or sourceTensor.detach().clone().requires_grad_(True), rather than "
    "torch.tensor(sourceTensor)."
)


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


def tensor(
    data: Data,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A new tensor with a copy of `data`: nested lists of numbers, a NumPy array, a tensor.

    >>> tensor([[1, 2], [3, 4]]).dtype, tensor([1, 2.5]).dtype
    (tinygrad_lessons.int64, tinygrad_lessons.float32)
    """
    if isinstance(data, Tensor):
        warnings.warn(COPIED, stacklevel=2)
        array, home = data.array, data.device
    else:
        array, home = host_array(data, dtype), devices.device("cpu")
    array = array.astype(dtypes.resolve(dtype, array.dtype))  # a copy, in any case
    place = devices.device(device or home)
    if place is not home:
        array = place.upload(home.download(array))
    return leaf(Tensor(array, place), requires_grad)


def leaf(x: Tensor, requires_grad: bool) -> Tensor:
    """`x` as its maker wanted it."""
    if requires_grad and not x.is_floating_point():
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return x.requires_grad_(requires_grad)


def host_array(data: Any, dtype: DTypeLike | None) -> np.ndarray[Any, Any]:
    """Numbers as a NumPy array of a dtype that tensors have."""
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data)
        return np.asarray(data)
    try:
        kind = dtype or torch.infer_dtype(data)
        if dtype is None and kind is dtypes.float32:
            kind = dtypes.joined(data) or kind  # NumPy's float64 is one of Python's floats, too
        return np.array(data, dtypes.resolve(kind))
    except TypeError:
        array = np.array(data)  # NumPy's numbers, or tensors, in lists
        if array.dtype.kind == "c":
            raise TypeError(
                "complex numbers are not supported\n  Keep two tensors: real and imaginary parts."
            ) from None
        if array.dtype.kind not in "biuf":
            raise
        return array.astype(dtypes.resolve(dtypes.joined(data), array.dtype), copy=False)
    except OverflowError as error:
        raise RuntimeError(f"value cannot be converted without overflow: {error}") from None


def constructor(kind: dtypes.dtype) -> Callable[..., Tensor]:
    """torch.FloatTensor and the like: a tensor of numbers, or of sizes, of the dtype `kind`."""

    def new(*inputs: Any) -> Tensor:
        if len(inputs) == 1 and not isinstance(inputs[0], int):
            data = inputs[0].detach() if is_tensor(inputs[0]) else inputs[0]
            return data._as(kind.np) if is_tensor(data) else tensor(data, dtype=kind)
        return empty(*inputs or (0,), dtype=kind)

    new.__name__ = new.__qualname__ = f"{kind.legacy}Tensor"
    new.__doc__ = f"A tensor of {kind.name}: of numbers in lists, or with any numbers, of a size."
    return new


FloatTensor = constructor(dtypes.float32)
DoubleTensor = constructor(dtypes.float64)
HalfTensor = constructor(dtypes.float16)
LongTensor = constructor(dtypes.int64)
IntTensor = constructor(dtypes.int32)
ShortTensor = constructor(dtypes.int16)
CharTensor = constructor(dtypes.int8)
ByteTensor = constructor(dtypes.uint8)
BoolTensor = constructor(dtypes.bool)


def make(
    name: str,
    dtype: DTypeLike | None,
    device: DeviceLike | None,
    requires_grad: bool,
    *inputs: Any,
) -> Tensor:
    """A tensor of what the device's own function `name` makes; float32 where nothing is asked."""
    if isinstance(inputs[0], tuple) and any(n < 0 for n in inputs[0]):
        raise RuntimeError(f"{name}: Dimension size must be non-negative.")
    place = devices.device(device or "cpu")
    array = getattr(place.xp, name)(*inputs, dtype=dtypes.resolve(dtype, dtypes.float32.np))
    return leaf(Tensor(array, place), requires_grad)


def zeros(
    *sizes: int | Sequence[int],
    size: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """All numbers are 0. zeros(2, 3) or zeros((2, 3))"""
    return make("zeros", dtype, device, requires_grad, flat(sizes, size))


def ones(
    *sizes: int | Sequence[int],
    size: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """All numbers are 1. ones(2, 3) or ones((2, 3))"""
    return make("ones", dtype, device, requires_grad, flat(sizes, size))


def empty(
    *sizes: int | Sequence[int],
    size: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whatever is in the memory. empty(2, 3) or empty((2, 3))"""
    return make("empty", dtype, device, requires_grad, flat(sizes, size))


def full(
    size: Sequence[int],
    fill_value: Number,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """All numbers are `fill_value`. full((2, 3), 7)"""
    kind = dtype or dtypes.result_type(fill_value)
    return make("full", kind, device, requires_grad, flat([size]), fill_value)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """1 on the diagonal, else 0. (n, m)"""
    if n < 0 or m is not None and m < 0:
        raise RuntimeError(f"n must be greater or equal to 0, got {n if n < 0 else m}")
    return make("eye", dtype, device, requires_grad, n, m)


def linspace(
    start: Number,
    end: Number,
    steps: int,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers from start to end, both included, equally far apart."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    wanted = dtypes.resolve(dtype, dtypes.float32.np)
    exact = dtypes.float32 if wanted.kind == "f" and wanted.itemsize < 8 else dtypes.float64
    numbers = make("linspace", exact, device, False, float(start), float(end), steps)
    return leaf(numbers._as(wanted), requires_grad)  # whole numbers are cut, not rounded


def arange(
    start: Number,
    end: Number | None = None,
    step: Number = 1,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, ... before end.

    >>> arange(3), arange(1, 10, 4), arange(0, 1, 0.5)
    (tensor([0, 1, 2]), tensor([1, 5, 9]), tensor([0.0000, 0.5000]))
    """
    if end is None:
        start, end = 0, start
    whole = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    kind = dtypes.resolve(dtype, (dtypes.int64 if whole else dtypes.float32).np)
    if kind.kind in "iu":
        start, end, step = int(start), int(end), int(step)
    if not step:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    place = devices.device(device or "cpu")
    bounds: Any = (start, end, step)
    count = len(range(*bounds)) if whole else int(np.ceil((end - start) / step))
    steps = place.xp.arange(count, dtype=kind if whole else dtypes.float64.np)
    array = (steps * step + start).astype(kind)
    return leaf(Tensor(array, place), requires_grad)


@exercise("ones-like")
def ones_like(x, *, dtype=None, device=None):
    """Ones with the shape of `x`, and its dtype and device unless others are asked for."""
    return torch.ones(x.shape, dtype=dtype or x.dtype, device=device or x.device)


@exercise("rand-like")
def rand_like(x, *, dtype=None, device=None):
    """Random numbers in [0, 1) with the shape of `x`, and its dtype and device unless others are
    asked for. A dtype that isn't floating raises."""
    return torch.rand(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def randn_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor:
    """Normal random numbers with the shape of `x`, its dtype and device unless you say others."""
    return torch.randn(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def zeros_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor:
    """Zeros with the shape of `x`, its dtype and device unless you say others."""
    return zeros(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def empty_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor:
    """Whatever is in the memory, in the shape of `x`, with its dtype and device unless you ask."""
    return empty(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def full_like(
    x: Tensor,
    fill_value: Number,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
) -> Tensor:
    """`fill_value` in the shape of `x`, its dtype and device unless you say others."""
    return full(x.shape, fill_value, dtype=dtype or x.dtype, device=device or x.device)


@overload
def where(condition: Tensor) -> tuple[Tensor, ...]: ...
@overload
def where(
    condition: Tensor,
    input: Tensor | Number,
    other: Tensor | Number,
    *,
    out: Tensor | None = None,
) -> Tensor: ...
def where(
    condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None
) -> Any:
    """`input` where the condition is true, else `other`; without them, where it is true.

    >>> x = tensor([1, -2, 3])
    >>> where(x > 0, x, 0), where(x > 0)
    (tensor([1, 0, 3]), (tensor([0, 2]),))
    """
    if input is None:
        return condition.nonzero(as_tuple=True)
    if not is_tensor(condition):
        kind = f"{type(condition).__module__}.{type(condition).__name__}"
        raise TypeError(
            f"where(): argument 'condition' (position 1) must be Tensor, not {kind}\n"
            "  Make it a tensor: torch.as_tensor(condition)"
        )
    one_device([condition, *filter(is_tensor, (input, other))])
    if condition.dtype is not dtypes.bool:
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.legacy}\n  Compare it: x > 0"
        )
    if not is_tensor(input) and not is_tensor(other):
        input = full((), input, device=condition.device)
    result = ops.Where.apply(input, other, condition=condition.array)
    return result if out is None else torch.functions.written(result, out, "where")


@shapes.numpy_names
def cat(tensors: Iterable[Tensor], dim: int = 0) -> Tensor:
    """The tensors behind each other along `dim`."""
    parts = tuple(tensors)
    if not parts:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    if all(x.shape == (0,) for x in parts):
        dim = 0
    shape: Sequence[int] = next((x.shape for x in parts if x.shape != (0,)), (0,))
    dim = shapes.axis(dim, len(shape))
    nothing = (*shape[:dim], 0, *shape[dim + 1 :])  # torch.zeros(0) goes with every shape
    return ops.Cat.apply(*(x.reshape(nothing) if x.shape == (0,) else x for x in parts), dim=dim)


@shapes.numpy_names
def stack(tensors: Iterable[Tensor], dim: int = 0) -> Tensor:
    """The tensors, all of one shape, along a new axis.

    >>> stack([tensor([1, 2]), tensor([3, 4])], 1)
    tensor([[1, 3],
            [2, 4]])
    """
    parts = tuple(tensors)
    if not parts:
        raise RuntimeError("stack expects a non-empty TensorList")
    return ops.Stack.apply(*parts, dim=shapes.axis(dim, parts[0].ndim + 1))


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A matrix's diagonal, or the matrix with the vector `input` as its diagonal."""
    if input.ndim == 2:
        return input.diagonal(diagonal).clone()
    if input.ndim != 1:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    n = len(input) + abs(diagonal)
    matrix = torch.zeros(n, n, dtype=input.dtype, device=input.device)
    matrix.diagonal(diagonal).copy_(input)
    return matrix


def broadcast_tensors(*tensors: Tensor) -> list[Tensor]:
    """Views of the tensors in the shape that all of them broadcast to."""
    shape = torch.broadcast_shapes(*(x.shape for x in tensors))
    return [x.expand(shape) for x in tensors]


def is_tensor(x: object) -> bool:
    """Whether `x` is a tensor."""
    return isinstance(x, Tensor)
