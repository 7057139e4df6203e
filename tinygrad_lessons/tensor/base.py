"""What a tensor is: an array on a device. And its numbers, on the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .. import dtypes
from ..exercise import exercise
from ..shapes import Size, axis

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._types import Array
    from ..autograd import Function
    from ..devices import Device
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

    def __init__(self, array: Array, device: Device, requires_grad: bool = False) -> None:
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

    @overload
    def stride(self, dim: None = None) -> tuple[int, ...]: ...
    @overload
    def stride(self, dim: int) -> int: ...
    def stride(self, dim: int | None = None) -> tuple[int, ...] | int:
        """How many numbers apart neighbours lie, along `dim` or along each axis."""
        strides = tuple(n // self.array.itemsize for n in self.array.strides)
        return strides if dim is None else strides[axis(dim, self.ndim)]

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

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec) if self.ndim else format(self.item(), spec)

    def __hash__(self) -> int:
        return id(self)

    # Its numbers, on the host

    def item(self) -> Any:
        """The one number of this tensor, as Python's. More or fewer raise RuntimeError."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar"
            )
        return self._on_host("item()").item()

    def tolist(self) -> Any:
        """Its numbers as nested lists, or as one number of Python's where there are no axes."""
        return self._on_host("tolist()").tolist()

    def _on_host(self, door: str) -> np.ndarray[Any, Any]:
        return self.device.download(self.array, implicit=f".{door}")

    def __bool__(self) -> bool:
        if self.array.size != 1:
            many = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")
        return bool(self.item())

    def __float__(self) -> float:
        return float(self._one())

    def __int__(self) -> int:
        return int(self._one())

    def _one(self) -> Any:
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __index__(self) -> int:
        if self.dtype.is_floating_point or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self.device.type != "cpu" or self._requires_grad:
            self.numpy()  # refuses, and says why
        return np.array(self.array, dtype, copy=copy)

    @exercise("numpy")
    def numpy(self):
        """This tensor's memory as a NumPy array: a change of one is a change of both."""
        if self.device.type != "cpu":
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to "
                "copy the tensor to host memory first."
            )
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return self.array.view()
