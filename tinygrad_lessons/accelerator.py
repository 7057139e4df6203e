"""The accelerator, whichever it is: torch.accelerator."""

import os

import tinygrad_lessons as torch

from . import devices
from .exercise import exercise

NONE = "Cannot access accelerator device when none is available."


def current_accelerator():
    """The accelerator of this machine, or None.

    It is cuda where CuPy finds a GPU, else sim if TINYGRAD_LESSONS_ACCELERATOR=sim says so.
    """
    if devices.cuda.is_available():
        return devices.cuda
    return devices.sim if os.environ.get("TINYGRAD_LESSONS_ACCELERATOR") == "sim" else None


def is_available():
    """Whether there is an accelerator."""
    return current_accelerator() is not None


@exercise("pick-device")
def pick():
    """The accelerator if there is one, else the CPU."""
    return torch.accelerator.current_accelerator() or torch.device("cpu")


def device_count():
    """How many accelerators there are."""
    return int(is_available())


def current_device_index():
    """The index of the accelerator in use. Raises RuntimeError where there is none."""
    return _accelerator().index or 0


def synchronize(device=None):
    """Wait until the accelerator has done all that was launched on it."""
    _accelerator().synchronize()


def memory_allocated(device=None):
    """Bytes that arrays hold on the accelerator."""
    return _accelerator().stats.used


def max_memory_allocated(device=None):
    """The most bytes that arrays held on the accelerator since its peak was last reset."""
    return _accelerator().stats.peak


def _accelerator():
    device = current_accelerator()
    if device is None:
        raise RuntimeError(NONE)
    return device
