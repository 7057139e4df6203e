"""Writes in place: memory that tensors share, and what a write does to gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .. import dtypes, ops
from ..autograd import NEVER, Function, is_grad_enabled, last_write, now
from ..exercise import exercise
from ..shapes import refuse_repeated
from .reduce import Reduce

if TYPE_CHECKING:
    from .._types import Number
    from ..random import Generator
    from . import Tensor

LEAF = (
    "a {}leaf Variable that requires grad is being used in an in-place operation.\n"
    "  Do it inside `with torch.no_grad():`."
)


class Memory(Reduce):
    """The methods that write into the memory that a tensor has. Each returns the tensor."""

    __slots__ = ()

    def _alias(self, source: Any, node: Function, options: dict[str, Any]) -> None:
        """Share the memory of `source`, of which this is the view that `node` made."""
        self._memory = source._memory
        if is_grad_enabled():
            base, steps, _ = source._view or (source, (), None)
            if source._requires_grad and source._node is None:  # a leaf, be it a view or not
                base, steps = source, ()
            self._view = base, (*steps, (type(node), options)), base._node

    def _wrote(self) -> None:
        """Say that the numbers were written over."""
        self._memory[0] = last_write[0] = now()

    def _become(self, result: Tensor) -> Tensor:
        """Take the numbers of `result`, and its history, in the memory that this tensor has."""
        recorded = is_grad_enabled() and (
            self.requires_grad or result._requires_grad or self._is_of_leaf()
        )
        if recorded:
            self._refuse_leaf()
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        if not dtypes.can_cast(result.dtype, self.dtype):
            raise RuntimeError(
                f"result type {result.dtype.legacy} can't be cast to the desired output type "
                f"{self.dtype.legacy}"
            )
        refuse_repeated(self.array)
        if recorded and result._node is not None:
            self._spare_operand(result._node)
        try:
            self.array[...] = result.array
        except ValueError as error:  # a NumPy array that is read-only
            raise RuntimeError(f"{error}\n  Write to a copy: x.clone()") from None
        self._wrote()
        if recorded:
            self._adopt(result)
        return self  # type: ignore[return-value]  # every one of us is a Tensor

    def _spare_operand(self, node: Any) -> None:
        """Let `node`, which made what is written over this tensor, keep a copy if it reads it."""
        if node.keeps_inputs and node.memories[0] is self._memory and node.reads(0):
            node.inputs[0], node.memories[0] = node.inputs[0].copy(), NEVER

    def _is_of_leaf(self) -> bool:
        """Whether it is a view of a leaf that requires grad."""
        base = self._view[0] if self._view is not None else None
        return base is not None and base._requires_grad and base.is_leaf

    def _refuse_leaf(self) -> None:
        if self._is_of_leaf():
            raise RuntimeError(LEAF.format("view of a "))
        if self._requires_grad and self.is_leaf:
            raise RuntimeError(LEAF.format(""))

    def _adopt(self, result: Tensor) -> None:
        """Have the history of `result`; a view hands it on to its base."""
        if self._view is None:
            self._requires_grad = result._requires_grad
            self._come_from(result._node)
        else:
            base, steps, _ = self._view
            pasted = ops.Paste.apply(base, result, steps=steps)
            base._requires_grad = True
            base._come_from(pasted._node)

    @exercise("add_")
    def add_(self, other, *, alpha=1):
        """Add `alpha` times `other` to this tensor, in the memory that it has. Returns itself."""
        result = torch.add(self, other, alpha=alpha)
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        if not torch.can_cast(result.dtype, self.dtype):
            raise RuntimeError(
                f"result type {result.dtype.legacy} can't be cast to the desired output type "
                f"{self.dtype.legacy}"
            )
        return self._become(result)  # which refuses a leaf that requires grad

    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """self - alpha * other, in place."""
        return self._become(self.sub(other, alpha=alpha))

    def mul_(self, other: Tensor | Number) -> Tensor:
        """self * other, in place."""
        return self._become(self.mul(other))

    def div_(self, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
        """self / other, in place."""
        return self._become(self.div(other, rounding_mode=rounding_mode))

    def pow_(self, exponent: Tensor | Number) -> Tensor:
        """self to the power of `exponent`, in place."""
        return self._become(self.pow(exponent))

    def __iadd__(self, other: Tensor | Number) -> Tensor:
        return self.add_(other)

    def __isub__(self, other: Tensor | Number) -> Tensor:
        return self.sub_(other)

    def __imul__(self, other: Tensor | Number) -> Tensor:
        return self.mul_(other)

    def __itruediv__(self, other: Tensor | Number) -> Tensor:
        return self.div_(other)

    def __ipow__(self, other: Tensor | Number) -> Tensor:
        return self.pow_(other)

    def __ifloordiv__(self, other: Tensor | Number) -> Tensor:
        return self._become(ops.FloorDivide.apply(self, other))

    def __imod__(self, other: Tensor | Number) -> Tensor:
        return self._become(ops.Remainder.apply(self, other))

    def __iand__(self, other: Tensor | Number) -> Tensor:
        return self._become(ops.And.apply(self, other))

    def __ior__(self, other: Tensor | Number) -> Tensor:
        return self._become(ops.Or.apply(self, other))

    def __ixor__(self, other: Tensor | Number) -> Tensor:
        return self._become(ops.Xor.apply(self, other))

    def abs_(self) -> Tensor:
        """`abs`, in place."""
        return self._become(self.abs())

    def neg_(self) -> Tensor:
        """`neg`, in place."""
        return self._become(self.neg())

    def exp_(self) -> Tensor:
        """`exp`, in place."""
        return self._become(self.exp())

    def log_(self) -> Tensor:
        """`log`, in place."""
        return self._become(self.log())

    def sqrt_(self) -> Tensor:
        """`sqrt`, in place."""
        return self._become(self.sqrt())

    def sin_(self) -> Tensor:
        """`sin`, in place."""
        return self._become(self.sin())

    def cos_(self) -> Tensor:
        """`cos`, in place."""
        return self._become(self.cos())

    def tanh_(self) -> Tensor:
        """`tanh`, in place."""
        return self._become(self.tanh())

    def sigmoid_(self) -> Tensor:
        """`sigmoid`, in place."""
        return self._become(self.sigmoid())

    def relu_(self) -> Tensor:
        """`relu`, in place."""
        return self._become(self.relu())

    def clamp_(
        self, min: Tensor | Number | None = None, max: Tensor | Number | None = None
    ) -> Tensor:
        """`clamp`, in place."""
        return self._become(self.clamp(min, max))

    def masked_fill_(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """`masked_fill`, in place."""
        return self._become(self.masked_fill(mask, value))

    def tril_(self, diagonal: int = 0) -> Tensor:
        """`tril`, in place."""
        return self._become(self.tril(diagonal))

    def triu_(self, diagonal: int = 0) -> Tensor:
        """`triu`, in place."""
        return self._become(self.triu(diagonal))

    def copy_(self, source: Tensor | Number) -> Tensor:
        """Take the numbers of `source`, of any device and dtype, which broadcast."""
        if isinstance(source, torch.Tensor) and source.device is not self.device:
            source = ops.Transfer.apply(source, to=self.device)
        return self._become(ops.Copy.apply(self, source))

    def fill_(self, value: Number) -> Tensor:
        """All numbers become `value`."""
        return self._become(ops.Copy.apply(self, value))

    def zero_(self) -> Tensor:
        """All numbers become 0."""
        return self.fill_(0)

    def uniform_(
        self, low: float = 0.0, high: float = 1.0, generator: Generator | None = None
    ) -> Tensor:
        """All numbers are drawn anew, evenly from [low, high)."""
        drawn = torch.rand(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * (high - low) + low)

    def normal_(
        self, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
    ) -> Tensor:
        """All numbers are drawn anew, normal with this mean and standard deviation."""
        drawn = torch.randn(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * std + mean)

    def __setitem__(self, key: Any, value: Any) -> None:
        """x[key] = value: numbers, arrays and tensors, which broadcast and are cast."""
        basic, picked = ops.split_key(key, self)
        part: Any = self if basic is None else ops.Select.apply(self, key=basic)
        if isinstance(value, (np.ndarray, list)):
            value = torch.tensor(value, dtype=self.dtype, device=self.device)
        if picked is None:
            part.copy_(value)
            return
        if isinstance(value, torch.Tensor) and value.dtype is not self.dtype:
            raise RuntimeError(
                "Index put requires the source and destination dtypes match, got "
                f"{self.dtype.legacy} for the destination and {value.dtype.legacy} for the source."
            )
        part._become(ops.IndexPut.apply(part, value, key=picked))
