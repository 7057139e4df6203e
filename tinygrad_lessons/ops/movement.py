"""Nothing is computed: views, copies, indexing, joining, moving to other dtypes and devices."""

import operator

import numpy as np

import tinygrad_lessons as torch

from .. import shapes
from ..autograd import Function


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


class Flip(Function):
    def forward(self, x, dims):
        return self.xp.flip(x, dims).copy()

    def backward(self, g):
        return self.xp.flip(g, self.dims)


class Roll(Function):
    def forward(self, x, shifts, dims):
        return self.xp.roll(x, shifts, dims)

    def backward(self, g):
        back = tuple(-n for n in self.shifts) if isinstance(self.shifts, tuple) else -self.shifts
        return self.xp.roll(g, back, self.dims)


class Repeat(Function):
    def forward(self, x, sizes):
        self.shape_in = (1,) * (len(sizes) - x.ndim) + x.shape
        return self.xp.tile(x, sizes)

    def backward(self, g):
        pairs = [n for pair in zip(self.sizes, self.shape_in, strict=True) for n in pair]
        return g.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


class Tril(Function):
    def forward(self, x, diagonal=0):
        return self.xp.tril(x, diagonal)

    def backward(self, g):
        return self.xp.tril(g, self.diagonal)


class Triu(Function):
    def forward(self, x, diagonal=0):
        return self.xp.triu(x, diagonal)

    def backward(self, g):
        return self.xp.triu(g, self.diagonal)


class Cat(Function):
    promotes = True

    def forward(self, *arrays, dim):
        self.sizes = [x.shape[dim] for x in arrays]
        return self.xp.concatenate(arrays, axis=dim)

    def backward(self, g):
        ends = [sum(self.sizes[: i + 1]) for i in range(len(self.sizes) - 1)]
        return self.xp.split(g, ends, axis=self.dim)

    def misfit(self, arrays, error):
        shapes = " and ".join(str(list(x.shape)) for x in arrays)
        return RuntimeError(
            f"Sizes of tensors must match except in dimension {self.dim}. Got {shapes}"
        )


class Stack(Function):
    promotes = True

    def forward(self, *arrays, dim):
        return self.xp.stack(arrays, axis=dim)

    def backward(self, g):
        return list(self.xp.moveaxis(g, self.dim, 0))

    def misfit(self, arrays, error):
        shapes = " and ".join(str(list(x.shape)) for x in arrays)
        return RuntimeError(f"stack expects each tensor to be equal size, but got {shapes}")


class Clone(Function):
    def forward(self, x):
        return x.copy()

    def backward(self, g):
        return g


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


# Indexing: first the part that is a view, then the part that picks.


class Select(Function):
    """x[key] with integers, slices, None and ... only: a view."""

    view = True

    def forward(self, x, key):
        self.shape_in = x.shape
        return x[(*key, ...)]  # the dots keep a single number an array

    def backward(self, g):
        whole = self.xp.zeros(self.shape_in, g.dtype)
        whole[self.key] = g
        return whole

    @property
    def title(self):
        last = next((k for k in reversed(self.key) if k != slice(None)), ...)
        kinds = {int: "Select", slice: "Slice", type(None): "Unsqueeze", type(...): "Alias"}
        return kinds[type(last)]


class Index(Function):
    """x[key] with arrays of integers or a mask: a copy. Repeated indices add up."""

    def forward(self, x, key):
        self.shape_in = x.shape
        return x[key]

    def backward(self, g):
        whole = self.xp.zeros(self.shape_in, g.dtype)
        self.xp.add.at(whole, self.key, g)
        return whole


class Gather(Function):
    """out[i, j] = x[index[i, j], j] for dim=0, and so on."""

    keeps = "own"

    def forward(self, x, index, dim):
        xp, n = self.xp, index.ndim
        grid = [xp.arange(index.shape[d]).reshape([-1] + [1] * (n - d - 1)) for d in range(n)]
        self.shape_in, self.at = x.shape, (*grid[:dim], index, *grid[dim + 1 :])
        return x[self.at]

    def backward(self, g):
        whole = self.xp.zeros(self.shape_in, g.dtype)
        self.xp.add.at(whole, self.at, g)
        return whole, None


