"""Losses as modules: their options, and what the functions of the same formula compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinygrad_lessons.nn import functional as F
from tinygrad_lessons.nn.module import Module

if TYPE_CHECKING:
    from ..tensor import Tensor


class Loss(Module):
    """reduction: "mean", "sum", or "none" for the single losses. weight: factors of these."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__()
        F.check_reduction(reduction)
        self.reduction = reduction
        self.register_buffer("weight", weight)


class CrossEntropyLoss(Loss):
    """-log softmax(input)[i, target[i]] for logits (batch, classes) and labels (batch,).

    weight: a factor for each class. ignore_index: the label of samples that don't count.
    label_smoothing: the share of a target that all classes get alike.

    >>> CrossEntropyLoss()(torch.zeros(2, 2), torch.tensor([0, 1]))
    tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = F.IGNORED,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(Loss):
    """-input[i, target[i]] for log-probabilities (batch, classes) and labels (batch,).

    weight: a factor for each class. ignore_index: the label of samples that don't count.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = F.IGNORED,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class BCELoss(Loss):
    """-y log p - (1 - y) log(1 - p) for probabilities p and targets y in [0, 1]."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """-y log s - (1 - y) log(1 - s), s = sigmoid(input), for targets y in [0, 1].

    pos_weight: factors of the first term.
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class MSELoss(Module):
    """(x - y)^2. Warns where x and y broadcast. reduction: "mean", "sum" or "none"."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        F.check_reduction(reduction)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(MSELoss):
    """|x - y|. Warns where x and y broadcast. reduction: "mean", "sum" or "none"."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)
