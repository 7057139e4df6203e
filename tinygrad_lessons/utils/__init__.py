"""`torch.utils`: only `data` is here."""

from tinygrad_lessons.utils import data

__all__ = ["data"]
