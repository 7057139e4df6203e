"""What a tensor is: an array on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import tinygrad_lessons as torch  # for what builds on tensors: they are not there yet

from .. import dtypes
from ..devices import Device
from ..shapes import Size, axis

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._types import Array
    from ..autograd import Function
    from . import Tensor


class Base:
    """An array, its device, and what the other families of methods know about it.

    _node    the operation that it came from; None for a leaf
    _memory  [time of the last write in place], shared by all that share the numbers
    _view    (base, steps, the base's node then) for a view: the steps make it from the base
    """

    __slots__ = (
        "array", "device", "_requires_grad", "_node", "_grad", "_memory", "_view", "hooks",
        "__weakref__",
    )  # fmt: skip
    array: Array
    device: Device
    hooks: tuple[Callable[..., Any], ...]
    _requires_grad: bool
    _node: Function | None
    _grad: Tensor | None
    _memory: list[int]
    _view: tuple[Any, tuple[Any, ...], Function | None] | None
    __array_ufunc__ = None  # NumPy's scalars and arrays then leave arithmetic to us

    def __init__(
        self, array: Any = (), device: Any = None, requires_grad: Any = False, *sizes: int
    ) -> None:
        if not isinstance(device, Device):
            array, device, requires_grad = from_user(array, device, requires_grad, *sizes)
        self.array, self.device, self._requires_grad = array, device, requires_grad
        self._node = self._grad = self._view = None
        self._memory, self.hooks = [0], ()

    @property
    def shape(self) -> Size:
        """How many numbers lie along each axis."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The kind of its numbers: torch.float32 and so on."""
        return dtypes.of(self.array)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.array.ndim

    @property
    def nbytes(self) -> int:
        """How many bytes its numbers take."""
        return self.array.nbytes

    @overload
    def size(self, dim: None = None) -> Size: ...
    @overload
    def size(self, dim: int) -> int: ...
    def size(self, dim: int | None = None) -> Size | int:
        """The shape, or how many numbers lie along `dim`."""
        if dim is not None and not self.ndim:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        return self.shape if dim is None else self.array.shape[axis(dim, self.ndim)]

    def dim(self) -> int:
        """How many axes it has."""
        return self.array.ndim

    def numel(self) -> int:
        """How many numbers it holds."""
        return self.array.size

    def nelement(self) -> int:
        """How many numbers it holds."""
        return self.array.size

    @overload
    def stride(self, dim: None = None) -> tuple[int, ...]: ...
    @overload
    def stride(self, dim: int) -> int: ...
    def stride(self, dim: int | None = None) -> tuple[int, ...] | int:
        """How many numbers apart neighbours lie, along `dim` or along each axis."""
        strides = [n // self.array.itemsize for n in self.array.strides]
        if not self.array.size:
            strides = [*torch.contiguous_strides(self.array.shape)]
        for i in range(self.ndim - 1, -1, -1):  # an axis of size 1 is as long as what follows
            if self.array.shape[i] == 1 and not strides[i]:
                strides[i] = self.array.shape[i + 1] * strides[i + 1] if i + 1 < self.ndim else 1
        return tuple(strides) if dim is None else strides[axis(dim, self.ndim)]

    def is_contiguous(self) -> bool:
        """Whether its numbers lie row by row, without gaps."""
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> bool:
        """Whether its dtype is float16, float32 or float64."""
        return self.dtype.is_floating_point

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __hash__(self) -> int:
        return id(self)


def from_user(*inputs: Any) -> tuple[Array, Device, bool]:
    """What torch.Tensor(2, 3) and torch.Tensor([1, 2]) hold: float32 on the CPU."""
    given = inputs[: next((i for i, x in enumerate(inputs) if x is None or x is False), None)]
    if len(given) > 1 and isinstance(given[1], str):  # torch.Tensor([1, 2], "cpu")
        made = torch.tensor(given[0], dtype=torch.float32, device=given[1])
    else:
        made = torch.FloatTensor(*given)
    return made.array, made.device, False
