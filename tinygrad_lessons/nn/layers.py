"""Layers as modules: a forward each, and what it needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.nn import functional as F
from tinygrad_lessons.nn import init
from tinygrad_lessons.nn.module import Module, Parameter

if TYPE_CHECKING:
    from .._types import DeviceLike, DTypeLike
    from ..tensor import Tensor


class Identity(Module):
    """x itself, whatever it was made with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """x W^T + b for x of (..., in_features): weight (out, in), bias (out,) or None.

    >>> Linear(3, 2)
    Linear(in_features=3, out_features=2, bias=True)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: DeviceLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(torch.empty(out_features, in_features, **made))
        self.bias = Parameter(torch.zeros(out_features, **made)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw first values, U(-k, k) with k = 1 / sqrt(in_features); without inputs, none."""
        if self.in_features:
            init.uniform_fan_in_(self.weight, self.bias)

    @exercise("linear")
    def forward(self, x):
        """x W^T + b. (..., in) -> (..., out)"""
        return torch.nn.functional.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class LazyLinear(Linear):
    """A Linear that takes as many inputs as its first x has, and is a Linear from then on.

    >>> layer = LazyLinear(2)
    >>> layer(torch.ones(5, 3)).shape, layer
    (tinygrad_lessons.Size([5, 2]), Linear(in_features=3, out_features=2, bias=True))
    """

    def __init__(
        self,
        out_features: int,
        bias: bool = True,
        device: DeviceLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(0, out_features, bias, device, dtype)

    def forward(self, x: Tensor) -> Any:
        self.in_features, w = x.size(-1), self.weight
        shape = self.out_features, self.in_features
        w.data = torch.empty(*shape, device=w.device, dtype=w.dtype)
        object.__setattr__(self, "__class__", Linear)
        self.reset_parameters()
        return self(x)


class Embedding(Module):
    """Rows of `weight`, (num_embeddings, embedding_dim), by their numbers. (...) -> (..., dim)

    padding_idx: a row of zeros, which learns nothing.

    >>> Embedding(10, 3)(torch.tensor([[1, 2]])).shape
    tinygrad_lessons.Size([1, 2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        device: DeviceLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise AssertionError("Padding_idx must be within num_embeddings")
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(
            torch.empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw first values, N(0, 1)."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class LayerNorm(Module):
    """(x - mean) / sqrt(var + eps) over the last dims, times weight and plus bias.

    normalized_shape: the sizes of these dims, or of the last one. Ba, Kiros and Hinton (2016),
    arxiv.org/abs/1607.06450.

    >>> LayerNorm(2)(torch.tensor([1.0, 3.0])).detach()
    tensor([-1.0000,  1.0000])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: DeviceLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        sizes = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(sizes)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        ones, zeros = (f(*self.normalized_shape, **made) for f in (torch.ones, torch.zeros))
        self.weight = Parameter(ones) if elementwise_affine else None
        self.bias = Parameter(zeros) if elementwise_affine and bias else None

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class Flatten(Module):
    """The dims from start_dim to end_dim, both included, made one.

    >>> Flatten()(torch.ones(2, 28, 28)).shape
    tinygrad_lessons.Size([2, 784])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    @exercise("flatten")
    def forward(self, x):
        """(n, 28, 28) -> (n, 784) with the default dims."""
        shape, start, end = x.shape, self.start_dim % x.ndim, self.end_dim % x.ndim
        middle = math.prod(shape[start : end + 1])  # -1 can't be solved for a batch of 0
        return x.reshape(*shape[:start], middle, *shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class ReLU(Module):
    """max(x, 0), in the memory of x if inplace."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """1 / (1 + exp(-x))"""

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log(1 / (1 + exp(-x))), finite for any finite x."""

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Tanh(Module):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


class Softmax(Module):
    """exp(x) over its sum along `dim`: positive numbers that sum to one."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """The logarithm of softmax, right where softmax itself rounds to 0."""

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)


class Dropout(Module):
    """In training, each number becomes 0 with probability p, and the rest grows by 1 / (1 - p).

    inplace: in the memory of x. Raises ValueError for a p that is no probability.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        F.check_probability(p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
