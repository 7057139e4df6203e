"""Exercises: `exercise` marks what students write, `complete` puts theirs in its place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F")

PACKAGE = __name__.partition(".")[0]

marked: dict[str, Any] = {}  # id -> the function as this package has it
written: dict[str, Any] = {}  # id -> the function that replaced it
_given: dict[str, Any] = {}  # packed text -> the function that it defines
_places: dict[
    str, list[tuple[Any, str]]
] = {}  # id -> [(module or class, name), ...] where the function is bound


def exercise(id: str) -> Callable[[Any], Callable[..., Any]]:
    """Mark a function or method as the exercise `id`. The function itself is not changed.

    Its text goes into a notebook and has no types: a type checker lets it be called with anything.
    """

    def mark(function: Any) -> Any:
        marked[id] = function
        return function

    return mark


def complete(id: str) -> Callable[[F], F]:
    """Put the decorated function in the place of exercise `id`, wherever the package uses it.

    Raises LookupError when there is no such exercise.
    """

    def put(function: F) -> F:
        replace(id, function)
        return function

    return put


def replace(id: str, function: Any) -> None:
    """Bind `function` to every name that the exercise `id` has in the package."""
    for space, name in places(id):
        setattr(space, name, function)
    written[id] = function


def places(id: str) -> list[tuple[Any, str]]:
    """[(module or class, name), ...] to which the function of exercise `id` is bound."""
    if id not in marked:
        import difflib  # slow to import, and hardly ever needed

        near = difflib.get_close_matches(id, marked, 1)
        raise LookupError(
            f"There is no exercise {id!r}." + (f" Did you mean {near[0]!r}?" if near else "")
        )
    if id not in _places:
        modules = [m for name, m in sys.modules.items() if name.partition(".")[0] == PACKAGE]
        classes = {c for m in modules for c in vars(m).values() if _is_ours(c)}
        _places[id] = [
            (space, name)
            for space in (*modules, *classes)
            for name, value in vars(space).items()
            if value is marked[id]
        ]
    return _places[id]


def _is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__.partition(".")[0] == PACKAGE


def yours(id: str, lesson: str, number: int) -> Any:
    """What a student wrote for a stub. Raises NotImplementedError until there is something."""
    if id not in written:
        raise NotImplementedError(unwritten(id, lesson, number))
    return written[id]


def given(packed: str, space: dict[str, Any]) -> Any:
    """The function of a packed text, among the names of a module: a tool before its lesson."""
    if packed not in _given:
        import base64
        import zlib

        names: dict[str, Any] = {}
        exec(zlib.decompress(base64.b85decode(packed)).decode(), space, names)
        (_given[packed],) = names.values()
    return _given[packed]


def unwritten(id: str, lesson: str, number: int) -> str:
    """What a stub says."""
    return f"{id} is yours to write: lesson {lesson}, exercise {number}"


def is_stub(words: str) -> bool:
    """Whether a NotImplementedError with these words is a stub's. One may refuse by other words."""
    return not words or " is yours to write" in words
