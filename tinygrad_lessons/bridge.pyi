"""The bridge to NumPy, as a type checker sees it."""

from typing import Any

import numpy as np

from ._types import Bool, Data, DeviceLike, DTypeLike
from .tensor import Tensor

def from_numpy(array: np.ndarray[Any, Any]) -> Tensor: ...
def as_tensor(
    data: Data, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def shares_memory(a: Tensor, b: Tensor) -> Bool: ...
def to_host(t: Tensor) -> np.ndarray[Any, Any]: ...
