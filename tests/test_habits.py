"""Habits of honest students: whatever a right notebook looks like, it has all its points.

A light lesson of three exercises and an ordinary test, in one sandbox. A habit is a cell of the
student's own, or something that they, or their editor, do to the notebook or its file.
"""

import json
from functools import partial
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from grading_course import cell

from tinygrad_lessons.classroom.author import editions, lesson, release, samples
from tinygrad_lessons.classroom.grading import assess
from tinygrad_lessons.classroom.grading.row import row
from tinygrad_lessons.classroom.intake import reading
from tinygrad_lessons.classroom.intake.reading import new_cell, new_notebook
from tinygrad_lessons.classroom.sandbox import Limits, open_sandbox

EXERCISES = ("transpose", "gram", "angles")
IMPORTS = """\
import math

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.lab import check, complete, predict"""
HELPED = '@complete("gram")\ndef gram(A):\n    return turned(A) @ A'
HELPER = "def turned(A):\n    return A.T"

OWN = {  # a cell that stands between the second exercise and the third
    "prints everywhere": "for k in range(3):\n    print('k =', k)",
    "prints 20,000 lines": "for k in range(20_000):\n    print('line', k)",
    "!pip install": "!pip install numpy",
    "%pip install": "%pip install --quiet matplotlib",
    "lists the folder": "!ls\n!nvidia-smi",
    "a shell cell": "%%bash\necho hello",
    "writes a file": "%%writefile notes.txt\nremember",
    "%timeit": "%timeit -n 2 -r 1 torch.gram(torch.ones(2, 2))",
    "%%time": "%%time\ntorch.ones(2)",
    "%matplotlib inline": "%matplotlib inline",
    "%matplotlib widget": "%matplotlib widget",
    "%matplotlib notebook": "%matplotlib notebook",
    "%matplotlib TkAgg": "%matplotlib TkAgg",
    "%config": "%config InlineBackend.figure_format = 'retina'",
    "%autoreload": "%load_ext autoreload\n%autoreload 2",
    "%pdb": "%pdb on\n1 / 0",
    "a question mark": "?torch.gram",
    "two question marks": "torch.gram??",
    "help": "help(torch.gram)",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "twenty figures": "import matplotlib.pyplot as plt\nfor _ in range(20):\n    plt.figure()",
    "widgets": "from ipywidgets import interact\ninteract(print, x=3)",
    "shows HTML": "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
    "asks for input": "name = input('Your name? ')",
    "a breakpoint": "breakpoint()",
    "set_trace": "import pdb; pdb.set_trace()",
    "Google Drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "a folder of Windows": "import os\nos.chdir('C:\\\\Users\\\\ada')",
    "another folder": "import os, tempfile\nos.chdir(tempfile.gettempdir())",
    "reads a file that is not there": "open('my_data.csv').read()",
    "seaborn": "import seaborn as sns",
    "pandas": "import pandas as pd\npd.DataFrame({'a': [1]})",
    "the real PyTorch": "import torch",
    "names of the real PyTorch": "from torch import nn, optim",
    "French names": "élève = 'Zoé'\nprint(élève)",
    "Chinese names": "矩阵 = np.eye(2)\n矩阵",
    "emoji": "print('\N{PARTY POPPER} done')",
    "a main block": "if __name__ == '__main__':\n    print('main')",
    "names of math": "from math import *",
    "all names of NumPy": "from numpy import *",
    "all names of the package": "from tinygrad_lessons import *",
    "an error": "1 / 0",
    "a failed assert": "assert 1 == 2, 'not yet'",
    "a syntax error": "def f(:",
    "an open bracket": "print((1, 2)",
    "a wrong indent": "x = 1\n  y = 2",
    "an unknown name": "print(undefined_name)",
    "deep recursion": "def f(n):\n    return f(n + 1)\nf(0)",
    "an interrupt": "raise KeyboardInterrupt",
    "quit": "quit()",
    "sys.exit": "import sys\nsys.exit()",
    "an endless loop": "while True:\n    pass",
    "a long sleep": "import time\ntime.sleep(45)",
    "all memory": "x = bytearray(7 << 30)",
    "threads": "import threading\nthreading.Thread(target=print, args=('hi',)).start()",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "NumPy's seed": "np.random.seed(0)",
    "a misspelt seed": "np.random.seed = 42",
    "Python's seed": "import random\nrandom.seed(1)",
    "the package's seed": "torch.manual_seed(7)",
    "print options": "np.set_printoptions(precision=2, suppress=True)",
    "errors of NumPy": "np.seterr(all='raise')",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')",
    "no warnings": "import warnings\nwarnings.filterwarnings('ignore')",
    "recording off": "torch.set_grad_enabled(False)",
    "the simulated accelerator": "import os\nos.environ['TINYGRAD_LESSONS_ACCELERATOR'] = 'sim'",
    "a low recursion limit": "import sys\nsys.setrecursionlimit(120)",
    "logging": "import logging\nlogging.basicConfig(level=logging.DEBUG)",
    "silence": "import os, sys\nsys.stdout = open(os.devnull, 'w')",
    "nothing": "",
    "only a comment": "# I did not understand this at first",
}
LATER = {  # a cell at the end of the notebook that gives names another meaning
    "list": "list = [1, 2, 3]",
    "range, max and sum": "range = 5; max = 3; sum = 0",
    "len, str and type": "len, str, type = 3, 'a', None",
    "print": "print = 'p'",
    "the letters of the lesson": "A, G, x, order = 1, 2, 3, 4",
    "np": "np = 5",
    "np, in a loop": "for np in (1, 2):\n    pass",
    "math": "math = None",
    "check and complete": "check = complete = None",
    "torch deleted": "del torch",
    "torch, a word": "torch = 'done'",
    "torch, a module": "import numpy as torch",
    "a helper": "def turned(B):\n    return -B",
    "a helper, deleted": "del turned",
    "a class for a helper": "class turned:\n    pass",
    "the function itself": "def gram(A):\n    return None",
    "%reset": "%reset -f",
    "globals cleared": "globals().clear()",
    "a patched package": "torch.matmul = torch.Tensor.__matmul__ = None",
    "a patched NumPy": "np.swapaxes = np.transpose = np.sqrt = None",
    "the exercise, wrong on purpose": '@complete("gram")\ndef gram(A):\n    return A',
}


