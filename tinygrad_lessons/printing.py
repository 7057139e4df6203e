"""Tensors as text, to the letter as torch prints them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import dtypes

if TYPE_CHECKING:
    from .tensor import Tensor

Numbers: TypeAlias = "np.ndarray[Any, Any]"
Form: TypeAlias = "Callable[[Any], str]"  # writes one number

EDGE, THRESHOLD, WIDTH, PRECISION = 3, 1000, 80, 4


def tensor_repr(t: Tensor) -> str:
    """`tensor([1., 2.])`, with what is not usual about it behind. Only what is shown is copied."""
    cut = t.array.size > THRESHOLD
    shown = t.device.download(edges(t.device.xp, t.array) if cut else t.array, implicit="repr()")
    numbers = lines(shown, t.array.shape, len("tensor("), cut, *formatter(shown))
    body = "tensor(" + (numbers if shown.size else "[]")
    return add_suffixes(body, list(suffixes(t)), len("tensor("))


def suffixes(t: Tensor) -> Iterator[str]:
    """What is said after the numbers."""
    empty = t.numel() == 0
    if t.device.type != "cpu":
        yield f"device='{t.device}'"
    if empty and t.ndim != 1:
        yield f"size={tuple(t.shape)}"
    usual = (dtypes.float32,) if empty else (dtypes.float32, dtypes.int64, dtypes.bool)
    if t.dtype not in usual:
        yield f"dtype={t.dtype}"
    if t.grad_fn is not None:
        yield f"grad_fn=<{t.grad_fn.name()}>"
    elif t.requires_grad:
        yield "requires_grad=True"


def add_suffixes(body: str, extra: list[str], indent: int) -> str:
    """`body`, then what is to be said after it, on a new line where it would be too long."""
    length = len(body) - body.rfind("\n") + 1
    for suffix in extra:
        width = len(suffix.replace("tinygrad_lessons", "torch"))  # lines end where torch's end
        if length + width + 2 > WIDTH:
            body += ",\n" + " " * indent + suffix
            length = indent + width
        else:
            body += ", " + suffix
            length += width + 2
    return body + ")"


def lines(
    a: Numbers, shape: tuple[int, ...], indent: int, cut: bool, form: Form, width: int
) -> str:
    """The text of an array of this `shape`, of which `a` is what is shown, if `cut` its edges.

    `indent` is how far from the left it starts.
    """
    if not shape:
        return form(a.item())
    if len(shape) == 1:
        parts = [form(x.item()) for x in a]
    else:
        parts = [lines(row, shape[1:], indent + 1, cut, form, width) for row in a]
    if cut and shape[0] > 2 * EDGE:
        parts.insert(EDGE, " ..." if len(shape) == 1 else "...")
    gap = "\n" * max(len(shape) - 1, 1) + " " * (indent + 1)
    if len(shape) > 1:
        return "[" + ("," + gap).join(parts) + "]"
    per_line = max(1, (WIDTH - indent) // (width + 2))
    full = [", ".join(parts[i : i + per_line]) for i in range(0, len(parts), per_line)]
    return "[" + ("," + gap).join(full) + "]"


def edges(xp: Any, a: Any) -> Any:
    """The numbers of an array that are shown when its middle is left out."""
    for i in range(a.ndim):
        if a.shape[i] > 2 * EDGE:
            before = (slice(None),) * i
            first, last = a[(*before, slice(EDGE))], a[(*before, slice(-EDGE, None))]
            a = xp.concatenate([first, last], i)
    return a


def formatter(a: Numbers) -> tuple[Form, int]:
    """The function that writes one number of `a`, and how wide it writes them."""
    if a.dtype.kind != "f":
        return padded(str, a)
    a = a.astype(np.float64)
    usual = a[np.isfinite(a) & (a != 0)]
    if not usual.size:
        return padded(whole, [])
    big, small = abs(usual).max(), abs(usual).min()
    if big / small > 1000 or big > 1e8 or small < 1e-4:
        return padded(lambda x: f"{x:.{PRECISION}e}", usual)
    if (usual == np.ceil(usual)).all():
        return padded(whole, usual)
    return padded(lambda x: f"{x:.{PRECISION}f}", usual)


def whole(x: float) -> str:
    """3.0 -> '3.'"""
    return f"{x:.0f}" + ("." if math.isfinite(x) else "")


def padded(form: Form, values: Any) -> tuple[Form, int]:
    """`form`, filled from the left to the width of the longest of `values`, and that width."""
    width = max((len(form(x.item())) for x in np.ravel(values)), default=1)
    return lambda x: form(x).rjust(width), width
