"""What layers and losses compute, as functions of tensors."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons import ops
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.shapes import axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._types import DTypeLike
    from ..tensor import Tensor

IGNORED = -100  # the label of a sample that a loss leaves out, as in PyTorch


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + b. (..., in), (out, in), (out,) -> (..., out)

    >>> linear(torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))
    tensor([16.])
    """
    return ops.Linear.apply(input, weight, bias)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0), in the memory of `input` if inplace."""
    return input.relu_() if inplace else ops.ReLU.apply(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x))"""
    return ops.Sigmoid.apply(input)


def tanh(input: Tensor) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""
    return ops.Tanh.apply(input)


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)), finite for any finite x."""
    return ops.LogSigmoid.apply(input)


def softmax(input: Tensor, dim: int, dtype: DTypeLike | None = None) -> Tensor:
    """exp(x) over its sum along `dim`, finite for any finite x; computed in `dtype`, if given.

    >>> softmax(torch.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    x = input if dtype is None else input.to(dtype=dtype)
    return ops.Softmax.apply(x, dim=axis(dim, x.array.ndim))


def log_softmax(input: Tensor, dim: int, dtype: DTypeLike | None = None) -> Tensor:
    """log(softmax(x)), finite for any finite x; computed in `dtype`, if given."""
    x = input if dtype is None else input.to(dtype=dtype)
    return ops.LogSoftmax.apply(x, dim=axis(dim, x.array.ndim))


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each number becomes 0 with probability p, and the rest grows by 1 / (1 - p).

    Raises ValueError for a p that is no probability.
    """
    check_probability(p)
    if not training or p == 0:
        return input
    kept = torch.rand_like(input) >= p
    factor = kept * (1 / (1 - p) if p < 1 else 0.0)
    return input.mul_(factor) if inplace else input * factor


def check_probability(p: float) -> None:
    """Raise ValueError if p is no probability."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Row input[...] of `weight`. (...), (n, d) -> (..., d)

    padding_idx: a row that gets no gradient. Raises IndexError for a row that is not there.
    """
    if input.is_floating_point() or input.dtype is torch.bool:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got {input.dtype.legacy}Tensor instead"
        )
    if len(ops.outside(input.device, input.array, len(weight))):
        raise IndexError("index out of range in self")
    rows = weight[input]
    if padding_idx is None:
        return rows
    return torch.where((input == padding_idx % len(weight)).unsqueeze(-1), rows.detach(), rows)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last dims, normalized_shape.

    Raises RuntimeError where the last dims are others.
    """
    shape, dims = tuple(normalized_shape), tuple(range(-len(normalized_shape), 0))
    if tuple(input.shape[len(input.shape) - len(shape) :]) != shape:
        given = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{given}], but got "
            f"input of size{list(input.shape)}"
        )
    x = input - input.mean(dims, keepdim=True)
    x = x / ((x * x).mean(dims, keepdim=True) + eps) ** 0.5
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


@exercise("standardize")
def standardize(x, dim):
    """x less its mean, over its standard deviation, along `dim`; constant rows give zeros."""
    x = x - x.amax(dim, keepdim=True)  # a constant row is now exactly 0, whatever rounding does
    x = x - x.mean(dim, keepdim=True)
    deviation = (x**2).mean(dim, keepdim=True) ** 0.5
    return x / (deviation + (deviation == 0))


