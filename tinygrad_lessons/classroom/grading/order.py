"""Where a lost exercise uses a name that another cell gives another meaning: said, never graded."""

import ast
import builtins

from ..author import lesson

MOST = 3  # names in one finding


def findings(exercises, texts):
    """A finding for each exercise of `exercises` that uses such a name; `texts`: the code cells."""
    trees = dict(enumerate(map(_parsed, texts), 1))
    homes = {lesson.completes(tree): tree for tree in trees.values()}
    bound = {name: where for name, where in _bound(trees).items() if _differs(name, where)}
    found = []
    for exercise in set(exercises) & homes.keys():
        if names := sorted(_used(homes[exercise]) & bound.keys()):
            told = "; ".join(f"{name} in {_places(bound[name])}" for name in names[:MOST])
            found.append(f"{exercise} uses names that have more than one meaning: {told}.")
    return sorted(found)


def _parsed(text):
    return lesson.parsed(text) or ast.Module([], [])


def _bound(trees):
    """{name: {number of a cell: the text that binds it there, at the left margin}}."""
    found = {}
    for number, tree in trees.items():
        for node in tree.body:
            for name in _binds(node):
                found.setdefault(name, {})[number] = ast.unparse(node)
    return found


def _binds(node):
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {(a.asname or a.name).partition(".")[0] for a in node.names}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Delete() | ast.For():
            names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            return {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    return set()


def _used(tree):
    """The names that the functions of a cell take from around them, or may."""
    loads = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_load(n)}
    return loads - {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}


def _is_load(node):
    return isinstance(node.ctx, ast.Load)


def _differs(name, where):
    """Whether a built-in's name is taken, or a name is bound in two ways."""
    return hasattr(builtins, name) or len(set(where.values())) > 1


def _places(where):
    numbers = ", ".join(map(str, where))
    return f"code cell{'s' if len(where) > 1 else ''} {numbers}"
