"""The accelerator, whichever it is: torch.accelerator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from . import devices
from .exercise import exercise

if TYPE_CHECKING:
    from ._types import DeviceLike
    from .devices import Device


def current_accelerator(check_available: bool = False) -> Device | None:
    """The accelerator of this machine, or None.

    It is cuda where CuPy finds a GPU; else sim, if TINYGRAD_LESSONS_ACCELERATOR=sim is set.
    """
    if devices.cuda.is_available():
        return devices.cuda
    return devices.sim if os.environ.get("TINYGRAD_LESSONS_ACCELERATOR") == "sim" else None


def is_available() -> bool:
    """Whether there is an accelerator."""
    return current_accelerator() is not None


@exercise("pick-device")
def pick():
    """The accelerator if there is one, else the CPU."""
    if torch.accelerator.is_available():
        return torch.accelerator.current_accelerator()
    return torch.device("cpu")


def device_count() -> int:
    """How many accelerators there are: 0 or 1."""
    return int(is_available())


def current_device_index() -> int:
    """The index of the accelerator in use."""
    return _accelerator().index or 0


def synchronize(device: DeviceLike | None = None) -> None:
    """Wait until the accelerator has done all that was launched on it."""
    _accelerator().synchronize()


def memory_allocated(device_index: int | None = None) -> int:
    """Bytes that arrays hold on the accelerator."""
    used: int = _accelerator().stats.used
    return used


def max_memory_allocated(device_index: int | None = None) -> int:
    """The most bytes that arrays held on the accelerator, since `reset_peak_memory_stats`."""
    peak: int = _accelerator().stats.peak
    return peak


def reset_peak_memory_stats(device_index: int | None = None) -> None:
    """Measure `max_memory_allocated` from here."""
    _accelerator().stats.reset_peak()


def empty_cache() -> None:
    """Give the memory that no array uses back to the accelerator."""
    _accelerator().empty_cache()


def _accelerator() -> Device:
    device = current_accelerator()
    if device is None:
        raise RuntimeError(
            "Cannot access accelerator device when none is available.\n"
            "  TINYGRAD_LESSONS_ACCELERATOR=sim in the environment makes the simulated one yours."
        )
    return device
