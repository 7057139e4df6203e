"""A new exercise: reference function, cells and first mistake, ready to be filled in."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from . import Problem, editions, lesson, sync

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


### BEGIN HIDDEN TESTS
def one_row(torch, device, rng, observe):
    x = torch.tensor(rng.standard_normal((1, 3)), device=device)
    observe("{function}(x)", lambda: torch.{module}.{function}(x))
### END HIDDEN TESTS
check("{id}")"""
MISTAKE = """

@mistake("{id}", "Which shape should come out, and which does? Try a matrix that is not square.")
def rows_for_columns(x):
    return x.sum(1)
"""


def add(course, name, id, module):
    """Add exercise `id` at the end of a lesson. Returns the files that were changed.

    Raises Problem when the id is taken or not made of letters, digits and "-", or when there is
    no such module.
    """
    one = lesson.load(course, name)
    paths = _paths(course, one, module)
    _refuse(id, one, paths[0])
    words = {"id": id, "module": module, "number": len(one.exercises) + 1}
    words |= {"function": id.replace("-", "_").lower(), "words": id.replace("-", " ")}
    _append(paths[0], REFERENCE.format(**words))
    _append(paths[2], MISTAKE.format(**words))
    cells = [
        new_markdown_cell(HEADING.format(**words), id=f"about-{id}"),
        new_code_cell(SOLUTION.format(**words), id=id),
        new_code_cell(CHECK.format(**words), id=f"check-{id}"),
    ]
    one.notebook.cells += cells
    editions.targets.cache_clear()
    sync.sync(one.notebook)
    paths[1].write_text(nbformat.writes(one.notebook, indent=1) + "\n", encoding="utf-8")
    return paths


def _paths(course, one, module):
    path = Path(editions.REFERENCE, *module.split(".")).with_suffix(".py")
    if not path.exists():
        raise Problem(f"There is no module {path}. Make it, with the line: {IMPORT}")
    mistakes = Path(course) / "mistakes" / f"{one.name}.py"
    return [path, one.folder / f"{one.name}.ipynb", mistakes]


IMPORT = "from .exercise import exercise"


def _refuse(id, one, path):
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", id):
        raise Problem(f"{id!r} cannot be an id: it may have letters, digits and -, no spaces.")
    if id in editions.targets():
        raise Problem(f"There is an exercise {id!r} already, in {editions.targets()[id].module}.")
    if "import exercise" not in path.read_text(encoding="utf-8"):
        raise Problem(f"{path} does not import the mark. Add the line: {IMPORT}")


def _append(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)
