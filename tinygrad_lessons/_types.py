"""What types are called here; for type checkers, nobody imports it at run time."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from .devices import Device
from .dtypes import dtype
from .tensor import Tensor

Bool: TypeAlias = bool
Int: TypeAlias = int
Float: TypeAlias = float
Str: TypeAlias = str
Number: TypeAlias = float  # a bool, an int or a float
Array: TypeAlias = Any  # the device's own: NumPy's, CuPy's, the simulator's
Batches: TypeAlias = Iterable[Any]
Data: TypeAlias = Number | Sequence[Any] | np.ndarray[Any, Any] | np.generic | Tensor
DeviceLike: TypeAlias = Device | Str
Dims: TypeAlias = Int | Sequence[Int] | None
DType: TypeAlias = dtype
DTypeLike: TypeAlias = dtype | type[Float] | type[Int] | type[Bool]
