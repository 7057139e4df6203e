"""One memory, two names: between tensors and NumPy's arrays."""

import numpy as np

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .exercise import exercise


@exercise("from-numpy")
def from_numpy(array):
    """A tensor in the memory of a NumPy array: a change of one is a change of both."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    if any(stride < 0 for stride in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array with array.copy().)"
        )
    if not array.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. "
            "Conversion between byte orders is currently not supported."
        )
    torch.dtypes.of(array)  # TypeError for what is no array of numbers
    return torch.Tensor(array.view(np.ndarray), torch.device("cpu"))


@exercise("as-tensor")
def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor, in the same memory where dtype and device allow it."""
    if isinstance(data, torch.Tensor):
        return data.to(device, dtype)
    if isinstance(data, np.ndarray):
        return torch.from_numpy(data).to(device, dtype)
    return torch.tensor(data, dtype=dtype, device=device)


@exercise("shares-memory")
def shares_memory(a, b):
    """Whether a number of tensor `a` lies where one of tensor `b` does."""
    return a.device is b.device and bool(a.device.xp.shares_memory(a.array, b.array))


@exercise("to-host")
def to_host(t):
    """Any tensor as a NumPy array, wherever it is and whether or not it requires grad."""
    return t.detach().cpu().numpy()
