"""Nothing is computed: views, copies, joining, moving to other dtypes and devices."""

from .. import shapes
from ..autograd import Function

# Views


class Reshape(Function):
    view = True
    title = property(lambda self: "View" if self.view else "UnsafeView")

    def forward(self, x, shape):
        self.shape_in = x.shape
        out = x.reshape(shape)
        if not x.flags.c_contiguous:
            self.view = self.xp.may_share_memory(out, x)
        return out

    def backward(self, g):
        return g.reshape(self.shape_in)


class Unsqueeze(Reshape):
    title = ""


class Squeeze(Reshape):
    title = ""
    variant = property(lambda self: int(self.some))

    def forward(self, x, shape, some):
        return Reshape.forward(self, x, shape)


class Permute(Function):
    view = True

    def forward(self, x, dims):
        return x.transpose(dims)

    def backward(self, g):
        return g.transpose(sorted(range(g.ndim), key=self.dims.__getitem__))


class Transpose(Permute):
    pass


class T(Permute):
    pass


class Expand(Function):
    view = True

    def forward(self, x, shape):
        return self.xp.broadcast_to(x, shape)

    def backward(self, g):
        return g  # the engine sums it to the operand's shape, as after any broadcast


class Diagonal(Function):
    view = True

    def forward(self, x, offset):
        self.shape_in = x.shape
        x = x[-offset:] if offset < 0 else x[:, offset:]
        (rows, columns, *rest), (down, right, *steps) = x.shape, x.strides
        shape, strides = (*rest, min(rows, columns)), (*steps, down + right)
        return self.xp.lib.stride_tricks.as_strided(x, shape, strides)

    def backward(self, g):
        whole = self.xp.zeros(self.shape_in, g.dtype)
        self.forward(whole, self.offset)[...] = g
        return whole


# Copies


class Clone(Function):
    def forward(self, x):
        return x.copy()

    def backward(self, g):
        return g


class Flip(Function):
    def forward(self, x, dims):
        return self.xp.flip(x, dims).copy()

    def backward(self, g):
        return self.xp.flip(g, self.dims)


class Tril(Function):
    def forward(self, x, diagonal):
        name = type(self).__name__.lower()
        if x.ndim < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        return getattr(self.xp, name)(x, diagonal)

    def backward(self, g):
        return self.forward(g, self.diagonal)


class Triu(Tril):
    pass


class Repeat(Function):
    def forward(self, x, sizes):
        self.shape_in = (1,) * (len(sizes) - x.ndim) + x.shape
        return self.xp.tile(x, sizes)

    def backward(self, g):
        pairs = [n for pair in zip(self.sizes, self.shape_in, strict=True) for n in pair]
        return g.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


class Cat(Function):
    promotes = True

    def forward(self, *arrays, dim):
        out = self.xp.concatenate(arrays, axis=dim)
        self.sizes = [x.shape[dim] for x in arrays]
        return out

    def backward(self, g):
        ends = [sum(self.sizes[: i + 1]) for i in range(len(self.sizes) - 1)]
        return self.xp.split(g, ends, axis=self.dim)

    def misfit(self, arrays, error):
        ranks = [x.ndim for x in arrays]
        text = f"Sizes of tensors must match except in dimension {self.dim}. Got {listed(arrays)}"
        if 0 in ranks:
            text = f"zero-dimensional tensor (at position {ranks.index(0)}) cannot be concatenated"
        return RuntimeError(text)


class Stack(Function):
    promotes = True

    def forward(self, *arrays, dim):
        return self.xp.stack(arrays, axis=dim)

    def backward(self, g):
        return list(self.xp.moveaxis(g, self.dim, 0))

    def misfit(self, arrays, error):
        return RuntimeError(f"stack expects each tensor to be equal size, but got {listed(arrays)}")


def listed(arrays):
    """The arrays' shapes, for an error."""
    return " and ".join(str(list(x.shape)) for x in arrays)


# Other dtypes, other devices


class Cast(Function):
    title = "ToCopy"

    def forward(self, x, to):
        return x.astype(to)

    def backward(self, g):
        return g  # the engine casts it back


class Transfer(Function):
    """The one place where a tensor changes its device."""

    title = "ToCopy"

    def forward(self, x, to):
        self.source, self.device = self.device, to
        return to.upload(self.source.download(x))

    def backward(self, g):
        return self.source.upload(self.device.download(g))


# Writes in place, as the graph sees them


class Copy(Function):
    """x with all of its numbers replaced by `value`, which broadcasts and is cast."""

    def forward(self, x, value):
        out = self.xp.empty_like(x)
        out[...] = value
        return out

    def backward(self, g):
        return self.xp.zeros_like(g), g

    def misfit(self, arrays, error):
        return RuntimeError(shapes.no_expansion(arrays[1].shape, arrays[0].shape) or str(error))


class Paste(Function):
    """A tensor after `value` was written in place into a view of it; `steps` make that view."""

    def forward(self, x, value, steps):
        self.order = "C" if x.flags.c_contiguous else "F"
        return x

    def backward(self, g):
        rest = g.copy(self.order)
        part = rest
        for op, options in self.steps:
            step = op()
            step.device = self.device
            part = step.forward(part, **options)
        if part.size and not self.xp.may_share_memory(part, rest):
            raise RuntimeError("in-place on this view can't be differentiated: change a .clone()")
        given = part.copy()
        part[...] = 0
        return rest, given

    def name(self):
        return "CopySlices"
