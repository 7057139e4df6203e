"""Where a tensor came from, and its gradient."""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any, Self

import tinygrad_lessons as torch  # for what builds on tensors: they are not there yet

from ..autograd import Handle, hooked
from .base import Base

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._types import Array
    from ..autograd import Function
    from . import Tensor

NO_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
    ".grad attribute won't be populated during autograd.backward(). If you indeed want "
    "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
    "non-leaf Tensor."
)
COMPUTED = (
    "you can only change requires_grad flags of leaf variables. If you want to use a "
    "computed variable in a subgraph that doesn't require differentiation use "
    "var_no_grad = var.detach()."
)


class Gradient(Base):
    """The methods about gradients."""

    __slots__ = ()

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded, so that backward gives it a gradient."""
        if self._view is not None:
            self._refresh()
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and not self.is_floating_point():
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        if not value and not self.is_leaf:
            raise RuntimeError(COMPUTED)
        self._requires_grad = bool(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set `requires_grad`. Returns this tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def grad_fn(self) -> Function | None:
        """The operation that this tensor came from; None for a leaf."""
        if self._view is not None:
            self._refresh()
        return self._node

    @property
    def is_leaf(self) -> bool:
        """Whether it came from no recorded operation."""
        return self.grad_fn is None

    def _refresh(self) -> None:
        """If the tensor that this is a view of has a new history, take part in it."""
        base, steps, known = self._view  # type: ignore[misc]  # who calls has looked
        if base._node is known:
            return
        self._view = base, steps, base._node
        view = base
        with torch.enable_grad():
            for op, options in steps:
                view = op.apply(view, **options)
        self._requires_grad = view._requires_grad
        self._come_from(view._node)

    def _come_from(self, node: Function | None) -> None:
        """Have a new history, after a write in place. Who retains the gradient goes along."""
        old, self._node = self._node, node
        if old is not None and node is not None and (mine := old.retained.pop(id(self), None)):
            node.retained = {**node.retained, id(self): mine}

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward added up here, of this tensor's shape; None before."""
        if self._node is not None and self._grad is None:
            warnings.warn(NO_LEAF, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of "
                f"size '{list(self.shape)}'. Please ensure that the gradient and the tensor are "
                "the same size"
            )
        self._grad = value

    def accumulate_grad(self, g: Array) -> None:
        """Add the array `g`, which nobody else uses, to .grad."""
        g = hooked(g, self.hooks, self.device)
        if self._grad is None:
            self._grad = torch.Tensor(g, self.device)
        else:
            self._grad.array += g

    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False) -> None:
        """Give every leaf that this tensor came from its gradient.

        `gradient` is that of this tensor, ones where it holds one number and none is given. The
        graph is used up, unless retain_graph says otherwise.
        """
        torch.autograd.backward(self, gradient, retain_graph)

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Handle:
        """Call hook(gradient) when this tensor's gradient is known; what it returns replaces it.

        Returns a handle, whose remove() takes the hook away.

        >>> x = torch.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda g: g * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return Handle(hook, self.grad_fn or self)

    def retain_grad(self) -> None:
        """Keep .grad, though this is not a leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if (node := self.grad_fn) is not None:
            node.retained = {**node.retained, id(self): weakref.ref(self)}

    def detach(self) -> Tensor:
        """The same memory without its history."""
        result = torch.Tensor(self.array, self.device)
        result._memory = self._memory
        return result

    @property
    def data(self) -> Tensor:
        """The same memory, in which writes are seen by nobody's gradient."""
        return torch.Tensor(self.array, self.device)

    @data.setter
    def data(self, value: Tensor) -> None:
        if self._requires_grad and not value.is_floating_point():
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
            )
        self.array, self.device = value.array, value.device
