"""Nothing is computed: views, copies, joining, moving to other dtypes and devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import shapes
from ..autograd import Function

if TYPE_CHECKING:
    from .._types import Array
    from ..devices import Device

# Views


class Reshape(Function):
    view, title = True, "View"

    def forward(self, x: Array, sizes: Sequence[int]) -> Array:
        self.shape_in = x.shape
        out = x.reshape(sizes)
        if not x.flags.c_contiguous and not self.xp.may_share_memory(out, x):
            self.view, self.title = False, "UnsafeView"
        return out

    def backward(self, g: Array) -> Any:
        return g.reshape(self.shape_in)


class Unsqueeze(Reshape):
    title = ""


class Squeeze(Reshape):
    """With `some`, axes that were named are left out, else all that could be."""

    title = ""

    def forward(self, x: Array, sizes: Sequence[int], some: bool = False) -> Array:
        self.variant = int(some)
        return Reshape.forward(self, x, sizes)


class Permute(Function):
    view = True

    def forward(self, x: Array, dims: Sequence[int]) -> Array:
        self.dims = dims
        return x.transpose(dims)

    def backward(self, g: Array) -> Any:
        return g.transpose(sorted(range(g.ndim), key=self.dims.__getitem__))


class Transpose(Permute):
    pass


class T(Permute):
    pass


class Expand(Function):
    view = True

    def forward(self, x: Array, sizes: Sequence[int]) -> Array:
        new = len(sizes) - x.ndim
        steps = [
            x.strides[i - new] if i >= new and x.shape[i - new] == n else 0
            for i, n in enumerate(sizes)
        ]
        return self.xp.lib.stride_tricks.as_strided(
            x, sizes, steps
        )  # unlike broadcast_to, to write

    def backward(self, g: Array) -> Any:
        return g  # the engine sums it to the operand's shape, as after any broadcast


class Diagonal(Function):
    view = True

    def forward(self, x: Array, offset: int = 0) -> Array:
        self.shape_in, self.offset = x.shape, offset
        x = x[-offset:] if offset < 0 else x[:, offset:]
        (rows, columns, *rest), (down, right, *steps) = x.shape, x.strides
        shape, strides = (*rest, min(rows, columns)), (*steps, down + right)
        return self.xp.lib.stride_tricks.as_strided(x, shape, strides)

    def backward(self, g: Array) -> Any:
        whole = self.xp.zeros(self.shape_in, g.dtype)
        self.forward(whole, self.offset)[...] = g
        return whole


# Copies


class Clone(Function):
    def forward(self, x: Array) -> Array:
        return x.copy()

    def backward(self, g: Array) -> Any:
        return g


class Flip(Function):
    def forward(self, x: Array, dims: Sequence[int]) -> Array:
        self.dims = dims
        return self.xp.flip(x, dims).copy()

    def backward(self, g: Array) -> Any:
        return self.xp.flip(g, self.dims)


class Tril(Function):
    def forward(self, x: Array, diagonal: int = 0) -> Array:
        self.diagonal = diagonal
        return self.xp.tril(matrices(x, "tril"), diagonal)

    def backward(self, g: Array) -> Array:
        return self.xp.tril(g, self.diagonal)


class Triu(Function):
    def forward(self, x: Array, diagonal: int = 0) -> Array:
        self.diagonal = diagonal
        return self.xp.triu(matrices(x, "triu"), diagonal)

    def backward(self, g: Array) -> Array:
        return self.xp.triu(g, self.diagonal)


def matrices(x: Array, name: str) -> Array:
    """`x`, if it has the two axes that the operation `name` is about."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return x


class Repeat(Function):
    def forward(self, x: Array, sizes: Sequence[int]) -> Array:
        self.sizes = sizes
        self.shape_in = (1,) * (len(sizes) - x.ndim) + x.shape
        return self.xp.tile(x, sizes)

    def backward(self, g: Array) -> Any:
        pairs = [n for pair in zip(self.sizes, self.shape_in, strict=True) for n in pair]
        return g.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


class Cat(Function):
    promotes = True

    def forward(self, *arrays: Array, dim: int = 0) -> Array:
        self.dim, self.sizes = dim, [x.shape[dim] for x in arrays if x.ndim]
        return self.xp.concatenate(arrays, axis=dim)

    def backward(self, g: Array) -> Any:
        ends = [sum(self.sizes[: i + 1]) for i in range(len(self.sizes) - 1)]
        return self.xp.split(g, ends, axis=self.dim)

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        ranks = [x.ndim for x in arrays]
        text = f"Sizes of tensors must match except in dimension {self.dim}. Got {listed(arrays)}"
        if 0 in ranks:
            text = f"zero-dimensional tensor (at position {ranks.index(0)}) cannot be concatenated"
        return RuntimeError(text)


class Stack(Function):
    promotes = True

    def forward(self, *arrays: Array, dim: int = 0) -> Array:
        self.dim = dim
        return self.xp.stack(arrays, axis=dim)

    def backward(self, g: Array) -> Any:
        return list(self.xp.moveaxis(g, self.dim, 0))

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        return RuntimeError(f"stack expects each tensor to be equal size, but got {listed(arrays)}")


def listed(arrays: Sequence[Array]) -> str:
    """The arrays' shapes, for an error."""
    return " and ".join(str(list(x.shape)) for x in arrays)


# Other dtypes, other devices


class Cast(Function):
    title = "ToCopy"

    def forward(self, x: Array, to: Any) -> Array:
        return x.astype(to)

    def backward(self, g: Array) -> Any:
        return g  # the engine casts it back


class Transfer(Function):
    """The one place where a tensor changes its device."""

    title = "ToCopy"

    def forward(self, x: Array, to: Device) -> Array:
        self.source, self.device = self.device, to
        return to.upload(self.source.download(x))

    def backward(self, g: Array) -> Any:
        return self.source.upload(self.device.download(g))


# Writes in place, as the graph sees them


class Copy(Function):
    """x with all of its numbers replaced by `value`, which broadcasts and is cast."""

    def forward(self, x: Array, value: Array) -> Array:
        out = self.xp.empty_like(x)
        out[...] = value
        return out

    def backward(self, g: Array) -> Any:
        return self.xp.zeros_like(g), g

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        shape = getattr(arrays[1], "shape", ())
        return RuntimeError(shapes.no_expansion(shape, arrays[0].shape) or str(error))


class Paste(Function):
    """A tensor after `value` was written in place into a view of it; `steps` make that view."""

    def forward(self, x: Array, value: Array, steps: Sequence[Any]) -> Array:
        self.steps = steps
        self.order = "C" if x.flags.c_contiguous else "F"
        return x

    def backward(self, g: Array) -> Any:
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

    def name(self) -> str:
        return "CopySlices"
