"""What an instructor runs. No edition holds it, and nothing outside it imports it."""


class Problem(Exception):
    """Something that the person at the command line can mend; its text says what and how."""
