"""One number at a time. Operands of two shapes broadcast, and of two dtypes become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

import tinygrad_lessons as torch  # for what builds on tensors: they are not there yet

from .. import dtypes, ops
from ..ops.matmul import RANKS, other_ranks
from .cast import Cast

if TYPE_CHECKING:
    from .._types import Number
    from . import Tensor


class Arithmetic(Cast):
    """Arithmetic, functions of a number, comparisons, products of vectors and matrices."""

    __slots__ = ()

    # Two operands

    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """self + alpha * other"""
        return self + (other if alpha == 1 else self._times(alpha, other))

    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """self - alpha * other"""
        return self - (other if alpha == 1 else self._times(alpha, other))

    def _times(self, alpha: Number, other: Any) -> Any:
        """alpha * other in the dtype that its sum with this tensor has."""
        kind = dtypes.common([self.array, getattr(other, "array", other)])
        if kind.kind != "f" and isinstance(alpha, float):
            raise RuntimeError(
                "For integral input tensors, argument alpha must not be a floating point number."
            )
        return (other._as(kind) * alpha)._as(kind) if torch.is_tensor(other) else other * alpha

    def mul(self, other: Tensor | Number) -> Tensor:
        """self * other"""
        return self * other

    def div(self, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
        """self / other, floating point for whole numbers, too.

        rounding_mode: "floor" rounds it down, "trunc" towards 0; whole numbers then stay whole.
        """
        if rounding_mode not in (None, "trunc", "floor"):
            raise RuntimeError(
                "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
                f"'{rounding_mode}'"
            )
        if rounding_mode is None:
            return self / other
        return (ops.DivFloor if rounding_mode == "floor" else ops.DivTrunc).apply(self, other)

    def pow(self, exponent: Tensor | Number) -> Tensor:
        """self to the power of `exponent`."""
        return self**exponent

    def floor_divide(self, other: Tensor | Number) -> Tensor:
        """self / other, rounded down. It has no gradient."""
        return self // other

    def remainder(self, other: Tensor | Number) -> Tensor:
        """self - other * floor(self / other), which has the sign of `other`."""
        return self % other

    def maximum(self, other: Tensor | Number) -> Tensor:
        """The larger of two numbers. Where they are equal, each gets half of the gradient."""
        return ops.Maximum.apply(self, other)

    def minimum(self, other: Tensor | Number) -> Tensor:
        """The smaller of two numbers. Where they are equal, each gets half of the gradient."""
        return ops.Minimum.apply(self, other)

    def eq(self, other: Tensor | Number) -> Tensor:
        """Whether self == other, number by number."""
        return ops.Eq.apply(self, other)

    def ne(self, other: Tensor | Number) -> Tensor:
        """Whether self != other, number by number."""
        return ops.Ne.apply(self, other)

    def lt(self, other: Tensor | Number) -> Tensor:
        """Whether self < other, number by number."""
        return self < other

    def le(self, other: Tensor | Number) -> Tensor:
        """Whether self <= other, number by number."""
        return self <= other

    def gt(self, other: Tensor | Number) -> Tensor:
        """Whether self > other, number by number."""
        return self > other

    def ge(self, other: Tensor | Number) -> Tensor:
        """Whether self >= other, number by number."""
        return self >= other

    # Operators

    def __add__(self, other: Tensor | Number) -> Tensor:
        return ops.Add.apply(self, other)

    def __radd__(self, other: Tensor | Number) -> Tensor:
        return ops.Add.apply(other, self)

    def __sub__(self, other: Tensor | Number) -> Tensor:
        return ops.Sub.apply(self, other)

    def __rsub__(self, other: Tensor | Number) -> Tensor:
        return ops.Rsub.apply(other, self)

    def __mul__(self, other: Tensor | Number) -> Tensor:
        return ops.Mul.apply(self, other)

    def __rmul__(self, other: Tensor | Number) -> Tensor:
        return ops.Mul.apply(other, self)

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        return ops.Div.apply(self, other)

    def __rtruediv__(self, other: Tensor | Number) -> Tensor:
        return ops.Reciprocal.apply(self) * other

    def __floordiv__(self, other: Tensor | Number) -> Tensor:
        return ops.FloorDivide.apply(self, other)

    def __rfloordiv__(self, other: Tensor | Number) -> Tensor:
        return ops.FloorDivide.apply(other, self)

    def __mod__(self, other: Tensor | Number) -> Tensor:
        return ops.Remainder.apply(self, other)

    def __rmod__(self, other: Tensor | Number) -> Tensor:
        return ops.Remainder.apply(other, self)

    def __pow__(self, other: Tensor | Number) -> Tensor:
        return ops.Pow.apply(self, other)

    def __rpow__(self, other: Tensor | Number) -> Tensor:
        return ops.Pow.apply(other, self)

    def __matmul__(self, other: Tensor) -> Tensor:
        return ops.MatMul.apply(self, other)

    def __and__(self, other: Tensor | Number) -> Tensor:
        return ops.And.apply(self, other)

    def __rand__(self, other: Tensor | Number) -> Tensor:
        return ops.And.apply(other, self)

    def __or__(self, other: Tensor | Number) -> Tensor:
        return ops.Or.apply(self, other)

    def __ror__(self, other: Tensor | Number) -> Tensor:
        return ops.Or.apply(other, self)

    def __xor__(self, other: Tensor | Number) -> Tensor:
        return ops.Xor.apply(self, other)

    def __rxor__(self, other: Tensor | Number) -> Tensor:
        return ops.Xor.apply(other, self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]  # NumPy's way, too
        return ops.Eq.apply(self, other) if comparable(other) else NotImplemented

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return ops.Ne.apply(self, other) if comparable(other) else NotImplemented

    __hash__ = Cast.__hash__  # Python takes it from a class that defines __eq__

    def __lt__(self, other: Tensor | Number) -> Tensor:
        return ops.Lt.apply(self, other)

    def __le__(self, other: Tensor | Number) -> Tensor:
        return ops.Le.apply(self, other)

    def __gt__(self, other: Tensor | Number) -> Tensor:
        return ops.Gt.apply(self, other)

    def __ge__(self, other: Tensor | Number) -> Tensor:
        return ops.Ge.apply(self, other)

    def __neg__(self) -> Tensor:
        return ops.Neg.apply(self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Tensor:
        return ops.Abs.apply(self)

    def __invert__(self) -> Tensor:
        return ops.Not.apply(self)

    # One operand

    def neg(self) -> Tensor:
        """-x"""
        return ops.Neg.apply(self)

    def abs(self) -> Tensor:
        """|x|; its slope is 0 at 0."""
        return ops.Abs.apply(self)

    def sign(self) -> Tensor:
        """-1, 0 or 1."""
        return ops.Sign.apply(self)

    def exp(self) -> Tensor:
        """e to the power of each number."""
        return ops.Exp.apply(self)

    def log(self) -> Tensor:
        """The natural logarithm: what exp undoes."""
        return ops.Log.apply(self)

    def log1p(self) -> Tensor:
        """log(1 + x), exact for small x, too."""
        return ops.Log1p.apply(self)

    def log2(self) -> Tensor:
        """The logarithm to the base 2."""
        return ops.Log2.apply(self)

    def log10(self) -> Tensor:
        """The logarithm to the base 10."""
        return ops.Log10.apply(self)

    def sqrt(self) -> Tensor:
        """The square root; nan for negative numbers."""
        return ops.Sqrt.apply(self)

    def square(self) -> Tensor:
        """x * x"""
        return ops.Pow.apply(self, 2)

    def reciprocal(self) -> Tensor:
        """1 / x"""
        return ops.Reciprocal.apply(self)

    def sin(self) -> Tensor:
        """The sine of an angle in radians."""
        return ops.Sin.apply(self)

    def cos(self) -> Tensor:
        """The cosine of an angle in radians."""
        return ops.Cos.apply(self)

    def tan(self) -> Tensor:
        """The tangent of an angle in radians: sin / cos."""
        return ops.Tan.apply(self)

    def asin(self) -> Tensor:
        """The angle from -pi/2 to pi/2 whose sine it is; nan outside -1 to 1."""
        return ops.Asin.apply(self)

    def acos(self) -> Tensor:
        """The angle from 0 to pi whose cosine it is; nan outside -1 to 1."""
        return ops.Acos.apply(self)

    def atan(self) -> Tensor:
        """The angle from -pi/2 to pi/2 whose tangent it is."""
        return ops.Atan.apply(self)

    def tanh(self) -> Tensor:
        """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1."""
        return ops.Tanh.apply(self)

    def sigmoid(self) -> Tensor:
        """1 / (1 + exp(-x)), between 0 and 1."""
        return ops.Sigmoid.apply(self)

    def relu(self) -> Tensor:
        """max(x, 0)"""
        return ops.ReLU.apply(self)

    def floor(self) -> Tensor:
        """Rounded down."""
        return ops.Floor.apply(self)

    def ceil(self) -> Tensor:
        """Rounded up."""
        return ops.Ceil.apply(self)

    def trunc(self) -> Tensor:
        """Rounded towards 0."""
        return ops.Trunc.apply(self)

    def round(self, *, decimals: int = 0) -> Tensor:
        """Rounded to the nearest whole number, halves to the even one, or to so many decimals."""
        return ops.Round.apply(self, decimals=decimals)

    def isnan(self) -> Tensor:
        """Whether it is nan, number by number."""
        return ops.IsNan.apply(self)

    def isinf(self) -> Tensor:
        """Whether it is inf or -inf, number by number."""
        return ops.IsInf.apply(self)

    def isfinite(self) -> Tensor:
        """Whether it is neither nan nor infinite, number by number."""
        return ops.IsFinite.apply(self)

    def clamp(
        self, min: Tensor | Number | None = None, max: Tensor | Number | None = None
    ) -> Tensor:
        """The nearest number that is not below `min` or above `max`."""
        bounds = [bound for bound in (min, max) if bound is not None]
        if not bounds:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        kind = dtypes.common([self.array, *(getattr(bound, "array", bound) for bound in bounds)])
        x: Any = self._as(kind)
        if not any(map(torch.is_tensor, bounds)):
            return ops.Clamp.apply(x, min=min, max=max)
        x = x if min is None else torch.where(x < min, min, x)
        return x if max is None else torch.where(x > max, max, x)

    def masked_fill(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """`value` where `mask` is true, in this tensor's dtype."""
        if not isinstance(value, torch.Tensor):
            value = torch.full((), value, dtype=self.dtype, device=self.device)
        return torch.where(mask, value._as(self.array.dtype), self)  # type: ignore[call-overload]

    # Products

    def matmul(self, other: Tensor) -> Tensor:
        """self @ other, vectors and batches, too. (..., m, k), (..., k, n) -> (..., m, n)"""
        return self @ other

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices. (m, k), (k, n) -> (m, n)"""
        return self._product("mm", mat2)

    def mv(self, vec: Tensor) -> Tensor:
        """The product of a matrix and a vector. (m, k), (k,) -> (m,)"""
        return self._product("mv", vec)

    def dot(self, tensor: Tensor) -> Tensor:
        """The inner product of two vectors. (k,), (k,) -> ()"""
        return self._product("dot", tensor)

    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices. (b, m, k), (b, k, n) -> (b, m, n)"""
        return self._product("bmm", mat2)

    def _product(self, name: str, other: Tensor) -> Tensor:
        ranks = self.ndim, getattr(other, "ndim", 0)
        if ranks != RANKS[name]:
            raise RuntimeError(other_ranks(name, *ranks))
        return ops.MatMul.apply(self, other)

    def outer(self, vec2: Tensor) -> Tensor:
        """All products of two numbers, one of each vector. (m,), (n,) -> (m, n)"""
        for name, x in (("self", self), ("vec2", vec2)):
            if x.ndim != 1:
                raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
        return self.unsqueeze(1) * vec2


def comparable(x: object) -> bool:
    """Whether == with it compares numbers."""
    return isinstance(x, (torch.Tensor, bool, int, float, np.generic))
