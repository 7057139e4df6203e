"""The host itself, where NumPy computes: nothing crosses, nothing is counted."""

import ctypes
import functools

import numpy as np

from .base import Device

AXPY = {  # of NumPy's wheels, of others with 64-bit integers, of conda's
    "scipy_cblas_{}axpy64_": ctypes.c_int64,
    "cblas_{}axpy64_": ctypes.c_int64,
    "cblas_{}axpy": ctypes.c_int32,
}
KINDS = {"f": ("s", ctypes.c_float), "d": ("d", ctypes.c_double)}

# Freed memory is kept for the next step. glibc would give a block of this size back to the system
# at once, learns from it to keep smaller ones, and a training step without page faults takes 0.6
# of the time.
np.empty(31 << 20, np.uint8)


class CPU(Device):
    type = "cpu"
    xp = np

    def upload(self, array, implicit=""):
        return array

    def download(self, array, implicit=""):
        return array

    def put(self, array):
        return array

    def peek(self, array):
        return array.copy()

    def axpy(self, a, x, y):
        """By the BLAS that NumPy computes products with: one pass over memory, on every core."""
        routine = blas_axpy(y.dtype.char)
        if routine and alike(x, y):
            routine(y.size, a, x.ctypes.data, 1, y.ctypes.data, 1)
        else:
            y += a * x


def alike(x, y):
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
def blas_axpy(kind):
    """axpy for arrays of dtype.char `kind`, or None where NumPy's BLAS has it by no known name."""
    letter, number = KINDS.get(kind, ("", None))
    library = ctypes.CDLL(np._core._multiarray_umath.__file__)
    for name, integer in AXPY.items():
        if number and (routine := getattr(library, name.format(letter), None)):
            array = (ctypes.c_void_p, integer)
            routine.argtypes, routine.restype = (integer, number, *array, *array), None
            return routine
    return None
