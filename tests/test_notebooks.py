"""Every notebook, run from top to bottom on its own edition: as released, and with the answers."""

import gzip
import json
import subprocess
import sys
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

import pytest

from tinygrad_lessons.classroom.author import lesson, mistakes, release, samples
from tinygrad_lessons.classroom.sandbox import Job, Limits, open_sandbox
from tinygrad_lessons.lab.check import RECORD

COURSE = Path("course")
NAMES = lesson.names(COURSE)
every_lesson = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A function that gives a lesson's folder and its notebook, as students get them."""
    lessons, made = lesson.load_all(COURSE), {}

    def give(name):
        if name not in made:
            one = next(each for each in lessons if each.name == name)
            folder = tmp_path_factory.mktemp(name)
            release.beside(folder, COURSE, one, lessons)
            made[name] = folder, release.student_version(one)
        return made[name]

    return give


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox() as found:
        yield found


def run(sandbox, folder, notebook):
    """[(cell, CellRun), ...] of a notebook's code cells, checks among them."""
    code = [c for c in notebook.cells if c.cell_type == "code"]
    limits = Limits(cell_seconds=120, notebook_seconds=300)
    answer = sandbox.run(Job(folder, [c.source for c in code], limits=limits))
    return list(zip(code, answer.cells, strict=True))


def printed(found):
    return "\n".join(str(o.get("data", o.get("text", ""))) for o in found.outputs)


@every_lesson
def test_as_released_nothing_stops_and_every_check_says_not_yet(name, released, sandbox):
    for cell, found in run(sandbox, *released(name)):
        assert found.status == "ok", (cell.source, found.outputs)
        if lesson.check_cell(cell.source):
            assert "is yours to write" in printed(found), cell.source


@every_lesson
def test_with_the_answers_every_check_passes_and_nothing_warns(name, released, sandbox):
    folder, notebook = released(name)
    notebook = samples.answered(notebook, samples.references(notebook))
    for cell, found in run(sandbox, folder, notebook):
        assert found.status == "ok", (cell.source, found.outputs)
        assert not [o for o in found.outputs if o.get("name") == "stderr"], cell.source
        if lesson.check_cell(cell.source):
            assert "checks pass" in printed(found) and "not yet" not in printed(found)


@every_lesson
def test_every_right_answer_passes_on_the_edition(name, released, sandbox):
    folder, notebook = released(name)
    right, others = samples.references(notebook), defaultdict(list)
    for answer in mistakes.answers(COURSE, name):
        if not answer.hint:
            others[answer.exercise].append(samples.text(answer))
    for answers in zip_longest(*others.values()):
        mine = {e: a for e, a in zip(others, answers, strict=True) if a}
        found = run(sandbox, folder, samples.answered(notebook, right | mine))
        wrong = [printed(f) for c, f in found if lesson.check_cell(c.source)]
        assert not [text for text in wrong if "not yet" in text or "checks pass" not in text]


IN_ORDER = """
import gzip, json, sys
import math
import numpy as np
import tinygrad_lessons as torch
from tinygrad_lessons.exercise import complete
from tinygrad_lessons.lab.compare import compare
from tinygrad_lessons.lab.observe import load, look

record = json.loads(gzip.decompress(open(sys.argv[1], "rb").read()))["exercises"]
for exercise, (answer, checks) in json.load(sys.stdin).items():
    exec(answer, globals())
    for entry in record[exercise]:
        yours = look(load(checks)[entry["check"]], torch, entry["device"], entry["seed"])
        for finding in compare(entry["seen"], yours):
            if finding.difference:
                print(exercise, entry["check"], finding.label, finding.difference)
"""


@every_lesson
def test_an_exercise_needs_none_that_comes_later(name, released):
    folder, _ = released(name)
    exercises = lesson.load(COURSE, name).exercises
    answers = {e.id: (samples.reference(e.id), e.cell.source) for e in exercises}
    done = subprocess.run(
        [sys.executable, "-c", IN_ORDER, RECORD],
        cwd=folder,
        input=json.dumps(answers),
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert (done.stdout, done.stderr) == ("", "")
    record = json.loads(gzip.decompress((folder / RECORD).read_bytes()))
    assert record["exercises"].keys() == answers.keys()
