"""Datasets, as a type checker sees them."""

from pathlib import Path
from typing import Any

import numpy as np

from ._types import Bool, Int, Str
from .tensor import Tensor
from .utils.data import TensorDataset

class Images(TensorDataset):
    images: Tensor
    labels: Tensor
    classes: tuple[Str, ...]
    def __init__(self, images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> None: ...

class Digits(Images):
    def __init__(self, train: Bool | None = True, size: Int = 28) -> None: ...

class MNIST(Images):
    def __init__(self, folder: Str | Path, train: Bool = True, download: Bool = False) -> None: ...

class FashionMNIST(MNIST): ...

def read_idx(path: Str | Path) -> np.ndarray[Any, Any]: ...