def checks_deleted(nb):
    nb.cells = [c for c in nb.cells if "check" not in name(c)]


def checks_copied(nb):
    nb.cells += [nbformat.from_dict(c) for c in nb.cells if "check" in name(c)]


def prose_deleted(nb):
    nb.cells = [c for c in nb.cells if c.cell_type == "code"]


def an_older_version_above(nb):
    older = nbformat.from_dict(at(nb, "gram"))
    older.source = '@complete("gram")\ndef gram(A):\n    return A @ A.T'
    nb.cells.insert(1, older)


def answered_below(nb):
    answer = at(nb, "gram")
    nb.cells.insert(nb.cells.index(answer) + 1, new_cell("code", answer.source))
    answer.source = samples.lesson.completed(answer.source) and "# see below"


def answered_at_the_end(nb):
    answer = at(nb, "gram")
    nb.cells.append(new_cell("code", answer.source))
    nb.cells.remove(answer)


def moved_to_the_end(nb):
    nb.cells.append(nb.cells.pop(nb.cells.index(at(nb, "angles"))))


def split_in_two(nb):
    answer = at(nb, "gram")
    part = nbformat.from_dict(answer)
    part.source = HELPER
    nb.cells.insert(nb.cells.index(answer), part)
    answer.source = HELPED


def a_helper_below_the_check(nb):
    at(nb, "gram").source = HELPED
    nb.cells.append(new_cell("code", HELPER))


def imports_changed(nb):
    at(nb, "imports").source = "import seaborn\n" + IMPORTS


RIGHT = '@complete("gram")\ndef gram(A):\n    return A.T @ A'


def written(source, head="", tail=""):
    def habit(nb):
        at(nb, "gram").source = head + source + tail

    return habit


def marks_lost(nb):
    for c in nb.cells:
        c.metadata = nbformat.from_dict({"id": c.id} if c.id else {})
        c.id = ""


def ids_lost(nb):
    for c in nb.cells:
        c.id = ""


def marks_and_ids_lost(nb):
    marks_lost(nb)
    for c in nb.cells:
        c.metadata = nbformat.from_dict({})


def tags(nb):
    for c in nb.cells:
        c.metadata["tags"] = ["skip-execution"]


def results_saved(nb):
    for c in nb.cells:
        if c.cell_type == "code":
            c.outputs = [nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["no"])]


def of_r(nb):
    nb.metadata = nbformat.from_dict({"kernelspec": {"name": "ir", "display_name": "R"}})


DONE = {  # what is done to the notebook
    "all checks deleted": checks_deleted,
    "all checks copied": checks_copied,
    "all prose deleted": prose_deleted,
    "an older version above": an_older_version_above,
    "answered in a cell below": answered_below,
    "answered at the end": answered_at_the_end,
    "an answer moved to the end": moved_to_the_end,
    "an answer split in two": split_in_two,
    "a helper below the check": a_helper_below_the_check,
    "the import cell changed": imports_changed,
    "another name": written('@complete("gram")\ndef my_gram(M):\n    return M.T @ M'),
    "types": written(RIGHT.replace("(A):", "(A: torch.Tensor) -> torch.Tensor:")),
    "input above the answer": written(RIGHT, head="name = input('Name? ')\n"),
    "%%time above the answer": written(RIGHT, head="%%time\n"),
    "!pip above the answer": written(RIGHT, head="!pip install numpy\nlisted = !ls\n"),
    "%pip above the answer": written(RIGHT, head="%pip install numpy\n"),
    "a test below the answer": written(RIGHT, tail="\nassert gram(3) == 9"),
    "prints in the answer": written(RIGHT.replace("    return", "    print(A.shape)\n    return")),
    "a lambda": written("gram = complete('gram')(lambda A: A.T @ A)"),
    "marks lost, ids in the metadata": marks_lost,
    "marks and ids lost": marks_and_ids_lost,
    "ids lost": ids_lost,
    "tags": tags,
    "saved errors": results_saved,
    "another kernel": of_r,
}


