"""A tensor's numbers on the host: as Python's, as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import exercise
from .gradient import Gradient

NOT_ON_THE_HOST = (
    "can't convert {} device type tensor to numpy. Use Tensor.cpu() to "
    "copy the tensor to host memory first."
)
REQUIRES_GRAD = (
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
)


class Host(Gradient):
    """The methods that bring numbers to the host; for a device they wait until these are there."""

    __slots__ = ()

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
        # numpy() says the same, but in the lessons before its own it is yet to be written
        if self.device.type != "cpu":
            raise TypeError(NOT_ON_THE_HOST.format(self.device))
        if self._requires_grad:
            raise RuntimeError(REQUIRES_GRAD)
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

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec) if self.ndim else format(self.item(), spec)
