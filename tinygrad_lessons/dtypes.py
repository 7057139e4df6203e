"""The numbers that tensors hold, and what becomes of two kinds that meet."""

from functools import reduce

import numpy as np


class dtype:
    """A kind of number: `torch.float32`. `np` is what NumPy calls it."""

    __slots__ = ("name", "np", "is_floating_point")
    is_complex = False

    def __init__(self, name):
        self.name = name
        self.np = np.dtype(name)
        self.is_floating_point = self.np.kind == "f"

    @property
    def itemsize(self):
        return self.np.itemsize

    def __repr__(self):
        return f"tinygrad_lessons.{self.name}"

    def __reduce__(self):
        return self.name


bool_ = bool
float16, float32, float64 = map(dtype, ("float16", "float32", "float64"))
uint8, int8, int16, int32, int64 = map(dtype, ("uint8", "int8", "int16", "int32", "int64"))
bool = dtype("bool")
half, float, double = float16, float32, float64
byte, char, short, int, long = uint8, int8, int16, int32, int64
all_dtypes = (float16, float32, float64, uint8, int8, int16, int32, int64, bool)

_known = {kind.np: kind for kind in all_dtypes}
_python = {bool_: bool.np, type(1): int64.np, type(1.0): float32.np}
_as_given = {bool_: bool, type(1): int64, type(1.0): float64}
_legacy = dict(zip(all_dtypes, "Half Float Double Byte Char Short Int Long Bool".split(), strict=True))


def get_default_dtype():
    """The dtype of numbers that have a point: float32."""
    return float32


def of(array):
    """The dtype of an array. Raises TypeError for kinds that tensors don't hold."""
    kind = _known.get(array.dtype)
    if kind is None:
        names = ", ".join(kind.name for kind in all_dtypes)
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. "
            f"The only supported types are: {names}."
        )
    return kind


def resolve(kind, default=None):
    """NumPy's name of `kind`: one of ours, Python's bool, int or float, NumPy's own, or None."""
    if kind is None:
        return default
    if isinstance(kind, dtype):
        return kind.np
    if kind in _as_given:
        return _as_given[kind].np
    raise TypeError(f"dtype must be a tinygrad_lessons.dtype, not {kind!r}")


def legacy_name(kind):
    """What torch's older messages call a tensor of this kind: FloatTensor."""
    return _legacy[kind] + "Tensor"


def rank(kind):
    """bool < integers < floats."""
    return "biuf".replace("u", "").index(kind.kind.replace("u", "i"))


def promote(a, b):
    """The NumPy kind that holds both: of an integer and a float the float, as it is."""
    if (a.kind == "f") != (b.kind == "f"):
        return a if a.kind == "f" else b
    return np.promote_types(a, b)


def common(operands):
    """The NumPy kind in which an operation on arrays and numbers computes.

    Arrays with dimensions decide; 0-d arrays, then numbers, only where they are of a higher rank.
    """
    best = None
    arrays = [x for x in operands if hasattr(x, "dtype")]
    numbers = [_python[type(x)] for x in operands if type(x) in _python]
    for group in ([a.dtype for a in arrays if a.ndim], [a.dtype for a in arrays if not a.ndim], numbers):
        if group:
            kind = reduce(promote, group)
            if best is None or rank(kind) > rank(best):
                best = promote(kind, best or kind)
    return best


def _operand(x):
    return x.array if hasattr(x, "array") else x


def result_type(a, b):
    """The dtype of `a + b`, for tensors and numbers."""
    return _known[common([_operand(a), _operand(b)])]


def promote_types(a, b):
    """The smallest dtype that both can become."""
    return _known[promote(a.np, b.np)]


def can_cast(a, b):
    """Whether numbers of dtype `a` may be written into a tensor of dtype `b`."""
    return rank(a.np) <= rank(b.np)