def of_vs_code(nb):
    """No ids, an older format, and lists of lines."""
    ids_lost(nb)
    tree = json.loads(json.dumps(nb)) | {"nbformat_minor": 2}
    for c in tree["cells"]:
        del c["id"]
        c["source"] = c["source"].splitlines(keepends=True)
    return json.dumps(tree, indent=1).encode()


def of_ipython_3(nb):
    cells = [{**c, "input": c["source"], "language": "python"} for c in nb.cells]
    for c in cells:
        del c["source"]
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()


def text(nb):
    nb.cells.append(new_cell("markdown", "Ça va, Zoë."))
    return json.dumps(nb, ensure_ascii=False)


def with_20_mb(nb):
    nb.cells[-1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * (20 << 20)}
    ]
    return json.dumps(nb).encode()


FILES = {  # how the file is written
    "VS Code": of_vs_code,
    "IPython 3": of_ipython_3,
    "CRLF": lambda nb: json.dumps(nb, indent=1).replace("\n", "\r\n").encode(),
    "CRLF in the cells": lambda nb: json.dumps(nb).replace(r"\n", r"\r\n").encode(),
    "a byte order mark": lambda nb: b"\xef\xbb\xbf" + text(nb).encode(),
    "UTF-16": lambda nb: text(nb).encode("utf-16"),
    "Latin-1": lambda nb: text(nb).encode("latin-1"),
    "20 MB of output": with_20_mb,
}


def name(c):
    return c.metadata.get("nbgrader", {}).get("grade_id", "")


def at(nb, wanted):
    return next(c for c in nb.cells if name(c) == wanted)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """The light lesson, released."""
    folder = tmp_path_factory.mktemp("habits")
    whole = lesson.load(Path("course"), "03_gram")
    editions.write(folder, whole, [whole])
    kept = [c for c in whole.notebook.cells if name(c).removeprefix("check-") in EXERCISES]
    sums = cell("check-total", "code", "assert total == 6", "test")
    total = cell("total", "code", "### BEGIN SOLUTION\ntotal = 6\n### END SOLUTION", "answer")
    title = new_cell("markdown", "# Gram")
    title.id = "title"
    cells = [title, cell("imports", "code", IMPORTS, "locked"), *kept, total, sums]
    light = lesson.Lesson("03_gram", folder, new_notebook(cells), ())
    known = [{"grade_id": name(c), "cell_type": "code", "source": c.source,
              "metadata": dict(c.metadata.nbgrader), "locked": c.metadata.nbgrader.locked}
             for c in cells if name(c)]  # fmt: skip
    released = release.student_version(light)
    return {"lesson": "03_gram", "course": str(folder), "edition": str(folder), "cells": known,
            "release": json.loads(json.dumps(released))}  # fmt: skip


@pytest.fixture(scope="module")
def graded(snapshot, tmp_path_factory):
    """A function that gives what a notebook, or the bytes of one, has lost."""
    path = tmp_path_factory.mktemp("submitted") / "03_gram.ipynb"
    limits = partial(Limits, cell_seconds=1)
    with open_sandbox() as sandbox, mock.patch.object(assess, "Limits", limits):

        def lost(submission):
            is_file = isinstance(submission, bytes)
            path.write_bytes(submission if is_file else json.dumps(submission).encode())
            data, _ = reading.load(path)
            result = assess.grade(data, "s", snapshot, "secret", sandbox)
            lost.result = result
            wrong = [(v["exercise"], v["why"]) for v in result.verdicts if not v["passed"]]
            return {c: (s, wrong) for c, s in result.scores.items() if s != result.max[c]}

        lost.sandbox, lost.released = sandbox, snapshot["release"]
        yield lost


@pytest.fixture
def right(snapshot):
    """The notebook with right answers, with a place for cells of the student's own."""
    released = nbformat.from_dict(snapshot["release"])
    nb = samples.answered(released, samples.references(released))
    at(nb, "total").source = "total = 6"
    return nb


