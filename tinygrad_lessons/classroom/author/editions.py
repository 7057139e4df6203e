"""Editions: the package as the student of a lesson gets it, from the reference's syntax tree."""

import ast
import base64
import re
import shutil
import textwrap
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...exercise import PACKAGE
from .. import Problem

REFERENCE = Path(__file__).parents[2]
LEFT_OUT = ("classroom", "__pycache__", "*.pyi")
TOOLS = {"add_", "no-grad", "to", "transpose"}  # the lessons before theirs have them, packed


@dataclass(frozen=True)
class Target:
    """Where an exercise stands in the reference, and its text without the mark."""

    id: str
    module: str
    source: str


@cache
def targets():
    """{id: Target} of every marked function of the reference."""
    found = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for id, node in marked(text):
            found[id] = Target(id, _module(path), unmarked(text, node))
    return found


def sources():
    """The reference's Python files that students get, in a fixed order."""
    files = (p.relative_to(REFERENCE) for p in REFERENCE.rglob("*.py"))
    return [REFERENCE / p for p in sorted(files) if not set(p.parts) & set(LEFT_OUT)]


def marked(text):
    """[(id, node), ...] of the functions and classes under an `@exercise("id")`, in order."""
    found = []
    if "@exercise(" not in text:
        return found
    for node in ast.walk(ast.parse(text)):
        for mark in getattr(node, "decorator_list", ()):
            match mark:
                case ast.Call(ast.Name("exercise"), [ast.Constant(str(id))]):
                    found.append((id, node))
    return sorted(found, key=lambda pair: pair[1].lineno)


def unmarked(text, node):
    """The node's lines at the left margin, without `@exercise`."""
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    lines = textwrap.dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno])).splitlines()
    return "\n".join(line for line in lines if not line.startswith("@exercise("))


def edition(text, stubs, tools=()):
    """A module's text with the exercises of `stubs`, {id: (lesson, number)}, unwritten.

    Those of `tools` work, but nobody reads in it how, and `complete` does not know them.
    """
    lines = text.splitlines()
    found = [(id, node) for id, node in marked(text) if id in stubs or id in tools]
    for id, node in reversed(found):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        new = _tool(text, node) if id in tools else _stub(lines, id, node, *stubs[id])
        lines[first - 1 : node.end_lineno] = new
    names = ["yours"] * any(id in stubs for id, _ in found)
    names += ["given"] * any(id in tools for id, _ in found)
    if names:
        more = ", ".join(["", *names])
        lines = [re.sub(r"^(from [\w.]*exercise import .*)$", rf"\1{more}", line) for line in lines]
    return "\n".join(lines) + "\n"


def _stub(lines, id, node, lesson, number):
    indent = " " * node.col_offset
    call = f'return yours("{id}", "{lesson}", {number})'
    if isinstance(node, ast.ClassDef):
        head = [f"{indent}def {node.name}(*args, **kwargs):"]
        return [f'{indent}@exercise("{id}")', *head, f"{indent}    {call}(*args, **kwargs)"]
    head = _head(lines, node)
    return [f'{indent}@exercise("{id}")', *head, f"{indent}    {call}({_arguments(node.args)})"]


def _tool(text, node):
    packed = base64.b85encode(zlib.compress(unmarked(text, node).encode(), 9)).decode()
    call = f"return given({packed!r}, globals())({_arguments(node.args)})"
    return [*_head(text.splitlines(), node), f"{' ' * node.col_offset}    {call}"]


def _head(lines, node):
    """A function's lines down to its docstring."""
    end = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno - 1
    return lines[node.lineno - 1 : end]


def _arguments(a):
    """The arguments of a function, handed on as they came."""
    parts = [p.arg for p in (*a.posonlyargs, *a.args)]
    parts += [f"*{a.vararg.arg}"] if a.vararg else []
    parts += [f"{p.arg}={p.arg}" for p in a.kwonlyargs]
    parts += [f"**{a.kwarg.arg}"] if a.kwarg else []
    return ", ".join(parts)


def write(folder, lesson, lessons):
    """Write the edition of `lesson` to `folder`/tinygrad_lessons, in the place of an older one."""
    ahead = [e for one in lessons if one.name >= lesson.name for e in one.exercises]
    tools = {e.id for e in ahead if e.id in TOOLS and e.lesson != lesson.name}
    stubs = {e.id: (e.lesson, e.number) for e in ahead if e.id not in tools}
    missing = [id for id in stubs if id not in targets()]
    if missing:
        raise Problem(
            f"The package marks no exercise {missing[0]!r}, but a check cell names it. "
            f'Put @exercise("{missing[0]}") on the reference function.'
        )
    target = Path(folder) / PACKAGE
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(REFERENCE, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in target.rglob("*.py"):
        text = edition(path.read_text(encoding="utf-8"), stubs, tools)
        path.write_text(text, encoding="utf-8")


def _module(path):
    parts = (PACKAGE, *path.relative_to(REFERENCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
