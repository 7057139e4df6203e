"""Other dtypes, other devices."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .. import dtypes, ops
from ..exercise import exercise
from .movement import Movement

if TYPE_CHECKING:
    from .._types import Data, Number
    from . import Tensor


class To(Movement):
    """`to` as students write it."""

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


class Cast(To):
    """The methods that change what the numbers are kept in. All but `to` are short for it."""

    __slots__ = ()

    def to(
        self, device: Any = None, dtype: Any = None, non_blocking: Any = False, copy: Any = False
    ) -> Tensor:
        """This tensor on `device` and as `dtype`: itself where nothing changes, else a copy.

        x.to("cuda"), x.to(torch.float64), x.to("cpu", torch.int64), x.to(y) as y is.
        With copy=True it is a copy in any case. Copies wait, whatever non_blocking says.
        """
        if isinstance(device, torch.Tensor):
            device, dtype = device.device, device.dtype
        device, dtype = (
            dtypes.of_kind(dtypes.resolve(x)) if isinstance(x, builtins.type) else x
            for x in (device, dtype)
        )
        result = super().to(device, dtype)
        return result.clone() if copy and result is self else result

    def type(self, dtype: Any = None) -> Any:
        """As `to`, of a dtype or its name: "torch.FloatTensor". Without one, that name."""
        if dtype is None:
            return f"torch.{self.dtype.legacy}Tensor"
        return self.to(dtypes.named(dtype) if isinstance(dtype, str) else dtype)

    def new_tensor(self, data: Data, *, dtype: Any = None, device: Any = None) -> Tensor:
        """A new tensor of `data`, of this one's dtype and device unless you say others."""
        return torch.tensor(data, dtype=dtype or self.dtype, device=device or self.device)

    def new_zeros(self, *sizes: Any, dtype: Any = None, device: Any = None) -> Tensor:
        """Zeros of a size, of this one's dtype and device unless you say others."""
        return torch.zeros(*sizes, dtype=dtype or self.dtype, device=device or self.device)

    def new_ones(self, *sizes: Any, dtype: Any = None, device: Any = None) -> Tensor:
        """Ones of a size, of this one's dtype and device unless you say others."""
        return torch.ones(*sizes, dtype=dtype or self.dtype, device=device or self.device)

    def new_empty(self, *sizes: Any, dtype: Any = None, device: Any = None) -> Tensor:
        """Any numbers, of a size, of this one's dtype and device unless you say others."""
        return torch.empty(*sizes, dtype=dtype or self.dtype, device=device or self.device)

    def new_full(
        self, size: Any, fill_value: Number, *, dtype: Any = None, device: Any = None
    ) -> Tensor:
        """`fill_value` in a size, of this one's dtype and device unless you say others."""
        kind = dtype or self.dtype
        return torch.full(size, fill_value, dtype=kind, device=device or self.device)

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

    def short(self) -> Tensor:
        """Its numbers as int16; what is behind the point is cut off."""
        return self._as(dtypes.int16.np)

    def byte(self) -> Tensor:
        """Its numbers as uint8; what is behind the point is cut off."""
        return self._as(dtypes.uint8.np)

    def bool(self) -> Tensor:
        """True where the number is not 0."""
        return self._as(dtypes.bool.np)
