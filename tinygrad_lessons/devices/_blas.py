"""What NumPy's wheel holds and does not show: its BLAS. And what makes glibc keep freed memory."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .base import Host

AXPY: dict[str, type[ctypes.c_int64] | type[ctypes.c_int32]] = {
    "scipy_cblas_{}axpy64_": ctypes.c_int64,  # in NumPy's wheels
    "cblas_{}axpy64_": ctypes.c_int64,  # in others with 64-bit integers
    "cblas_{}axpy": ctypes.c_int32,  # in conda's
}
KINDS: dict[str, tuple[str, Any]] = {"f": ("s", ctypes.c_float), "d": ("d", ctypes.c_double)}


def axpy(a: float, x: Host, y: Host) -> None:
    """y += a x, in place: in one pass over memory and on every core, by the BLAS of NumPy.

    NumPy computes products with that BLAS but offers no axpy. Where none is found, or the arrays
    are not float32 or float64 without gaps, NumPy's own operators do it in two passes.
    """
    routine = _routine(y.dtype.char)
    if routine and _alike(x, y):
        routine(y.size, a, x.ctypes.data, 1, y.ctypes.data, 1)
    else:
        y += a * x


def keep_freed_memory() -> None:
    """Have glibc keep the memory that a step frees for the next step; elsewhere nothing happens.

    It would give blocks of this size back to the system at once. When one of nearly 32 MB has come
    and gone it keeps all that are smaller, and a training step without page faults takes 0.6 of
    the time.
    """
    np.empty(31 << 20, np.uint8)


def _alike(x: Host, y: Host) -> bool:
    """Whether the arrays' numbers lie in the same order, without gaps, and `y` may be written."""
    one, other = x.flags, y.flags
    return (
        isinstance(x, np.ndarray)
        and x.dtype is y.dtype
        and x.shape == y.shape
        and (one.c_contiguous and other.c_contiguous or one.f_contiguous and other.f_contiguous)
        and other.writeable
    )


@functools.cache
def _routine(kind: str) -> Callable[..., None] | None:
    """axpy for arrays of dtype.char `kind`, or None where NumPy's BLAS has it by no known name."""
    letter, number = KINDS.get(kind, ("", None))
    library = ctypes.CDLL(np._core._multiarray_umath.__file__)
    for name, integer in AXPY.items():
        routine: Callable[..., None] | None = getattr(library, name.format(letter), None)
        if number and routine:
            array = (ctypes.c_void_p, integer)
            routine.argtypes, routine.restype = (integer, number, *array, *array), None
            return routine
    return None
