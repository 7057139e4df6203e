"""Gradients between backward and step, as a type checker sees it."""

from collections.abc import Iterable

from .._types import Float
from ..tensor import Tensor

def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], limit: Float) -> Tensor: ...
