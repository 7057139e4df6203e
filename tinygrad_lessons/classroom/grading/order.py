"""Names that a notebook uses for two things: what a cell below may change for an exercise above.

Read from the cells' text. It decides only whether an exercise has a second look, and what is said.
"""

import ast
import builtins
import re
import symtable
from functools import cached_property

from ..author import lesson

MOST = 3  # names in one finding
HARMLESS = {"matplotlib", "config", "pip", "conda", "load_ext", "autoreload", "pdb"}  # magics
REACHING = {"setattr", "delattr", "exec", "eval", "globals", "locals", "vars", "reload"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Names:
    """What the code cells of a notebook bind and use; read only where something failed."""

    def __init__(self, texts):
        self.texts = texts

    @cached_property
    def trees(self):
        return [lesson.parsed(text) or ast.Module([], []) for text in self.texts]

    @cached_property
    def bound(self):
        """{name: {index of a cell: how it binds the name}}"""
        found = {}
        for i, tree in enumerate(self.trees):
            for node in _at_the_margin(tree):
                for name in _binds(node):
                    found.setdefault(name, {})[i] = node
        return found

    @cached_property
    def globals(self):
        return [_globals(tree) for tree in self.trees]

    def used(self, exercise):
        """The names that an exercise takes from around it, and those that these take."""
        homes = [i for i, tree in enumerate(self.trees) if lesson.completes(tree) == exercise]
        found = set().union(*(self.globals[i] for i in homes))
        while more := self._of(found) - found:
            found |= more
        return found

    def _of(self, names):
        cells = {i for name in names for i in self.bound.get(name, ())}
        return set().union(*(self.globals[i] for i in cells))

    def may_change(self, exercise, after):
        """Whether a cell from `after` on may give an exercise's names another meaning."""
        used = self.used(exercise)
        modules = {n for n, where in self.bound.items() if any(map(_imports, where.values()))}
        data = {n for n in used if any(map(_assigns, self.bound.get(n, {}).values()))}
        return any(
            lesson.completes(self.trees[i]) == exercise
            or _is_magic(self.texts[i])
            or any(i in self.bound.get(name, ()) for name in used)
            or data & self.globals[i]
            or _reaches(self.trees[i], used | modules)
            for i in range(after, len(self.texts))
        )

    def finding(self, exercise):
        """What is said of a lost exercise whose names have more than one meaning; or ""."""
        names = sorted(n for n in self.used(exercise) & self.bound.keys() if self._differs(n))
        told = "; ".join(f"{name} in {self._places(name)}" for name in names[:MOST])
        return f"{exercise} uses names that have more than one meaning: {told}." if told else ""

    def _differs(self, name):
        texts = {ast.unparse(node) for node in self.bound[name].values()}
        return hasattr(builtins, name) or len(texts) > 1

    def _places(self, name):
        numbers = [str(i + 1) for i in self.bound[name]]
        return f"code cell{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _at_the_margin(tree):
    """The nodes of a cell that are in no function's body."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def _binds(node):
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {(a.asname or a.name).partition(".")[0] for a in node.names}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Delete() | ast.For():
            return {n.id for n in ast.walk(node) if _is_stored(n)}
        case ast.NamedExpr() | ast.withitem():
            return {n.id for n in ast.walk(node) if _is_stored(n)}
    return set()


def _is_stored(node):
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)


def _imports(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def _assigns(node):
    return not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def _globals(tree):
    """The names that a cell takes from the notebook."""
    try:
        top = symtable.symtable(ast.unparse(tree), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set()
    tables, found = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        symbols = (s for s in table.get_symbols() if s.is_referenced())
        found |= {s.get_name() for s in symbols if table is top or s.is_global()}
    return found


def _is_magic(text):
    """Whether a cell has a line of IPython's that may do anything, such as %reset."""
    names = re.findall(r"^[ \t]*%+[ \t]*(\w*)", text, re.MULTILINE)
    return bool(set(names) - HARMLESS)


def _reaches(tree, names):
    """Whether a cell writes into what a name stands for, or may do so unseen."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
                if _root(node) in names:
                    return True
            case ast.Global(found) if set(found) & names:
                return True
            case ast.Name(name) | ast.Attribute(attr=name) if name in REACHING:
                return True
            case ast.alias("*"):
                return True
    return False


def _root(node):
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)