@exercise("one-hot")
def label_rows(labels, classes):
    """Row i is 1 at labels[i] and 0 elsewhere, float32. (...,) -> (..., classes)"""
    return torch.eye(classes, device=labels.device)[labels]


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """1 at each number of `tensor` and 0 elsewhere, int64. (...,) -> (..., num_classes)

    num_classes: -1 takes as many as the largest number needs. Raises RuntimeError for numbers
    that are none of 0 to num_classes - 1.

    >>> one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    if tensor.is_floating_point():
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if num_classes == -1:
        if not tensor.numel():
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(tensor.max()) + 1
    if len(wrong := ops.outside(tensor.device, tensor.array, num_classes)):
        limit = "non-negative" if wrong.min() < 0 else "smaller than num_classes"
        raise RuntimeError(f"Class values must be {limit}.")
    return label_rows(tensor, num_classes).long()


# Losses. Each is a mean over the batch, unless `reduction` asks for the sum, or for "none".


@exercise("bce-with-logits")
def mean_bce_with_logits(logits, targets):
    """The mean of -y log s - (1 - y) log(1 - s), where s = sigmoid(logits) and y = targets."""
    if targets.shape != logits.shape:
        raise ValueError(
            f"Target size ({targets.shape}) must be the same as input size ({logits.shape})"
        )
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """-y log s - (1 - y) log(1 - s), where s = sigmoid(input) and y = target, in [0, 1].

    pos_weight: factors of the first term; weight: of both. Raises ValueError for two sizes.
    """
    if reduction == "mean" and weight is None and pos_weight is None:
        return mean_bce_with_logits(input, target)
    _refuse_sizes(input, target)
    log_s = logsigmoid(input)
    if pos_weight is not None:
        log_s = log_s * ((pos_weight - 1) * target + 1)
    losses = (1 - target) * input - log_s
    return reduce(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """-y log p - (1 - y) log(1 - p) for probabilities p = input; no logarithm is below -100.

    Raises ValueError for two sizes, RuntimeError for a p outside [0, 1].
    """
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )
    losses = ops.BCE.apply(input, target)
    return reduce(losses if weight is None else losses * weight, reduction)


@exercise("cross-entropy")
def mean_cross_entropy(logits, labels):
    """The mean of -log softmax(logits)[i, labels[i]]. (batch, classes), (batch,) -> ()"""
    log_p = torch.nn.functional.log_softmax(logits, dim=1)
    return torch.nn.functional.nll_loss(log_p, labels)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = IGNORED,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """-log softmax(input)[i, target[i]]. (batch, classes), (batch,) -> ()

    target: labels, or probabilities of the shape of `input`. One sample may come without a batch.
    weight: a factor for each class, by which the mean is weighted, too. ignore_index: the label of
    samples that don't count. label_smoothing: the share of a target that all classes get alike.

    >>> cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.6931)
    """
    plain = weight is None and ignore_index == IGNORED and not label_smoothing
    if plain and reduction == "mean" and input.array.ndim == 2 and target.array.ndim == 1:
        if not target.is_floating_point():
            return mean_cross_entropy(input, target)
    check_reduction(reduction)
    classes = min(input.ndim, 2) - 1  # the dim of the classes: 1, or 0 where there is no batch
    log_p = log_softmax(input, dim=classes)
    if target.is_floating_point() and target.shape == input.shape:
        return _soft_cross_entropy(log_p, target, weight, reduction, label_smoothing, classes)
    options: dict[str, Any] = {"ignore_index": ignore_index, "reduction": reduction}
    loss = nll_loss(log_p, target, weight, **options)
    if not label_smoothing:
        return loss
    spread = _spread(log_p, target, weight, classes, **options)
    return loss * (1 - label_smoothing) + spread * (label_smoothing / input.size(classes))


def _soft_cross_entropy(
    log_p: Tensor,
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
    label_smoothing: float,
    dim: int,
) -> Tensor:
    """The cross entropy of probabilities; its mean is over the samples."""
    target = target * (1 - label_smoothing) + label_smoothing / log_p.size(dim)
    losses = -(target * log_p * _by_class(weight, log_p, dim)).sum(dim)
    return reduce(losses, reduction)


def _by_class(weight: Tensor | None, log_p: Tensor, dim: int) -> Any:
    """The weights of the classes, as they lie along `dim`."""
    return 1 if weight is None else weight.reshape(-1, *[1] * (log_p.ndim - dim - 1))


def _spread(
    log_p: Tensor,
    labels: Tensor,
    weight: Tensor | None,
    dim: int,
    ignore_index: int,
    reduction: str,
) -> Tensor:
    """The part of a smoothed loss that is the same for all classes."""
    kept = labels != ignore_index
    losses = -(log_p * _by_class(weight, log_p, dim)).sum(dim)
    losses = torch.where(kept, losses, torch.zeros_like(losses))
    if reduction != "mean":
        return reduce(losses, reduction)
    counts = kept if weight is None else weight[torch.where(kept, labels, 0)] * kept
    return losses.sum() / counts.sum()


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = IGNORED,
    reduction: str = "mean",
) -> Tensor:
    """-log_p[i, labels[i]] for log_p = input and labels = target. (batch, classes), (batch,) -> ()

    The options are those of `cross_entropy`. Raises IndexError for a label that is no class.
    """
    check_reduction(reduction)
    _refuse_labels(input, target)
    if weight is None and reduction == "mean" and input.array.ndim == 2:
        return ops.NLL.apply(input, target, ignore_index=ignore_index)
    dim = min(input.ndim, 2) - 1
    _refuse_weights(weight, input.size(dim))
    kept = target != ignore_index
    labels = torch.where(kept, target, torch.zeros_like(target))
    if len(wrong := ops.outside(labels.device, labels.array, input.size(dim))):
        raise IndexError(f"Target {wrong[0]} is out of bounds.")
    losses = -input.gather(dim, labels.unsqueeze(dim)).squeeze(dim)
    counts = kept if weight is None else weight[labels] * kept
    losses = torch.where(kept, losses if weight is None else losses * weight[labels], 0.0)
    return losses.sum() / counts.sum() if reduction == "mean" else reduce(losses, reduction)


def _refuse_labels(log_p: Tensor, labels: Tensor) -> None:
    """Raise, in torch's words, for shapes that are not (batch, classes, ...) and (batch, ...)."""
    whole, part = log_p.array.shape, labels.array.shape
    if len(part) > 1 and len(whole) == 2:
        raise RuntimeError(
            "0D or 1D target tensor expected, multi-target not supported\n"
            f"  The labels' shape is {labels.shape}. Make it (batch,): labels.flatten()"
        )
    if labels.is_floating_point() or labels.dtype is torch.bool:
        kind = labels.dtype.legacy
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind}")
    if (*whole[:1], *whole[2:]) != part and len(whole) > 1 or len(whole) < 2 and part:
        raise ValueError(
            f"Expected input batch_size ({len(log_p)}) to match target batch_size "
            f"({len(labels)}).\n  The shapes are {log_p.shape} and {labels.shape}, and must be "
            "(batch, classes) and (batch,)."
        )


def _refuse_weights(weight: Tensor | None, classes: int) -> None:
    """Raise, in torch's words, where there is not one weight for each class."""
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight.shape)}"
        )


def mse_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    """(x - y)^2. Warns where x and y broadcast, which is seldom meant.

    >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    _warn_of_broadcasting(input, target)
    losses = (input - target) ** 2
    return reduce(losses if weight is None else losses * weight, reduction)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """|x - y|. Warns where x and y broadcast, which is seldom meant."""
    _warn_of_broadcasting(input, target)
    return reduce((input - target).abs(), reduction)


def _warn_of_broadcasting(input: Tensor, target: Tensor) -> None:
    """Warn, in torch's words, of two sizes."""
    if target.array.shape != input.array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def _refuse_sizes(input: Tensor, target: Tensor) -> None:
    """Raise, in torch's words, for two sizes."""
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )


def reduce(losses: Tensor, reduction: str) -> Tensor:
    """The mean or the sum of the single losses, or with "none" these themselves."""
    check_reduction(reduction)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def check_reduction(reduction: str) -> None:
    """Raise ValueError for what is no reduction."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
