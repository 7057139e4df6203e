"""Where the configuration of a course made by version 0.1 finds our steps inside nbgrader."""

from .gradebook.steps import configure

__all__ = ["configure"]
