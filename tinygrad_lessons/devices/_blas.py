"""What NumPy's wheel holds and does not show: its BLAS. And what makes glibc keep freed memory."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .base import Array

NAMES: dict[str, Any] = {
    "scipy_cblas_{}64_": ctypes.c_int64,  # in NumPy's wheels
    "cblas_{}64_": ctypes.c_int64,  # in others with 64-bit integers
    "cblas_{}": ctypes.c_int32,  # in conda's
}
KINDS: dict[str, tuple[str, Any]] = {"f": ("s", ctypes.c_float), "d": ("d", ctypes.c_double)}


def axpy(a: float, x: Array, y: Array) -> None:
    """y += a x, in place: in one pass over memory and on every core, by the BLAS of NumPy.

    NumPy computes products with that BLAS but offers no axpy. Where none is found, or the arrays
    are not NumPy's, of float32 or float64 and without gaps, their own operators do it.
    """
    routine = _routine("axpy", y.dtype.char)
    if routine and _alike(x, y):
        routine(y.size, a, x.ctypes.data, 1, y.ctypes.data, 1)
    else:
        y += a * x


def axpby(a: float, x: Array, b: float, y: Array) -> None:
    """y = a x + b y, in place: in one pass over memory, where `axpy` would be."""
    routine = _routine("axpby", y.dtype.char)
    if routine and _alike(x, y):
        routine(y.size, a, x.ctypes.data, 1, b, y.ctypes.data, 1)
    else:
        y *= b
        y += a * x


def keep_freed_memory() -> None:
    """Have glibc keep the memory that a step frees for the next step; elsewhere nothing happens.

    It would give blocks of this size back to the system at once. When one of nearly 32 MB has come
    and gone it keeps all that are smaller, and a training step without page faults takes 0.6 of
    the time.
    """
    np.empty(31 << 20, np.uint8)


def _alike(x: Array, y: Array) -> bool:
    """Whether they are NumPy's, lie in the same order without gaps, and `y` may be written."""
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)):
        return False
    one, other = x.flags, y.flags
    return (
        x.dtype is y.dtype
        and x.shape == y.shape
        and (one.c_contiguous and other.c_contiguous or one.f_contiguous and other.f_contiguous)
        and other.writeable
    )


@functools.cache
def _routine(name: str, kind: str) -> Callable[..., None] | None:
    """The BLAS's routine for arrays of dtype.char `kind`, or None where no known name finds it."""
    letter, number = KINDS.get(kind, ("", None))
    library = ctypes.CDLL(vars(np)["_core"]._multiarray_umath.__file__)  # private, on purpose
    for pattern, integer in NAMES.items():
        routine: Any = getattr(library, pattern.format(letter + name), None)
        if number and routine:
            scale = (number,) if name == "axpby" else ()
            array = (ctypes.c_void_p, integer)
            routine.argtypes = (integer, number, *array, *scale, *array)
            routine.restype = None
            return routine
    return None
