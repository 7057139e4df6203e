"""Functions with static methods and a `ctx`, as PyTorch writes them: of tensors, not of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # for what builds on tensors: they are not there yet

from .autograd import Function, is_grad_enabled, set_grad_enabled

if TYPE_CHECKING:
    from ._types import Array
    from .tensor import Tensor


class Context(Function):
    """What a Function with static methods is given as `ctx`: the node of its result.

    >>> class Cube(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x**2
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    op: Any
    saved: tuple[Tensor | None, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for backward, which finds them in `saved_tensors`."""
        self.saved = tuple(x if x is None else x.detach() for x in tensors)

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What was saved. RuntimeError if one of them was written over since."""
        for x in self.saved:
            if x is not None and x._memory[0] > self.number:
                self.refuse_changed(x.array)
        return self.saved

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each input whether it needs a gradient."""
        return tuple(parent is not None for parent in self.parents)

    def backward(self, g: Array) -> tuple[Array | None, ...]:
        with set_grad_enabled(False):
            grads = self.op.backward(self, torch.Tensor(g, self.device))
        grads = [*grads] if isinstance(grads, tuple) else [grads]
        while len(grads) > len(self.parents) and grads[-1] is None:
            grads.pop()
        return tuple(getattr(x, "array", x) for x in grads)

    def free(self) -> None:
        self.freed, self.saved = True, ()

    def name(self) -> str:
        return f"{self.op.__name__}Backward"


def applied(op: Any, *inputs: Any) -> Tensor:
    """The result of an `op` with static methods, recorded if an input needs a gradient."""
    node = Context()
    node.op = op
    node.parents = [
        x._node or x if isinstance(x, torch.Tensor) and x.requires_grad else None for x in inputs
    ]
    with set_grad_enabled(False):
        out = op.forward(node, *inputs)
    if not isinstance(out, torch.Tensor):
        raise TypeError(
            f"{op.__name__}.forward must return one tensor, not {type(out).__name__}\n"
            "  Of several results make several Functions."
        )
    result, node.device = out.detach(), out.device
    if any(node.needs_input_grad) and is_grad_enabled() and out.is_floating_point():
        node.record(result, [], node.parents, [])
    return result
