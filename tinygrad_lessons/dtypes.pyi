"""Kinds of numbers, as a type checker sees them."""

from typing import Any

import numpy as np

from ._types import Bool, DType, Int, Number, Str
from .tensor import Tensor

class dtype:
    name: Str
    np: np.dtype[Any]
    is_floating_point: Bool
    itemsize: Int
    def __init__(self, name: Str, legacy: Str) -> None: ...
    def __repr__(self) -> Str: ...
    def __reduce__(self) -> Any: ...

def result_type(*operands: Tensor | Number) -> DType: ...
def promote_types(a: DType, b: DType) -> DType: ...
def can_cast(a: DType, b: DType) -> Bool: ...

half: dtype
float16: dtype
float: dtype
float32: dtype
double: dtype
float64: dtype
uint8: dtype
int8: dtype
int16: dtype
int: dtype
int32: dtype
long: dtype
int64: dtype
bool: dtype
