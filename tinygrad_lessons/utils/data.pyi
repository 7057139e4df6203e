"""Batches, as a type checker sees them."""

from collections.abc import Iterator
from typing import Any

from .._types import Bool, Int
from ..random import Generator
from ..tensor import Tensor

class Dataset:
    def __getitem__(self, index: Any) -> Any: ...

class TensorDataset(Dataset):
    tensors: tuple[Tensor, ...]
    def __init__(self, *tensors: Tensor) -> None: ...
    def __getitem__(self, index: Any) -> tuple[Tensor, ...]: ...
    def __len__(self) -> Int: ...

def default_collate(samples: Any) -> Any: ...

class DataLoader:
    def __init__(
        self,
        dataset: Any,
        batch_size: Int = 1,
        shuffle: Bool = False,
        *,
        collate_fn: Any = None,
        drop_last: Bool = False,
        generator: Generator | None = None,
    ) -> None: ...
    def __len__(self) -> Int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def fetch(self, indices: Tensor) -> Any: ...
