"""Random numbers, as a type checker sees them."""

from collections.abc import Sequence

from ._types import Bool, DeviceLike, DTypeLike, Int
from .tensor import Tensor

class Generator:
    def __init__(self, device: DeviceLike | None = "cpu") -> None: ...
    def manual_seed(self, seed: Int | None) -> Generator: ...
    def initial_seed(self) -> Int | None: ...

def manual_seed(seed: Int | None) -> Generator: ...
def rand(
    *size: Int | Sequence[Int],
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
    generator: Generator | None = None,
) -> Tensor: ...
def randn(
    *size: Int | Sequence[Int],
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: Bool = False,
    generator: Generator | None = None,
) -> Tensor: ...
def randint(
    low: Int,
    high: Int | Sequence[Int] | None = None,
    size: Sequence[Int] | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    generator: Generator | None = None,
) -> Tensor: ...
def randperm(
    n: Int, *, device: DeviceLike | None = None, generator: Generator | None = None
) -> Tensor: ...
