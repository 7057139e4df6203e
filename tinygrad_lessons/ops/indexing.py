"""x[key]: first the part that is a view, then the part that picks numbers and is a copy."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

import tinygrad_lessons as torch

from .. import dtypes
from ..autograd import Function

if TYPE_CHECKING:
    from .._types import Array
    from ..devices import Device
    from ..tensor import Tensor

BYTES = (dtypes.bool, dtypes.uint8)  # a mask may be of either
NAMES = {int: "Select", slice: "Slice", type(None): "Unsqueeze", type(...): "Alias"}


class Select(Function):
    """x[key] with integers, slices, None and ... only: a view."""

    view = True

    def forward(self, x: Array, key: tuple[Any, ...]) -> Array:
        self.shape_in, self.key = x.shape, key
        last = next((k for k in reversed(key) if k != slice(None)), ...)
        self.title = NAMES[type(last)]
        return x[(*key, ...)]  # the dots keep a single number an array

    def backward(self, g: Array) -> Any:
        whole = self.xp.zeros(self.shape_in, g.dtype)
        whole[self.key] = g
        return whole


class Picking(Function):
    """Numbers at places, as a copy. The gradients of one that is picked twice add up."""

    def pick(self, x: Array, key: tuple[Any, ...]) -> Array:
        self.shape_in, self.key = x.shape, key
        refuse_outside(self.device, key, x.shape)
        try:
            return x[key] if key else x.copy()  # of no axes x[()] may share the memory
        except IndexError as error:
            raise out_of_bounds(error) from None

    def unpick(self, g: Array) -> Array:
        whole = self.xp.zeros(self.shape_in, g.dtype)
        self.xp.add.at(whole, self.key, g)
        return whole


class Index(Picking):
    """x[key] with arrays of integers or a mask."""

    keeps = "own"

    def forward(self, x: Array, key: tuple[Any, ...]) -> Array:
        return self.pick(x, key)

    def backward(self, g: Array) -> Array:
        return self.unpick(g)


class Gather(Picking):
    """out[i, j] = x[index[i, j], j] for dim=0, and so on."""

    keeps = "own"

    def forward(self, x: Array, index: Array, dim: int) -> Array:
        return self.pick(x, self.grid(x, index, dim))

    def grid(self, x: Array, index: Array, dim: int) -> tuple[Array, ...]:
        """The key that stands for `index` along `dim`, and for each place itself elsewhere."""
        xp, n = self.xp, index.ndim
        grid = [xp.arange(index.shape[d]).reshape([-1] + [1] * (n - d - 1)) for d in range(n)]
        return (*grid[:dim], index, *grid[dim + 1 :])[: x.ndim]

    def backward(self, g: Array) -> tuple[Array, None]:
        return self.unpick(g), None


class Pick(Gather):
    """The part of x that max, min, sort or topk chose."""

    def forward(self, x: Array, index: Array, dim: int, keepdim: bool = True) -> Array:
        self.dim, self.whole = dim, keepdim or not x.ndim
        out = Gather.forward(self, x, index, dim)
        return out if self.whole else out.squeeze(dim)

    def backward(self, g: Array) -> tuple[Array, None]:
        return Gather.backward(self, g if self.whole else self.xp.expand_dims(g, self.dim))


class PickMax(Pick):
    title = "Max"


class PickMin(Pick):
    title = "Min"


class PickSorted(Pick):
    title = "Sort"


class PickTopk(Pick):
    title = "Topk"


class IndexPut(Function):
    """x with the numbers at `key` replaced."""

    keeps = "own"

    def forward(self, x: Array, value: Array, key: tuple[Any, ...]) -> Array:
        self.key = key
        refuse_outside(self.device, key, x.shape)
        x = x.copy()
        try:
            x[key] = value
        except IndexError as error:
            raise out_of_bounds(error) from None
        return x

    def backward(self, g: Array) -> Any:
        rest = g.copy()
        rest[self.key] = 0
        return rest, g[self.key]


def outside(device: Device, index: Array, size: int) -> Any:
    """The numbers of `index` that are not 0 to size - 1; none where nobody looks at them."""
    if not device.looks_at_indices():
        return ()
    return device.peek(index[(index < 0) | (index >= size)])


def refuse_outside(device: Device, key: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    """Raise for an index out of range where the device itself would not and somebody looks."""
    if device.type == "cpu" or not device.looks_at_indices():
        return
    dim = 0
    for k in key:
        if hasattr(k, "dtype") and not is_mask(k):
            size = shape[dim]
            if len(wrong := outside(device, k + size, 2 * size)):
                k = wrong[0] - size
                raise IndexError(f"index {k} is out of bounds for dimension {dim} with size {size}")
        dim += k.ndim if is_mask(k) else 1


def out_of_bounds(error: IndexError) -> IndexError:
    """NumPy's error in torch's words."""
    return IndexError(str(error).replace("axis", "dimension"))


def split_key(key: Any, x: Any) -> tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]:
    """(basic, picked): x[key] is x[basic][picked]; None stands for a step that does nothing.

    Integers count as slices do, unlike in NumPy, so that x[0, :, [1, 2]] has its picked axis last.
    """
    if type(key) is int and x.ndim:  # rows are asked for most
        check_key(key, 0, x.array.shape)
        return (key,), None
    basic, picked, dim = [], [], 0
    for k in whole_key(key, x):
        axes = k.ndim if is_mask(k) else int(k is not None)
        check_key(k, dim, x.array.shape)
        dim += axes
        if type(k) in (int, slice, type(None)):
            basic.append(k)
            picked += [] if type(k) is int else [slice(None)]
        else:
            basic += [slice(None)] * axes
            picked.append(k)
    if all(type(k) is slice for k in picked):
        return tuple(basic), None
    return None if all(k == slice(None) for k in basic) else tuple(basic), tuple(picked)


def whole_key(key: Any, x: Tensor) -> list[Any]:
    """The parts of an index, one for each axis of `x`: what `...` leaves out is written out."""
    key = [plain_key(k, x) for k in (key if isinstance(key, tuple) else (key,))]
    used = sum(k.ndim if is_mask(k) else k is not None and k is not ... for k in key)
    if used > x.ndim:
        raise IndexError(
            f"too many indices for tensor of dimension {x.ndim}"
            if x.ndim
            else "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
            "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        )
    dots = next((i for i, k in enumerate(key) if k is ...), len(key))
    key[dots : dots + 1] = [slice(None)] * (x.ndim - used)
    return key


def is_mask(k: Any) -> bool:
    """Whether a part of an index is an array of truth values."""
    return hasattr(k, "dtype") and k.dtype == bool


def plain_key(k: Any, x: Tensor) -> Any:
    """One part of an index as an int, a slice, None, dots, or an array on the device of `x`."""
    if k is None or k is ...:
        return k
    if isinstance(k, slice):
        bounds = [n if n is None else operator.index(n) for n in (k.start, k.stop, k.step)]
        if bounds[2] is not None and bounds[2] <= 0:
            raise ValueError("step must be greater than zero")
        return slice(*bounds)
    if isinstance(k, (list, tuple, range, np.ndarray, bool, np.bool_)):
        nothing = isinstance(k, (list, tuple, range)) and not k
        k = torch.Tensor(np.asarray(k, int if nothing else None), torch.device("cpu"))
    if isinstance(k, torch.Tensor):
        return tensor_key(k, x.device)
    try:
        return operator.index(k)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(k).__name__})"
        ) from None


def tensor_key(k: Tensor, device: Device) -> Any:
    """A tensor as part of an index: an array on `device`, or, of one integer on the CPU, an int."""
    if k.dtype.is_floating_point:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if not k.ndim and k.device.type == "cpu" and k.dtype not in BYTES:
        return int(k.array)
    array = k.array if k.device is device else device.upload(k.device.download(k.array))
    return array.astype(bool) if k.dtype is dtypes.uint8 else array


def check_key(k: Any, dim: int, shape: tuple[int, ...]) -> None:
    """Raise if an integer or a mask does not fit axis `dim`."""
    if type(k) is int and not -shape[dim] <= k < shape[dim]:
        raise IndexError(f"index {k} is out of bounds for dimension {dim} with size {shape[dim]}")
    if is_mask(k) and k.shape != shape[dim : dim + k.ndim]:
        raise IndexError(
            f"The shape of the mask {list(k.shape)} at index 0 does not match the shape of the "
            f"indexed tensor {list(shape)} at index 0"
        )
