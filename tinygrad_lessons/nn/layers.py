"""Layers and losses as modules: a forward each, and what it needs."""

import itertools
import math

import tinygrad_lessons as torch
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.nn import functional as F
from tinygrad_lessons.nn import init
from tinygrad_lessons.nn.module import Module, Parameter


class Linear(Module):
    """x W^T + b for x of (..., in_features): weight (out, in), bias (out,) or None.

    >>> Linear(3, 2)
    Linear(in_features=3, out_features=2, bias=True)
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        made = {"device": device, "dtype": dtype}
        self.weight = Parameter(torch.empty(out_features, in_features, **made))
        self.bias = Parameter(torch.empty(out_features, **made)) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        init.uniform_fan_in_(self.weight, self.bias)

    @exercise("linear")
    def forward(self, x):
        """x W^T + b. (..., in) -> (..., out)"""
        return torch.nn.functional.linear(x, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Flatten(Module):
    """The dims from start_dim to end_dim, both included, made one."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    @exercise("flatten")
    def forward(self, x):
        """(n, 28, 28) -> (n, 784) with the default dims."""
        shape, start, end = x.shape, self.start_dim % x.ndim, self.end_dim % x.ndim
        middle = math.prod(shape[start : end + 1])  # -1 can't be solved for a batch of 0
        return x.reshape(*shape[:start], middle, *shape[end + 1 :])

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class ReLU(Module):
    """max(x, 0)"""

    def forward(self, x):
        return F.relu(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x))"""

    def forward(self, x):
        return F.sigmoid(x)


class Tanh(Module):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""

    def forward(self, x):
        return F.tanh(x)


class Softmax(Module):
    """exp(x) over its sum along `dim`: positive numbers that sum to one."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return F.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """The logarithm of softmax, right where softmax itself rounds to 0."""

    def forward(self, x):
        return F.log_softmax(x, self.dim)


class Dropout(Module):
    """In training, each number becomes 0 with probability p, and the rest grows by 1 / (1 - p)."""

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training)

    def extra_repr(self):
        return f"p={self.p}, inplace=False"


class Sequential(Module):
    """Modules one after the other; a single dict gives them names.

    >>> net = Sequential(Linear(4, 3), ReLU(), Linear(3, 2))
    >>> net[1], len(net), net(torch.ones(5, 4)).dim()
    (ReLU(), 3, 2)
    """

    def __init__(self, *layers):
        super().__init__()
        named = layers[0].items() if layers and isinstance(layers[0], dict) else enumerate(layers)
        for name, layer in named:
            self.add_module(str(name), layer)

    @exercise("sequential")
    def forward(self, x):
        """The layers in turn, each given what the one before it returned; no layers: x itself."""
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self):
        return iter(self._inside().values())

    def __len__(self):
        return len(self._inside())

    def __getitem__(self, index):
        named = list(self._inside().items())
        return type(self)(dict(named[index])) if isinstance(index, slice) else named[index][1]

    def append(self, layer):
        self.add_module(str(len(self)), layer)
        return self


class ModuleList(Module):
    """A list whose modules are registered, which those in a plain list are not."""

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)

    __iter__ = Sequential.__iter__
    __len__ = Sequential.__len__
    append = Sequential.append

    def __getitem__(self, index):
        found = list(self)[index]
        return ModuleList(found) if isinstance(index, slice) else found

    def __repr__(self):
        """As PyTorch has it: equal neighbours share a line, such as (0-2): 3 x ReLU()."""
        if not len(self):
            return "ModuleList()"
        lines, start = [], 0
        for text, same in itertools.groupby(map(repr, self)):
            n = len(list(same))
            name = f"({start}): " if n == 1 else f"({start}-{start + n - 1}): {n} x "
            lines.append((name + text).replace("\n", "\n  "))
            start += n
        return "ModuleList(\n  " + "\n  ".join(lines) + "\n)"

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self


class _Loss(Module):
    """reduction: "mean", "sum", or "none" for the single losses."""

    def __init__(self, reduction="mean"):
        super().__init__()
        F.check_reduction(reduction)
        self.reduction = reduction


class CrossEntropyLoss(_Loss):
    """-log softmax(logits)[i, labels[i]] for logits (batch, classes) and labels (batch,)."""

    def forward(self, logits, labels):
        if self.reduction == "mean":
            return F.cross_entropy(logits, labels)
        return F.nll_loss(F.log_softmax(logits, dim=1), labels, self.reduction)


class NLLLoss(_Loss):
    """-log_p[i, labels[i]] for log-probabilities (batch, classes) and labels (batch,)."""

    def forward(self, log_p, labels):
        return F.nll_loss(log_p, labels, self.reduction)


class BCEWithLogitsLoss(_Loss):
    """-y log s - (1 - y) log(1 - s), s = sigmoid(logits), for targets y in [0, 1]."""

    def forward(self, logits, targets):
        if self.reduction == "mean":
            return F.binary_cross_entropy_with_logits(logits, targets)
        return F.reduce((1 - targets) * logits - F.logsigmoid(logits), self.reduction)


class MSELoss(_Loss):
    """(x - y)^2"""

    def forward(self, x, y):
        return F.mse_loss(x, y, self.reduction)


class L1Loss(_Loss):
    """|x - y|"""

    def forward(self, x, y):
        return F.l1_loss(x, y, self.reduction)
