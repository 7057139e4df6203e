"""Mutants: small syntactic changes of a reference exercise, to measure how much its checks see."""

import ast
import copy
import importlib
import signal
from contextlib import contextmanager
from dataclasses import dataclass

from ...lab.compare import same
from .. import DEVICES
from ..grading import judge
from . import editions

SECONDS = 5  # a mutant that takes longer is caught

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """A changed function; `line` is the first line of it that differs from the reference."""

    exercise: str
    source: str
    line: str


def mutants(exercise):
    """Every Mutant of an exercise's reference, each with one change."""
    target = editions.targets()[exercise]
    tree = ast.parse(target.source)
    plain = ast.unparse(tree)
    seen = {plain}
    for place in range(sum(1 for _ in ast.walk(tree))):
        for change in CHANGES:
            changed = copy.deepcopy(tree)
            for text in change(list(ast.walk(changed))[place], changed):
                if text not in seen:
                    seen.add(text)
                    yield Mutant(exercise, text, _difference(plain, text))


def _difference(before, after):
    kept = set(before.splitlines())
    return next((li.strip() for li in after.splitlines() if li not in kept), "a line less")


def _constants(node, tree):
    """Numbers one up and one down, truth turned round."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
        yield ast.unparse(tree)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        for other in (node.value + 1, node.value - 2):
            node.value = other
            yield ast.unparse(tree)


def _operators(node, tree):
    """One operator for another."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in OPERATORS:
        node.op = OPERATORS[type(node.op)]()
        yield ast.unparse(tree)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        node.ops[0] = OPERATORS[type(node.ops[0])]()
        yield ast.unparse(tree)


def _operands(node, tree):
    """Left and right exchanged, a sign dropped."""
    if isinstance(node, ast.BinOp):
        node.left, node.right = node.right, node.left
        yield ast.unparse(tree)
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
        yield ast.unparse(tree)


def _arguments(node, tree):
    """Arguments exchanged or left out."""
    if not isinstance(node, ast.Call):
        return
    if len(node.args) > 1:
        node.args[0], node.args[1] = node.args[1], node.args[0]
        yield ast.unparse(tree)
        node.args[0], node.args[1] = node.args[1], node.args[0]
    for i in range(len(node.keywords)):
        left_out = node.keywords.pop(i)
        yield ast.unparse(tree)
        node.keywords.insert(i, left_out)


def _statements(node, tree):
    """A statement left out, a branch always taken or never."""
    for block in (getattr(node, name, None) for name in ("body", "orelse")):
        if isinstance(block, list) and len(block) > 1:
            for i in range(len(block)):
                if not (
                    isinstance(block[i], ast.Expr) and isinstance(block[i].value, ast.Constant)
                ):
                    dropped = block.pop(i)
                    yield ast.unparse(tree)
                    block.insert(i, dropped)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for truth in (True, False) if not isinstance(node, ast.While) else (False,):
            node.test = ast.Constant(truth)
            yield ast.unparse(tree)


CHANGES = (_constants, _operators, _operands, _arguments, _statements)


def caught(mutant, cell, seeds=(0, 1, 2), devices=DEVICES):
    """Whether any check of the cell tells the mutant from the reference."""
    try:
        function = compiled(mutant)
    except Exception:  # it does not even compile, or stops at its decorators
        return True
    return any(
        _told_apart(function, cell, check.name, device, judge.seed_of("mutants", s))
        for check in cell.checks
        for device in devices
        for s in seeds
    )


def compiled(mutant):
    """The mutant as a function, in a copy of its module's names."""
    module = importlib.import_module(editions.targets()[mutant.exercise].module)
    space = dict(vars(module))
    exec(compile(mutant.source, f"mutant of {mutant.exercise}", "exec"), space)
    return space[ast.parse(mutant.source).body[0].name]


def _told_apart(function, cell, check, device, seed):
    right = judge.expected(cell, check, device, seed)
    try:
        with _time_limit(), judge.replaced(cell.exercise, function):
            return not same(right, judge.expected(cell, check, device, seed))
    except TimeoutError:
        return True


@contextmanager
def _time_limit():
    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
