"""First values of parameters, written in place. Nothing is recorded for backward."""

import math

import tinygrad_lessons as torch
from tinygrad_lessons.exercise import exercise


@exercise("linear-init")
def uniform_fan_in_(weight, bias=None):
    """Fill weight (out, in) and bias (out,), or None, from U(-k, k), k = 1 / sqrt(in)."""
    k = 1 / math.sqrt(weight.shape[1])
    torch.nn.init.uniform_(weight, -k, k)
    if bias is not None:
        torch.nn.init.uniform_(bias, -k, k)


def uniform_(tensor, a=0.0, b=1.0):
    """Numbers from U(a, b)."""
    return _fill(tensor, a + (b - a) * torch.rand_like(tensor))


def normal_(tensor, mean=0.0, std=1.0):
    """Numbers from N(mean, std^2)."""
    return _fill(tensor, mean + std * torch.randn_like(tensor))


def constant_(tensor, val):
    return _fill(tensor, val)


def zeros_(tensor):
    return _fill(tensor, 0)


def ones_(tensor):
    return _fill(tensor, 1)


def xavier_uniform_(tensor, gain=1.0):
    """U(-a, a), a = gain sqrt(6 / (in + out)): Glorot and Bengio (2010)."""
    fan_out, fan_in = _fans(tensor)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(tensor, -a, a)


def kaiming_normal_(tensor, nonlinearity="relu"):
    """N(0, 2 / in) for layers followed by ReLU, else N(0, 1 / in): He et al. (2015)."""
    gain = 2 if nonlinearity == "relu" else 1
    return normal_(tensor, 0, math.sqrt(gain / _fans(tensor)[1]))


def _fill(tensor, value):
    with torch.set_grad_enabled(False):
        tensor[...] = value
    return tensor


def _fans(tensor):
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions\n"
            f"The tensor's shape is {tensor.shape}."
        )
    return tensor.shape[:2]
