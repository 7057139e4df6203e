"""Many numbers to one: along `dim`, a tuple of axes counted from 0, or over all if it is None."""

from ..autograd import Function
from ..exercise import exercise


def spread(xp, g, dim, keepdim):
    """A reduction's gradient with the axes that it lost put back, each of size 1."""
    return g if dim is None or keepdim else xp.expand_dims(g, dim)


class Sum(Function):
    variant = property(lambda self: int(self.dim is not None))

    def forward(self, x, dim=None, keepdim=False):
        self.shape_in = x.shape
        kind = "int64" if x.dtype.kind in "bui" else None
        return x.sum(axis=dim, keepdims=keepdim, dtype=kind)

    @exercise("Sum-backward")
    def backward(self, g):
        """dx for out = x.sum(dim, keepdim), from g = dout; x had self.shape_in."""
        if self.dim is not None and not self.keepdim:
            g = self.xp.expand_dims(g, self.dim)
        return self.xp.broadcast_to(g, self.shape_in)


class Prod(Function):
    keeps = "inputs"
    variant = property(lambda self: int(self.dim is not None))

    def forward(self, x, dim=None, keepdim=False):
        kind = "int64" if x.dtype.kind in "bui" else None
        return x.prod(axis=dim, keepdims=keepdim, dtype=kind)

    def backward(self, g):
        """g times the product of all others: of those before and those behind."""
        xp, (x,) = self.xp, self.inputs
        g = spread(xp, g, self.dim, self.keepdim)
        axis = 0 if self.dim is None else self.dim[0]
        flat = x.reshape(-1) if self.dim is None else x
        one = xp.ones((*flat.shape[:axis], 1, *flat.shape[axis + 1 :]), x.dtype)
        before = xp.concatenate([one, flat], axis).cumprod(axis)
        behind = xp.flip(xp.concatenate([one, xp.flip(flat, axis)], axis).cumprod(axis), axis)
        first, last = xp.arange(flat.shape[axis]), xp.arange(1, flat.shape[axis] + 1)
        others = before.take(first, axis) * behind.take(last, axis)
        return g * others.reshape(x.shape)


class Amax(Function):
    keeps = "inputs output"

    def forward(self, x, dim=None, keepdim=False):
        return x.max(axis=dim, keepdims=keepdim)

    def backward(self, g):
        x, out = self.inputs[0], spread(self.xp, self.output, self.dim, self.keepdim)
        ties = (x == out).astype(g.dtype)
        share = ties / ties.sum(axis=self.dim, keepdims=True)
        return spread(self.xp, g, self.dim, self.keepdim) * share


class Amin(Amax):
    def forward(self, x, dim=None, keepdim=False):
        return x.min(axis=dim, keepdims=keepdim)


class Max(Amax):
    variant = 1


class Min(Amin):
    variant = 1


class Cumsum(Function):
    def forward(self, x, dim):
        return x.cumsum(axis=dim, dtype="int64" if x.dtype.kind in "bui" else None)

    def backward(self, g):
        return self.xp.flip(self.xp.flip(g, self.dim).cumsum(axis=self.dim), self.dim)


class Norm(Function):
    keeps, title = "inputs output", "LinalgVectorNorm"

    def forward(self, x, dim=None, keepdim=False):
        return self.xp.sqrt((x * x).sum(axis=dim, keepdims=keepdim))

    def backward(self, g):
        g, out = (spread(self.xp, a, self.dim, self.keepdim) for a in (g, self.output))
        return g * self.inputs[0] / (out + (out == 0))  # 0 at 0, as torch


class Softmax(Function):
    keeps = "output"

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
    keeps = "output"

    def forward(self, x, dim):
        x = x - x.max(axis=dim, keepdims=True)
        return x - self.xp.log(self.xp.exp(x).sum(axis=dim, keepdims=True))

    def backward(self, g):
        return g - self.xp.exp(self.output) * g.sum(axis=self.dim, keepdims=True)


class Logsumexp(Function):
    keeps = "inputs output"

    def forward(self, x, dim, keepdim=False):
        top = x.max(axis=dim, keepdims=True)
        top = self.xp.where(self.xp.isfinite(top), top, 0)
        out = self.xp.log(self.xp.exp(x - top).sum(axis=dim, keepdims=True)) + top
        return out if keepdim else out.squeeze(dim)

    def backward(self, g):
        g, out = (spread(self.xp, a, self.dim, self.keepdim) for a in (g, self.output))
        return g * self.xp.exp(self.inputs[0] - out)


def plain(name):
    """The op of an array's method `name`, without a gradient."""

    def forward(self, x, dim=None, keepdim=False):
        return getattr(x, name)(axis=dim, keepdims=keepdim)

    return type(name.title(), (Function,), {"forward": forward})


All, Any, Argmax, Argmin = map(plain, ("all", "any", "argmax", "argmin"))


class Argsort(Function):
    def forward(self, x, dim):
        return x.argsort(axis=dim, kind="stable") if x.ndim else self.xp.zeros((), "int64")
