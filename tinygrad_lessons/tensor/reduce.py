"""Many numbers to one, and what is chosen from many."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, overload

from .. import dtypes, ops, return_types
from ..exercise import exercise
from ..shapes import axis, dims, numpy_names
from .arithmetic import Arithmetic

if TYPE_CHECKING:
    from .._types import Dims, DTypeLike, Number
    from . import Tensor

FEW = (
    "degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
    "(input numel divided by output numel)."
)


class Sums(Arithmetic):
    """The sum, and the mean as students write it; Reduce adds what PyTorch has besides."""

    __slots__ = ()

    @numpy_names
    def sum(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """The sum over `dim`: one axis, several, or all."""
        x = self if dtype is None else self._as(dtypes.resolve(dtype))
        return ops.Sum.apply(x, dim=dims(dim, self.ndim), keepdim=keepdim)

    @exercise("mean")
    def mean(self, dim=None, keepdim=False):
        """The sum over `dim`, one axis, several or all, divided by how many were summed."""
        if not self.dtype.is_floating_point:
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating "
                f"point or complex dtype. Got: {self.dtype.legacy}"
            )
        total = self.sum(dim, keepdim)
        return total / (self.numel() / max(total.numel(), 1))


class Reduce(Sums):
    """Reductions: over `dim`, one axis or several, or over all; with keepdim the axes stay, as 1.

    (m, n) by dim=0 -> (n,), or with keepdim -> (1, n)
    """

    __slots__ = ()

    @numpy_names
    def prod(
        self, dim: int | None = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """The product over `dim`: one axis, or all."""
        x = self._as(dtypes.resolve(dtype, self.array.dtype))
        return ops.Prod.apply(x, dim=one_axis("prod", dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def mean(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """The sum over `dim`, one axis, several or all, divided by how many were summed."""
        kind = dtypes.resolve(dtype, self.array.dtype)
        if kind.char == "e":  # its sum would not fit
            return super(Reduce, self.float()).mean(dim, keepdim)._as(kind)
        return super(Reduce, self._as(kind)).mean(dim, keepdim)

    @numpy_names
    def var(
        self,
        dim: Dims = None,
        correction: Number = 1,
        keepdim: bool = False,
        unbiased: bool = True,
    ) -> Tensor:
        """The squares of the distances from the mean, summed, over how many less `correction`."""
        centred, dim, count = self._centred("var", dim, correction if unbiased else 0)
        return ((centred**2).sum(dim, keepdim) / count)._as(self.array.dtype)

    @numpy_names
    def std(
        self,
        dim: Dims = None,
        correction: Number = 1,
        keepdim: bool = False,
        unbiased: bool = True,
    ) -> Tensor:
        """The root of the variance; its gradient is 0 where all numbers are the same."""
        centred, dim, count = self._centred("std", dim, correction if unbiased else 0)
        if not count:  # of one number it is nan, and so is its gradient
            return ((centred**2).sum(dim, keepdim) / count)._as(self.array.dtype) ** 0.5
        return (centred.norm(2, dim, keepdim) / count**0.5)._as(self.array.dtype)

    def _centred(self, name: str, dim: Dims, correction: Number) -> tuple[Tensor, Dims, Number]:
        """The distances from the mean over `dim`, and over how many less `correction` it is."""
        self._refuse_ints("std and var only support floating point and complex dtypes")
        if isinstance(dim, bool):  # std(False) is std(unbiased=False)
            dim, correction = None, 1 if dim else 0
        x = self.float() if self.dtype is dtypes.float16 else self
        total = x.sum(dim, keepdim=True)
        count = self.numel() // max(total.numel(), 1)
        if count <= correction:
            warnings.warn(f"{name}(): {FEW}", stacklevel=4)
        return x - total / max(count, 1), dim, max(count - correction, 0)

    @numpy_names
    def norm(self, p: float | str = 2, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """The length: the p-th root of the sum of |x| to the power of p; p=inf is the largest |x|.

        p = -inf is the smallest |x|, p = 0 how many are not 0, "fro" is 2.
        """
        self._refuse_ints(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {self.dtype.legacy}"
        )
        power = 2.0 if p == "fro" else float(p)
        return ops.Norm.apply(self, p=power, dim=dims(dim, self.ndim), keepdim=keepdim)

    def _refuse_ints(self, sentence: str) -> None:
        if not self.is_floating_point():
            raise RuntimeError(f"{sentence}\n  Make it a floating point tensor: x.float()")

    @numpy_names
    def logsumexp(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """log(sum(exp(x))) over `dim`, finite for any finite x."""
        return ops.Logsumexp.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def all(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Whether all numbers over `dim` are true, or not 0."""
        return ops.All.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def any(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Whether one of the numbers over `dim` is true, or not 0."""
        return ops.Any.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    # The largest and the smallest

    @numpy_names
    def amax(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """The largest number over `dim`; the gradient is spread evenly over equal ones."""
        return ops.Amax.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def amin(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """The smallest number over `dim`; the gradient is spread evenly over equal ones."""
        return ops.Amin.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Where the largest number is along `dim`, or among all as if they were one row."""
        return ops.Argmax.apply(self, dim=one_axis("argmax", dim, self.ndim), keepdim=keepdim)

    @numpy_names
    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Where the smallest number is along `dim`, or among all as if they were one row."""
        return ops.Argmin.apply(self, dim=one_axis("argmin", dim, self.ndim), keepdim=keepdim)

    @overload
    def max(self, dim: None = None) -> Tensor: ...
    @overload
    def max(self, dim: Tensor) -> Tensor: ...
    @overload
    def max(self, dim: int, keepdim: bool = ...) -> return_types.max: ...
    @numpy_names
    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The largest number; along `dim`, (values, indices); with a tensor, the larger ones."""
        if dim is None:
            return ops.Max.apply(self)
        if not isinstance(dim, int):
            return self.maximum(dim)
        where = self.argmax(dim, keepdim=True)
        return return_types.max(*self._pick(ops.PickMax, where, dim, keepdim))

    @overload
    def min(self, dim: None = None) -> Tensor: ...
    @overload
    def min(self, dim: Tensor) -> Tensor: ...
    @overload
    def min(self, dim: int, keepdim: bool = ...) -> return_types.min: ...
    @numpy_names
    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The smallest number; along `dim`, (values, indices); with a tensor, the smaller ones."""
        if dim is None:
            return ops.Min.apply(self)
        if not isinstance(dim, int):
            return self.minimum(dim)
        where = self.argmin(dim, keepdim=True)
        return return_types.min(*self._pick(ops.PickMin, where, dim, keepdim))

    def _pick(
        self, op: Any, indices: Tensor, dim: int, keepdim: bool = True
    ) -> tuple[Tensor, Tensor]:
        """(the numbers at `indices` along `dim`, these indices)"""
        values = op.apply(self, indices, dim=axis(dim, self.ndim), keepdim=keepdim)
        return values, indices.reshape(values.shape)

    # In order

    @numpy_names
    def sort(
        self, dim: int = -1, descending: bool = False, *, stable: bool = True
    ) -> return_types.sort:
        """(values, indices) in order along `dim`; equal numbers stay in the order they have."""
        indices = self.argsort(dim, descending)
        return return_types.sort(*self._pick(ops.PickSorted, indices, dim))

    @numpy_names
    def argsort(self, dim: int = -1, descending: bool = False, *, stable: bool = True) -> Tensor:
        """Where the numbers are that sort would give."""
        if not descending or not self.ndim:
            return ops.Argsort.apply(self, dim=axis(dim, self.ndim))
        last = self.size(dim) - 1  # turned round, so that equal numbers stay in their order
        return last - ops.Argsort.apply(self.flip(dim), dim=axis(dim, self.ndim)).flip(dim)

    @numpy_names
    def topk(
        self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
    ) -> return_types.topk:
        """(values, indices) of the k largest along `dim`, or of the smallest, always in order."""
        if not 0 <= k <= (self.size(dim) if self.ndim else 1):
            raise RuntimeError("selected index k out of range")
        indices = self.argsort(dim, descending=largest)
        indices = indices.narrow(dim, 0, k) if self.ndim else indices
        return return_types.topk(*self._pick(ops.PickTopk, indices, dim))

    # Along an axis that stays

    @numpy_names
    def cumsum(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """The sums of each number with all before it along `dim`. (1, 2, 3) -> (1, 3, 6)"""
        x = self._as(dtypes.resolve(dtype, self.array.dtype))
        return ops.Cumsum.apply(x, dim=axis(dim, self.ndim))

    @numpy_names
    def softmax(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """exp(x) over its sum along `dim`, finite for any finite x."""
        x = self._as(dtypes.resolve(dtype, self.array.dtype))
        return ops.Softmax.apply(x, dim=axis(dim, self.ndim))

    @numpy_names
    def log_softmax(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """log(softmax(x)), finite for any finite x."""
        x = self._as(dtypes.resolve(dtype, self.array.dtype))
        return ops.LogSoftmax.apply(x, dim=axis(dim, self.ndim))

    # One answer

    def trace(self) -> Tensor:
        """The sum of a matrix's diagonal. (m, n) -> ()"""
        if self.ndim != 2:
            raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {self.ndim}")
        return self.diagonal().sum()

    def allclose(
        self, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> bool:
        """Whether |self - other| <= atol + rtol * |other| everywhere."""
        a, b = self.double(), other.double()
        near = (a == b) | ((a - b).abs() <= atol + rtol * b.abs()) & b.isfinite()
        return bool((near | (a.isnan() & b.isnan()) if equal_nan else near).all())

    def equal(self, other: Tensor) -> bool:
        """Whether shape and all numbers are the same."""
        return self.shape == other.shape and bool((self == other).all())

    def __contains__(self, value: Tensor | Number) -> bool:
        return bool((self == value).any())


def one_axis(name: str, dim: Any, ndim: int) -> tuple[int, ...] | None:
    """The axis that `dim` means, for an operation that takes one, or None for all."""
    if isinstance(dim, (tuple, list)):
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")
    return dims(dim, ndim)
