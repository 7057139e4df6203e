"""Writes in place: memory that tensors share, and what a write does to gradients."""

import numpy as np

import tinygrad_lessons as torch

from . import dtypes, ops
from .autograd import NEVER, is_grad_enabled, last_write, now, set_grad_enabled
from .exercise import exercise

LEAF = (
    "a {}leaf Variable that requires grad is being used in an in-place operation.\n"
    "  Do it inside `with torch.no_grad():`."
)


class InPlace:
    """The half of a tensor that is about its memory.

    _memory     [time of the last write in place], shared by all that share the numbers
    _view       (base, steps, the base's node then) for a view: the steps make it from the base
    """

    __slots__ = ()

    def _alias(self, source, node, options):
        """Share the memory of `source`, of which this is the view that `node` made."""
        self._memory = source._memory
        if is_grad_enabled():
            base, steps, _ = source._view or (source, (), None)
            if source._requires_grad and source._node is None:  # a leaf, be it a view or not
                base, steps = source, ()
            self._view = base, (*steps, (type(node), options)), base._node

    def _refresh(self):
        """If the tensor that this is a view of has a new history, take part in it."""
        base, steps, known = self._view
        if base._node is known:
            return
        self._view = base, steps, base._node
        view = base
        with set_grad_enabled(True):
            for op, options in steps:
                view = op.apply(view, **options)
        self._requires_grad, self._node = view._requires_grad, view._node

    def _wrote(self):
        """Say that the numbers were written over."""
        self._memory[0] = last_write[0] = now()

    def _become(self, result):
        """Take the numbers of `result`, and its history, in the memory that this tensor has."""
        recorded = is_grad_enabled() and (self.requires_grad or result._requires_grad)
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
        if recorded and result._node is not None:
            self._spare_operand(result._node)
        try:
            self.array[...] = result.array
        except ValueError as error:  # a NumPy array that is read-only, or one number seen twice
            raise RuntimeError(f"{error}\n  Write to a copy: x.clone()") from None
        self._wrote()
        if recorded:
            self._adopt(result)
        return self

    def _spare_operand(self, node):
        """Let `node`, which made what is written over this tensor, keep a copy if it reads it."""
        if node.keeps_inputs and node.memories[0] is self._memory and node.reads(0):
            node.inputs[0], node.memories[0] = node.inputs[0].copy(), NEVER

    def _refuse_leaf(self):
        if self._view is not None and self._view[0]._requires_grad and self._view[0].is_leaf:
            raise RuntimeError(LEAF.format("view of a "))
        if self._requires_grad and self.is_leaf:
            raise RuntimeError(LEAF.format(""))

    def _adopt(self, result):
        """Have the history of `result`; a view hands it on to its base."""
        if self._view is None:
            self._requires_grad, self._node = result._requires_grad, result._node
        else:
            base, steps, _ = self._view
            pasted = ops.Paste.apply(base, result, steps=steps)
            base._requires_grad, base._node = True, pasted._node

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
                f"result type {result.dtype} can't be cast to the desired output type {self.dtype}"
            )
        return self._become(result)  # which refuses a leaf that requires grad

    def copy_(self, source):
        """Take the numbers of `source`, of any device and dtype, which broadcast."""
        if isinstance(source, torch.Tensor) and source.device is not self.device:
            source = ops.Transfer.apply(source, to=self.device)
        return self._become(ops.Copy.apply(self, source))

    def fill_(self, value):
        return self._become(ops.Copy.apply(self, value))

    def zero_(self):
        return self.fill_(0)

    def uniform_(self, low=0.0, high=1.0, generator=None):
        drawn = torch.rand(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * (high - low) + low)

    def normal_(self, mean=0.0, std=1.0, generator=None):
        drawn = torch.randn(self.shape, dtype=self.dtype, device=self.device, generator=generator)
        return self._become(drawn * std + mean)

    def __setitem__(self, key, value):
        """x[key] = value: numbers, arrays and tensors, which broadcast and are cast."""
        basic, picked = ops.split_key(key, self)
        part = self if basic is None else ops.Select.apply(self, key=basic)
        if isinstance(value, (np.ndarray, list)):
            value = torch.tensor(value, device=self.device)
        if picked is None:
            part.copy_(value)
        else:
            part._become(ops.IndexPut.apply(part, value, key=picked))
