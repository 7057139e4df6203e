"""The numbers that tensors hold, and what becomes of two kinds that meet."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from ._types import Array, DTypeLike, Number
    from .tensor import Tensor

Kind: TypeAlias = "np.dtype[Any]"


class dtype:
    """A kind of number: `torch.float32`. `np` is what NumPy calls it."""

    __slots__ = ("name", "legacy", "np", "is_floating_point", "itemsize")

    def __init__(self, name: str, legacy: str) -> None:
        self.name, self.legacy = name, legacy
        self.np: Kind = np.dtype(name)
        self.is_floating_point, self.itemsize = self.np.kind == "f", self.np.itemsize

    def __repr__(self) -> str:
        return f"tinygrad_lessons.{self.name}"

    def __reduce__(self) -> str:
        return self.name


# With what torch calls a tensor of this kind in older messages.
half = float16 = dtype("float16", "Half")
float = float32 = dtype("float32", "Float")
double = float64 = dtype("float64", "Double")
uint8, int8 = dtype("uint8", "Byte"), dtype("int8", "Char")
int16 = dtype("int16", "Short")
int = int32 = dtype("int32", "Int")
long = int64 = dtype("int64", "Long")
bool = dtype("bool", "Bool")

ALL = (float16, float32, float64, uint8, int8, int16, int32, int64, bool)
RANK = {"b": 0, "u": 1, "i": 1, "f": 2}
_known = {kind.np: kind for kind in ALL}
_of_numbers = {builtins.bool: bool.np, builtins.int: int64.np, builtins.float: float32.np}


def of(array: Array) -> dtype:
    """The dtype of an array. Raises TypeError for kinds that tensors don't hold."""
    if array.dtype not in _known:
        names = ", ".join(kind.name for kind in ALL)
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. "
            f"The only supported types are: {names}."
        )
    return _known[array.dtype]


def resolve(kind: DTypeLike | None, default: Kind | None = None) -> Any:
    """What NumPy calls `kind`, which is one of ours, or Python's bool, int or float, or None."""
    if kind is None:
        return default
    if isinstance(kind, dtype):
        return kind.np
    if kind in _of_numbers:
        return np.dtype(kind)  # as in torch, Python's float asks for float64
    raise TypeError(f"dtype must be a tinygrad_lessons.dtype, not {kind!r}")


def of_kind(kind: Kind) -> dtype:
    """Our dtype of NumPy's `kind`."""
    return _known[kind]


def named(name: str) -> dtype:
    """The dtype that torch.FloatTensor and the like are named after."""
    for kind in ALL:
        if name == f"torch.{kind.legacy}Tensor":
            return kind
    raise ValueError(f"invalid type: '{name}'")


def promote(a: Kind, b: Kind) -> Kind:
    """The NumPy kind that holds both: of an integer and a float the float, as it is."""
    if (a.kind == "f") != (b.kind == "f"):
        return a if a.kind == "f" else b
    return np.promote_types(a, b)


def common(operands: Iterable[Any]) -> Kind:
    """The NumPy kind in which an operation on arrays and numbers computes.

    Arrays with axes decide; 0-d arrays, then numbers, only where they rank higher than these.
    """
    groups: list[list[Kind]] = [[], [], []]
    for x in operands:
        kind = getattr(x, "dtype", None) or _of_numbers[type(x)]
        groups[2 if type(x) in _of_numbers else 0 if x.ndim else 1].append(kind)
    best, *others = [reduce(promote, group) for group in groups if group]
    for kind in others:
        if RANK[kind.kind] > RANK[best.kind]:
            best = promote(best, kind)
    return best


def joined(data: Any) -> dtype | None:
    """The dtype that holds nested lists of numbers, NumPy's among them; None if there are others.

    NumPy's numbers bring the dtype that they have, Python's float brings float32.
    """
    if isinstance(data, (list, tuple)):
        parts: Any = {joined(x) for x in data}
        return None if None in parts or not parts else reduce(promote_types, parts)
    kind: Any = getattr(data, "dtype", None) or _of_numbers.get(type(data))
    return _known.get(kind)


def result_type(*operands: Tensor | Number) -> dtype:
    """The dtype of the sum of tensors and numbers; a number never widens a tensor of its kind.

    >>> import tinygrad_lessons as torch
    >>> result_type(torch.tensor([1, 2]), 1.5), result_type(torch.ones(2).half(), 1.5)
    (tinygrad_lessons.float32, tinygrad_lessons.float16)
    """
    plain = [x.item() if isinstance(x, np.generic) else x for x in operands]
    return _known[common([getattr(x, "array", x) for x in plain])]


def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest dtype that both can become."""
    return _known[promote(a.np, b.np)]


def can_cast(a: dtype, b: dtype) -> builtins.bool:
    """Whether numbers of dtype `a` may be written into a tensor of dtype `b`."""
    return RANK[a.np.kind] <= RANK[b.np.kind]
