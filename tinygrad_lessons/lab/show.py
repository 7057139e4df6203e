"""Values as text: small matrices as grids, long ones around the place where they differ."""

import re
from textwrap import shorten

import numpy as np

from .compare import Number, Raised, Sequence, Tensor, Text, Transfers, near

SIDE = 6  # numbers shown of a row, and rows of a matrix
LINES = 12  # shown of a text
MORE = "\N{HORIZONTAL ELLIPSIS}"


def show(x, at=None):
    """A value in a line or more: of an array the numbers around the index `at`, and its kind."""
    if isinstance(x, Tensor):
        return f"{show(x.array, at)} on {x.device}"
    if isinstance(x, np.ndarray):
        return _array(x, at)
    if isinstance(x, Raised):
        text = shorten(sentences(x.text), 160, placeholder=f" {MORE}")
        return ": ".join(filter(None, ("an exception" if x.any else x.type, text)))
    if isinstance(x, Sequence):
        return _sequence(x, at)
    if isinstance(x, Number):
        return str(x)
    if isinstance(x, Transfers):
        return f"copies: {x.up} to the device, {x.down} back"
    return _text(x)


def where(want, got):
    """The index of the first difference of two arrays, or items; None where there is none."""
    if isinstance(want, Sequence) and isinstance(got, Sequence):
        pairs = enumerate(zip(want.items, got.items, strict=False))
        return next((i for i, (a, b) in pairs if show(a) != show(b)), None)
    a, b = (x.array if isinstance(x, Tensor) else x for x in (want, got))
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or a.shape != b.shape:
        return None
    places = np.argwhere(~near(a, b))
    return tuple(int(i) for i in places[0]) if len(places) else None


def sentences(text):
    """A message of some lines in one: a line without a stop gets one."""
    lines = [line.strip() for line in str(text).strip().splitlines() if line.strip()]
    return " ".join(re.sub(r"(?<=[^.:;,!?])$", ".", line) for line in lines[:-1]) + (
        f" {lines[-1]}" if lines[1:] else "".join(lines)
    )


def _array(x, at):
    about = f"{x.dtype}, shape {x.shape}"
    if not x.size:
        return f"no numbers, {about}"
    at = at if at and len(at) == x.ndim else (0,) * x.ndim
    before = ", ".join(map(str, at[:-2]))
    part = x[at[:-2]] if x.ndim > 2 else x
    rows = _grid(np.atleast_2d(part), at[-2:] if part.ndim == 2 else (0, *at[-1:], 0)[:2])
    if len(rows) == 1:
        inner = f"[{rows[0]}]" if x.ndim == 1 else f"[[{rows[0]}]]" if x.ndim == 2 else rows[0]
        return f"{inner} {about}" if x.ndim < 3 else f"[{before}]: {inner} {about}"
    head = [f"[{before}]:"] if before else []
    return "\n".join([*head, *rows, about])


def _grid(m, at):
    """The numbers of a matrix around `at`, a text for each row, in columns."""
    rows, cols = (_window(n, i) for n, i in zip(m.shape, at, strict=True))
    cells = [[_number(m[i, j]) for j in cols] for i in rows]
    if cells[1:]:
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        cells = [[c.rjust(w) for c, w in zip(row, widths, strict=True)] for row in cells]
    before, after = [MORE] * (cols[0] > 0), [MORE] * (cols[-1] < m.shape[1] - 1)
    gap = "  " if cells[1:] else ", "
    lines = [gap.join([*before, *row, *after]) for row in cells]
    return [*[MORE] * (rows[0] > 0), *lines, *[MORE] * (rows[-1] < m.shape[0] - 1)]


def _window(n, at):
    """The indices shown of a dimension of n, `at` among them."""
    first = max(0, min(at - SIDE // 2, n - SIDE)) if at >= SIDE else 0
    return range(first, min(n, first + SIDE))


def _number(n):
    return f"{n:.4g}" if isinstance(n, np.floating) else str(n)


def _sequence(x, at):
    if not x.items:
        return "()"
    first = max(0, at - 1) if isinstance(at, int) and at >= 4 else 0
    items = x.items[first : first + 4]
    shown = [" ".join(show(item).split()) if not isinstance(item, Text) else show(item)
             for item in items]  # fmt: skip
    shown = [*[MORE] * (first > 0), *shown, *[MORE] * (first + 4 < len(x.items))]
    return f"({', '.join(shown)}{',' if len(x.items) == 1 else ''})"


def _text(x):
    """A string in quotes, one of several lines with each in quotes; anything else as it is."""
    if not isinstance(x, Text):
        return str(x)
    if x.type != "str":
        return shorten(x.text, 160, placeholder=f" {MORE}") or _unshown(x)
    lines = x.text.splitlines() or [""]
    cut = [line if len(line) <= 120 else f"{line[:120]}{MORE}" for line in lines[:LINES]]
    return "\n".join([*map(repr, cut), *[MORE] * (len(lines) > LINES)])


def _unshown(x):
    return f"a value of type {x.type} that cannot be shown"
