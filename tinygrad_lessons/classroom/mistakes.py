"""Where the mistakes of a course made by version 0.1 find their marks."""

from .author.mistakes import also_right, equivalent, mistake

__all__ = ["also_right", "equivalent", "mistake"]
