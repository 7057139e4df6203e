"""A lesson as its notebook tells it: which exercises, in which order, with which checks."""

import ast
import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from .. import Problem
from ..names import notebooks as names_of

BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
CHECK_ARGUMENTS = ["torch", "device", "rng", "observe"]
STUB = re.compile(r"([\w-]{1,60}) is yours to write: lesson [\w-]{1,60}, exercise \d{1,4}")


@dataclass(frozen=True)
class CheckFunction:
    """A function of a check cell; a hidden one is not in the release."""

    name: str
    hidden: bool


@dataclass(frozen=True)
class CheckCell:
    """The text of a check cell without its last line, `check("gram")`, and the checks in it."""

    exercise: str
    source: str
    checks: tuple


@dataclass(frozen=True)
class Exercise:
    """One function that students write; `number` counts from 1 within the lesson."""

    id: str
    lesson: str
    number: int
    points: float
    cell: CheckCell


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course."""

    name: str
    folder: Path
    notebook: nbformat.NotebookNode
    exercises: tuple

    @property
    def number(self):
        return int(self.name[:2])


def assignments(course):
    """What can be released, in order: lessons, and any other folder of notebooks in source/.

    Raises Problem when `course` is no course folder.
    """
    source = Path(course) / "source"
    if not source.is_dir():
        raise Problem(
            f"There is no course in {Path(course)}: it has no folder source/. "
            "Go to the folder that holds course/, or name it: --course DIR"
        )
    return sorted({p.parent.name for p in source.glob("*/*.ipynb")})


def is_lesson(course, name):
    """Whether an assignment is a lesson: numbered, and with a notebook of its own name."""
    there = Path(course, "source", name, f"{name}.ipynb").exists()
    return bool(re.match(r"\d\d_", name)) and there


def names(course):
    """The lessons of a course, in order. Raises Problem where there are none."""
    found = [name for name in assignments(course) if is_lesson(course, name)]
    if not found:
        raise Problem(
            f"There is no lesson in {Path(course) / 'source'}: "
            "none is at 03_gram/03_gram.ipynb or the like."
        )
    return found


def known(course, name):
    """The names of an assignment's notebooks. Raises Problem when there is no such assignment."""
    return _known(course, name, assignments(course)) and names_of(Path(course, "source"), name)


def _known(course, name, there):
    if name not in there:
        raise Problem(
            f"There is no lesson {name!r} in {Path(course) / 'source'}.{guess(name, there)}"
        )
    return name


def guess(name, known):
    """A sentence for someone who misspelt a name."""
    near = difflib.get_close_matches(name, known, 1, 0.4)
    return f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known) or 'none'}."


def load(course, name):
    """The lesson `name`. Raises Problem when there is none."""
    folder = Path(course) / "source" / _known(course, name, names(course))
    notebook = read(folder / f"{name}.ipynb")
    return Lesson(name, folder, notebook, tuple(exercises(name, notebook)))


def read(path):
    """The notebook in a file. Raises Problem when it is none."""
    try:
        return nbformat.read(path, 4)
    except OSError:
        raise
    except Exception as error:  # nbformat has many ways to say what it is not
        words = " ".join(str(error).split())
        raise Problem(f"{path} is no notebook that can be read: {words[:100]}") from None


def load_all(course):
    """Every lesson of the course, in order."""
    return [load(course, name) for name in names(course)]


def exercises(name, notebook):
    """The exercises of a notebook, in the order of its check cells."""
    number = 0
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := check_cell(cell.source)):
            number += 1
            points = float(cell.metadata.get("nbgrader", {}).get("points", 1))
            yield Exercise(found.exercise, name, number, points, found)


def check_cell(source):
    """The CheckCell of a cell that ends in `check("an-id")`; None for any other cell."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    match body[-1] if body else None:
        case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(str(exercise))])):
            lines = source.splitlines()[: body[-1].lineno - 1]
            return CheckCell(exercise, "\n".join(lines), tuple(_checks(body, lines)))


def _checks(body, lines):
    hidden = {number for number, _, inside in _numbered(lines) if inside}
    for node in body:
        if isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args] == CHECK_ARGUMENTS:
            yield CheckFunction(node.name, node.lineno in hidden)


def without_hidden(source):
    """A cell's text without what stands between the marks of hidden tests."""
    lines = source.splitlines(keepends=True)
    return "".join(line for _, line, inside in _numbered(lines) if not inside)


def _numbered(lines):
    """Yields (number, line, whether it is in hidden tests, their marks with them), as nbgrader."""
    inside = False
    for number, line in enumerate(lines, 1):
        inside = inside or BEGIN in line
        yield number, line, inside
        inside = inside and END not in line


def is_written(source):
    """Whether a cell's exercise does anything else than to raise NotImplementedError."""
    tree = parsed(source)
    if tree and not tree.body:
        return False
    marked = [n for n in tree.body if any(_ids(n))] if tree else []
    last = marked[0].body[-1] if marked else None
    return not (isinstance(last, ast.Raise) and "NotImplementedError" in ast.unparse(last))


def parsed(source):
    """The syntax tree of a cell, without IPython's own lines; None where it has an error."""
    try:
        return ast.parse(re.sub(r"^[ \t]*[%!?].*$", "", source, flags=re.MULTILINE))
    except SyntaxError:
        return None


def completed(source):
    """The id that a cell's `@complete("an-id")` names; None for any other cell."""
    tree = parsed(source)
    return completes(tree) if tree else None


def completes(tree):
    """The id that a cell's syntax tree completes, or None."""
    return next((id for node in tree.body for id in _ids(node)), None)


def _ids(node):
    """The ids in a definition's `@complete` lines."""
    for mark in getattr(node, "decorator_list", ()):
        match mark:
            case ast.Call(ast.Name("complete"), [ast.Constant(str(exercise))]):
                yield exercise