class Pick(Gather):
    """The part of x that max, min, sort or topk chose; they are told apart by `title`."""

    def forward(self, x, index, dim, title, keepdim):
        out = Gather.forward(self, x, index, dim)
        return out if keepdim else out.squeeze(dim)

    def backward(self, g):
        return Gather.backward(self, g if self.keepdim else self.xp.expand_dims(g, self.dim))


class IndexPut(Function):
    """x with the numbers at `key` replaced."""

    def forward(self, x, value, key):
        x = x.copy()
        x[key] = value
        return x

    def backward(self, g):
        rest = g.copy()
        rest[self.key] = 0
        return rest, g[self.key]


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
        if not self.xp.may_share_memory(part, rest):
            raise RuntimeError("in-place on this view can't be differentiated: change a .clone()")
        given = part.copy()
        part[...] = 0
        return rest, given

    def name(self):
        return "CopySlices"


def split_key(key, x):
    """(basic, picked): x[key] is x[basic][picked]; `picked` is None where a view is all.

    Integers count as slices do, unlike in NumPy, so that x[0, :, [1, 2]] has its picked axis last.
    """
    if type(key) is int and x.ndim:  # rows are asked for most
        check_key(key, 0, x.array.shape)
        return (key,), None
    key = [plain_key(k, x) for k in (key if isinstance(key, tuple) else (key,))]
    used = sum(k.ndim if is_mask(k) else k is not None and k is not ... for k in key)
    if used > x.ndim:
        raise IndexError(
            f"too many indices for tensor of dimension {x.ndim}"
            if x.ndim
            else "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
            "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        )
    dots = next((i for i, k in enumerate(key) if k is ...), len(key))
    key[dots : dots + 1] = [slice(None)] * (x.ndim - used)
    basic, picked, dim = [], [], 0
    for k in key:
        axes = k.ndim if is_mask(k) else int(k is not None)
        check_key(k, dim, x.array.shape)
        dim += axes
        if type(k) in (int, slice, type(None)):
            basic.append(k)
            picked += [] if type(k) is int else [slice(None)]
        else:
            basic += [slice(None)] * axes
            picked.append(k)
    return tuple(basic), None if all(type(k) is slice for k in picked) else tuple(picked)


def is_mask(k):
    return hasattr(k, "dtype") and k.dtype == bool


def plain_key(k, x):
    """One part of an index as an int, a slice, None, dots, or an array on the device of `x`."""
    if k is None or k is ...:
        return k
    if isinstance(k, slice):
        bounds = [n if n is None else operator.index(n) for n in (k.start, k.stop, k.step)]
        if bounds[2] is not None and bounds[2] <= 0:
            raise ValueError("step must be greater than zero")
        return slice(*bounds)
    if isinstance(k, torch.Tensor):
        if k.dtype.is_floating_point:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        if not k.ndim and k.device.type == "cpu" and k.dtype is not torch.bool:
            return int(k.array)
        array = k.array if k.device is x.device else x.device.upload(k.device.download(k.array))
        return array.astype(bool) if k.dtype is torch.uint8 else array
    if isinstance(k, (list, range, np.ndarray, bool, np.bool_)):
        array = np.asarray(k if isinstance(k, np.ndarray) or k else np.array(k, int))
        if array.dtype.kind == "f":
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return x.device.upload(array)
    try:
        return operator.index(k)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(k).__name__})"
        ) from None


def check_key(k, dim, shape):
    """Raise if an integer or a mask does not fit axis `dim`."""
    if type(k) is int and not -shape[dim] <= k < shape[dim]:
        raise IndexError(f"index {k} is out of bounds for dimension {dim} with size {shape[dim]}")
    if is_mask(k) and k.shape != shape[dim : dim + k.ndim]:
        raise IndexError(
            f"The shape of the mask {list(k.shape)} at index 0 does not match the shape of the "
            f"indexed tensor {list(shape)} at index 0"
        )
