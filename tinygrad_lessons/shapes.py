"""Shapes: what they broadcast to, how they lie in memory, which axis `dim` means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, SupportsIndex, TypeVar, cast, overload

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .exercise import exercise

F = TypeVar("F", bound=Callable[..., Any])


class Size(tuple[int, ...]):
    """A tensor's shape: a tuple that prints as torch's.

    >>> torch.zeros(2, 3, 4).shape[1:], torch.zeros(2, 3).shape.numel()
    (tinygrad_lessons.Size([3, 4]), 6)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"tinygrad_lessons.Size({list(self)})"

    @overload
    def __getitem__(self, i: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, i: slice[Any, Any, Any]) -> Size: ...
    def __getitem__(self, i: Any) -> Any:
        part = tuple.__getitem__(self, i)
        return Size(part) if isinstance(i, slice) else part

    def __add__(self, other: Iterable[int]) -> Size:  # type: ignore[override]  # a Size it stays
        return Size((*self, *other))

    def numel(self) -> int:
        """How many numbers a tensor of this shape holds."""
        return math.prod(self)


@exercise("contiguous-strides")
def contiguous_strides(shape):
    """How many numbers apart the neighbours along each axis lie, row by row. (2, 3) -> (3, 1)"""
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= max(size, 1)
    return tuple(strides)


@exercise("resolve-shape")
def resolve_shape(shape, size):
    """`shape` with its -1 replaced so that it holds `size` numbers. (2, -1), 6 -> (2, 3)"""
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if any(n < -1 for n in shape):
        i = shape.index(min(shape))
        raise RuntimeError(
            f"invalid shape dimension {min(shape)} at index {i} of shape {list(shape)}"
        )
    known = math.prod(n for n in shape if n != -1)
    if -1 in shape and known == size == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the "
            "unspecified dimension size -1 can be any value and is ambiguous"
        )
    if size != known and (-1 not in shape or known == 0 or size % known):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}")
    return tuple(size // known if n == -1 else n for n in shape)


@exercise("broadcast-shapes")
def broadcast_shapes(*shapes):
    """The shape that all of `shapes` broadcast to. (3, 1), (4,) -> (3, 4)"""
    result = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for i in range(-len(shape), 0):
            if shape[i] != 1 and result[i] not in (1, shape[i]):
                raise RuntimeError(
                    "Shape mismatch: objects cannot be broadcast to a single shape: "
                    + " and ".join(str(tuple(shape)) for shape in shapes)
                )
            if shape[i] != 1:
                result[i] = shape[i]
    return torch.Size(result)


@exercise("unbroadcast")
def unbroadcast(g, shape):
    """Sum an array over the axes along which broadcasting repeated an operand of `shape`."""
    new = g.ndim - len(shape)
    repeated = [i for i in range(g.ndim) if i < new or shape[i - new] == 1 != g.shape[i]]
    return g.sum(axis=tuple(repeated)).reshape(shape)


@exercise("out")
def write_out(result, out):
    """Write `result` into `out`'s memory and return `out`; what doesn't fit raises before."""
    if out.shape != result.shape:
        raise RuntimeError(
            f"out has shape {list(out.shape)}, but the result has {list(result.shape)}"
        )
    if out.dtype != result.dtype:
        raise RuntimeError(
            f"Expected out tensor to have dtype {result.dtype}, but got {out.dtype} instead"
        )
    if out.device != result.device:
        raise RuntimeError(
            f"Expected out tensor to be on {result.device}, but got {out.device} instead"
        )
    out.array[...] = result.array
    return out


def axis(dim: int, ndim: int) -> int:
    """The axis, counted from 0, that `dim` means. Raises IndexError in torch's words."""
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise IndexError(
            "Dimension out of range (expected to be in range of "
            f"[{-limit}, {limit - 1}], but got {dim})"
        )
    return dim % limit


def dims(dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...] | None:
    """The axes that `dim` means, as a tuple; None means all and stays None."""
    if dim is None or dim == () or dim == []:
        return None
    axes = tuple(axis(d, ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    for d in axes:
        if axes.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return axes if ndim else None


def numpy_names(function: F) -> F:
    """The function, which takes axis= for dim= and keepdims= for keepdim=, as PyTorch's do."""

    @wraps(function)
    def renamed(*inputs: Any, **options: Any) -> Any:
        for theirs, ours in (("axis", "dim"), ("keepdims", "keepdim")):
            if theirs in options:
                options[ours] = options.pop(theirs)
        return function(*inputs, **options)

    return cast("F", renamed)


def flat(sizes: Sequence[Any], named: Sequence[int] | int | None = None) -> tuple[int, ...]:
    """The sizes of f(2, 3), of f((2, 3)) and of f(size=(2, 3))."""
    if named is not None:
        return (named,) if isinstance(named, int) else tuple(named)
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        return tuple(sizes[0])
    return tuple(sizes)


def mismatch(a: Sequence[int], b: Sequence[int]) -> str | None:
    """Say where two shapes that don't broadcast differ, as torch does."""
    for i in range(-1, -min(len(a), len(b)) - 1, -1):
        if a[i] != b[i] and 1 not in (a[i], b[i]):
            return (
                f"The size of tensor a ({a[i]}) must match the size of tensor b ({b[i]}) "
                f"at non-singleton dimension {max(len(a), len(b)) + i}\n"
                f"  The shapes are {tuple(a)} and {tuple(b)}."
            )
    return None


def no_expansion(shape: Sequence[int], target: Sequence[int]) -> str | None:
    """Say why a tensor of `shape` can't be expanded to `target`, as torch does, or nothing."""
    if len(shape) > len(target):
        return (
            f"the number of sizes provided ({len(target)}) must be greater or equal to the number "
            f"of dimensions in the tensor ({len(shape)})"
        )
    if -1 in target[: len(target) - len(shape)]:
        at = f"dimension {target.index(-1)}"
        return f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing {at}"
    for i in range(-len(shape), 0):
        if shape[i] not in (1, target[i]) and target[i] != -1:
            return (
                f"The expanded size of the tensor ({target[i]}) must match the existing size "
                f"({shape[i]}) at non-singleton dimension {len(target) + i}.  "
                f"Target sizes: {list(target)}.  Tensor sizes: {list(shape)}"
            )
    return None


def no_permutation(ndim: int, given: int) -> str:
    """Say that an order of `given` axes is none for a tensor of `ndim`, as torch does."""
    return (
        "permute(sparse_coo): number of dimensions in the tensor input does not match the "
        "length of the desired ordering of dimensions i.e. input.dim() = "
        f"{ndim} is not equal to len(dims) = {given}"
    )


def refuse_repeated(array: Any) -> None:
    """Raise if one number of `array` stands for several: a write would hit them all."""
    if array.size and any(
        n > 1 and not step for n, step in zip(array.shape, array.strides, strict=True)
    ):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )
