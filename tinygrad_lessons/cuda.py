"""NVIDIA's GPU as torch.cuda names it: all of it can be asked where there is none."""

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
    return gpu.ready().model()


def synchronize(device=None):
    """Wait until the GPU has done all that was launched on it. Raises where there is none."""
    gpu.ready().synchronize()


def memory_allocated(device=None):
    """Bytes that arrays hold on the GPU; 0 where there is none."""
    return gpu.stats.used


def max_memory_allocated(device=None):
    """The most bytes that arrays held on the GPU since the peak was last reset."""
    return gpu.stats.peak


def reset_peak_memory_stats(device=None):
    """Measure `max_memory_allocated` from here."""
    gpu.stats.reset()


def empty_cache():
    """Give the memory that no array uses back to the GPU; nothing to do where there is none."""
    if is_available():
        gpu.empty_cache()
