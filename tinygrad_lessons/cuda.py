"""NVIDIA's GPU as torch.cuda names it. Where there is none, asking about it is safe."""

from .devices import cuda as gpu


def is_available():
    """Whether CuPy is there and finds a GPU."""
    return gpu.is_available()


def device_count():
    """How many GPUs this library uses: 0 or 1."""
    return int(is_available())


def current_device():
    """The index of the GPU in use. Raises where there is none."""
    return gpu.ready().index


def get_device_name(device=None):
    """What NVIDIA calls the GPU. Raises where there is none."""
    return gpu.ready().name()


def synchronize(device=None):
    """Wait until the GPU has done all that was launched on it. Raises where there is none."""
    gpu.ready().synchronize()


def memory_allocated(device=None):
    """Bytes that arrays hold on the GPU; 0 where there is none."""
    return gpu.stats.used


def max_memory_allocated(device=None):
    """The most bytes that CuPy's pool took from the GPU; 0 where there is none."""
    return gpu.stats.peak


def reset_peak_memory_stats(device=None):
    """Measure `max_memory_allocated` from here, once the cache is emptied."""
    gpu.stats.reset_peak()


def empty_cache():
    """Give the memory that no array uses back to the GPU."""
    if is_available():
        gpu.empty_cache()
