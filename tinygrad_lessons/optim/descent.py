"""Optimizers: they change parameters in place, by the gradients that `backward` left in `.grad`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from ..exercise import exercise
from .optimizer import Optimizer

if TYPE_CHECKING:
    from .._types import Array


class SGD(Optimizer):
    """Stochastic gradient descent: v = momentum v + g, then p -= lr v.

    weight_decay d adds d p to each gradient, as the term d/2 |p|^2 in the loss would.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (3 * w).sum().backward()
    >>> SGD([w], lr=0.1).step()
    >>> w
    tensor([0.7000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @exercise("sgd")
    def update(self):
        """v = momentum v + g + decay p, then p -= lr v, in place; `.grad` is left as it is."""
        with torch.no_grad():
            for p, options, state in self.due():
                v = p.grad
                if options["weight_decay"]:
                    v = v + options["weight_decay"] * p
                if options["momentum"]:
                    v = v + options["momentum"] * state.get("momentum_buffer", 0)
                    state["momentum_buffer"] = v
                torch.optim.descend(p, options["lr"], v)


class Adam(Optimizer):
    """Steps of about lr, whatever the size of the gradient g.

    m and v are the running means of g and of g^2, freed from their bias towards the zeros that
    they began with; p -= lr m / (sqrt(v) + eps). Kingma and Ba (2015), arxiv.org/abs/1412.6980.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (3 * w).sum().backward()
    >>> Adam([w], lr=0.1).step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options)

    def decayed(self, w: Array, g: Array, options: dict[str, Any]) -> Array:
        """The gradient of the loss with the term decay/2 |w|^2, of arrays or of tensors."""
        return g + options["weight_decay"] * w if options["weight_decay"] else g

    @exercise("adam")
    def update(self):
        """m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, then p -= lr m' / (sqrt(v') + eps), in place.

        m' = m / (1-b1^t) and v' = v / (1-b2^t) in step t = 1, 2, ...
        """
        for p, options, state in self.due():
            if not state:
                state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
            state["step"] += 1
            lr, (b1, b2), eps = options["lr"], options["betas"], options["eps"]
            # m' = m / for_m, sqrt(v') = sqrt(v) / for_v; the fraction below is expanded by for_v
            for_m, for_v = 1 - b1 ** state["step"], (1 - b2 ** state["step"]) ** 0.5
            for w, g, m, v in torch.optim.blocks(p, p.grad, state["m"], state["v"]):
                g = self.decayed(w, g, options)
                torch.optim.average(m, b1, g)  # m = b1 m + (1 - b1) g
                torch.optim.average(v, b2, g * g)
                w -= lr * for_v / for_m * m / (v**0.5 + eps * for_v)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves, not through the gradient.

    p -= lr decay p before each step. Loshchilov and Hutter (2019), arxiv.org/abs/1711.05101.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def decayed(self, w: Array, g: Array, options: dict[str, Any]) -> Array:
        """The gradient as it is; `w` shrinks by the factor 1 - lr decay, in place."""
        w *= 1 - options["lr"] * options["weight_decay"]
        return g


class RMSprop(Optimizer):
    """v = alpha v + (1 - alpha) g^2, then p -= lr g / (sqrt(v) + eps): Hinton (2012), lecture 6e.

    centered: v less the square of the running mean of g. momentum: s = momentum s + the step.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        options = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options | {"momentum": momentum, "centered": centered})

    def update(self) -> None:
        with torch.no_grad():
            for p, options, state in self.due():
                a, momentum = options["alpha"], options["momentum"]
                g = p.grad + options["weight_decay"] * p
                v = state["square_avg"] = a * state.get("square_avg", 0) + (1 - a) * g * g
                if options["centered"]:
                    mean = state["grad_avg"] = a * state.get("grad_avg", 0) + (1 - a) * g
                    v = v - mean * mean
                step = g / (v.sqrt() + options["eps"])
                if momentum:
                    step = momentum * state.get("momentum_buffer", 0) + step
                    state["momentum_buffer"] = step
                p -= options["lr"] * step
