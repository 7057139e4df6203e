"""What training does to gradients between `backward` and `step`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise

if TYPE_CHECKING:
    from ..tensor import Tensor


def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float) -> Tensor:
    """Scale all gradients in place so that, as one vector, they are no longer than `max_norm`.

    Returns their norm before, as a tensor that stays on the device: nothing waits for it.

    >>> x = torch.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x / 2).sum().backward()
    >>> clip_grad_norm_(x, max_norm=1.0), x.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    norm: Tensor = scale_gradients(parameters, max_norm)
    return norm


@exercise("clip-norm")
def scale_gradients(parameters, limit):
    """Scale all gradients in place so that, as one vector, they are no longer than `limit`.

    Returns their norm before, as a tensor that stays on the device: nothing waits for it.
    """
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = sum((g * g).sum() for g in grads) ** 0.5
    scale = (limit / (norm + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(scale)
    return norm


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Cut all numbers of the gradients to -clip_value and clip_value, in place."""
    for p in [parameters] if isinstance(parameters, torch.Tensor) else parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)
