"""Tensor: an array, the device it lives on, and where it came from."""

import math
import warnings
import weakref
from collections import namedtuple
from functools import wraps

import numpy as np

import tinygrad_lessons as torch

from . import dtypes, ops, printing, shapes
from .autograd import Handle, hooked
from .exercise import exercise
from .inplace import InPlace
from .ops.matmul import RANKS, other_ranks
from .shapes import axis, dims, flat


class Tensor(InPlace):
    """Numbers of one dtype in a grid, on one device.

    array is the device's own array: NumPy's, CuPy's or the simulator's; _node the operation that
    it came from.

    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([[2., 4.],
            [6., 8.]])
    """

    __slots__ = (
        "array", "device", "_requires_grad", "_node", "_grad", "_memory", "_view", "hooks",
        "__weakref__",
    )  # fmt: skip
    __array_ufunc__ = None  # NumPy's scalars and arrays then leave arithmetic to us

    def __init__(self, array, device, requires_grad=False):
        self.array, self.device, self._requires_grad = array, device, requires_grad
        self._node = self._grad = self._view = None
        self._memory, self.hooks = [0], ()

    # What it is

    shape = property(lambda self: shapes.Size(self.array.shape))
    dtype = property(lambda self: dtypes.of(self.array))
    ndim = property(lambda self: self.array.ndim)
    nbytes = property(lambda self: self.array.nbytes)

    def size(self, dim=None):
        if dim is not None and not self.ndim:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        return self.shape if dim is None else self.array.shape[axis(dim, self.ndim)]

    def dim(self):
        return self.array.ndim

    def numel(self):
        return self.array.size

    def stride(self, dim=None):
        """How many numbers apart neighbours lie, along `dim` or along each axis."""
        strides = tuple(n // self.array.itemsize for n in self.array.strides)
        return strides if dim is None else strides[axis(dim, self.ndim)]

    def is_contiguous(self):
        return self.array.flags.c_contiguous

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def __len__(self):
        if not self.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __repr__(self):
        return printing.tensor_repr(self)

    def __format__(self, spec):
        return object.__format__(self, spec) if self.ndim else format(self.item(), spec)

    def __hash__(self):
        return id(self)

    # Its numbers, on the host

    def item(self):
        """The one number of this tensor, as Python's."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar"
            )
        return self._on_host("item()").item()

    def tolist(self):
        return self._on_host("tolist()").tolist()

    def _on_host(self, door):
        return self.device.download(self.array, implicit=f".{door}")

    def __bool__(self):
        if self.array.size != 1:
            many = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")
        return bool(self.item())

    def __float__(self):
        return float(self._one())

    def __int__(self):
        return int(self._one())

    def _one(self):
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __index__(self):
        if self.dtype.is_floating_point or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __array__(self, dtype=None, copy=None):
        if self.device.type != "cpu" or self.requires_grad:
            self.numpy()  # refuses, and says why
        return np.array(self.array, dtype, copy=copy)

    @exercise("numpy")
    def numpy(self):
        """This tensor's memory as a NumPy array: a change of one is a change of both."""
        if self.device.type != "cpu":
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to "
                "copy the tensor to host memory first."
            )
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return self.array.view()

    # Gradients

    @property
    def requires_grad(self):
        if self._view is not None:
            self._refresh()
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value):
        if value and not self.is_floating_point():
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        if not value and not self.is_leaf:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a "
                "computed variable in a subgraph that doesn't require differentiation use "
                "var_no_grad = var.detach()."
            )
        self._requires_grad = bool(value)

    def requires_grad_(self, value=True):
        self.requires_grad = value
        return self

    @property
    def grad_fn(self):
        if self._view is not None:
            self._refresh()
        return self._node

    is_leaf = property(lambda self: self.grad_fn is None)

    @property
    def grad(self):
        if self._node is not None and self._grad is None:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during autograd.backward(). If you indeed want "
                "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
                "non-leaf Tensor.",
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None and value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of "
                f"size '{list(self.shape)}'. Please ensure that the gradient and the tensor are "
                "the same size"
            )
        self._grad = value

    def accumulate_grad(self, g):
        """Add the array `g`, which nobody else uses, to .grad."""
        g = hooked(g, self.hooks, self.device)
        if self._grad is None:
            self._grad = Tensor(g, self.device)
        else:
            self._grad.array += g

    def backward(self, gradient=None, retain_graph=False):
        """Give every leaf that this tensor came from its gradient."""
        torch.autograd.backward(self, gradient, retain_graph)

    def register_hook(self, hook):
        """Call hook(gradient) when this tensor's gradient is known; what it returns replaces it.

        Returns a handle, whose remove() takes the hook away.

        >>> x = torch.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda g: g * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return Handle(hook, self.grad_fn or self)

    def retain_grad(self):
        """Keep .grad, though this is not a leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        me = weakref.ref(self)

        def keep(g):
            if me() is not None:
                me()._grad = g.clone() if me()._grad is None else me()._grad + g

        if not self.is_leaf:
            self.register_hook(keep)

    def detach(self):
        """The same memory without its history."""
        result = Tensor(self.array, self.device)
        result._memory = self._memory
        return result

    @property
    def data(self):
        return Tensor(self.array, self.device)

    @data.setter
    def data(self, value):
        self.array, self.device = value.array, value.device

    # Arithmetic; most of it is in the tables below

    def add(self, other, *, alpha=1):
        return ops.Add.apply(self, other if alpha == 1 else other * alpha)

    def sub(self, other, *, alpha=1):
        return ops.Sub.apply(self, other if alpha == 1 else other * alpha)

    def __pos__(self):
        return self

    def __rtruediv__(self, other):
        return ops.Reciprocal.apply(self) * other

    def __eq__(self, other):
        return ops.Eq.apply(self, other) if comparable(other) else NotImplemented

    def __ne__(self, other):
        return ops.Ne.apply(self, other) if comparable(other) else NotImplemented

    def clamp(self, min=None, max=None):
        """The nearest number that is not below `min` or above `max`."""
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        kind = dtypes.common([self.array, min or 0, max or 0])
        return ops.Clamp.apply(self._as(kind), min=min, max=max)

    def square(self):
        return ops.Pow.apply(self, 2)

    def masked_fill(self, mask, value):
        """`value` where `mask` is true, in this tensor's dtype."""
        if not isinstance(value, Tensor):
            value = torch.full((), value, dtype=self.dtype, device=self.device)
        return torch.where(mask, value._as(self.array.dtype), self)

    def outer(self, other):
        """All products of two numbers, one of each vector. (m,), (n,) -> (m, n)"""
        for name, x in (("self", self), ("vec2", other)):
            if x.ndim != 1:
                raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
        return self.unsqueeze(1) * other

    def allclose(self, other, rtol=1e-5, atol=1e-8, equal_nan=False):
        """Whether |self - other| <= atol + rtol * |other| everywhere."""
        a, b = self.double(), other.double()
        near = (a == b) | ((a - b).abs() <= atol + rtol * b.abs()) & b.isfinite()
        return bool((near | (a.isnan() & b.isnan()) if equal_nan else near).all())

    def equal(self, other):
        """Whether shape and all numbers are the same."""
        return self.shape == other.shape and bool((self == other).all())

    # Many numbers to one

    def sum(self, dim=None, keepdim=False, *, dtype=None):
        """The sum over `dim`: one axis, several, or all."""
        x = self if dtype is None else self._as(dtypes.resolve(dtype))
        return ops.Sum.apply(x, dim=dims(dim, self.ndim), keepdim=keepdim)

    @exercise("mean")
    def mean(self, dim=None, keepdim=False):
        """The sum over `dim`, one axis, several or all, divided by how many were summed."""
        if not self.dtype.is_floating_point:
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating "
                f"point or complex dtype. Got: {self.dtype}"
            )
        total = self.sum(dim, keepdim)
        return total / (self.numel() / max(total.numel(), 1))

    def var(self, dim=None, correction=1, keepdim=False, unbiased=True):
        """The squares of the distances from the mean, summed, over how many less `correction`."""
        centred, count = self._centred(dim, correction if unbiased else 0)
        return (centred**2).sum(dim, keepdim) / count

    def std(self, dim=None, correction=1, keepdim=False, unbiased=True):
        """The root of the variance; its gradient is 0 where all numbers are the same."""
        centred, count = self._centred(dim, correction if unbiased else 0)
        return centred.norm(2, dim, keepdim) / count**0.5

    def _centred(self, dim, correction):
        """The distances from the mean, and over how many less `correction` it was taken."""
        self._refuse_ints("std and var only support floating point and complex dtypes")
        total = self.sum(dim, keepdim=True)
        count = self.numel() // max(total.numel(), 1)
        return self - total / max(count, 1), max(count - correction, 0)

    def norm(self, p=2, dim=None, keepdim=False):
        """The length: the root of the sum of the squares, or with p the p-th of the p-th powers."""
        self._refuse_ints(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {self.dtype.legacy}"
        )
        if p in (2, "fro"):
            return ops.Norm.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)
        return (self.abs() ** p).sum(dim, keepdim) ** (1 / p)

    def _refuse_ints(self, sentence):
        if not self.is_floating_point():
            raise RuntimeError(f"{sentence}\n  Make it a floating point tensor: x.float()")

    def max(self, dim=None, keepdim=False):
        """The largest number; along `dim`, (values, indices); with a tensor, the larger ones."""
        return self._extreme("Max", dim, keepdim)

    def min(self, dim=None, keepdim=False):
        """The smallest number; along `dim`, (values, indices); with a tensor, the smaller ones."""
        return self._extreme("Min", dim, keepdim)

    def _extreme(self, title, dim, keepdim):
        if isinstance(dim, Tensor):
            return getattr(self, title.lower() + "imum")(dim)
        if dim is None:
            return getattr(ops, title).apply(self, dim=None, keepdim=False)
        where = getattr(self, "arg" + title.lower())(dim, keepdim=True)
        return self._pick(where, dim, title, keepdim)

    def _pick(self, indices, dim, title, keepdim=True):
        dim = axis(dim, self.ndim)
        values = ops.Pick.apply(self, indices, dim=dim, title=title, keepdim=keepdim)
        return RETURNED[title](values, indices.reshape(values.shape))

    def sort(self, dim=-1, descending=False):
        """(values, indices) in order along `dim`; equal numbers stay in the order they have."""
        return self._pick(self.argsort(dim, descending), dim, "Sort")

    def argsort(self, dim=-1, descending=False):
        """Where the numbers are that sort would give."""
        if not descending or not self.ndim:
            return ops.Argsort.apply(self, dim=axis(dim, self.ndim))
        last = self.size(dim) - 1  # turned round, so that equal numbers stay in their order
        return last - ops.Argsort.apply(self.flip(dim), dim=axis(dim, self.ndim)).flip(dim)

    def topk(self, k, dim=-1, largest=True):
        """(values, indices) of the k largest along `dim`, or of the smallest."""
        indices = self.argsort(dim, descending=largest)
        return self._pick(indices.narrow(dim, 0, k), dim, "Topk")

    # Views

    def reshape(self, *shape):
        """The same numbers in another shape, one size of which may be -1; a view where it can.

        >>> torch.arange(6).reshape(2, -1)
        tensor([[0, 1, 2],
                [3, 4, 5]])
        """
        shape = flat(shape)
        if -1 in shape or math.prod(shape) != self.array.size:
            shape = torch.resolve_shape(shape, self.array.size)
        return ops.Reshape.apply(self, shape=shape)

    def view(self, *shape):
        """As reshape, but never a copy."""
        result = self.reshape(*shape)
        if result._memory is not self._memory:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one "
                "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
            )
        return result

    def flatten(self, start_dim=0, end_dim=-1):
        """The axes from start_dim to end_dim, both included, made one."""
        first, last = axis(start_dim, self.ndim), axis(end_dim, self.ndim)
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        shape = self.array.shape
        if first == last and self.ndim:
            return self
        flattened = (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])
        return ops.Reshape.apply(self, shape=flattened)

    def squeeze(self, dim=None):
        """Without the axes of size 1, or those of them that `dim` names."""
        some = range(self.ndim) if dim is None else dims(dim, self.ndim) or ()
        shape = tuple(n for d, n in enumerate(self.array.shape) if n != 1 or d not in some)
        return ops.Squeeze.apply(self, shape=shape, some=dim is not None)

    def unsqueeze(self, dim):
        """With a new axis of size 1 at `dim`."""
        shape = list(self.array.shape)
        shape.insert(axis(dim, self.ndim + 1), 1)
        return ops.Unsqueeze.apply(self, shape=tuple(shape))

    def permute(self, *order):
        """The axes in another order."""
        order = flat(order)
        if len(order) != self.ndim:
            raise RuntimeError(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the "
                "length of the desired ordering of dimensions i.e. input.dim() = "
                f"{self.ndim} is not equal to len(dims) = {len(order)}"
            )
        return ops.Permute.apply(self, dims=dims(order, self.ndim) or ())

    @exercise("transpose")
    def transpose(self, dim0, dim1):
        """A view with the axes dim0 and dim1 exchanged. (m, n) -> (n, m)"""
        order = list(range(self.ndim))
        order[dim0], order[dim1] = order[dim1], order[dim0]
        return torch.ops.Transpose.apply(self, dims=order)

    def t(self):
        """A matrix transposed; a vector stays as it is."""
        if self.ndim > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D"
            )
        return ops.T.apply(self, dims=range(self.ndim)[::-1])

    T = property(lambda self: ops.Permute.apply(self, dims=tuple(range(self.ndim))[::-1]))

    @property
    def mT(self):
        """Each matrix of a batch transposed."""
        if self.ndim < 2:
            raise RuntimeError(
                "tensor.mT is only supported on matrices or batches of matrices. "
                f"Got {self.ndim}-D tensor."
            )
        *batch, rows, columns = range(self.ndim)
        return ops.Transpose.apply(self, dims=(*batch, columns, rows))

    def expand(self, *shape):
        """Repeated along axes of size 1, without a copy; -1 leaves an axis as it is.

        >>> torch.tensor([[1], [2]]).expand(-1, 3)
        tensor([[1, 1, 1],
                [2, 2, 2]])
        """
        shape = flat(shape)
        if text := shapes.no_expansion(self.array.shape, shape):
            raise RuntimeError(text)
        new = len(shape) - self.ndim
        sizes = tuple(self.array.shape[i - new] if n == -1 else n for i, n in enumerate(shape))
        return ops.Expand.apply(self, shape=sizes)

    def narrow(self, dim, start, length):
        """`length` rows along `dim`, from `start`."""
        size = self.size(dim)
        start += size * (start < 0)
        if not 0 <= start <= start + length <= size:
            raise RuntimeError(
                f"start ({start}) + length ({length}) exceeds dimension size ({size})."
            )
        return self._along(dim, slice(start, start + length))

    def _along(self, dim, key):
        """self[key], where `key` is about the axis `dim`."""
        return ops.Select.apply(self, key=(slice(None),) * axis(dim, self.ndim) + (key,))

    def split(self, size, dim=0):
        """A tuple of parts along `dim`: each `size` long, or as long as a list of sizes says."""
        total = self.size(dim)
        if isinstance(size, int):
            size = [min(size, total - i) for i in range(0, total, size)] or [0]
        if sum(size) != total:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {total} (input tensor's "
                f"size at dimension {dim}), but got split_sizes={list(size)}"
            )
        return tuple(self.narrow(dim, sum(size[:i]), n) for i, n in enumerate(size))

    def unbind(self, dim=0):
        """A tuple of what lies along `dim`."""
        return tuple(self._along(dim, i) for i in range(self.size(dim)))

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind())

    def __contains__(self, value):
        return bool((self == value).any())

    def diagonal(self, offset=0):
        """A view of the numbers x[i, i + offset], along the last axis."""
        axis(1, self.ndim)  # raises if there is none
        return ops.Diagonal.apply(self, offset=offset)

    def trace(self):
        """The sum of a matrix's diagonal."""
        if self.ndim != 2:
            raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {self.ndim}")
        return self.diagonal().sum()

    def __getitem__(self, key):
        basic, picked = ops.split_key(key, self)
        part = self if basic is None else ops.Select.apply(self, key=basic)
        return part if picked is None else ops.Index.apply(part, key=picked)

    # Copies

    def clone(self):
        """A copy, which the gradient flows through."""
        return ops.Clone.apply(self)

    @exercise("contiguous")
    def contiguous(self):
        """This tensor if its numbers lie row by row, else a copy in which they do."""
        return self if self.is_contiguous() else self.clone()

    def flip(self, *order):
        """Turned round along the given axes."""
        return ops.Flip.apply(self, dims=dims(flat(order), self.ndim) or ())

    def repeat(self, *sizes):
        """Copies of it side by side, `sizes` along each axis."""
        sizes = flat(sizes)
        if len(sizes) < self.ndim:
            raise RuntimeError(
                "Number of dimensions of repeat dims can not be smaller than number of dimensions "
                "of tensor"
            )
        return ops.Repeat.apply(self, sizes=sizes)

    def tril(self, diagonal=0):
        """Zeros above the diagonal."""
        return ops.Tril.apply(self, diagonal=diagonal)

    def triu(self, diagonal=0):
        """Zeros below the diagonal."""
        return ops.Triu.apply(self, diagonal=diagonal)

    def gather(self, dim, index):
        """out[i, j] = self[index[i, j], j] for dim=0, and so on."""
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

    def nonzero(self):
        """Where the numbers are that are not 0: an index in a row."""
        return torch.stack([Tensor(i, self.device) for i in self.array.nonzero()], 1)

    # Other dtypes, other devices

    def _as(self, kind):
        return self if self.array.dtype == kind else ops.Cast.apply(self, to=kind)

    @exercise("to")
    def to(self, device=None, dtype=None):
        """This tensor on `device` and as `dtype`: itself where nothing changes, else a copy."""
        if isinstance(device, torch.dtype):
            device, dtype = None, device
        result = self
        if dtype is not None and dtype is not self.dtype:
            result = torch.ops.Cast.apply(result, to=dtype.np)
        if device is not None and torch.device(device) is not self.device:
            result = torch.ops.Transfer.apply(result, to=torch.device(device))
        return result

    def cpu(self):
        return self.to("cpu")

    def cuda(self):
        return self.to("cuda")

    def __reduce__(self):
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment."
            )
        host = self.device.download(self.array)
        return rebuild, (type(self), host, self.device, self._requires_grad, self._grad)


