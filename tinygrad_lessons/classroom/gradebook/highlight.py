"""Python's text as HTML: keywords, strings, numbers, comments and names that are defined."""

import html
from functools import lru_cache

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

KINDS = {
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "m",
    Comment: "c",
    Name.Function: "d",
    Name.Class: "d",
    Name.Decorator: "d",
}


@lru_cache(4096)
def python(text):
    """The text with a span around what has a colour."""
    return "".join(_shown(*token) for token in PythonLexer().get_tokens(text)).rstrip("\n")


def _shown(kind, value):
    name = next((name for known, name in KINDS.items() if kind in known), None)
    return f'<span class="{name}">{html.escape(value)}</span>' if name else html.escape(value)
