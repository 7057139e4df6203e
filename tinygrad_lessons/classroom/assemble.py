"""A student's own package, put together from their notebooks: what they wrote, in its place."""

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..exercise import PACKAGE
from ..lab.table import Report
from ..lab.verdict import Verdict
from . import Problem, editions, lesson, release, submissions
from .sandbox import Check, Job, open_sandbox

NOTEBOOK_NAMES = """

# what the notebooks have at hand
import math
import numpy as np
import tinygrad_lessons as torch
"""


@dataclass(frozen=True)
class Part:
    """One exercise in the student's package: "yours", "not written" or "broken", and why."""

    exercise: str
    lesson: str
    state: str
    why: str = ""


def answers(folder, lessons):
    """{exercise: text of the student's solution cell} from every notebook in `folder`."""
    found = {}
    for one in lessons:
        path = Path(folder) / one.name / f"{one.name}.ipynb"
        if not path.exists():
            continue
        notebook, findings = submissions.read(path)
        if notebook is None:
            raise Problem(f"{path} cannot be read. {' '.join(findings)}")
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if cell.cell_type == "code" and grade_id in [e.id for e in one.exercises]:
                found[grade_id] = cell.source
    return found


def assemble(folder, lessons, out):
    """Write the student's package to `out`; what they did not write stays a stub. Yields Parts."""
    mine, stubs = {}, {}
    written = answers(folder, lessons)
    for one in lessons:
        for e in one.exercises:
            stubs[e.id] = (one.name, e.number)
            state, why = _state(e.id, written.get(e.id))
            if state == "yours":
                mine[e.id] = written[e.id]
            yield Part(e.id, one.name, state, why)
    target = Path(out) / PACKAGE
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(editions.REFERENCE, target, ignore=shutil.ignore_patterns(*editions.LEFT_OUT))
    for path in target.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        here = {id: mine[id] for id, _ in editions.marked(text) if id in mine}
        missing = {id: place for id, place in stubs.items() if id not in mine}
        path.write_text(editions.edition(placed(text, here), missing), encoding="utf-8")


def _state(exercise, source):
    if source is None:
        return "not written", "its cell is not in the notebook"
    try:
        body = ast.parse(source).body
    except SyntaxError as e:
        return "broken", f"line {e.lineno}: {e.msg}"
    if lesson.completed(source) != exercise:
        return "broken", f'the cell has no @complete("{exercise}")'
    last = next(n for n in body if getattr(n, "decorator_list", None)).body[-1]
    if isinstance(last, ast.Raise) and "NotImplementedError" in ast.unparse(last):
        return "not written", ""
    return "yours", ""


def placed(text, mine):
    """A module's text with `mine`, {exercise: a student's cell}, in the reference's place.

    What else stands in a cell, imports and helpers, goes to the end of the module.
    """
    lines, extra = text.splitlines(), []
    for id, node in reversed([pair for pair in editions.marked(text) if pair[0] in mine]):
        indent, parts = " " * node.col_offset, ast.parse(mine[id]).body
        own = next(part for part in parts if _completes(part))
        extra += [ast.unparse(part) for part in parts if part is not own]
        own.decorator_list = [d for d in own.decorator_list if not _marks(d)]
        own.name = node.name
        new = [f'@exercise("{id}")', *ast.unparse(own).splitlines()]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        lines[first - 1 : node.end_lineno] = [indent + line if line else "" for line in new]
    if mine:
        lines += [*NOTEBOOK_NAMES.splitlines(), *extra]
    return "\n".join(lines) + "\n"


def _completes(node):
    return any(_marks(mark) for mark in getattr(node, "decorator_list", ()))


def _marks(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("complete")


def reports(course, out, lessons):
    """A Report for each exercise: the released checks, run on the assembled package."""
    for one in lessons:
        entries = [(e, r) for e, runs in release.record(course, one).items() for r in runs]
        cells = {e.id: e.cell.source for e in one.exercises}
        jobs = [Check(e, cells[e], r["check"], [(r["device"], r["seed"])]) for e, r in entries]
        with open_sandbox(unsafe=True) as sandbox:  # the student's own code, on their own machine
            answer = sandbox.run(Job(Path(out).resolve(), [], jobs))
        verdicts = {}
        for (exercise, r), run in zip(entries, answer.checks, strict=True):
            yours = run.seen.get(r["device"])
            trouble = "" if yours is not None else run.trouble or "died"
            verdict = Verdict(r["check"], r["device"], r["seen"], yours, trouble=trouble)
            verdicts.setdefault(exercise, []).append(verdict)
        yield from (Report(exercise, found) for exercise, found in verdicts.items())


TRAINING = """
import tinygrad_lessons as torch
from tinygrad_lessons import datasets, nn, optim, training
from tinygrad_lessons.utils.data import DataLoader

torch.manual_seed(0)
train, test = datasets.Digits(train=True), datasets.Digits(train=False)
model = nn.Sequential(
    nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
)
optimizer = optim.Adam(model.parameters(), lr=1e-3)
loader = DataLoader(train, batch_size=64, shuffle=True)
for epoch in range(5):
    loss = training.train_epoch(model, loader, nn.functional.cross_entropy, optimizer)
    print(f"epoch {epoch + 1}: loss {float(loss):.4f}")
print(f"accuracy on new digits: {training.accuracy(model, DataLoader(test, batch_size=256)):.1%}")
"""


def train_on(out):
    """What the capstone's training prints on the package in `out`, or what it stops at."""
    done = subprocess.run(
        [sys.executable, "-c", TRAINING], cwd=out, capture_output=True, text=True, timeout=600
    )
    last = done.stderr.strip().splitlines()[-1:]
    return (done.stdout + "".join(f"It stops here: {line}" for line in last)).strip()
