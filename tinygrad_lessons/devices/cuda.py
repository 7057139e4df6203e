"""NVIDIA's GPU number 0, where CuPy computes. CuPy is imported when the device is first used.

Products of float32 are float32's: CuPy takes the coarser TF32 only where CUPY_TF32=1 is set.
CuPy keeps freed memory in a pool, so that a training step asks the driver for none.
"""

from __future__ import annotations

import contextlib
import functools
import os
from typing import Any

import numpy as np

from .base import Array, Device, Host

NO_CUPY = AssertionError, "Torch not compiled with CUDA enabled"
NO_DRIVER = RuntimeError, "Found no NVIDIA driver on your system."
NO_GPU = RuntimeError, "No CUDA GPUs are available"


class CUDA(Device):
    """One NVIDIA GPU. An array on it is CuPy's."""

    type, index = "cuda", 0

    @functools.cached_property
    def xp(self) -> Any:
        self.ready()
        import cupy

        return cupy

    def ready(self) -> CUDA:
        """This device, or torch's error where the machine lacks it."""
        if trouble := missing():
            kind, sentence, remedy = trouble
            raise kind(f"{sentence}\n  {remedy}")
        return self

    def is_available(self) -> bool:
        return not missing()

    def put(self, array: Host) -> Array:
        # Without blocking=True the copy may still be reading `array` when the call returns.
        return self.xp.asarray(np.asarray(array), blocking=True)

    def peek(self, array: Array) -> Host:
        host: Host = self.xp.asnumpy(array)
        return host

    def linear_algebra(self) -> contextlib.AbstractContextManager[Any]:
        from cupyx import errstate

        return errstate(linalg="raise")  # CuPy's own way is inf or nan

    def synchronize(self) -> None:
        self.xp.cuda.get_current_stream().synchronize()

    def held(self) -> dict[str, int]:
        """The pool's bytes. CuPy keeps no peak: it is what the pool took from the driver."""
        if "xp" not in vars(self):
            return {}
        pool = self.xp.get_default_memory_pool()
        return {"used": pool.used_bytes(), "peak": pool.total_bytes()}

    def empty_cache(self) -> None:
        self.xp.get_default_memory_pool().free_all_blocks()

    def name(self) -> str:
        """What NVIDIA calls the GPU."""
        return str(self.xp.cuda.runtime.getDeviceProperties(self.index)["name"], "utf-8")

    def about(self) -> str:
        tf32 = "on" if os.environ.get("CUPY_TF32") == "1" else "off"
        return f"{self.name()}, {super().about()}, TF32 {tf32}"


@functools.cache
def missing() -> tuple[type[Exception], str, str] | None:
    """(exception, torch's sentence, what mends it), or None where nothing is missing."""
    try:
        import cupy
    except Exception as error:  # not installed, or one of its libraries does not load
        return *NO_CUPY, f"CuPy: {error}. For CUDA 12: pip install 'cupy-cuda12x>=14'"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        if "NoDevice" not in str(error):
            return *NO_DRIVER, f"{error}\n  Install NVIDIA's driver: nvidia-smi says when it works."
        count = 0
    return None if count else (*NO_GPU, "nvidia-smi lists the GPUs that the driver sees.")


cuda = CUDA()
