"""What training does to gradients between `backward` and `step`."""

import tinygrad_lessons as torch
from tinygrad_lessons.exercise import exercise


@exercise("clip-norm")
def clip_grad_norm_(parameters, limit):
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
