"""What losses are made of, where a formula of several operations would lose precision or time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import dtypes
from ..autograd import Function
from .indexing import outside

if TYPE_CHECKING:
    from .._types import Array


class NLL(Function):
    """The mean of -log_p[i, labels[i]]. (batch, classes), (batch,) -> ()"""

    title, keeps = "NllLoss", "own"

    def forward(self, log_p: Array, labels: Array) -> Array:
        if labels.dtype.kind not in "iu":
            kind = dtypes.of(labels).legacy
            raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind}")
        classes = log_p.shape[1]
        if len(wrong := outside(self.device, labels, classes)):
            raise IndexError(f"Target {wrong[0]} is out of bounds.\n  There are {classes} classes.")
        self.whole, self.picked = log_p.shape, (self.xp.arange(len(labels)), labels)
        return 0 - log_p[self.picked].mean()  # -0.0 is no loss to show

    def backward(self, g: Array) -> Any:
        for_log_p = self.xp.zeros(self.whole, g.dtype)
        for_log_p[self.picked] = g / -max(len(for_log_p), 1)
        return for_log_p, None


class LogSigmoid(Function):
    """log(1 / (1 + exp(-x))) = min(x, 0) - log(1 + exp(-|x|))"""

    keeps, promotes = "inputs", float

    def forward(self, x: Array) -> Array:
        xp = self.xp
        return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))

    def backward(self, g: Array) -> Any:
        xp, (x,) = self.xp, self.inputs
        e = xp.exp(-abs(x))
        return g * xp.where(x < 0, 1, e) / (1 + e)  # sigmoid(-x), in the form that can't overflow
