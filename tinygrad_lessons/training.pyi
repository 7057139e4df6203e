"""Training, as a type checker sees it."""

from collections.abc import Callable

from ._types import Batches, DeviceLike, Float, Int
from .nn import Module
from .optim import Optimizer
from .tensor import Tensor

def mean_loss(model: Module, batches: Batches, device: DeviceLike) -> Float: ...
def train_epoch(
    model: Module,
    loader: Batches,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
) -> Float: ...
def accuracy(model: Module, loader: Batches) -> Float: ...
def fit(
    model: Module,
    loader: Batches,
    test: Batches,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: Int,
) -> list[tuple[Float, Float]]: ...
