"""`torch.optim`: optimizers, and schedules of their learning rates."""

from . import lr_scheduler
from .descent import SGD, Adam, AdamW, RMSprop
from .optimizer import CACHE, Optimizer, average, blocks, descend

__all__ = [
    "CACHE", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "average", "blocks", "descend",
    "lr_scheduler",
]  # fmt: skip
