"""Grading side by side with stock `nbgrader autograde`: the same notebooks, the same scores.

An assignment of 12 code cells that work with NumPy: six to be written, six ordinary test cells.
Stock grades the first few of the class, ours all of it; then ours a class ten times smaller, which
tells what a submission costs and what starting costs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tinygrad_lessons.classroom.gradebook import gradebook

NAME = "01_bench"
OURS = "from tinygrad_lessons.classroom import nbgrader_steps\nnbgrader_steps.configure(c)\n"
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


def assignment():
    """The instructor's notebook."""
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


def hand_in(course, number):
    """Submission `number`: its binary digits say which tasks are wrong; 0 has all right."""
    notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", 4)
    answers = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if c.cell_type == "code"}
    for place, (name, (right, wrong, _)) in enumerate(TASKS.items()):
        body = wrong if number >> place & 1 else right
        answers[name].source = f"import numpy as np\n\n\ndef {name}(A):\n    return {body}"
    folder = course / "submitted" / f"s{number:04}" / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def make_course(folder):
    """A released course with our steps."""
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    nbformat.write(assignment(), source / f"{NAME}.ipynb")
    (folder / "nbgrader_config.py").write_text("c = get_config()\n" + OURS)
    command("lessons", "release", NAME, "--course", folder)
    return folder


def copy(course, into, stock=False):
    """The course with its gradebook; a stock one has no steps and no files of ours."""
    shutil.copytree(course, into)
    if stock:
        (into / "nbgrader_config.py").write_text("c = get_config()\n")
        for part in ("source", "release"):
            shutil.rmtree(into / part / NAME / "tinygrad_lessons")
    return into


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


def scores(course):
    with gradebook.connect(f"sqlite:///{course.resolve()}/gradebook.db") as book:
        return gradebook.scores(book, NAME)


def ours(course, workers):
    return command("lessons", "grade", NAME, "--course", course, "--workers", workers)


def stock(course):
    return command("nbgrader", "autograde", NAME, cwd=course)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock", type=int, default=20, help="submissions that stock grades")
    parser.add_argument("--ours", type=int, default=200, help="submissions that ours grades")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--short", action="store_true", help="a small class: a glance")
    given = parser.parse_args()
    if given.short:
        given.stock, given.ours = 4, 60
    few = max(1, given.ours // 10)
    print(f"{os.cpu_count()} cores; other work on this machine: load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        made = make_course(Path(folder) / "made")
        theirs, many, small = (
            copy(made, Path(folder) / name, stock=name == "stock")
            for name in ("stock", "many", "small")
        )
        for course, count in ((theirs, given.stock), (many, given.ours), (small, few)):
            for number in range(count):
                hand_in(course, number)
        seconds = [ours(small, given.workers), stock(theirs), ours(many, given.workers)]
        report(given, few, seconds, scores(theirs), scores(many))


def report(given, few, seconds, theirs, all_ours):
    small, stock, many = seconds
    further, count = many - small, given.ours - few
    row(f"stock nbgrader autograde, {given.stock}", given.stock, stock)
    row(f"lessons grade, {few}", few, small)
    row(f"lessons grade, {given.ours}", given.ours, many)
    row(f"of these the last {count}", count, further)
    each = stock / given.stock
    print(f"over stock, with starting:    {each * given.ours / many:.1f}")
    print(f"over stock, without starting: {each * count / further:.1f}")
    differ = [s for s, found in theirs.items() if found != all_ours[s]]
    print(f"scores of {len(theirs)} submissions compared: {len(differ)} differ {differ[:5]}")


def row(what, count, seconds):
    each = 1000 * seconds / count
    print(f"{what:32} {seconds:6.1f} s {each:7.1f} ms each {count / seconds:6.2f} per second")


if __name__ == "__main__":
    main()
