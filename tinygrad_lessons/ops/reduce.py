"""Many numbers to one: along `dim`, a tuple of axes counted from 0, or over all if it is None."""

from ..autograd import Function
from ..exercise import exercise

EMPTY = (
    "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
    "dim with the 'dim' argument."
)


class Reduction(Function):
    def spread(self, a):
        """`a` with the axes that were lost put back, each of size 1."""
        return a if self.dim is None or self.keepdim else self.xp.expand_dims(a, self.dim)


def wide(x):
    """The dtype in which the numbers of `x` are summed: int64 for all whole numbers."""
    return "int64" if x.dtype.kind in "bui" else None


class Sum(Reduction):
    variant = property(lambda self: int(self.dim is not None))

    def forward(self, x, dim=None, keepdim=False):
        self.shape_in = x.shape
        return x.sum(axis=dim, keepdims=keepdim, dtype=wide(x))

    @exercise("Sum-backward")
    def backward(self, g):
        """dx for out = x.sum(dim, keepdim), from g = dout; x had self.shape_in."""
        if self.dim is not None and not self.keepdim:
            g = self.xp.expand_dims(g, self.dim)
        return self.xp.broadcast_to(g, self.shape_in)


class Prod(Reduction):
    keeps = "inputs"
    variant = property(lambda self: int(self.dim is not None))

    def forward(self, x, dim=None, keepdim=False):
        return x.prod(axis=dim, keepdims=keepdim, dtype=wide(x))

    def backward(self, g):
        """g times the product of all others: of those before and those behind."""
        xp, (x,) = self.xp, self.inputs
        rows = x.reshape(-1) if self.dim is None else xp.moveaxis(x, self.dim[0], -1)

        def before(rows):
            one = xp.ones_like(rows[..., :1])
            return xp.concatenate([one, rows[..., :-1]], -1).cumprod(-1)

        others = before(rows) * xp.flip(before(xp.flip(rows, -1)), -1)
        if self.dim is None:
            return g * others.reshape(x.shape)
        return self.spread(g) * xp.moveaxis(others, -1, self.dim[0])


class Amax(Reduction):
    keeps = "inputs output"

    def forward(self, x, dim=None, keepdim=False):
        return x.max(axis=dim, keepdims=keepdim)

    def backward(self, g):
        ties = (self.inputs[0] == self.spread(self.output)).astype(g.dtype)
        return self.spread(g) * ties / ties.sum(axis=self.dim, keepdims=True)

    def misfit(self, arrays, error):
        return RuntimeError(EMPTY.format(type(self).__name__.lower()))


class Amin(Amax):
    def forward(self, x, dim=None, keepdim=False):
        return x.min(axis=dim, keepdims=keepdim)


class Max(Amax):
    variant = 1


class Min(Amin):
    variant = 1


class Norm(Reduction):
    keeps, title = "inputs output", "LinalgVectorNorm"

    def forward(self, x, dim=None, keepdim=False):
        return self.xp.sqrt((x * x).sum(axis=dim, keepdims=keepdim))

    def backward(self, g):
        out = self.spread(self.output)
        return self.spread(g) * self.inputs[0] / (out + (out == 0))  # 0 at 0, as torch


class Logsumexp(Reduction):
    keeps, promotes = "inputs output", float

    def forward(self, x, dim=None, keepdim=False):
        top = x.max(axis=dim, keepdims=True)
        top = self.xp.where(self.xp.isfinite(top), top, 0)
        out = self.xp.log(self.xp.exp(x - top).sum(axis=dim, keepdims=True)) + top
        return out if keepdim else out.squeeze(dim)

    def backward(self, g):
        return self.spread(g) * self.xp.exp(self.inputs[0] - self.spread(self.output))


class Softmax(Function):
    keeps, promotes = "output", float

    @exercise("softmax")
    def forward(self, x, dim):
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

    def forward(self, x, dim):
        x = x - x.max(axis=dim, keepdims=True)
        return x - self.xp.log(self.xp.exp(x).sum(axis=dim, keepdims=True))

    def backward(self, g):
        return g - self.xp.exp(self.output) * g.sum(axis=self.dim, keepdims=True)


class Cumsum(Function):
    def forward(self, x, dim):
        return x.cumsum(axis=dim, dtype=wide(x)).reshape(x.shape)  # NumPy gives () an axis

    def backward(self, g):
        xp = self.xp
        return xp.flip(xp.flip(g, self.dim).cumsum(axis=self.dim), self.dim) if g.ndim else g


# Nothing to differentiate


class All(Function):
    def forward(self, x, dim=None, keepdim=False):
        return x.all(axis=dim, keepdims=keepdim)


class Any(Function):
    def forward(self, x, dim=None, keepdim=False):
        return x.any(axis=dim, keepdims=keepdim)


class Argmax(Function):
    def forward(self, x, dim=None, keepdim=False):
        return x.argmax(axis=dim and dim[0], keepdims=keepdim)

    def misfit(self, arrays, error):
        return IndexError(EMPTY.format(type(self).__name__.lower()))


class Argmin(Argmax):
    def forward(self, x, dim=None, keepdim=False):
        return x.argmin(axis=dim and dim[0], keepdims=keepdim)


class Argsort(Function):
    def forward(self, x, dim):
        return x.argsort(axis=dim, kind="stable") if x.ndim else self.xp.zeros((), "int64")
