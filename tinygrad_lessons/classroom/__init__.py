"""What an instructor runs. No edition holds it, and nothing outside it imports it."""

import sys
from functools import cache
from importlib import metadata

DEVICES = "cpu", "sim"  # where checks run unless asked otherwise: no machine lacks them

# nbformat's jsonschema would spend most of a second on a grammar for addresses that is never used
sys.modules.setdefault("rfc3987_syntax", None)


class Problem(Exception):
    """Something that the person at the command line can mend; its text says what and how."""


@cache
def version():
    """The version of the package that runs, as results, records and releases note it."""
    return metadata.version("tinygrad-lessons")
