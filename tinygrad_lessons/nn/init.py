"""First values of parameters, written in place. Nothing is recorded for backward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise

if TYPE_CHECKING:
    from ..tensor import Tensor


@exercise("linear-init")
def uniform_fan_in_(weight, bias=None):
    """Fill weight (out, in) and bias (out,), or None, from U(-k, k), k = 1 / sqrt(in)."""
    k = 1 / math.sqrt(weight.shape[1])
    torch.nn.init.uniform_(weight, -k, k)
    if bias is not None:
        torch.nn.init.uniform_(bias, -k, k)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Numbers from U(a, b)."""
    return _fill(tensor, a + (b - a) * torch.rand_like(tensor))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Numbers from N(mean, std^2)."""
    return _fill(tensor, mean + std * torch.randn_like(tensor))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """`val` everywhere."""
    return _fill(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return _fill(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return _fill(tensor, 1)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """U(-a, a), a = gain sqrt(6 / (in + out)): Glorot and Bengio (2010).

    Raises ValueError for a tensor of fewer than two dims.
    """
    fan_out, fan_in = _fans(tensor)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(tensor, -a, a)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """N(0, gain^2 2 / (in + out)): Glorot and Bengio (2010)."""
    fan_out, fan_in = _fans(tensor)
    return normal_(tensor, 0, gain * math.sqrt(2 / (fan_in + fan_out)))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """U(-b, b), b = gain sqrt(3 / in): He et al. (2015). mode="fan_out" takes out for in."""
    b = calculate_gain(nonlinearity, a) * math.sqrt(3 / _fan(tensor, mode))
    return uniform_(tensor, -b, b)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """N(0, gain^2 / in): He et al. (2015). mode="fan_out" takes out for in."""
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """What a layer's first weights are scaled by, for the function that follows it.

    relu: sqrt(2); leaky_relu of slope a = param: sqrt(2 / (1 + a^2)); tanh: 5/3; else 1. Raises
    ValueError for another function.
    """
    slope = 0.01 if param is None else param
    gains = {"tanh": 5 / 3, "relu": math.sqrt(2), "leaky_relu": math.sqrt(2 / (1 + slope**2))}
    gains |= {"linear": 1.0, "sigmoid": 1.0}
    if nonlinearity not in gains:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return gains[nonlinearity]


def _fill(tensor: Tensor, value: Tensor | float) -> Tensor:
    with torch.set_grad_enabled(False):
        tensor[...] = value
    return tensor


def _fan(tensor: Tensor, mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _fans(tensor)[mode == "fan_in"]


def _fans(tensor: Tensor) -> tuple[int, int]:
    """(out, in) of a weight."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions\n"
            f"The tensor's shape is {tensor.shape}."
        )
    return tensor.shape[0], tensor.shape[1]
