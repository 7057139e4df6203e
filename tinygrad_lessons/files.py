"""Tensors in files: torch.save and torch.load. A file holds numbers and text, never code."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np

from . import devices
from .tensor import Tensor

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

    from ._types import DeviceLike

CONTENTS = "contents.json"


def save(obj: Any, f: str | Path | IO[bytes]) -> None:
    """Write tensors to a file, as `load` reads them: one, or lists and dicts of them.

    Numbers, text, None, lists, tuples and dicts are kept: all that a state_dict() holds.
    TypeError for anything else, before the file is touched.

    >>> import io
    >>> import tinygrad_lessons as torch
    >>> file = io.BytesIO()
    >>> save({"weight": torch.ones(2), "epoch": 3}, file)
    >>> load(file)
    {'weight': tensor([1., 1.]), 'epoch': 3}
    """
    import json
    import zipfile  # slow to import, and hardly ever needed

    tensors: list[Tensor] = []
    contents = json.dumps(packed(obj, tensors))
    with zipfile.ZipFile(f, "w") as archive:
        archive.writestr(CONTENTS, contents)
        for i, x in enumerate(tensors):
            with archive.open(f"{i}.npy", "w", force_zip64=True) as part:
                host = np.ascontiguousarray(x.device.download(x.array)).reshape(x.shape)
                np.lib.format.write_array(part, host, allow_pickle=False)


def load(
    f: str | Path | IO[bytes],
    map_location: DeviceLike | None = None,
    *,
    weights_only: bool = True,
) -> Any:
    """What `save` wrote; its tensors are on the device that they were on, or on `map_location`.

    No code in a file is ever run, whatever weights_only says. RuntimeError for other files.
    """
    import json
    import zipfile

    try:
        archive = zipfile.ZipFile(f)
        contents = json.loads(archive.read(CONTENTS))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise RuntimeError(
            "load(): this file was not written by tinygrad_lessons.save\n"
            "  Of PyTorch's files, save the numbers there: numpy.savez(path, **arrays)."
        ) from None
    with archive:
        return unpacked(contents, archive, map_location)


def packed(obj: Any, tensors: list[Tensor]) -> Any:
    """`obj` as JSON has it. Tensors are put into the list, and their place in it stands here."""
    if obj is None or type(obj) in (bool, int, float, str):
        return obj
    if isinstance(obj, Tensor):
        tensors.append(obj)
        return {"tensor": len(tensors) - 1, "device": str(obj.device), "grad": obj.requires_grad}
    if isinstance(obj, dict):
        return {"dict": [[packed(key, tensors), packed(obj[key], tensors)] for key in obj]}
    if isinstance(obj, (list, tuple)):
        kind = "tuple" if isinstance(obj, tuple) else "list"
        return {kind: [packed(x, tensors) for x in obj]}
    raise TypeError(
        f"save(): a {type(obj).__name__} can't be saved, only tensors, numbers, text, lists, "
        "tuples and dicts\n  Of a model, save model.state_dict()."
    )


def unpacked(part: Any, archive: zipfile.ZipFile, place: DeviceLike | None) -> Any:
    """What `packed` made of an object, as that object."""

    def again(parts: list[Any]) -> list[Any]:
        return [unpacked(x, archive, place) for x in parts]

    if not isinstance(part, dict):
        return part
    if "dict" in part:
        return dict(map(again, part["dict"]))
    if "list" in part or "tuple" in part:
        return again(part["list"]) if "list" in part else tuple(again(part["tuple"]))
    device = devices.device(place or part["device"])
    with archive.open(f"{part['tensor']}.npy") as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
    return Tensor(device.upload(array), device, part["grad"])
