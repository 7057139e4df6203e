"""What max, min, sort and topk give: torch.return_types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .tensor import Tensor


class Picked(NamedTuple):
    """The numbers that were chosen, and where they were."""

    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        name = f"tinygrad_lessons.return_types.{type(self).__name__}"
        return f"{name}(\nvalues={self.values!r},\nindices={self.indices!r})"


class max(Picked):
    """The largest numbers along an axis, and where they were."""


class min(Picked):
    """The smallest numbers along an axis, and where they were."""


class sort(Picked):
    """The numbers in order along an axis, and where they were."""


class topk(Picked):
    """The k largest or smallest numbers along an axis, and where they were."""
