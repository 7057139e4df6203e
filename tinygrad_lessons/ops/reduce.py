"""Many numbers to one: along `dim`, a tuple of axes counted from 0, or over all if it is None."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ..autograd import Function
from ..exercise import exercise

if TYPE_CHECKING:
    from .._types import Array

Axes: TypeAlias = "tuple[int, ...] | None"

EMPTY = (
    "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
    "dim with the 'dim' argument."
)


class Reduction(Function):
    dim: Axes
    keepdim: bool

    def spread(self, a: Array) -> Array:
        """`a` with the axes that were lost put back, each of size 1."""
        return a if self.dim is None or self.keepdim else self.xp.expand_dims(a, self.dim)


def wide(x: Array) -> str | None:
    """The dtype in which the numbers of `x` are summed: int64 for all whole numbers."""
    return "int64" if x.dtype.kind in "bui" else None


class Sum(Reduction):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim, self.shape_in = dim, keepdim, x.shape
        self.variant = int(dim is not None)
        return x.sum(axis=dim, keepdims=keepdim, dtype=wide(x))

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
        return x.prod(axis=dim, keepdims=keepdim, dtype=wide(x))

    def backward(self, g: Array) -> Array:
        """g times the product of all others: of those before and those behind."""
        xp, (x,) = self.xp, self.inputs
        rows = x.reshape(-1) if self.dim is None else xp.moveaxis(x, self.dim[0], -1)

        def before(rows: Array) -> Array:
            one = xp.ones_like(rows[..., :1])
            return xp.concatenate([one, rows[..., :-1]], -1).cumprod(-1)

        others = before(rows) * xp.flip(before(xp.flip(rows, -1)), -1)
        if self.dim is None:
            return g * others.reshape(x.shape)
        return self.spread(g) * xp.moveaxis(others, -1, self.dim[0])


class Amax(Reduction):
    keeps = "inputs output"

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        return x.max(axis=dim, keepdims=keepdim)

    def backward(self, g: Array) -> Array:
        ties = (self.inputs[0] == self.spread(self.output)).astype(g.dtype)
        return self.spread(g) * ties / ties.sum(axis=self.dim, keepdims=True)

    def misfit(self, arrays: list[Array], error: ValueError) -> Exception:
        return RuntimeError(EMPTY.format(type(self).__name__.lower()))


class Amin(Amax):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        return x.min(axis=dim, keepdims=keepdim)


class Max(Amax):
    variant = 1


class Min(Amin):
    variant = 1


class Norm(Reduction):
    keeps, title = "inputs output", "LinalgVectorNorm"

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        return self.xp.sqrt((x * x).sum(axis=dim, keepdims=keepdim))

    def backward(self, g: Array) -> Array:
        out = self.spread(self.output)
        return self.spread(g) * self.inputs[0] / (out + (out == 0))  # 0 at 0, as torch


class Logsumexp(Reduction):
    keeps, promotes = "inputs output", float

    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        self.dim, self.keepdim = dim, keepdim
        top = x.max(axis=dim, keepdims=True)
        top = self.xp.where(self.xp.isfinite(top), top, 0)
        out = self.xp.log(self.xp.exp(x - top).sum(axis=dim, keepdims=True)) + top
        return out if keepdim else out.squeeze(dim)

    def backward(self, g: Array) -> Array:
        return self.spread(g) * self.xp.exp(self.inputs[0] - self.spread(self.output))


class Softmax(Function):
    keeps, promotes = "output", float

    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        return self.softmax(x, dim)

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

    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        x = x - x.max(axis=dim, keepdims=True)
        return x - self.xp.log(self.xp.exp(x).sum(axis=dim, keepdims=True))

    def backward(self, g: Array) -> Array:
        return g - self.xp.exp(self.output) * g.sum(axis=self.dim, keepdims=True)


class Cumsum(Function):
    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        return x.cumsum(axis=dim, dtype=wide(x)).reshape(x.shape)  # NumPy gives () an axis

    def backward(self, g: Array) -> Array:
        xp = self.xp
        return xp.flip(xp.flip(g, self.dim).cumsum(axis=self.dim), self.dim) if g.ndim else g


# Nothing to differentiate


class All(Function):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return x.all(axis=dim, keepdims=keepdim)


class Any(Function):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return x.any(axis=dim, keepdims=keepdim)


class Argmax(Function):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return x.argmax(axis=dim and dim[0], keepdims=keepdim)

    def misfit(self, arrays: list[Array], error: ValueError) -> Exception:
        return IndexError(EMPTY.format(type(self).__name__.lower()))


class Argmin(Argmax):
    def forward(self, x: Array, dim: Axes = None, keepdim: bool = False) -> Array:
        return x.argmin(axis=dim and dim[0], keepdims=keepdim)


class Argsort(Function):
    def forward(self, x: Array, dim: int) -> Array:
        return x.argsort(axis=dim, kind="stable") if x.ndim else self.xp.zeros((), "int64")
