"""What an instructor runs. No edition holds it, and nothing outside it imports it."""

import sys

# nbformat's jsonschema would spend most of a second on a grammar for addresses that is never used
sys.modules.setdefault("rfc3987_syntax", None)


class Problem(Exception):
    """Something that the person at the command line can mend; its text says what and how."""
