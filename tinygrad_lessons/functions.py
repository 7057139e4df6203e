"""Operations as functions: torch.add(x, y, out=z) is x.add(y), written into z."""

import tinygrad_lessons as torch

from . import ops, shapes
from .tensor import BINARY, PRODUCTS, UNARY, Tensor

COMPUTED = """add all amax amin any argmax argmin argsort bitwise_not clamp cumsum div flip gather
log_softmax logical_and logical_not logical_or logical_xor logsumexp masked_fill matmul max mean min
norm outer prod roll round softmax sort square std sub sum topk tril triu var"""
OTHERS = """allclose chunk clone diagonal equal flatten is_floating_point movedim narrow nonzero
numel permute reshape split squeeze t trace transpose unbind unsqueeze"""
SHORT = {"absolute": "abs", "multiply": "mul", "subtract": "sub", "divide": "div",
         "true_divide": "div", "negative": "neg", "clip": "clamp", "greater": "gt", "less": "lt", "swapaxes": "transpose"}  # fmt: skip


def define(name, method, with_out):
    """The function that calls the method, looked up at each call: it may be a student's."""

    def function(input, *inputs, **options):
        if not isinstance(input, Tensor):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, "
                f"not {type(input).__name__}"
            )
        return getattr(input, method)(*inputs, **options)

    def function_with_out(input, *inputs, out=None, **options):
        result = function(input, *inputs, **options)
        return result if out is None else into(out, result, name)

    chosen = function_with_out if with_out else function
    chosen.__name__ = chosen.__qualname__ = name
    chosen.__doc__ = getattr(Tensor, method).__doc__
    globals()[name] = chosen


def into(out, result, name):
    """Write `result` into the tensor `out`, and return that."""
    if torch.is_grad_enabled() and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    written = torch.write_out(result, out)
    out._wrote()
    return written


for _name in (*COMPUTED.split(), *BINARY, *UNARY, *PRODUCTS):
    if not _name.startswith("_"):
        define(_name, _name, True)
for _name in OTHERS.split():
    define(_name, _name, False)
for _name, _method in SHORT.items():
    define(_name, _method, _name != "swapaxes")


def rsub(input, other):
    """other - input"""
    return other - input


def where(condition, input=None, other=None):
    """`input` where the condition is true, else `other`; without them, where it is true."""
    if input is None:
        return condition.nonzero().unbind(1)
    return ops.Where.apply(condition, input, other)


def cat(tensors, dim=0):
    """The tensors behind each other along `dim`."""
    tensors = tuple(tensors)
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    dim = shapes.axis(dim, tensors[0].ndim)
    first = tensors[0].shape
    for i, x in enumerate(tensors):
        if x.ndim != len(first) or any(
            n != m for d, (n, m) in enumerate(zip(x.shape, first, strict=True)) if d != dim
        ):
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. "
                f"Got {tuple(first)} and {tuple(x.shape)} for tensor number {i} in the list."
            )
    return ops.Cat.apply(*tensors, dim=dim)


def stack(tensors, dim=0):
    """The tensors, all of one shape, along a new axis."""
    tensors = tuple(tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, x in enumerate(tensors):
        if x.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} "
                f"at entry 0 and {list(x.shape)} at entry {i}"
            )
    return ops.Stack.apply(*tensors, dim=shapes.axis(dim, tensors[0].ndim + 1))


def diag(input, diagonal=0):
    """A matrix's diagonal, or the matrix with the vector `input` as its diagonal."""
    if input.ndim == 2:
        return input.diagonal(diagonal)
    n = len(input) + abs(diagonal)
    matrix = torch.zeros(n, n, dtype=input.dtype, device=input.device)
    i = torch.arange(len(input), device=input.device)
    matrix[i + max(-diagonal, 0), i + max(diagonal, 0)] = input
    return matrix


def is_tensor(x):
    """Whether `x` is a tensor."""
    return isinstance(x, Tensor)
