"""Tensor: an array, the device it lives on, and where it came from."""

import math
import warnings
import weakref
from collections import namedtuple

import numpy as np

import tinygrad_lessons as torch

from . import dtypes, ops, printing, shapes
from .autograd import is_grad_enabled, last_write, now, set_grad_enabled
from .exercise import exercise
from .shapes import axis, dims, flat

NON_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor."
)
IN_PLACE_LEAF = (
    "a {}leaf Variable that requires grad is being used in an in-place operation.\n"
    "  Do it inside `with torch.no_grad():`."
)


class Tensor:
    """Numbers of one dtype in a grid, on one device. `torch.tensor([[1., 2.], [3., 4.]])`

    array       the device's own array (NumPy's, CuPy's, the simulator's)
    _node       the operation it came from; _view: (base, steps, the base's node then), for views
    _memory     [time of the last write in place], shared by all that share the numbers
    """

    __slots__ = (
        "array", "device", "_requires_grad", "_node", "_grad", "_memory", "_view", "_hooks",
        "__weakref__",
    )  # fmt: skip
    __array_ufunc__ = None  # NumPy's scalars and arrays then leave arithmetic to us

    def __init__(self, array, device, requires_grad=False):
        self.array, self.device, self._requires_grad = array, device, requires_grad
        self._node = self._grad = self._view = None
        self._memory, self._hooks = [0], ()

    # What it is

    shape = property(lambda self: shapes.Size(self.array.shape))
    dtype = property(lambda self: dtypes.of(self.array))
    ndim = property(lambda self: self.array.ndim)
    nbytes = property(lambda self: self.array.nbytes)

    def size(self, dim=None):
        return self.shape if dim is None else self.array.shape[axis(dim, self.ndim)]

    def dim(self):
        return self.array.ndim

    def numel(self):
        return self.array.size

    def element_size(self):
        return self.array.itemsize

    def stride(self, dim=None):
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
        return format(repr(self) if self.ndim else self.item(), spec)

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
            warnings.warn(NON_LEAF, UserWarning, stacklevel=2)
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
        for hook in self._hooks:
            g = torch.autograd.hooked(hook, g, self.device)
        if self._grad is None:
            self._grad = Tensor(g, self.device)
        else:
            self._grad.array += g

    def backward(self, gradient=None, retain_graph=False):
        """Give every leaf that this tensor came from its gradient."""
        torch.autograd.backward(self, gradient, retain_graph)

    def register_hook(self, hook):
        """Call hook(gradient) when this tensor's gradient is known; what it returns replaces it."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is None:
            self._hooks = (*self._hooks, hook)
        else:
            self.grad_fn.hooks = (*self.grad_fn.hooks, hook)

    def retain_grad(self):
        """Keep .grad, though this is not a leaf."""
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

    # Memory that is shared, and writes to it

    def _alias(self, source, node, options):
        """Share the memory of `source`, of which this is the view that `node` made."""
        self._memory = source._memory
        if is_grad_enabled():
            base, steps, _ = source._view or (source, (), None)
            self._view = base, (*steps, (type(node), options)), base._node

    def _refresh(self):
        """If the tensor that this is a view of has a new history, take part in it."""
        base, steps, known = self._view
        if base._node is known:
            return
        self._view = base, steps, base._node
        view = base
        with set_grad_enabled(True):
            for op, options in steps:
                view = op.apply(view, **options)
        self._requires_grad, self._node = view._requires_grad, view._node

    def _wrote(self):
        """Say that the numbers were written over."""
        self._memory[0] = last_write[0] = now()

    def _become(self, result):
        """Take the numbers of `result`, and its history, in the memory that this tensor has."""
        recorded = is_grad_enabled() and (self.requires_grad or result._requires_grad)
        if recorded:
            self._refuse_leaf()
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        if not dtypes.can_cast(result.dtype, self.dtype):
            raise RuntimeError(
                f"result type {dtypes.LEGACY[result.dtype]} can't be cast to the "
                f"desired output type {dtypes.LEGACY[self.dtype]}"
            )
        try:
            self.array[...] = result.array
        except ValueError as error:  # a NumPy array that is read-only, or one number seen twice
            raise RuntimeError(f"{error}\n  Write to a copy: x.clone()") from None
        self._wrote()
        if recorded:
            self._adopt(result)
        return self

    def _adopt(self, result):
        """Have the history of `result`; a view hands it on to its base."""
        if self._view is None:
            self._requires_grad, self._node = result._requires_grad, result._node
        else:
            base, steps, _ = self._view
            pasted = ops.Paste.apply(base, result, steps=steps)
            base._requires_grad, base._node = True, pasted._node

    def _refuse_leaf(self):
        if self._view is not None and self._view[0]._requires_grad and self._view[0].is_leaf:
            raise RuntimeError(IN_PLACE_LEAF.format("view of a "))
        if self._requires_grad and self.is_leaf:
            raise RuntimeError(IN_PLACE_LEAF.format(""))

    @exercise("add_")
    def add_(self, other, *, alpha=1):
        """Add `alpha` times `other` to this tensor, in the memory that it has. Returns itself."""
        result = torch.add(self, other, alpha=alpha)
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        if not torch.can_cast(result.dtype, self.dtype):
            raise RuntimeError(
                f"result type {result.dtype} can't be cast to the desired output type {self.dtype}"
            )
        return self._become(result)  # which refuses a leaf that requires grad

    def copy_(self, source):
        """Take the numbers of `source`, of any device and dtype, which broadcast."""
        if source.device is not self.device:
            source = ops.Transfer.apply(source, to=self.device)
        return self._become(ops.Copy.apply(self, source))

    def fill_(self, value):
        return self._become(ops.Copy.apply(self, value))

    def zero_(self):
        return self.fill_(0)

    def uniform_(self, low=0.0, high=1.0, generator=None):
        drawn = torch.rand(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * (high - low) + low)

    def normal_(self, mean=0.0, std=1.0, generator=None):
        drawn = torch.randn(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * std + mean)

    # Arithmetic; most of it is in the tables below

    def add(self, other, *, alpha=1):
        return ops.Add.apply(self, other if alpha == 1 else other * alpha)

    def sub(self, other, *, alpha=1):
        return ops.Sub.apply(self, other if alpha == 1 else other * alpha)

    def div(self, other, *, rounding_mode=None):
        quotient = ops.Div.apply(self, other)
        return quotient if rounding_mode is None else getattr(quotient, rounding_mode)()

    def __rsub__(self, other):
        return ops.Rsub.apply(other, self)

    def __rtruediv__(self, other):
        return ops.Reciprocal.apply(self) * other

    def __rfloordiv__(self, other):
        return ops.FloorDivide.apply(other, self)

    def __rmod__(self, other):
        return ops.Remainder.apply(other, self)

    def __rpow__(self, other):
        return ops.Pow.apply(other, self)

    def __eq__(self, other):
        return ops.Eq.apply(self, other) if comparable(other) else NotImplemented

    def __ne__(self, other):
        return ops.Ne.apply(self, other) if comparable(other) else NotImplemented

    def clamp(self, min=None, max=None):
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        if isinstance(min, Tensor) or isinstance(max, Tensor):
            above = self if min is None else torch.maximum(self, torch.as_tensor(min))
            return above if max is None else torch.minimum(above, torch.as_tensor(max))
        kind = dtypes.common([self.array, min or 0, max or 0])
        return ops.Clamp.apply(self._as(kind), min=min, max=max)

    def round(self, decimals=0):
        return ops.Round.apply(self, decimals=decimals)

    def square(self):
        return ops.Pow.apply(self, 2)

    def where(self, condition, other):
        return torch.where(condition, self, other)

    def masked_fill(self, mask, value):
        return torch.where(mask, value, self)

    # Many numbers to one

    def sum(self, dim=None, keepdim=False, *, dtype=None):
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

    def prod(self, dim=None, keepdim=False):
        return ops.Prod.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    def var(self, dim=None, correction=1, keepdim=False, unbiased=True):
        self._refuse_ints("var")
        total = self.sum(dim, keepdim=True)
        count = self.numel() // max(total.numel(), 1)
        squares = (self - total / max(count, 1)) ** 2
        return squares.sum(dim, keepdim) / max(count - (correction if unbiased else 0), 0)

    def std(self, dim=None, correction=1, keepdim=False, unbiased=True):
        self._refuse_ints("std")
        return self.var(dim, correction, keepdim, unbiased).sqrt()

    def norm(self, p=2, dim=None, keepdim=False):
        self._refuse_ints("linalg.vector_norm")
        if p in (2, "fro"):
            return ops.Norm.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)
        if p == math.inf:
            return self.abs().amax(dim, keepdim)
        return (self.abs() ** p).sum(dim, keepdim) ** (1 / p)

    def _refuse_ints(self, name):
        if not self.is_floating_point():
            raise RuntimeError(
                f"{name}: expected a floating point tensor, but got {self.dtype}\n"
                "  Make it one: x.float()"
            )

    def amax(self, dim=None, keepdim=False):
        return ops.Amax.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    def amin(self, dim=None, keepdim=False):
        return ops.Amin.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    def max(self, dim=None, keepdim=False):
        """The largest number; along `dim`, (values, indices); with a tensor, the larger ones."""
        return self._extreme("Max", dim, keepdim)

    def min(self, dim=None, keepdim=False):
        """The smallest number; along `dim`, (values, indices)."""
        return self._extreme("Min", dim, keepdim)

    def _extreme(self, kind, dim, keepdim):
        if isinstance(dim, Tensor):
            return getattr(ops, kind + "imum").apply(self, dim)
        if dim is None:
            self._refuse_empty(kind.lower())
            return getattr(ops, kind).apply(self, dim=None, keepdim=False)
        where = getattr(self, "arg" + kind.lower())(dim, keepdim=True)
        return self._pick(where, dim, kind, keepdim)

    def _refuse_empty(self, name, kind=RuntimeError):
        if not self.numel():
            raise kind(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                "Specify the reduction dim with the 'dim' argument."
            )

    def _pick(self, indices, dim, title, keepdim=True):
        dim = axis(dim, self.ndim)
        if not self.ndim:
            return RETURNED[title](self, indices)
        values = ops.Pick.apply(self, indices, dim=dim, title=title, keepdim=keepdim)
        return RETURNED[title](values, indices if keepdim else indices.squeeze(dim))

    def argmax(self, dim=None, keepdim=False):
        return self._where("argmax", ops.Argmax, dim, keepdim)

    def argmin(self, dim=None, keepdim=False):
        return self._where("argmin", ops.Argmin, dim, keepdim)

    def _where(self, name, op, dim, keepdim):
        if dim is None:
            self._refuse_empty(name, IndexError)
        dim = None if dim is None or not self.ndim else axis(dim, self.ndim)
        return op.apply(self, dim=dim, keepdim=keepdim)

    def all(self, dim=None, keepdim=False):
        return ops.All.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    def any(self, dim=None, keepdim=False):
        return ops.Any.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    def sort(self, dim=-1, descending=False, stable=True):
        return self._pick(self.argsort(dim, descending), dim, "Sort")

    def argsort(self, dim=-1, descending=False):
        if not descending:
            return ops.Argsort.apply(self, dim=axis(dim, self.ndim))
        last = self.size(dim) - 1  # turned round, so that equal numbers stay in their order
        return last - ops.Argsort.apply(self.flip(dim), dim=axis(dim, self.ndim)).flip(dim)

    def topk(self, k, dim=-1, largest=True):
        indices = self.argsort(dim, descending=largest)
        return self._pick(indices.narrow(dim, 0, k), dim, "Topk")

    def cumsum(self, dim):
        return ops.Cumsum.apply(self, dim=axis(dim, self.ndim))

    def softmax(self, dim):
        return ops.Softmax.apply(self, dim=axis(dim, self.ndim))

    def log_softmax(self, dim):
        return ops.LogSoftmax.apply(self, dim=axis(dim, self.ndim))

    def logsumexp(self, dim, keepdim=False):
        return ops.Logsumexp.apply(self, dim=dims(dim, self.ndim), keepdim=keepdim)

    # Products

    def matmul(self, other):
        return ops.MatMul.apply(self, other)

    def outer(self, other):
        return self.unsqueeze(1) * other

    def trace(self):
        return self.diagonal().sum()

    def allclose(self, other, rtol=1e-5, atol=1e-8, equal_nan=False):
        """Whether |self - other| <= atol + rtol * |other| everywhere."""
        near = (self - other).abs() <= atol + rtol * other.abs()
        near = (self == other) | (near & other.isfinite())
        return bool((near | (self.isnan() & other.isnan()) if equal_nan else near).all())

    def equal(self, other):
        """Whether shape and all numbers are the same."""
        return self.shape == other.shape and bool((self == other).all())

    # Views

    def reshape(self, *shape):
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
        first, last = axis(start_dim, self.ndim), axis(end_dim, self.ndim)
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        shape = self.array.shape
        if first == last and self.ndim:
            return self
        flattened = (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])
        return ops.Reshape.apply(self, shape=flattened)

    def squeeze(self, dim=None):
        some = range(self.ndim) if dim is None else dims(dim, self.ndim) or ()
        shape = tuple(n for d, n in enumerate(self.array.shape) if n != 1 or d not in some)
        return ops.Squeeze.apply(self, shape=shape, some=dim is not None)

    def unsqueeze(self, dim):
        shape = list(self.array.shape)
        shape.insert(axis(dim, self.ndim + 1), 1)
        return ops.Unsqueeze.apply(self, shape=tuple(shape))

    def permute(self, *order):
        return ops.Permute.apply(self, dims=dims(flat(order), self.ndim) or ())

    @exercise("transpose")
    def transpose(self, dim0, dim1):
        """A view with the axes dim0 and dim1 exchanged. (m, n) -> (n, m)"""
        order = list(range(self.ndim))
        order[dim0], order[dim1] = order[dim1], order[dim0]
        return torch.ops.Transpose.apply(self, dims=order)

    def movedim(self, source, destination):
        order = [d for d in range(self.ndim) if d != axis(source, self.ndim)]
        order.insert(axis(destination, self.ndim), axis(source, self.ndim))
        return self.permute(order)

    def t(self):
        if self.ndim > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D"
            )
        return ops.T.apply(self, dims=range(self.ndim)[::-1])

    T = property(lambda self: ops.Permute.apply(self, dims=tuple(range(self.ndim))[::-1]))

    @property
    def mT(self):
        if self.ndim < 2:
            raise RuntimeError(
                "tensor.mT is only supported on matrices or batches of matrices. "
                f"Got {self.ndim}-D tensor."
            )
        order = list(range(self.ndim))
        order[-2:] = order[:-3:-1]
        return ops.Transpose.apply(self, dims=order)

    def expand(self, *shape):
        shape = flat(shape)
        new = len(shape) - self.ndim
        sizes = tuple(self.array.shape[i - new] if n == -1 else n for i, n in enumerate(shape))
        if text := shapes.no_expansion(self.array.shape, shape):
            raise RuntimeError(text)
        return ops.Expand.apply(self, shape=sizes)

    def narrow(self, dim, start, length):
        dim = axis(dim, self.ndim)
        if start + length > self.array.shape[dim]:
            raise RuntimeError(
                f"start ({start}) + length ({length}) exceeds dimension size "
                f"({self.array.shape[dim]})."
            )
        return self[(slice(None),) * dim + (slice(start, start + length),)]

    def split(self, size, dim=0):
        total = self.size(dim)
        if isinstance(size, int):
            size = [min(size, total - i) for i in range(0, total, size)] or [0]
        if sum(size) != total:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {total} (input tensor's "
                f"size at dimension {dim}), but got split_sizes={list(size)}"
            )
        return tuple(self.narrow(dim, sum(size[:i]), n) for i, n in enumerate(size))

    def chunk(self, chunks, dim=0):
        return self.split(max(1, -(-self.size(dim) // chunks)), dim)

    def unbind(self, dim=0):
        dim = axis(dim, self.ndim)
        before = (slice(None),) * dim
        return tuple(ops.Select.apply(self, key=(*before, i)) for i in range(self.size(dim)))

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind())

    def __contains__(self, value):
        return bool((self == value).any())

    def diagonal(self, offset=0):
        rows, columns = self.shape[-2:]
        n = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
        i = torch.arange(n, device=self.device)
        return self[..., i + max(-offset, 0), i + max(offset, 0)]

    def __getitem__(self, key):
        basic, picked = ops.split_key(key, self)
        view = self
        if picked is None or any(k != slice(None) for k in basic):
            view = ops.Select.apply(self, key=basic)
        return view if picked is None else ops.Index.apply(view, key=picked)

    def __setitem__(self, key, value):
        basic, picked = ops.split_key(key, self)
        if isinstance(value, (np.ndarray, list)):
            value = torch.tensor(value, device=self.device)
        whole = all(k == slice(None) for k in basic) and picked is not None
        part = self if whole else ops.Select.apply(self, key=basic)
        if picked is None:
            part.copy_(value) if isinstance(value, Tensor) else part.fill_(value)
        else:
            part._become(ops.IndexPut.apply(part, value, key=picked))

    # Copies

    def clone(self):
        return ops.Clone.apply(self)

    @exercise("contiguous")
    def contiguous(self):
        """This tensor if its numbers lie row by row, else a copy in which they do."""
        return self if self.is_contiguous() else self.clone()

    def flip(self, *order):
        return ops.Flip.apply(self, dims=dims(flat(order), self.ndim))

    def roll(self, shifts, dims=None):
        return ops.Roll.apply(self, shifts=shifts, dims=dims)

    def repeat(self, *sizes):
        return ops.Repeat.apply(self, sizes=flat(sizes))

    def tril(self, diagonal=0):
        return ops.Tril.apply(self, diagonal=diagonal)

    def triu(self, diagonal=0):
        return ops.Triu.apply(self, diagonal=diagonal)

    def gather(self, dim, index):
        return ops.Gather.apply(self, index, dim=axis(dim, self.ndim))

    def nonzero(self):
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

    def type_as(self, other):
        return self._as(other.array.dtype)

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


class Picked(namedtuple("Picked", ("values", "indices"))):
    """What max, min, sort and topk choose, and where it was."""

    def __repr__(self):
        name = f"tinygrad_lessons.return_types.{type(self).__name__}"
        return f"{name}(\nvalues={self.values!r},\nindices={self.indices!r})"


RETURNED = {title: type(title.lower(), (Picked,), {}) for title in ("Max", "Min", "Sort", "Topk")}


def rebuild(cls, array, device, requires_grad, grad):
    """A tensor that was pickled or copied."""
    tensor = cls.__new__(cls)
    Tensor.__init__(tensor, device.upload(array), device, requires_grad)
    tensor._grad = grad
    return tensor


def comparable(x):
    return isinstance(x, (Tensor, bool, int, float, np.generic))


# Methods that only apply their operation.

UNARY = {
    "abs": ops.Abs, "acos": ops.Acos, "asin": ops.Asin, "atan": ops.Atan, "ceil": ops.Ceil,
    "cos": ops.Cos, "exp": ops.Exp, "expm1": ops.Expm1, "floor": ops.Floor,
    "isfinite": ops.IsFinite, "isinf": ops.IsInf, "isnan": ops.IsNan, "log": ops.Log,
    "log10": ops.Log10, "log1p": ops.Log1p, "log2": ops.Log2, "neg": ops.Neg,
    "reciprocal": ops.Reciprocal, "relu": ops.ReLU, "rsqrt": ops.Rsqrt, "sigmoid": ops.Sigmoid,
    "sign": ops.Sign, "sin": ops.Sin, "sqrt": ops.Sqrt, "tan": ops.Tan, "tanh": ops.Tanh,
    "trunc": ops.Trunc, "bitwise_not": ops.Not, "logical_not": ops.LogicalNot,
    "__neg__": ops.Neg, "__abs__": ops.Abs, "__invert__": ops.Not,
}  # fmt: skip
BINARY = {
    "mul": ops.Mul, "pow": ops.Pow, "floor_divide": ops.FloorDivide, "remainder": ops.Remainder,
    "maximum": ops.Maximum, "minimum": ops.Minimum, "eq": ops.Eq, "ne": ops.Ne, "lt": ops.Lt,
    "le": ops.Le, "gt": ops.Gt, "ge": ops.Ge,
    "logical_and": ops.LogicalAnd, "logical_or": ops.LogicalOr, "logical_xor": ops.LogicalXor,
    "bitwise_and": ops.And, "bitwise_or": ops.Or,
    "bitwise_xor": ops.Xor,
    "__add__": ops.Add, "__radd__": ops.Add, "__sub__": ops.Sub, "__mul__": ops.Mul,
    "__rmul__": ops.Mul, "__truediv__": ops.Div, "__pow__": ops.Pow, "__matmul__": ops.MatMul,
    "__floordiv__": ops.FloorDivide, "__mod__": ops.Remainder, "__lt__": ops.Lt, "__le__": ops.Le,
    "__gt__": ops.Gt, "__ge__": ops.Ge, "__and__": ops.And, "__or__": ops.Or, "__xor__": ops.Xor,
    "__rand__": ops.And, "__ror__": ops.Or, "__rxor__": ops.Xor,
}  # fmt: skip
PRODUCTS = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1)}
CASTS = "half float double byte char short int long bool".split()
IN_PLACE = """abs ceil clamp cos div exp floor log masked_fill mul neg pow reciprocal relu remainder
round rsqrt sigmoid sin sqrt sub tanh tril triu""".split()


def define(name, method):
    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    setattr(Tensor, name, method)


def product(name, ranks):
    def method(self, other):
        if (self.ndim, other.ndim) != ranks:
            raise RuntimeError(
                f"{name}: expected {ranks[0]}-D and {ranks[1]}-D tensors, "
                f"but got {self.ndim}-D and {other.ndim}-D"
            )
        return ops.MatMul.apply(self, other)

    return method


for _name, _op in UNARY.items():
    define(_name, lambda self, op=_op: op.apply(self))
for _name, _op in BINARY.items():
    define(_name, lambda self, other, op=_op: op.apply(self, other))
for _name, _ranks in PRODUCTS.items():
    define(_name, product(_name, _ranks))
for _name in CASTS:
    define(_name, lambda self, name=_name: self._as(getattr(dtypes, name).np))
for _name in IN_PLACE:

    def _in_place(self, *inputs, name=_name, **options):
        return self._become(getattr(self, name)(*inputs, **options))

    define(_name + "_", _in_place)
for _name in ("add", "sub", "mul", "div", "pow"):
    _sign = "__itruediv__" if _name == "div" else f"__i{_name}__"
    define(_sign, lambda self, other, name=_name + "_": getattr(self, name)(other))
