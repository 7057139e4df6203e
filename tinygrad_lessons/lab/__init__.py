"""What a notebook calls: `complete` and `check` exercises, `predict` results."""

from ..exercise import complete
from .check import check
from .predict import predict

__all__ = ["check", "complete", "predict"]
