"""The same numbers, seen or laid another way: views, parts, copies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, overload

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .. import ops, shapes
from ..exercise import exercise
from ..shapes import axis, dims, flat, numpy_names
from .host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .._types import Dims
    from . import Tensor

NO_VIEW = (
    "view size is not compatible with input tensor's size and stride (at least one "
    "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
)


class Axes(Host):
    """`transpose` as students write it."""

    __slots__ = ()

    @exercise("transpose")
    def transpose(self, dim0, dim1):
        """A view with the axes dim0 and dim1 exchanged. (m, n) -> (n, m)"""
        order = list(range(self.ndim))
        order[dim0], order[dim1] = order[dim1], order[dim0]
        return torch.ops.Transpose.apply(self, dims=order)


class Movement(Axes):
    """The methods that compute nothing. A view shares this tensor's memory; a copy has its own."""

    __slots__ = ()

    def reshape(self, *sizes: int | Sequence[int], shape: Sequence[int] | None = None) -> Tensor:
        """The same numbers in another shape, one size of which may be -1; a view where it can.

        >>> torch.arange(6).reshape(2, -1)
        tensor([[0, 1, 2],
                [3, 4, 5]])
        """
        given = flat(sizes, shape)
        if -1 in given or math.prod(given) != self.array.size:
            given = torch.resolve_shape(given, self.array.size)
        return ops.Reshape.apply(self, sizes=given)

    def view(self, *sizes: int | Sequence[int], size: Sequence[int] | None = None) -> Tensor:
        """As reshape, but never a copy: RuntimeError where the numbers lie too far apart."""
        result = self.reshape(*sizes, shape=size)
        if result._memory is not self._memory:
            raise RuntimeError(NO_VIEW)
        return result

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """The axes from start_dim to end_dim, both included, made one."""
        first, last = axis(start_dim, self.ndim), axis(end_dim, self.ndim)
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        shape = self.array.shape
        if first == last and self.ndim:
            return self  # type: ignore[return-value]  # every one of us is a Tensor
        flattened = (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])
        return ops.Reshape.apply(self, sizes=flattened)

    @numpy_names
    def squeeze(self, dim: Dims = None) -> Tensor:
        """Without the axes of size 1, or those of them that `dim` names. (1, n, 1) -> (n,)"""
        some = range(self.ndim) if dim is None else dims(dim, self.ndim) or ()
        sizes = tuple(n for d, n in enumerate(self.array.shape) if n != 1 or d not in some)
        return ops.Squeeze.apply(self, sizes=sizes, some=dim is not None)

    @numpy_names
    def unsqueeze(self, dim: int) -> Tensor:
        """With a new axis of size 1 at `dim`. (n,) -> (1, n) or (n, 1)"""
        sizes = list(self.array.shape)
        sizes.insert(axis(dim, self.ndim + 1), 1)
        return ops.Unsqueeze.apply(self, sizes=tuple(sizes))

    def view_as(self, other: Tensor) -> Tensor:
        """A view with the shape of `other`."""
        return self.view(other.shape)

    def permute(self, *order: int | Sequence[int], dims: Sequence[int] | None = None) -> Tensor:
        """A view with the axes in another order: permute(2, 0, 1) of (a, b, c) is (c, a, b)."""
        axes = flat(order, dims)
        if len(axes) != self.ndim:
            raise RuntimeError(shapes.no_permutation(self.ndim, len(axes)))
        return ops.Permute.apply(self, dims=shapes.dims(axes, self.ndim) or ())

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """A view with the axes dim0 and dim1 exchanged. (m, n) -> (n, m)"""
        axis(dim0, self.ndim), axis(dim1, self.ndim)  # raise if there is none
        return super().transpose(dim0, dim1) if self.ndim else ops.Transpose.apply(self, dims=())

    def t(self) -> Tensor:
        """A matrix transposed; a vector stays as it is. (m, n) -> (n, m)"""
        if self.ndim > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D"
            )
        return ops.T.apply(self, dims=range(self.ndim)[::-1])

    @property
    def T(self) -> Tensor:
        """A view with the axes in reverse order. (m, n) -> (n, m)"""
        return ops.Permute.apply(self, dims=tuple(range(self.ndim))[::-1])

    @property
    def mT(self) -> Tensor:
        """Each matrix of a batch transposed. (..., m, n) -> (..., n, m)"""
        if self.ndim < 2:
            raise RuntimeError(
                "tensor.mT is only supported on matrices or batches of matrices. "
                f"Got {self.ndim}-D tensor."
            )
        *batch, rows, columns = range(self.ndim)
        return ops.Transpose.apply(self, dims=(*batch, columns, rows))

    def expand(self, *sizes: int | Sequence[int], size: Sequence[int] | None = None) -> Tensor:
        """Repeated along axes of size 1, without a copy; -1 leaves an axis as it is.

        >>> torch.tensor([[1], [2]]).expand(-1, 3)
        tensor([[1, 1, 1],
                [2, 2, 2]])
        """
        given = flat(sizes, size)
        if text := shapes.no_expansion(self.array.shape, given):
            raise RuntimeError(text)
        new = len(given) - self.ndim
        given = tuple(self.array.shape[i - new] if n == -1 else n for i, n in enumerate(given))
        return ops.Expand.apply(self, sizes=given)

    @numpy_names
    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """A view of `length` rows along `dim`, from `start`."""
        size = self.size(dim)
        start += size * (start < 0)
        if not 0 <= start <= start + length <= size:
            raise RuntimeError(
                f"start ({start}) + length ({length}) exceeds dimension size ({size})."
            )
        return self._along(dim, slice(start, start + length))

    def _along(self, dim: int, key: int | slice) -> Tensor:
        """self[key], where `key` is about the axis `dim`."""
        return ops.Select.apply(self, key=(slice(None),) * axis(dim, self.ndim) + (key,))

    @numpy_names
    def split(self, size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Views along `dim`: each `size` long, the last perhaps less, or as long as a list says."""
        total = self.size(dim)
        if isinstance(size, int):
            size = [min(size, total - i) for i in range(0, total, size)] or [0]
        if sum(size) != total:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {total} (input tensor's "
                f"size at dimension {dim}), but got split_sizes={list(size)}"
            )
        return tuple(self.narrow(dim, sum(size[:i]), n) for i, n in enumerate(size))

    @numpy_names
    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        """Views of what lies along `dim`, one for each index: the rows of a matrix."""
        return tuple(self._along(dim, i) for i in range(self.size(dim)))

    def __iter__(self) -> Iterator[Tensor]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind())

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """A view of the numbers x[i, i + offset] of the axes dim1 and dim2, along the last axis."""
        first, second = axis(dim1, self.ndim), axis(dim2, self.ndim)
        if first == second:
            raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
        rest = [d for d in range(self.ndim) if d not in (first, second)]
        x = self if (first, second) == (0, 1) else self.permute(first, second, *rest)
        return ops.Diagonal.apply(x, offset=offset)

    def __getitem__(self, key: Any) -> Tensor:
        basic, picked = ops.split_key(key, self)
        part: Any = self if basic is None else ops.Select.apply(self, key=basic)
        return part if picked is None else ops.Index.apply(part, key=picked)

    # Copies

    def clone(self) -> Tensor:
        """A copy, which the gradient flows through."""
        return ops.Clone.apply(self)

    @exercise("contiguous")
    def contiguous(self):
        """This tensor if its numbers lie row by row, else a copy in which they do."""
        return self if self.is_contiguous() else self.clone()

    def flip(self, *order: int | Sequence[int], dims: Sequence[int] | int | None = None) -> Tensor:
        """A copy, turned round along the given axes."""
        return ops.Flip.apply(self, dims=shapes.dims(flat(order, dims), self.ndim) or ())

    def repeat(self, *sizes: int | Sequence[int], repeats: Sequence[int] | None = None) -> Tensor:
        """Copies of it side by side, `sizes` along each axis. (n,) by (2, 3) -> (2, 3 n)"""
        times = flat(sizes, repeats)
        if len(times) < self.ndim:
            raise RuntimeError(
                "Number of dimensions of repeat dims can not be smaller than number of dimensions "
                "of tensor"
            )
        return ops.Repeat.apply(self, sizes=times)

    def tril(self, diagonal: int = 0) -> Tensor:
        """A copy with zeros above the diagonal, or above the one `diagonal` places to the right."""
        return ops.Tril.apply(self, diagonal=diagonal)

    def triu(self, diagonal: int = 0) -> Tensor:
        """A copy with zeros below the diagonal, or below the one `diagonal` places to the right."""
        return ops.Triu.apply(self, diagonal=diagonal)

    @numpy_names
    def gather(self, dim: int, index: Tensor) -> Tensor:
        """out[i, j] = self[index[i, j], j] for dim=0, and so on; out has the shape of `index`."""
        if 0 in (index.ndim, self.ndim) and 1 in (index.ndim, self.ndim):
            found = self.reshape(self.numel()).gather(dim, index.reshape(index.numel()))
            return found.reshape(index.shape)
        if index.ndim != self.ndim:
            text = "Index tensor must have the same number of dimensions as input tensor"
            raise RuntimeError(text)
        dim = axis(dim, self.ndim)
        size = self.array.shape[dim] if self.ndim else 1
        if len(wrong := ops.outside(self.device, index.array, size)):
            raise RuntimeError(
                f"index {wrong[0]} is out of bounds for dimension {dim} with size {size}"
            )
        return ops.Gather.apply(self, index, dim=dim)

    @overload
    def nonzero(self, *, as_tuple: Literal[False] = False) -> Tensor: ...
    @overload
    def nonzero(self, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]: ...
    def nonzero(self, *, as_tuple: bool = False) -> Any:
        """Where the numbers are that are not 0: an index in a row. -> (how many, ndim)

        With as_tuple, the indices along each axis, as x[...] takes them.
        """
        x = self.array.reshape(1) if as_tuple and not self.ndim else self.array
        if not x.ndim:
            return torch.zeros(int(bool(x)), 0, dtype=torch.int64, device=self.device)
        found = tuple(torch.Tensor(i, self.device) for i in x.nonzero())
        return found if as_tuple else torch.stack(found, 1)
