"""The page that JupyterLab opens first: the lessons, what passes, what is next."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ...lab import files, progress
from .. import Problem
from . import workspace

HEAD = """# Your lessons

In each lesson you write a few functions of a small torch. Open one, run its cells from the top with
Shift+Enter, write the exercises, and run the check under each.

"""
STATUS = """What passes so far. To bring the table up to date, click on the cell below and press
Shift+Enter."""
SCRIPT = '''"""Prints the lessons as a table: what passes, what is next, minutes left."""

import sys
from pathlib import Path

lessons = sorted(path.parent for path in Path().glob("[0-9][0-9]_*/tinygrad_lessons"))
sys.path.insert(0, str(lessons[-1]))

from tinygrad_lessons.lab import progress  # noqa: E402

progress.show(lessons)
'''


def write(folder):
    """Write start.ipynb and the script that its cell runs; cells of the student's own stay."""
    names = workspace.names(folder)
    links = "\n".join(f"- [{title(folder, name)}]({name}/{name}.ipynb)" for name in names)
    cells = [
        new_markdown_cell(HEAD + links, id="start-lessons"),
        new_markdown_cell(STATUS, id="start-about"),
        new_code_cell("%run .status.py", id="start-table"),
    ]
    files.write(Path(folder, ".status.py"), SCRIPT)
    page = new_notebook(cells=cells, metadata=_kernel())
    workspace.bring_notebook(Path(folder, "start.ipynb"), page)
    _show_table(Path(folder, "start.ipynb"), [Path(folder, name) for name in names])


def _kernel():
    """What JupyterLab itself would write into the page: nothing is unsaved when it is opened."""
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_client.kernelspec import get_kernel_spec

    spec = get_kernel_spec("python3")
    kernel = {"display_name": spec.display_name, "language": spec.language, "name": "python3"}
    return {"kernelspec": kernel, "language_info": IPythonKernel.language_info}


def _show_table(path, lessons):
    """Put the table under the cell that prints it: it is there before anything is run."""
    notebook = nbformat.read(path, 4)
    table = progress.Table(lessons)
    for cell in notebook.cells:
        if cell.get("id") == "start-table":
            data = {"text/plain": repr(table), "text/html": table._repr_html_()}
            cell.outputs = [new_output("display_data", data=data)]
    workspace.save(path, notebook)


def title(folder, name):
    """The first heading of a lesson's notebook."""
    try:
        notebook = workspace.open_notebook(Path(folder) / name / f"{name}.ipynb")
    except Problem:
        return f"{name} (its notebook cannot be read)"
    heads = (c.source.splitlines()[0] for c in notebook.cells if c.source.startswith("# "))
    return next(heads, name).removeprefix("# ")
