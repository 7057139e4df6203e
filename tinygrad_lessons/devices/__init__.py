"""Where tensors live. A device is a file in this folder, found by its name."""

import importlib
import os

import numpy as np

import tinygrad_lessons as torch

from ..exercise import exercise
from .base import Device, Stats, known, transfer_guard

__all__ = [
    "Device", "Stats", "available", "common", "device", "names", "parse", "probe", "transfer_guard",
]  # fmt: skip

_files = (name.removesuffix(".py") for name in os.listdir(__path__[0]) if name.endswith(".py"))
names = sorted(set(_files) - {"__init__", "base"})
for _name in names:
    importlib.import_module(f"{__name__}.{_name}")
    globals()[_name] = known[_name]  # devices.cpu is the device, not its file

device = Device


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


def available():
    """The devices that this machine has."""
    return [known[name] for name in names if known[name].is_available()]


def probe(device):
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
