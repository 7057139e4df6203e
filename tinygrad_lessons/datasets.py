"""Images to learn from: handwritten digits in the package, MNIST and Fashion-MNIST from files."""

from __future__ import annotations

import math
import os
import struct
import sys
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.utils.data import TensorDataset

if TYPE_CHECKING:
    from .tensor import Tensor

Path: TypeAlias = str | os.PathLike[str]
Array: TypeAlias = np.ndarray[Any, Any]

HERE = os.path.join(os.path.dirname(__file__), "data")


class Images(TensorDataset):
    """Grey images, float32 in [0, 1], (n, height, width), and their classes, int64, (n,).

    Raises ValueError for shapes that do not belong together.
    """

    classes: tuple[str, ...] = tuple("0123456789")

    def __init__(self, images: Array, labels: Array) -> None:
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise ValueError(
                f"images of shape {images.shape} and labels of shape {labels.shape} do not belong "
                "together: expected (n, height, width) and (n,)."
            )
        super().__init__(torch.tensor(images), torch.tensor(labels.astype(np.int64)))

    @property
    def images(self) -> Tensor:
        """(n, height, width), float32."""
        return self.tensors[0]

    @property
    def labels(self) -> Tensor:
        """(n,), int64."""
        return self.tensors[1]


class Digits(Images):
    """1,797 handwritten digits by 43 writers, part of the package: 8x8, scaled to `size`.

    The first 1,500 are for training, the last 297 for testing; `train=None` gives all.
    From the UCI repository: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits
    (1998), doi.org/10.24432/C50P49, licence CC BY 4.0; the copy that scikit-learn distributes.

    >>> tuple(Digits(train=False).images.shape)
    (297, 28, 28)
    """

    def __init__(self, train: bool | None = True, size: int = 28) -> None:
        images = read_idx(os.path.join(HERE, "digits-images-idx3-ubyte.gz"))
        labels = read_idx(os.path.join(HERE, "digits-labels-idx1-ubyte.gz"))
        part = {True: slice(1500), False: slice(1500, None), None: slice(None)}[train]
        enlarge = _interpolation(8, size)
        images = enlarge @ (images[part] / np.float32(16)) @ enlarge.T
        super().__init__(images, labels[part])


class MNIST(Images):
    """70,000 handwritten digits, 28x28: 60,000 to train on and 10,000 to test with.

    Read from `folder`, which holds the four IDX files, gzipped or not. With `download=True`, those
    that are missing are fetched into it first.
    """

    mirrors: tuple[str, ...] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    checksums = {  # MD5, as published with the files
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    }

    def __init__(self, folder: Path, train: bool = True, download: bool = False) -> None:
        part = "train" if train else "t10k"
        images = self._read(folder, f"{part}-images-idx3-ubyte", download)
        labels = self._read(folder, f"{part}-labels-idx1-ubyte", download)
        super().__init__(images / np.float32(255), labels)

    def _read(self, folder: Path, name: str, download: bool) -> Array:
        plain = os.path.join(folder, name)
        zipped = f"{plain}.gz"
        for path in (plain, zipped):
            if os.path.isfile(path):
                return read_idx(path)
        if not download:
            raise FileNotFoundError(
                f"There is no {name} or {name}.gz in {folder}. Put it there, or ask for "
                f"{type(self).__name__}({str(folder)!r}, download=True)."
            )
        fetch(f"{name}.gz", self.mirrors, self.checksums[f"{name}.gz"], folder)
        return read_idx(zipped)


class FashionMNIST(MNIST):
    """70,000 pictures of clothes in the form of MNIST: 60,000 to train on, 10,000 to test with."""

    classes = (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    )  # fmt: skip
    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    checksums = {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    }


def read_idx(path: Path) -> Array:
    """The array of bytes in an IDX file, gzipped or not. Raises ValueError if it is none.

    Two zero bytes, the type (8: unsigned byte), the number of dimensions, their sizes as big-endian
    four-byte numbers, then the numbers themselves.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        if content[:2] == b"\x1f\x8b":
            import gzip

            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file ({error}): fetch it again.") from None
    if content[:3] != b"\0\0\x08" or len(content) < 4 + 4 * content[3]:
        raise ValueError(f"{path} is not an IDX file of bytes: it begins with {content[:4]!r}.")
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise ValueError(
            f"{path} is damaged: its head promises {shape}, {math.prod(shape)} bytes, "
            f"and {len(content) - start} follow."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def fetch(name: str, mirrors: Iterable[str], checksum: str, folder: Path) -> None:
    """Download `name` into `folder` from the first mirror that has it: whole and right, or not."""
    from hashlib import md5

    troubles = []
    for mirror in mirrors:
        try:
            content = _download(mirror + name)
        except OSError as error:
            troubles.append(f"{mirror}{name}: {error}")
            continue
        if md5(content, usedforsecurity=False).hexdigest() == checksum:
            return _write_whole(folder, name, content)
        troubles.append(f"{mirror}{name}: not the file that was published (its checksum differs)")
    raise ConnectionError(
        f"{name} could not be downloaded.\n  " + "\n  ".join(troubles) + "\n"
        f"Put the file into {folder} yourself, or use datasets.Digits(), which needs no network."
    )


def _download(url: str) -> bytes:
    import urllib.request  # slow to import, and hardly ever needed

    with urllib.request.urlopen(url, timeout=30) as response:
        total, content = int(response.headers.get("Content-Length") or 0), bytearray()
        while piece := response.read(1 << 16):
            content += piece
            _progress(url.rpartition("/")[2], len(content), total)
    print(file=sys.stderr)
    return bytes(content)


def _progress(name: str, done: int, total: int) -> None:
    bar = "#" * (30 * done // total) if total else ""
    of = f" of {total / 1e6:.1f}" if total else ""
    print(f"\r{name} [{bar:30}] {done / 1e6:.1f}{of} MB", end="", file=sys.stderr, flush=True)


def _write_whole(folder: Path, name: str, content: bytes) -> None:
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(f"{path}.part", "wb") as part:
        part.write(content)
    os.replace(part.name, path)


def _interpolation(old: int, new: int) -> Array:
    """The matrix that interpolates `old` numbers linearly at `new` evenly spaced places."""
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    return np.maximum(0, 1 - abs(place[:, None] - np.arange(old))).astype(np.float32)
