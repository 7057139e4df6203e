"""A saved notebook run from top to bottom, by Python alone: `run(place)`."""

import ast
import contextlib
import io
import json
import linecache
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from . import folder

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)  # IPython's own lines


def run(place):
    """{exercise: what its check says} of the notebook of a lesson's folder, in a fresh Python."""
    place = Path(place).resolve()
    book = folder.load(place)
    with tempfile.TemporaryDirectory() as scratch:
        found = Path(scratch, "found.json")
        command = [sys.executable, "-m", __name__, folder.notebook(place).name, str(found)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        subprocess.run(command, cwd=place, stderr=subprocess.DEVNULL, **quiet)
        said = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}
    ids = filter(None, map(folder.exercise_of, book["cells"]))
    return with_missing(
        {id: said.get(id, f"{id}: not run, Python ended") for id in ids}, place, book
    )


def with_missing(printed, place, book):
    """The same, and a line for each exercise of which the check cell is gone."""
    missing = folder.uncheckable(place, book["cells"])
    return printed | {
        id: f"{id}: its check cell is missing. "
        f"Bring it back with: python -m tinygrad_lessons reset {id} --check"
        for id in missing
    }


def passes(exercise, printed):
    """Whether a check's text says that all of it passes."""
    return bool(re.match(rf"{re.escape(exercise)}: (\d+) of \1 checks? pass", printed))


def _cells(name, out):
    """Run the cells as a notebook does; an error ends a cell and no more."""
    book, said = json.loads(Path(name).read_text(encoding="utf-8")), {}
    names = {"__name__": "__main__"}
    for number, cell in enumerate(c for c in book["cells"] if c["cell_type"] == "code"):
        value = _cell(MAGIC.sub("", folder.source(cell)), f"cell {number}", names)
        if exercise := folder.exercise_of(cell):
            said[exercise] = value
            Path(out).write_text(json.dumps(said), encoding="utf-8")


def _cell(text, name, names):
    """The repr of a cell's last line, or its error in words."""
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    try:
        body = ast.parse(text).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(body, []), name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), name, "eval"), names) if last else None
        return repr(value)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


if __name__ == "__main__":
    _cells(*sys.argv[1:])
