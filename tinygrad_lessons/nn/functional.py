"""What layers and losses compute, as functions of tensors."""

import tinygrad_lessons as torch
from tinygrad_lessons import ops
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.shapes import axis


def linear(x, weight, bias=None):
    """x W^T + b. (..., in), (out, in), (out,) -> (..., out)"""
    return ops.Linear.apply(x, weight, bias)


def relu(x):
    """max(x, 0)"""
    return ops.ReLU.apply(x)


def sigmoid(x):
    """1 / (1 + exp(-x))"""
    return ops.Sigmoid.apply(x)


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""
    return ops.Tanh.apply(x)


def logsigmoid(x):
    """log(sigmoid(x)), finite for any finite x."""
    return ops.LogSigmoid.apply(x)


def softmax(x, dim):
    """exp(x) over its sum along `dim`, finite for any finite x."""
    return ops.Softmax.apply(x, dim=axis(dim, x.array.ndim))


def log_softmax(x, dim):
    """log(softmax(x)), finite for any finite x."""
    return ops.LogSoftmax.apply(x, dim=axis(dim, x.array.ndim))


def dropout(x, p=0.5, training=True):
    """Each number becomes 0 with probability p, and the rest grows by 1 / (1 - p)."""
    if not training or p == 0:
        return x
    kept = torch.rand_like(x) >= p
    return x * kept * (1 / (1 - p) if p < 1 else 0.0)


@exercise("standardize")
def standardize(x, dim):
    """x less its mean, over its standard deviation, along `dim`; constant rows give zeros."""
    x = x - x.amax(dim, keepdim=True)  # a constant row is now exactly 0, whatever rounding does
    x = x - x.mean(dim, keepdim=True)
    deviation = (x**2).mean(dim, keepdim=True) ** 0.5
    return x / (deviation + (deviation == 0))


@exercise("one-hot")
def one_hot(labels, classes):
    """Row i is 1 at labels[i] and 0 elsewhere, float32. (...,) -> (..., classes)"""
    return torch.eye(classes, device=labels.device)[labels]


@exercise("bce-with-logits")
def binary_cross_entropy_with_logits(logits, targets):
    """The mean of -y log s - (1 - y) log(1 - s), where s = sigmoid(logits) and y = targets."""
    if targets.shape != logits.shape:
        raise ValueError(
            f"Target size ({targets.shape}) must be the same as input size ({logits.shape})"
        )
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


@exercise("cross-entropy")
def cross_entropy(logits, labels):
    """The mean of -log softmax(logits)[i, labels[i]]. (batch, classes), (batch,) -> ()"""
    log_p = torch.nn.functional.log_softmax(logits, dim=1)
    return torch.nn.functional.nll_loss(log_p, labels)


def nll_loss(log_p, labels, reduction="mean"):
    """-log_p[i, labels[i]]. (batch, classes), (batch,) -> (), or (batch,) for reduction="none"."""
    if log_p.ndim != 2 or labels.ndim != 1 or len(log_p) != len(labels):
        if labels.ndim > 1:
            raise RuntimeError(
                "0D or 1D target tensor expected, multi-target not supported\n"
                f"  The labels' shape is {labels.shape}. Make it (batch,): labels.flatten()"
            )
        raise ValueError(
            f"Expected input batch_size ({len(log_p)}) to match target batch_size "
            f"({len(labels)}).\n  The shapes are {log_p.shape} and {labels.shape}, and must be "
            "(batch, classes) and (batch,)."
        )
    if reduction == "mean":
        return ops.NLL.apply(log_p, labels)
    return reduce(-log_p.gather(1, labels.unsqueeze(1)).squeeze(1), reduction)


def mse_loss(x, y, reduction="mean"):
    """(x - y)^2"""
    return reduce((x - y) ** 2, reduction)


def l1_loss(x, y, reduction="mean"):
    """|x - y|"""
    return reduce((x - y).abs(), reduction)


def reduce(losses, reduction):
    """The mean or the sum of the single losses, or with "none" these themselves."""
    check_reduction(reduction)
    return losses if reduction == "none" else getattr(losses, reduction)()


def check_reduction(reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
