"""New tensors, as a type checker sees them."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

from ._types import Bool, Data, DeviceLike, DType, DTypeLike, Int, Number
from .tensor import Tensor

def infer_dtype(data: Data) -> DType: ...
def tensor(
    data: Data,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def zeros(
    *size: Int | Sequence[Int],
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def ones(
    *size: Int | Sequence[Int],
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def empty(
    *size: Int | Sequence[Int],
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def full(
    size: Sequence[Int],
    value: Number,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def eye(
    n: Int,
    m: Int | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def linspace(
    start: Number,
    end: Number,
    steps: Int,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def arange(
    start: Number,
    end: Number | None = None,
    step: Number = 1,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
) -> Tensor: ...
def ones_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def rand_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def randn_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def zeros_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def empty_like(
    x: Tensor, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
def full_like(
    x: Tensor, value: Number, *, dtype: DTypeLike | None = None, device: DeviceLike | None = None
) -> Tensor: ...
@overload
def where(condition: Tensor) -> tuple[Tensor, ...]: ...
@overload
def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number) -> Tensor: ...
def cat(tensors: Iterable[Tensor], dim: Int = 0) -> Tensor: ...
def stack(tensors: Iterable[Tensor], dim: Int = 0) -> Tensor: ...
def diag(input: Tensor, diagonal: Int = 0) -> Tensor: ...
def is_tensor(x: Any) -> Bool: ...
