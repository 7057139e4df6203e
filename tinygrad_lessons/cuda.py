"""NVIDIA's GPU as torch.cuda names it. Where there is none, asking about it is safe."""

from __future__ import annotations

from .devices import DeviceLike
from .devices import cuda as gpu


def is_available() -> bool:
    """Whether CuPy is there and finds a GPU."""
    return gpu.is_available()


def device_count() -> int:
    """How many GPUs this library uses: 0 or 1."""
    return int(is_available())


def current_device() -> int:
    """The index of the GPU in use. Raises where there is none."""
    return gpu.ready().index or 0


def get_device_name(device: DeviceLike | None = None) -> str:
    """What NVIDIA calls the GPU. Raises where there is none."""
    return gpu.ready().name()


def synchronize(device: DeviceLike | None = None) -> None:
    """Wait until the GPU has done all that was launched on it. Raises where there is none."""
    gpu.ready().synchronize()


def memory_allocated(device: DeviceLike | None = None) -> int:
    """Bytes that arrays hold on the GPU; 0 where there is none."""
    used: int = gpu.stats.used
    return used


def max_memory_allocated(device: DeviceLike | None = None) -> int:
    """The most bytes that CuPy's pool took from the GPU; 0 where there is none."""
    peak: int = gpu.stats.peak
    return peak


def reset_peak_memory_stats(device: DeviceLike | None = None) -> None:
    """Measure `max_memory_allocated` from here, once the cache is emptied."""
    gpu.stats.reset_peak()


def empty_cache() -> None:
    """Give the memory that no array uses back to the GPU."""
    if is_available():
        gpu.empty_cache()