def rebuild(cls, array, device, requires_grad, grad):
    """A tensor that was pickled or copied."""
    tensor = cls.__new__(cls)
    Tensor.__init__(tensor, device.upload(array), device, requires_grad)
    tensor._grad = grad
    return tensor


class Picked(namedtuple("Picked", ("values", "indices"))):
    """What max, min, sort and topk choose, and where it was."""

    def __repr__(self):
        name = f"tinygrad_lessons.return_types.{type(self).__name__}"
        return f"{name}(\nvalues={self.values!r},\nindices={self.indices!r})"


RETURNED = {title: type(title.lower(), (Picked,), {}) for title in ("Max", "Min", "Sort", "Topk")}


def comparable(x):
    return isinstance(x, (Tensor, bool, int, float, np.generic))


# Methods that only apply their operation

UNARY = """abs acos asin atan ceil cos exp floor isfinite isinf isnan log log10 log1p log2 neg
reciprocal relu round sigmoid sign sin sqrt tan tanh""".split()
BINARY = "div eq floor_divide ge gt le lt maximum minimum mul ne pow remainder".split()
REDUCTIONS = "all amax amin any argmax argmin logsumexp prod".split()
ALONG = "cumsum log_softmax softmax".split()
PRODUCTS = ["matmul", *RANKS]
CASTS = "half float double int long bool".split()
IN_PLACE = """abs clamp cos div exp log masked_fill mul neg pow relu sigmoid sin sqrt sub tanh tril
triu""".split()
OPERATORS = {
    "add": ops.Add, "sub": ops.Sub, "mul": ops.Mul, "truediv": ops.Div, "pow": ops.Pow,
    "matmul": ops.MatMul, "floordiv": ops.FloorDivide, "mod": ops.Remainder, "lt": ops.Lt,
    "le": ops.Le, "gt": ops.Gt, "ge": ops.Ge, "and": ops.And, "or": ops.Or, "xor": ops.Xor,
}  # fmt: skip
REFLECTED = "add mul floordiv mod pow and or xor".split()
IN_PLACE_SIGNS = "add sub mul pow".split()


