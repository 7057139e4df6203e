"""A class of sample students for a lesson: right, wrong, unfinished, broken and hostile."""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader import utils

from . import samples

HOSTILE = {
    "prints-full-marks": (
        "Prints numbers, and fills the check cell with forged outputs.",
        "print('score: 100')\n3.0",
    ),
    "patches-the-check": (
        "Puts a check that always passes in the place of ours.",
        "import tinygrad_lessons.lab as lab\n"
        "lab.check = check = lambda exercise: 100.0\n"
        "import tinygrad_lessons.lab.observe as o\n"
        "o.look = lambda *a: []\no.encode = lambda x: {'kind': 'number'}",
    ),
    "patches-numpy": (
        "Makes every comparison of NumPy say yes.",
        "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True",
    ),
    "reads-the-answers": (
        "Looks for the reference on the disk, and for the gradebook.",
        "from pathlib import Path\nimport sys\n"
        "for path in map(Path, ['..', '/root', '/home', *sys.path]):\n"
        "    print(path, [p.name for p in path.glob('gradebook.db')])\n"
        "    for found in path.glob('tinygrad_lessons/gram_matrices.py'):\n"
        "        print('return A.T @ A' in found.read_text())\n"
        "open('../gradebook.db', 'w')",
    ),
    "loops-for-ever": (
        "One exercise never returns, and takes no notice of being told to stop.",
        None,
    ),
    "ends-the-process": ("Ends the Python process in the middle.", "import os\nos._exit(0)"),
    "floods-the-output": (
        "Prints without end.",
        "while True:\n    print('x' * 1000)",
    ),
}

LOOP = """    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


@dataclass
class Sample:
    """A sample student: the file's text, and in a sentence what is in it."""

    student: str
    about: str
    text: str


def students(course, name):
    """The sample class of a lesson that is released."""
    released = samples.released(course, name)
    right = samples.references(released)
    exercises = list(right)
    ada = _in_words(samples.answered(released, right))
    yield _sample("ada", "Every exercise as in the reference.", ada)
    yield from _variants(course, name, released)
    half = {exercise: right[exercise] for exercise in exercises[: len(exercises) // 2]}
    yield _sample("half-done", "The first half is right.", samples.answered(released, half))
    yield _sample("not-begun", "The notebook as it was given out.", released)
    yield from _broken(released, right)
    yield from _hostile(released, right, exercises)


def _in_words(notebook):
    """With an answer in each cell that a person will grade."""
    for cell in filter(utils.is_solution, notebook.cells):
        if utils.is_grade(cell):
            cell.source = "As I see it, the second one: it was measured on digits it had not seen."
    return notebook


def _variants(course, name, released):
    """All other right forms at once, and a student for the first mistake of each exercise."""
    known = samples.known(course, name, released)
    texts = {a.exercise: samples.text(a) for a, _ in known if not a.hint}
    right = samples.references(released)
    other = samples.answered(released, right | texts)
    yield _sample("emmy", "Right, by other ways than the reference's.", other)
    seen = set()
    for answer, notebook in known:
        if answer.hint and answer.exercise not in seen:
            seen.add(answer.exercise)
            words = answer.name.replace("_", " ")
            yield _sample(f"wrong-{answer.exercise}", f"{answer.exercise}: {words}.", notebook)


def _broken(released, right):
    text = nbformat.writes(samples.answered(released, right))
    yield Sample("cut-off", "The upload stopped half way.", text[: len(text) // 2])
    yield Sample("not-a-notebook", "A JSON file of another kind.", json.dumps([1, 2, 3]))
    notebook = samples.answered(released, right)
    cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    notebook.cells += [nbformat.from_dict(cells[0] | {"id": f"copy-{n}"}) for n in range(2)]
    notebook.cells = [c for c in notebook.cells if c is not cells[-1]]
    yield _sample("cut-and-paste", "Right; check cells copied and deleted.", notebook)


def _hostile(released, right, exercises):
    wrong = {e: f'@complete("{e}")\ndef nothing(*args, **options):\n    return 1' for e in right}
    for student, (about, code) in HOSTILE.items():
        if code is None:
            victim = exercises[0]
            head = right[victim].split("\n    ")[0]
            notebook = samples.answered(released, right | {victim: f"{head}\n{LOOP}"})
        else:
            answers = right if student in ("ends-the-process", "floods-the-output") else wrong
            notebook = samples.answered(released, answers)
            first = [c.cell_type for c in notebook.cells].index("code")
            notebook.cells.insert(first + 1, nbformat.v4.new_code_cell(code))
        for cell in notebook.cells if student == "prints-full-marks" else ():
            if cell.metadata.get("nbgrader", {}).get("grade"):
                cell.outputs = [
                    nbformat.v4.new_output("execute_result", data={"text/plain": "100.0"})
                ]
        yield _sample(student, about, notebook)


def _sample(student, about, notebook):
    return Sample(student, about, nbformat.writes(notebook))


def place(course, name):
    """Write the class to `course`/submitted. Returns {student: what is in the submission}."""
    placed = {}
    for sample in students(course, name):
        folder = Path(course) / "submitted" / sample.student / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.ipynb").write_text(sample.text, encoding="utf-8")
        placed[sample.student] = sample.about
    return placed
