"""Tensor: an array, the device it lives on, and where it came from.

Its methods stand by family, each class adding one to those before it: base (what a tensor is),
gradient, host (its numbers there), movement (views and copies), cast, arithmetic, reduce, memory
(writes in place).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import printing
from .memory import Memory

if TYPE_CHECKING:
    from ..devices import Device


class Tensor(Memory):
    """Numbers of one dtype in a grid, on one device. Make one by `torch.tensor`.

    array is the device's own array: NumPy's, CuPy's or the simulator's.

    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([[2., 4.],
            [6., 8.]])
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return printing.tensor_repr(self)

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment."
            )
        host = self.device.download(self.array)
        return rebuild, (type(self), host, self.device, self._requires_grad, self._grad)


def rebuild(
    cls: type[Tensor], array: Any, device: Device, requires_grad: bool, grad: Tensor | None
) -> Tensor:
    """A tensor that was pickled or copied."""
    tensor = cls.__new__(cls)
    Tensor.__init__(tensor, device.upload(array), device, requires_grad)
    tensor._grad = grad
    return tensor
