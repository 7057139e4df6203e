"""Other dtypes, other devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .. import dtypes, ops
from ..exercise import exercise
from .movement import Movement

if TYPE_CHECKING:
    from . import Tensor


class Cast(Movement):
    """The methods that change what the numbers are kept in. All but `to` are short for it."""

    __slots__ = ()

    @exercise("to")
    def to(self, device=None, dtype=None):
        """This tensor on `device` and as `dtype`: itself where nothing changes, else a copy."""
        if isinstance(device, torch.dtype):
            device, dtype = None, device
        result = self
        if dtype is not None and dtype is not self.dtype:
            result = torch.ops.Cast.apply(result, to=dtype.np)
        if device is not None and torch.device(device) is not self.device:
            result = torch.ops.Transfer.apply(result, to=torch.device(device))
        return result

    def cpu(self) -> Tensor:
        """This tensor on the CPU."""
        return self.to("cpu")

    def cuda(self) -> Tensor:
        """This tensor on the GPU."""
        return self.to("cuda")

    def _as(self, kind: Any) -> Any:
        """This tensor with the numbers of NumPy's dtype `kind`."""
        return self if self.array.dtype == kind else ops.Cast.apply(self, to=kind)

    def half(self) -> Tensor:
        """Its numbers as float16."""
        return self._as(dtypes.float16.np)

    def float(self) -> Tensor:
        """Its numbers as float32."""
        return self._as(dtypes.float32.np)

    def double(self) -> Tensor:
        """Its numbers as float64."""
        return self._as(dtypes.float64.np)

    def int(self) -> Tensor:
        """Its numbers as int32; what is behind the point is cut off."""
        return self._as(dtypes.int32.np)

    def long(self) -> Tensor:
        """Its numbers as int64; what is behind the point is cut off."""
        return self._as(dtypes.int64.np)

    def bool(self) -> Tensor:
        """True where the number is not 0."""
        return self._as(dtypes.bool.np)