def unary(op):
    return lambda self: op.apply(self)


def binary(op):
    return lambda self, other: op.apply(self, other)


def reflected(op):
    return lambda self, other: op.apply(other, self)


def reduction(op):
    def method(self, dim=None, keepdim=False):
        return op.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    return method


def along(op):
    return lambda self, dim: op.apply(self, dim=axis(dim, self.ndim))


def product(name):
    def method(self, other):
        ranks = self.ndim, getattr(other, "ndim", 0)
        if ranks != RANKS[name]:
            raise RuntimeError(other_ranks(name, *ranks))
        return ops.MatMul.apply(self, other)

    return method


def cast(dtype):
    return lambda self: self._as(dtype.np)


def in_place(name):
    @wraps(getattr(Tensor, name))
    def method(self, *inputs, **options):
        return self._become(getattr(self, name)(*inputs, **options))

    return method


def in_place_operator(name):  # looked up at each call: add_ may be a student's
    return lambda self, other: getattr(self, name)(other)


def define(make, methods):
    """Give Tensor the methods that `make` makes: {name: what it is made from}."""
    for name, source in methods.items():
        method = make(source)
        method.__name__, method.__qualname__ = name, f"Tensor.{name}"
        setattr(Tensor, name, method)


def named(names):
    """{method: its operation}, floor_divide's being FloorDivide."""
    return {name: ops.named[name.replace("_", "")] for name in names}


define(unary, named(UNARY) | {"__neg__": ops.Neg, "__abs__": ops.Abs, "__invert__": ops.Not})
define(binary, named(BINARY) | {f"__{sign}__": op for sign, op in OPERATORS.items()})
define(binary, {"matmul": ops.MatMul})
define(product, {name: name for name in RANKS})
define(reflected, {f"__r{sign}__": OPERATORS[sign] for sign in REFLECTED} | {"__rsub__": ops.Rsub})
define(reduction, named(REDUCTIONS))
define(along, named(ALONG))
define(cast, {name: getattr(dtypes, name) for name in CASTS})
define(in_place, {f"{name}_": name for name in IN_PLACE})
define(in_place_operator, {"__itruediv__": "div_"} | {f"__i{n}__": f"{n}_" for n in IN_PLACE_SIGNS})
