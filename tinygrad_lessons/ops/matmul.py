"""Products of vectors, matrices and batches of matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import dtypes, shapes
from ..autograd import NUMBERS, Function
from ..exercise import exercise

if TYPE_CHECKING:
    from .._types import Array

TITLES = {(1, 1): "Dot", (2, 1): "Mv", (2, 2): "Mm", (1, 2): "Squeeze"}
CPP = {"float32": "float", "float64": "double", "int64": "long int", "float16": "c10::Half"}


class MatMul(Function):
    keeps = "others"

    def forward(self, a: Array, b: Array) -> Array:
        if type(b) in NUMBERS:
            kind = type(b).__name__
            raise TypeError(f"unsupported operand type(s) for @: 'Tensor' and '{kind}'")
        if a.dtype != b.dtype:
            raise RuntimeError(
                "expected m1 and m2 to have the same dtype, but got: "
                f"{CPP.get(a.dtype.name, a.dtype.name)} != {CPP.get(b.dtype.name, b.dtype.name)}"
            )
        ranks = a.ndim, b.ndim
        self.title, self.variant = TITLES.get(ranks, "UnsafeView"), 4 if ranks == (1, 2) else 0
        return a @ b

    @exercise("MatMul-backward")
    def backward(self, g):
        """(da, db) for out = a @ b, from g = dout. Vectors and batches, too."""
        a, b = self.inputs
        if b.ndim == 1:
            g, b = g[..., None], b[:, None]
        if a.ndim == 1:
            g, a = g[..., None, :], a[None, :]
        for_a = g @ b.swapaxes(-1, -2)
        for_b = a.swapaxes(-1, -2) @ g
        return for_a, for_b[..., 0] if self.inputs[1].ndim == 1 else for_b

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        return RuntimeError(mismatch(arrays[0].shape, arrays[1].shape) or str(error))


RANKS = {"mm": (2, 2), "mv": (2, 1), "dot": (1, 1), "bmm": (3, 3)}


def other_ranks(name: str, a: int, b: int) -> str:
    """Say in torch's words that `name` doesn't multiply operands with `a` and `b` axes."""
    return {
        "mm": f"{'mat2' if a == 2 else 'self'} must be a matrix",
        "mv": f"vector + matrix @ vector expected, got 1, {a}, {b}",
        "dot": f"1D tensors expected, but got {a}D and {b}D tensors",
        "bmm": f"batch{2 if a == 3 else 1} must be a 3D tensor",
    }[name] + "\n  x @ y takes vectors, matrices and batches."


def mismatch(a: Sequence[int], b: Sequence[int]) -> str | None:
    """Say in torch's words why two shapes can't be multiplied."""
    if not a or not b:
        ranks = f"{len(a)}D and {len(b)}D"
        return f"both arguments to matmul need to be at least 1D, but they are {ranks}"
    if len(a) == len(b) == 1:
        return (
            f"inconsistent tensor size, expected tensor {list(a)} and src {list(b)} to have the "
            f"same number of elements, but got {a[0]} and {b[0]} elements respectively"
        )
    if len(b) == 1:
        return f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[-1]}), vec ({b[0]})"
    if len(b) == 2:
        rows = math.prod(a[:-1])
        return f"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {b[0]}x{b[1]})"
    batch = shapes.mismatch(a[:-2], b[:-2])
    if batch is None:
        size = math.prod(shapes.broadcast_shapes(a[:-2], b[:-2]))
        return (
            f"Expected size for first two dimensions of batch2 tensor to be: {[size, a[-1]]} "
            f"but got: {[size, b[-2]]}."
        )
    return batch


class Linear(Function):
    """x @ weight.T + bias as one operation: (..., in), (out, in), (out,) or None -> (..., out)"""

    keeps = "others"

    def forward(self, x: Array, weight: Array, bias: Array | None) -> Array:
        if x.dtype != weight.dtype:
            a, b = (dtypes.of(array).legacy for array in (x, weight))
            raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {a} and {b}")
        self.title = "Mm" if bias is None else "Addmm"
        rows = as_rows(x)
        out = (weight @ rows.T).T  # BLAS is quicker this way about
        if bias is not None:
            out += bias
        return out if x.ndim == 2 else out.reshape(*x.shape[:-1], len(weight))

    def backward(self, g: Array) -> Any:
        x, weight, bias = self.inputs
        g2, rows = as_rows(g), as_rows(x)
        for_x = (weight.T @ g2.T).T.reshape(x.shape) if self.needs(0) else None
        product = self.xp.dot if len(g2) == 1 else self.xp.matmul  # matmul is slow there
        return for_x, product(g2.T, rows), g2.sum(axis=0) if self.needs(2) else None

    def reads(self, i: int) -> bool:
        return i < 2 and self.needs(1 - i)

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        x, weight = (a.shape for a in arrays[:2])
        return RuntimeError(mismatch(x, weight[::-1]))


def as_rows(x: Array) -> Array:
    """(..., n) -> (rows, n)"""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
