"""Optimizers, as a type checker sees them."""

from collections.abc import Iterator
from typing import Any

from ._types import Float, Str
from .tensor import Tensor

class Optimizer:
    param_groups: list[dict[Str, Any]]
    state: dict[Tensor, dict[Str, Any]]
    def __init__(self, params: Any, **defaults: Any) -> None: ...
    def zero_grad(self) -> None: ...
    def due(self) -> Iterator[tuple[Tensor, dict[Str, Any], dict[Str, Any]]]: ...
    def step(self) -> None: ...

class SGD(Optimizer):
    def __init__(
        self, params: Any, lr: Float = 0.001, momentum: Float = 0.0, weight_decay: Float = 0.0
    ) -> None: ...
    def step(self) -> None: ...

class Adam(Optimizer):
    def __init__(
        self,
        params: Any,
        lr: Float = 0.001,
        betas: tuple[Float, Float] = (0.9, 0.999),
        eps: Float = 1e-08,
        weight_decay: Float = 0.0,
    ) -> None: ...
    def step(self) -> None: ...

class AdamW(Adam):
    def __init__(
        self,
        params: Any,
        lr: Float = 0.001,
        betas: tuple[Float, Float] = (0.9, 0.999),
        eps: Float = 1e-08,
        weight_decay: Float = 0.01,
    ) -> None: ...
