"""Many numbers to one: along `dim`, a tuple of axes counted from 0, or over all if it is None."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, TypeAlias

from ..autograd import Function
from ..exercise import exercise

if TYPE_CHECKING:
    from .._types import Array

Axes: TypeAlias = "tuple[int, ...] | None"


def nothing_to_reduce(name: str, dim: Axes, shape: tuple[int, ...]) -> Exception:
    """torch's error for the best of no numbers."""
    if dim is None:
        return RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument."
        )
    empty = next((d for d in dim if not shape[d]), dim[0])
    return IndexError(f"{name}(): Expected reduction dim {empty} to have non-zero size.")


class Reduction(Function):
    dim: Axes
    keepdim: bool

    def spread(self, a: Array) -> Array:
        """`a` with the axes that were lost put back, each of size 1."""
        return a if self.dim is None or self.keepdim else self.xp.expand_dims(a, self.dim)


def wide(x: Array) -> Array:
    """The dtype in which the numbers of `x` are added up."""
    return "int64" if x.dtype.kind in "bui" else "float32" if x.dtype.char == "e" else x.dtype


def back(out: Array, x: Array) -> Array:
    """What was computed wide, as a float16 where `x` is."""
    return out.astype("float16") if x.dtype.char == "e" else out


def unhalved(x: Array) -> Array:
    """`x`, or float32's of it where it is float16, to compute with."""
    return x.astype("float32") if x.dtype.char == "e" else x


class Sum(Reduction):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim, self.shape_in = dim, keepdim, x.shape
        self.variant = int(dim is not None)
        return back(x.sum(axis=dim, keepdims=keepdim, dtype=wide(x)), x)

    @exercise("Sum-backward")
    def backward(self, g):
        """dx for out = x.sum(dim, keepdim), from g = dout; x had self.shape_in."""
        if self.dim is not None and not self.keepdim:
            g = self.xp.expand_dims(g, self.dim)
        return self.xp.broadcast_to(g, self.shape_in)


class Prod(Reduction):
    keeps = "inputs"

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim, self.variant = dim, keepdim, int(dim is not None)
        return back(x.prod(axis=dim, keepdims=keepdim, dtype=wide(x)), x)

    def backward(self, g: Array) -> Array:
        """g times the product of all others; next to one 0 only that of the 0 is not 0 itself."""
        xp, x = self.xp, unhalved(self.inputs[0])
        zero = x == 0
        others = xp.where(zero, 1, x).prod(axis=self.dim, keepdims=True) / xp.where(zero, 1, x)
        zeros = zero.sum(axis=self.dim, keepdims=True)
        return self.spread(g) * xp.where(zeros - zero == 0, others, 0)


class Amax(Reduction):
    keeps = "inputs output"

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        return x.max(axis=dim, keepdims=keepdim)

    def backward(self, g: Array) -> Array:
        ties = self.ties(self.inputs[0], self.spread(self.output))
        return self.spread(g) * ties / ties.sum(axis=self.dim, keepdims=True)  # nan: chosen by none

    def ties(self, x: Array, best: Array) -> Array:
        """Where the numbers are that were chosen."""
        return x == best

    def misfit(self, arrays: list[Array], error: ValueError) -> Exception:
        return nothing_to_reduce(type(self).__name__.lower(), self.dim, arrays[0].shape)


class Amin(Amax):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        return x.min(axis=dim, keepdims=keepdim)


class Max(Amax):
    variant = 1

    def ties(self, x: Array, best: Array) -> Array:
        return (x == best) | (x != x) & (best != best)  # nan is chosen where there is one


class Min(Amin):
    variant, ties = 1, Max.ties


