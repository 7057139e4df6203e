"""Grading side by side with stock `nbgrader autograde`: the same notebooks, all cells executed.

Each lesson of the course, half of its class right and half with one known mistake, and a synthetic
assignment of 12 NumPy cells, on which stock and ours must give the same scores. For each, stock
grades the first few of the class and ours all of it, then ours a class ten times smaller, which
tells what a further submission costs and what starting costs.
"""

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tinygrad_lessons.classroom.author import mistakes, samples
from tinygrad_lessons.classroom.commands.demo import copy_course
from tinygrad_lessons.classroom.gradebook import gradebook

COURSE = Path(__file__).parents[1] / "course"
LESSONS = sorted(path.name for path in (COURSE / "source").iterdir())
SYNTHETIC = "08_numpy"
TASKS = {  # function: right, wrong, test of a random x
    "gram": ("A.T @ A", "A @ A.T", "gram(x).shape == (20, 20)"),
    "centre": ("A - A.mean(0)", "A - A.mean()", "abs(centre(x).sum(0)).max() < 1e-9"),
    "norms": (
        "(A * A).sum(0) ** 0.5",
        "(A * A).sum(0)",
        "np.isclose(sum(norms(x) ** 2), (x * x).sum())",
    ),
    "spread": ("np.linalg.svd(A)[1]", "np.linalg.svd(A)[1][::-1]", "spread(x)[0] >= spread(x)[-1]"),
    "solve": ("np.linalg.pinv(A) @ A.sum(1)", "A.sum(0)", "np.allclose(solve(x), 1)"),
    "share": ("(A > 0.5).mean()", "(A > 0.5).sum()", "0 <= share(x) <= 1"),
}
RANDOM = "import numpy as np\n\nx = np.random.default_rng(1).random((300, 20))\n"


def synthetic():
    """The instructor's notebook of ordinary cells."""
    cells = [new_markdown_cell("# Twelve cells")]
    for name, (right, _, test) in TASKS.items():
        answer = f"import numpy as np\n\n\ndef {name}(A):\n    {_marked(f'return {right}')}"
        cells.append(_cell(name, answer, solution=True))
        test = f"{RANDOM}assert {test}"
        cells.append(_cell(f"test-{name}", test, grade=True, locked=True, points=1))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _marked(line):
    return f"### BEGIN SOLUTION\n    {line}\n    ### END SOLUTION"


def _cell(name, source, **marks):
    cell = new_code_cell(source)
    marks = {"solution": False, "grade": False, "locked": False, "task": False, **marks}
    cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, **marks}
    return cell


def of_tasks(released):
    """Yields synthetic submissions without end: of a number's binary digits each a wrong task."""
    for number in itertools.count():
        notebook = nbformat.from_dict(released)
        answers = {
            c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata
        }
        for place, (name, (right, wrong, _)) in enumerate(TASKS.items()):
            body = wrong if number >> place & 1 else right
            answers[name].source = f"import numpy as np\n\n\ndef {name}(A):\n    return {body}"
        yield notebook


def of_lesson(course, name, released):
    """Yields a lesson's submissions without end: every second is right, the others make one of
    the known mistakes, all of them in turn."""
    right = samples.references(released)
    wrong = itertools.cycle(mistakes.mistakes(course, name))
    while True:
        yield samples.answered(released, right)
        known = next(wrong)
        yield samples.answered(released, right | {known.exercise: samples.text(known)})


def hand_in(course, name, count):
    """Hand in a class of `count`; a comment makes each a submission of its own."""
    released = samples.released(course, name)
    made = of_tasks(released) if name == SYNTHETIC else of_lesson(course, name, released)
    for number, notebook in enumerate(itertools.islice(made, count)):
        notebook.cells.append(new_code_cell(f"# student {number}"))
        folder = course / "submitted" / f"s{number:04}" / name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{name}.ipynb")


def make_course(folder, names):
    """A course with these lessons released."""
    copy_course(COURSE, folder)
    (folder / "source" / SYNTHETIC).mkdir()
    nbformat.write(synthetic(), folder / "source" / SYNTHETIC / f"{SYNTHETIC}.ipynb")
    for name in names:
        command("lessons", "release", name, "--course", folder)
    return folder


def of_stock(course):
    """The course without our steps."""
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    return course


def command(program, *arguments, cwd=None):
    """Seconds that a command of this environment takes."""
    start = time.perf_counter()
    done = subprocess.run(
        [Path(sys.executable).parent / program, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{program} {arguments[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.perf_counter() - start


def scores(course, name):
    with gradebook.connect(f"sqlite:///{course.resolve()}/gradebook.db") as book:
        return gradebook.scores(book, name)


def ours(course, name, workers):
    return command("lessons", "grade", name, "--course", course, "--workers", workers)


def stock(course, name):
    return command("nbgrader", "autograde", name, cwd=course)


def measure(made, name, given, folder):
    """Grade one assignment three times, and print what it took."""
    few = max(1, given.ours // 10)
    theirs, many, small = (shutil.copytree(made, folder / f"{name}-{n}") for n in range(3))
    for course, count in ((of_stock(theirs), given.stock), (many, given.ours), (small, few)):
        hand_in(course, name, count)
    slow = stock(theirs, name)
    short, long = (ours(course, name, given.workers) for course in (small, many))
    report(name, given, few, slow, short, long)
    if name == SYNTHETIC:
        compare(scores(theirs, name), scores(many, name))
    shutil.rmtree(folder / f"{name}-1")


HEAD = (
    f"{'submissions per second':18}{'stock':>8}{'ours':>8}{'further':>9}{'ratio':>7}{'further':>9}"
)


def report(name, given, few, slow, short, long):
    """`further`: of the submissions that a larger class has more, without starting."""
    rates = given.stock / slow, given.ours / long, (given.ours - few) / max(long - short, 1e-3)
    ratios = rates[1] / rates[0], rates[2] / rates[0]
    print(f"{name:22}{rates[0]:8.3f}{rates[1]:8.2f}{rates[2]:9.2f}{ratios[0]:7.1f}{ratios[1]:9.1f}",
          flush=True)  # fmt: skip


def compare(theirs, all_ours):
    differ = [s for s, found in theirs.items() if found != all_ours[s]]
    print(f"scores of {len(theirs)} submissions compared: {len(differ)} differ {differ[:5]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "assignments", nargs="*", help="some of the lessons; all when none is named"
    )
    parser.add_argument("--stock", type=int, default=4, help="submissions that stock grades")
    parser.add_argument("--ours", type=int, default=100, help="submissions that ours grades")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--short", action="store_true", help="a small class: a glance")
    given = parser.parse_args()
    if given.short:
        given.stock, given.ours = 2, 20
    names = given.assignments or [*LESSONS, SYNTHETIC]
    print(f"{os.cpu_count()} cores; other work on this machine: load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        made = make_course(Path(folder) / "made", names)
        print(HEAD)
        for name in names:
            measure(made, name, given, Path(folder))


if __name__ == "__main__":
    main()
