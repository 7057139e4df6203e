"""A student's answers, and each as text that can stand in the package, in the reference's place."""

import ast
import builtins
import re
import symtable
import textwrap
from dataclasses import dataclass

from ..author import editions, lesson

AT_HAND = {
    "math": "import math",
    "np": "import numpy as np",
    "torch": "import tinygrad_lessons as torch",
}


@dataclass(frozen=True)
class Answer:
    """What a student wrote for an exercise, and what it uses of the rest of their notebook."""

    name: str
    source: str
    plain: bool  # nothing happens when it is defined
    helpers: dict  # name -> text of its definition, in the notebook's order

    def text(self, node, there):
        """It in the place of the reference's `node`; `there`: exercises that stand beside it."""
        helpers = [text for name, text in self.helpers.items() if name not in there]
        renamed = self.name != node.name and self.name in _globals(self.source)
        if self.plain and not helpers and not renamed:
            return re.sub(rf"^def {self.name}\b", f"def {node.name}", self.source, count=1)
        inner = textwrap.indent("\n\n".join([*helpers, self.source]), "    ")
        head = f"def {node.name}(*args, **options):"
        return f"{head}\n{inner}\n\n    return {self.name}(*args, **options)"

    def uses(self):
        """The names that it takes from around it."""
        return set().union(*map(_globals, (self.source, *self.helpers.values())))


def answer(exercise, source, others):
    """The Answer in a solution cell's text; `others`: the texts of the notebook's other cells.

    Raises ValueError in words when there is none.
    """
    body = _parse(source)
    own = next((n for n in body if _completes(n, exercise)), None)
    if own is None:
        raise ValueError(f'the cell has no @complete("{exercise}")')
    text = _text(source, own)
    known = {}
    for cell in (*others, source):
        known |= _definitions(cell)
    known.pop(own.name, None)
    return Answer(own.name, text, _is_plain(own), _needed(text, known))


def placed(text, mine):
    """A module's text with `mine`, {exercise: Answer}, in the reference's place."""
    marked = editions.marked(text)
    there = {node.name for _, node in marked if not node.col_offset}
    here = [(mine[id], id, node) for id, node in marked if id in mine]
    lines = text.splitlines()
    for answer, id, node in reversed(here):
        new = f'@exercise("{id}")\n{answer.text(node, there)}'
        lines[_first_line(node) - 1 : node.end_lineno] = _indented(new, node.col_offset)
    used = {name for answer, _, _ in here for name in answer.uses()}
    at, bound = _imports(text)
    missing = [line for name, line in AT_HAND.items() if name in used - bound]
    return "\n".join([*lines[:at], *missing, *lines[at:]]) + "\n"


def _indented(text, columns):
    return textwrap.indent(text, " " * columns).split("\n")


def _parse(source):
    """The statements of a cell, without IPython's own lines."""
    return ast.parse(re.sub(r"^[ \t]*[%!?].*$", "", source, flags=re.MULTILINE)).body


def _completes(node, exercise):
    return any(_marks(mark) == exercise for mark in getattr(node, "decorator_list", ()))


def _marks(mark):
    match mark:
        case ast.Call(ast.Name("complete"), [ast.Constant(str(id))]):
            return id


def _text(source, node):
    """A definition's lines, without `@complete`."""
    lines = source.splitlines()[_first_line(node) - 1 : node.end_lineno]
    return "\n".join(line for line in lines if not line.startswith("@complete("))


def _first_line(node):
    return min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])


def _definitions(source):
    """{name: text} of what a cell defines at its left margin."""
    try:
        body = _parse(source)
    except SyntaxError:
        return {}
    if lesson.check_cell(source):
        return {}
    return {name: _text(source, node) for node in body for name in _defined(node)}


def _defined(node):
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [a.asname or a.name.partition(".")[0] for a in node.names]
        case ast.Assign():
            return [n.id for target in node.targets for n in ast.walk(target) if _is_name(n)]
        case ast.AnnAssign(ast.Name(name)):
            return [name]
    return []


def _is_name(node):
    return isinstance(node, ast.Name)


def _needed(text, known):
    """The definitions that a text uses, and those that they use, in the order of `known`."""
    found, todo = set(), [text]
    while todo:
        new = (_globals(todo.pop()) & known.keys()) - found - AT_HAND.keys()
        found |= new
        todo += [known[name] for name in new]
    return {name: known[name] for name in known if name in found}


def _globals(text):
    """The names that a text takes from around it."""
    top = symtable.symtable(text, "cell", "exec")
    return {
        symbol.get_name()
        for table in _tables(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    } - vars(builtins).keys()


def _tables(table):
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _is_plain(node):
    """Whether to define it computes nothing that could fail while the package is imported."""
    if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) > 1:
        return False
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None]
    noted = [a for a in (*arguments, node) if getattr(a, "annotation", getattr(a, "returns", None))]
    return not noted and all(isinstance(d, ast.Constant | ast.UnaryOp) for d in defaults)


def _imports(text):
    """(the number of lines before a module's first import, the names that it imports)."""
    found = [n for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
    at = found[0].lineno - 1 if found else 0
    return at, {name for node in found for name in _defined(node)}
