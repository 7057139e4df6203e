"""The page that JupyterLab opens first: the lessons, what passes, what is next."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from . import workspace
from .sync import KERNEL

HEAD = """# Seven lessons

In each lesson you write a few functions of a small torch. Open a lesson, run its cells from the top
with Shift+Enter, write the exercises, and run the check under each.

Run the cell below to see what passes and what is next.
"""

STATUS = "%run .status.py"

SCRIPT = '''"""Prints the lessons as a table: what passes, what is next, minutes left."""

import sys
from pathlib import Path

lessons = sorted(Path().glob("[0-9][0-9]_*"))
sys.path.insert(0, str(lessons[-1]))

from tinygrad_lessons.lab import progress  # noqa: E402

progress.show(lessons)
'''


def write(folder):
    """Write start.ipynb and the script that its cell runs."""
    links = "\n".join(
        f"- [{title(folder, name)}]({name}/{name}.ipynb)" for name in workspace.names(folder)
    )
    notebook = new_notebook(
        cells=[new_markdown_cell(HEAD + "\n" + links), new_code_cell(STATUS)],
        metadata=KERNEL,
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"start-{number}"
    Path(folder, ".status.py").write_text(SCRIPT, encoding="utf-8")
    Path(folder, "start.ipynb").write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def title(folder, name):
    """The first heading of a lesson's notebook."""
    notebook = workspace.open_notebook(Path(folder) / name / f"{name}.ipynb")
    first = next((c.source for c in notebook.cells if c.source.startswith("# ")), name)
    return first.splitlines()[0].removeprefix("# ")