class Norm(Reduction):
    """The p-th root of the sum of |x| to the power of p; for p = inf, -inf, 0 its limit."""

    keeps, title = "inputs output", "LinalgVectorNorm"

    def forward(self, x: Array, p: float = 2.0, dim: Axes = None, keepdim: bool = False) -> Array:
        self.p, self.dim, self.keepdim = p, dim, keepdim
        given, x, over = x, unhalved(x), {"axis": dim, "keepdims": keepdim}
        if not x.size and (p < 0 or p == inf):
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {p:g} norm on an empty tensor because the "
                "operation does not have an identity"
            )
        if p == 2:
            return back(self.xp.sqrt((x * x).sum(**over)), given)
        if p in (inf, -inf):
            return back(abs(x).max(**over) if p > 0 else abs(x).min(**over), given)
        if p == 0:
            return (x != 0).sum(**over, dtype=given.dtype)
        return back((abs(x) ** p).sum(**over) ** (1 / p), given)

    def backward(self, g: Array) -> Array:
        xp, p, (x,) = self.xp, self.p, self.inputs
        g, out = self.spread(g), self.spread(self.output)
        if p in (inf, -inf):
            ties = abs(x) == out
            return xp.where(ties, xp.sign(x) * g / ties.sum(axis=self.dim, keepdims=True), 0)
        if p == 2:
            return xp.where(out == 0, 0, g * x / out)  # 0 at 0, as torch
        if p == 1:
            return g * xp.where(xp.isnan(x), 0, xp.sign(x))
        slope = xp.where(x == 0, 0, xp.sign(x) * abs(x) ** (p - 1))
        return slope * xp.where(out == 0, 0, g / out ** (p - 1)) * (p != 0)


class Logsumexp(Reduction):
    keeps, promotes = "inputs output", float

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        given, x = x, unhalved(x)
        top = x.max(axis=dim, keepdims=True) if x.size else x.sum(axis=dim, keepdims=True)
        top = self.xp.where(self.xp.isfinite(top), top, 0)
        out = self.xp.log(self.xp.exp(x - top).sum(axis=dim, keepdims=True)) + top
        return back(out if keepdim else out.squeeze(dim), given)

    def backward(self, g: Array) -> Array:
        return self.spread(g) * self.xp.exp(self.inputs[0] - self.spread(self.output))


class Softmax(Function):
    keeps, promotes = "output", float

    def forward(self, x: Array, dim: int | None) -> Array:
        self.dim = dim = dim if x.ndim else None  # on a GPU a single number has no axis 0
        return back(self.softmax(unhalved(x), dim), x) if x.size else x.copy()

    @exercise("softmax")
    def softmax(self, x, dim):
        """exp(x) over its sum along `dim`; finite, because the largest exponent is 0."""
        e = self.xp.exp(x - x.max(axis=dim, keepdims=True))
        return e / e.sum(axis=dim, keepdims=True)

    @exercise("Softmax-backward")
    def backward(self, g):
        """dx for out = softmax(x, dim), from g = dout: out * (g - sum(g * out))."""
        out = self.output
        return out * (g - (g * out).sum(axis=self.dim, keepdims=True))


class LogSoftmax(Function):
    keeps, promotes = "output", float

    def forward(self, x: Array, dim: int | None) -> Array:
        self.dim = dim = dim if x.ndim else None
        if not x.size:
            return x.copy()
        given, x = x, unhalved(x)
        x = x - x.max(axis=dim, keepdims=True)
        return back(x - self.xp.log(self.xp.exp(x).sum(axis=dim, keepdims=True)), given)

    def backward(self, g: Array) -> Array:
        return g - self.xp.exp(self.output) * g.sum(axis=self.dim, keepdims=True)


class Cumsum(Function):
    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        out = x.cumsum(axis=dim if x.ndim else None, dtype=wide(x)).reshape(x.shape)
        return back(out, x)

    def backward(self, g: Array) -> Array:
        xp = self.xp
        return xp.flip(xp.flip(g, self.dim).cumsum(axis=self.dim), self.dim) if g.ndim else g


# Nothing to differentiate


class All(Function):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return byte(x.all(axis=dim, keepdims=keepdim), x)


class Any(Function):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return byte(x.any(axis=dim, keepdims=keepdim), x)


def byte(out: Array, x: Array) -> Array:
    """Truth values, which torch gives as uint8 where `x` is."""
    return out.astype("uint8") if x.dtype == "uint8" else out


class Argmax(Reduction):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim = dim
        return x.argmax(axis=dim and dim[0], keepdims=keepdim)

    def misfit(self, arrays: list[Array], error: ValueError) -> Exception:
        found = nothing_to_reduce(type(self).__name__.lower(), self.dim, arrays[0].shape)
        return IndexError(str(found).partition(" Specify")[0])


class Argmin(Argmax):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim = dim
        return x.argmin(axis=dim and dim[0], keepdims=keepdim)


class Argsort(Function):
    def forward(self, x: Array, dim: int) -> Array:
        return x.argsort(axis=dim, kind="stable") if x.ndim else self.xp.zeros((), "int64")
