"""What losses are made of, where a formula of several operations would lose precision or time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import dtypes
from ..autograd import Function
from .indexing import outside

if TYPE_CHECKING:
    from .._types import Array


class NLL(Function):
    """The mean of -log_p[i, labels[i]], where labels[i] counts. (batch, classes), (batch,) -> ()"""

    title, keeps = "NllLoss", "own"

    def forward(self, log_p: Array, labels: Array, ignore_index: int = -100) -> Array:
        if labels.dtype.kind not in "iu":
            kind = dtypes.of(labels).legacy
            raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind}")
        classes, xp = log_p.shape[1], self.xp
        counts = labels != ignore_index
        if self.device.type == "cpu" and counts.all():  # where a look costs nothing
            n = len(labels)
        else:
            n, labels = counts.sum(), xp.where(counts, labels, 0)
        if len(wrong := outside(self.device, labels, classes)):
            raise IndexError(f"Target {wrong[0]} is out of bounds.\n  There are {classes} classes.")
        self.whole, self.picked = log_p.shape, (xp.arange(len(labels)), labels)
        self.counts, self.n = counts, n
        losses = xp.where(counts, log_p[self.picked], 0)
        total = losses.sum(dtype="float32" if losses.dtype.char == "e" else None)
        return (0 - total / n).astype(log_p.dtype)  # -0.0 is no loss to show

    def backward(self, g: Array) -> Any:
        for_log_p = self.xp.zeros(self.whole, g.dtype)
        if len(for_log_p):
            for_log_p[self.picked] = self.xp.where(self.counts, g / -self.n, 0)
        return for_log_p, None


class BCE(Function):
    """-y log p - (1 - y) log(1 - p), number by number; no logarithm is below -100."""

    title, keeps, promotes = "BinaryCrossEntropy", "inputs", True

    def forward(self, p: Array, y: Array) -> Array:
        if self.device.type == "cpu" and ((p < 0) | (p > 1)).any():
            raise RuntimeError("all elements of input should be between 0 and 1")
        log_p, log_q = self.logarithms(p)
        return (y - 1) * log_q - y * log_p

    def logarithms(self, p: Array) -> tuple[Array, Array]:
        """log p and log(1 - p), where they are above -100."""
        xp = self.xp
        return xp.maximum(xp.log(p), -100), xp.maximum(xp.log1p(-p), -100)

    def backward(self, g: Array) -> Any:
        p, y = self.inputs
        log_p, log_q = self.logarithms(p)
        return g * (p - y) / self.xp.maximum((1 - p) * p, 1e-12), g * (log_q - log_p)


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