class TestHonestHabitsCostNothing:
    """Each is done to a notebook in which every answer is right."""

    @pytest.mark.parametrize("habit", OWN)
    def test_a_cell_of_ones_own(self, graded, right, habit):
        place = right.cells.index(at(right, "angles"))
        right.cells.insert(place, new_cell("code", OWN[habit]))
        assert graded(right) == {}

    @pytest.mark.parametrize("habit", LATER)
    def test_a_name_given_another_meaning_later(self, graded, right, habit):
        place = right.cells.index(at(right, "gram"))
        at(right, "gram").source = HELPED
        right.cells.insert(place, new_cell("code", HELPER))
        right.cells.append(new_cell("code", LATER[habit]))
        assert graded(right) == {}

    @pytest.mark.parametrize("habit", DONE)
    def test_what_is_done_to_the_notebook(self, graded, right, habit):
        DONE[habit](right)
        assert graded(right) == {}

    @pytest.mark.parametrize("habit", FILES)
    def test_how_the_file_is_written(self, graded, right, habit):
        assert graded(FILES[habit](right)) == {}


def test_there_are_97_habits_and_more():
    assert len({*OWN, *LATER, *DONE, *FILES}) >= 97


def test_what_is_not_written_or_wrong_has_no_points(graded, right, snapshot):
    assert set(graded(snapshot["release"])) == {f"check-{e}" for e in (*EXERCISES, "total")}
    at(right, "gram").source = '@complete("gram")\ndef gram(A):\n    return A @ A.T'
    assert set(graded(right)) == {"check-gram"}


def gram_of(result):
    return [v for v in result.verdicts if v["exercise"] == "gram"]


IN_VAIN = {  # what stands in the cell, what is said of it
    "a missing package": (
        "import seaborn\n" + RIGHT,
        "its cell stopped: ModuleNotFoundError: No module named 'seaborn' (line 1: import seaborn)",
    ),
    "a syntax error": (
        RIGHT.replace("(A):", "(A:"),
        "its cell stopped: SyntaxError: '(' was never closed (line 2: def gram(A:)",
    ),
    "an unknown name": (
        "x = undefined\n" + RIGHT,
        "its cell stopped: NameError: name 'undefined' is not defined (line 1: x = undefined)",
    ),
    "an endless loop": (
        "while True: pass\n" + RIGHT,
        "its cell stopped: it did not finish in time",
    ),
    "a lost line": (
        RIGHT.partition("\n")[2],
        'its cell has lost the line @complete("gram")',
    ),
    "a name in the function": (
        RIGHT.replace("A.T @ A", "turned(A)"),
        "gram(A): it raised NameError: name 'turned' is not defined",
    ),
    "a refusal of its own": (
        '@complete("gram")\ndef gram(A):\n    if len(A):\n        raise NotImplementedError',
        "it raised NotImplementedError",
    ),
}


@pytest.mark.parametrize("what", IN_VAIN)
def test_what_was_written_in_vain_is_named_and_not_called_unwritten(graded, right, what):
    source, words = IN_VAIN[what]
    at(right, "gram").source = source
    assert set(graded(right)) == {"check-gram"}
    found = gram_of(graded.result)
    assert not any(v["unwritten"] for v in found)
    assert words in {v["why"] for v in found}
    (line,) = row(graded.result).wrong
    assert "not written" not in line and line.startswith("gram")


UNWRITTEN = {
    "as released": None,
    "empty": "",
    "deleted": "deleted",
    "a comment": "# later",
    "a stub of one's own": RIGHT.replace("return A.T @ A", "raise NotImplementedError"),
}


@pytest.mark.parametrize("what", UNWRITTEN)
def test_what_was_not_written_is_called_so(graded, right, what):
    answer = at(right, "gram")
    stub = at(nbformat.from_dict(graded.released), "gram").source
    answer.source = stub if what == "as released" else UNWRITTEN[what]
    if what == "deleted":
        right.cells.remove(answer)
    assert set(graded(right)) == {"check-gram"}
    assert row(graded.result).wrong == ["not written: gram"]


def test_where_order_costs_something_it_says_which_cell_and_which_name(graded, right):
    place = right.cells.index(at(right, "gram"))
    at(right, "gram").source = HELPED
    right.cells.insert(place, new_cell("code", HELPER))
    right.cells.insert(place + 2, new_cell("code", "def turned(B):\n    return -B"))
    assert set(graded(right)) == {"check-gram"}
    said = "gram uses names that have more than one meaning: turned in code cells 3, 5."
    assert said in graded.result.findings


def test_a_wrong_answer_costs_one_run_and_a_name_with_two_meanings_two(graded, right):
    at(right, "gram").source = '@complete("gram")\ndef gram(A):\n    return A @ A.T'
    with mock.patch.object(graded.sandbox, "run", wraps=graded.sandbox.run) as run:
        graded(right)
        assert run.call_count == 1
        right.cells.append(new_cell("code", "del torch"))
        graded(right)
        assert run.call_count == 3
