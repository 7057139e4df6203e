"""NVIDIA's GPU number 0, where CuPy computes. CuPy is imported when the device is first used."""

import functools

import numpy as np

from .base import Device

NO_CUPY = (AssertionError, "Torch not compiled with CUDA enabled")
NO_DRIVER = (RuntimeError, "Found no NVIDIA driver on your system.")
NO_GPU = (RuntimeError, "No CUDA GPUs are available")


class CUDA(Device):
    type, index = "cuda", 0

    @functools.cached_property
    def xp(self):
        missing = lacking()
        if missing:
            kind, sentence, remedy = missing
            raise kind(f"{sentence}\n  {remedy}")
        import cupy

        return cupy

    def ready(self):
        """This device. Raises where it is missing, in torch's words."""
        return self if self.xp else None

    def is_available(self):
        return not lacking()

    def put(self, array):
        # Without blocking=True the copy may still be reading `array` when the call returns.
        return self.xp.asarray(np.asarray(array), blocking=True)

    def peek(self, array):
        return self.xp.asnumpy(array)

    def synchronize(self):
        self.xp.cuda.get_current_stream().synchronize()

    def empty_cache(self):
        """Give the pool's unused memory back."""
        self.xp.get_default_memory_pool().free_all_blocks()

    def model(self):
        """What NVIDIA calls the GPU."""
        return self.xp.cuda.runtime.getDeviceProperties(self.index)["name"].decode()


@functools.cache
def lacking():
    """(exception type, torch's sentence, what mends it), or None where nothing is missing."""
    try:
        import cupy
    except Exception as error:  # not installed, or one of its libraries does not load
        return *NO_CUPY, f"CuPy: {error}. For CUDA 12: pip install 'cupy-cuda12x>=14'"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        if "NoDevice" not in str(error):
            return *NO_DRIVER, f"{error}\n  Install NVIDIA's driver; nvidia-smi shows when it works."
        count = 0
    return None if count else (*NO_GPU, "nvidia-smi lists the GPUs that the driver sees.")
