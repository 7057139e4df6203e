"""What a notebook calls: `complete` and `check` exercises, `predict` results, `pictures`."""

from ..exercise import complete
from . import pictures
from .check import check
from .predict import predict

__all__ = ["check", "complete", "pictures", "predict"]
