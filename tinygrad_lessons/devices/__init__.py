"""Where tensors live: the CPU, an NVIDIA GPU, and an accelerator simulated on the CPU."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from ..exercise import exercise
from .base import Array, Device, Host, Stats, check_indices, known, transfer_guard
from .cpu import cpu
from .cuda import cuda
from .sim import sim

__all__ = [
    "Array", "Device", "DeviceLike", "Host", "Stats", "available", "check_indices",
    "common", "cpu", "cuda", "device", "names", "parse", "probe", "sim", "transfer_guard",
]  # fmt: skip

DeviceLike: TypeAlias = Device | str
device = Device
for _device in (cpu, cuda, sim):
    _device.register()
names = [_device.type for _device in (cpu, cuda, sim)]


@exercise("parse-device")
def parse(text):
    """What a device's name says: "cuda:0" -> ("cuda", 0), "cpu" -> ("cpu", None).

    Raises RuntimeError for a type that is not in `torch.devices.names`, and for a bad index.
    """
    type, colon, index = text.partition(":")
    if type not in torch.devices.names:
        types = ", ".join(torch.devices.names)
        raise RuntimeError(f"Expected one of {types} device type at start of device string: {text}")
    if colon and not (index.isascii() and index.isdigit()):
        raise RuntimeError(f"Invalid device string: {text!r}")
    return type, int(index) if colon else None


@exercise("common-device")
def common(*tensors):
    """The one device that all the tensors are on. Raises RuntimeError where there are two."""
    device = tensors[0].device
    for tensor in tensors:
        if tensor.device is not device:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"{device} and {tensor.device}!\n  Move one of them: x.to({str(device)!r})"
            )
    return device


def available() -> list[Device]:
    """The devices that this machine has."""
    return [known[name] for name in names if known[name].is_available()]


def probe(device: DeviceLike) -> dict[str, Any]:
    """Run one real kernel on a device: {"device", "works", "says"}; says what, or what mends it.

    >>> probe("sim")["works"]
    True
    """
    device = Device(device)
    a = np.arange(6, dtype=np.float32).reshape(2, 3)
    try:
        product = device.peek(device.put(a) @ device.put(a.T))
        says = f"{device.about()}: a product of two matrices is "
    except Exception as error:
        return {"device": str(device), "works": False, "says": str(error)}
    works = np.array_equal(product, a @ a.T)
    return {"device": str(device), "works": works, "says": says + ("right" if works else "wrong")}
