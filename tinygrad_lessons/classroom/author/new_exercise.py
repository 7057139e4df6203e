"""A new exercise: reference function, cells and first mistake, ready to be filled in."""

import keyword
import os
import re
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from .. import Problem
from ..storage import write_file
from . import editions, lesson, sync

REFERENCE = '''

@exercise("{id}")
def {function}(x):
    """What it computes, with shapes. (m, n) -> (n,)"""
    return x.sum(0)
'''
HEADING = """### Exercise {number}: {words} (10 minutes, easy)

What is asked, in plain short sentences."""
SOLUTION = '@complete("{id}")\ndef {function}(x):\n    pass'
CHECK = """def a_random_matrix(torch, device, rng, observe):
    x = torch.tensor(rng.standard_normal((4, 3)), device=device)
    observe.given("x", x)
    observe("{function}(x)", lambda: torch.{module}.{function}(x))


def one_row(torch, device, rng, observe):
    x = torch.tensor(rng.standard_normal((1, 3)), device=device)
    observe("{function}(x)", lambda: torch.{module}.{function}(x))


check("{id}")"""
MISTAKE = """

@mistake("{id}", "Which shape should come out, and which does? Try a matrix that is not square.")
def rows_for_columns(x):
    return x.sum(1)


demands("{id}", {{"a sum for each column": rows_for_columns}})
"""


HEAD = '''"""What goes wrong in {lesson}, and what a good teacher would ask then."""

from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake
'''
IMPORT = "from .exercise import exercise"


def add(course, name, id, module):
    """Add exercise `id` at the end of a lesson. Returns the files that were changed.

    Raises Problem, and writes nothing, when the id cannot be one or there is no such module.
    """
    one = lesson.load(course, name)
    _refuse_installed(editions.REFERENCE)
    reference, notebook, mistakes = paths = _paths(course, one, module)
    words = {"id": id, "module": module, "number": len(one.exercises) + 1, "lesson": name}
    words |= {"function": id.replace("-", "_").lower(), "words": id.replace("-", " ")}
    _refuse(id, words["function"], reference)
    with _all_or_none(paths):
        _append(reference, REFERENCE.format(**words))
        _append(mistakes, MISTAKE.format(**words), HEAD.format(**words))
        editions.targets.cache_clear()
        one.notebook.cells += _cells(words)
        sync.sync(one.notebook)
        write_file(notebook, nbformat.writes(one.notebook, indent=1) + "\n")
    return paths


def _cells(words):
    id = words["id"]
    return [
        new_markdown_cell(HEADING.format(**words), id=f"about-{id}"),
        new_code_cell(SOLUTION.format(**words), id=id),
        new_code_cell(CHECK.format(**words), id=f"check-{id}"),
    ]


def _paths(course, one, module):
    path = Path(editions.REFERENCE, *module.split(".")).with_suffix(".py")
    if not re.fullmatch(r"[\w.]+", module) or not path.exists():
        known = [".".join(p.relative_to(editions.REFERENCE).with_suffix("").parts)
                 for p in editions.sources()]  # fmt: skip
        raise Problem(f"There is no module {module!r}.{lesson.guess(module, known)}")
    mistakes = Path(course) / "mistakes" / f"{one.name}.py"
    return [path, one.folder / f"{one.name}.ipynb", mistakes]


def _refuse_installed(package):
    """The reference is part of the package: written there, an update would take it away."""
    if {"site-packages", "dist-packages"} & {*package.parts} or not os.access(package, os.W_OK):
        raise Problem(
            f"The exercise's reference would go into the installed package, {package}, where the "
            "next update overwrites it. Work in a copy of the repository: git clone it, then "
            "pip install -e '.[classroom]' there."
        )


def _refuse(id, function, path):
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", id):
        raise Problem(f"{id!r} cannot be an id: it may have letters, digits and -, no spaces.")
    if keyword.iskeyword(function):
        raise Problem(f"{id!r} cannot be an id: Python keeps the word for itself.")
    if id in editions.targets():
        raise Problem(f"There is an exercise {id!r} already, in {editions.targets()[id].module}.")
    text = path.read_text(encoding="utf-8")
    if function in compile(text, path, "exec").co_names:
        raise Problem(f"{function} is a name in {path.name} already. Choose another id.")
    if "import exercise" not in text:
        raise Problem(f"{path} does not import the mark. Add the line: {IMPORT}")


@contextmanager
def _all_or_none(paths):
    """When a step fails, all files are as they were."""
    before = {p: p.read_bytes() if p.exists() else None for p in paths}
    try:
        yield
    except BaseException:
        for path, data in before.items():
            if data is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != data:
                path.write_bytes(data)
        editions.targets.cache_clear()
        raise


def _append(path, text, head=""):
    before = path.read_text(encoding="utf-8") if path.exists() else head
    write_file(path, before + text)
