"""What a notebook calls: `check` an exercise, `predict` a result, draw `pictures`."""

from . import pictures
from .check import check
from .predict import predict

__all__ = ["check", "pictures", "predict"]
