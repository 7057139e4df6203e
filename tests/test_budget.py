"""What keeps the package small and in order: lines, width, who imports whom."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tinygrad_lessons"
FILES = sorted(PACKAGE.rglob("*.py"))
BUDGET = 5900  # with sim.py apart, which is a library of its own; types and signatures count
LAYERS = {"core": 0, "lab": 1, "classroom": 2}


def layer(path):
    top = path.relative_to(PACKAGE).parts[0]
    if top == "__main__.py":  # what a student runs: it stands on the lab
        return "lab"
    return top if top in LAYERS else "core"


def lines_of_code(path):
    """Lines with something else on them than comments and docstrings."""
    source = path.read_text()
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in silent and token.type != tokenize.ENDMARKER:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if node.value.value is ...:  # all that a stub or an overload says
                continue
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def imported(path):
    """Full names of what a file imports, at any place in it."""
    package = (PACKAGE.name, *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def test_the_core_stays_within_its_budget():
    core = {
        str(path.relative_to(PACKAGE)): lines_of_code(path)
        for path in [*FILES, *PACKAGE.rglob("*.pyi")]
        if layer(path) == "core" and path.name != "sim.py"
    }
    table = "\n".join(f"{n:5} {name}" for name, n in sorted(core.items(), key=lambda x: -x[1]))
    assert sum(core.values()) <= BUDGET, f"{sum(core.values())} lines of code:\n{table}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_line_is_wider_than_100(path):
    wide = [n for n, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 100]
    assert not wide, f"{path}: lines {wide}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_from_classroom_to_lab_to_core_and_never_back(path):
    mine = LAYERS[layer(path)]
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == PACKAGE.name and len(parts) > 1:
            assert LAYERS.get(parts[1], 0) <= mine, f"{path.name} imports {name}"


def modules_after(statements):
    code = f"import sys; {statements}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_brings_numpy_and_little_else():
    new = modules_after("import tinygrad_lessons") - modules_after("import numpy")
    tops = {name.partition(".")[0] for name in new}
    assert tops - sys.stdlib_module_names == {"tinygrad_lessons"}
    assert not new & {"asyncio", "email", "http.client", "ssl", "urllib.request"}  # slow ones
