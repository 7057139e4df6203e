"""The course proves itself: stubs fail by name, references pass, mistakes get their own hints."""

import ast
import gzip
import json
import re
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom.author import (
    audit,
    demo,
    editions,
    lesson,
    mistakes,
    release,
    samples,
    sync,
)
from tinygrad_lessons.lab.check import RECORD

COURSE = Path("course")
NAMES = lesson.names(COURSE)

every_lesson = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """{lesson: folder} of every lesson as students get it."""
    lessons, folders = lesson.load_all(COURSE), {}
    for one in lessons:
        folders[one.name] = folder = tmp_path_factory.mktemp(one.name)
        release.beside(folder, COURSE, one, lessons)
        nbformat.write(release.student_version(one), folder / f"{one.name}.ipynb")
    return folders


@every_lesson
def test_the_checks_see_enough_and_refuse_nothing_right(name):
    faults = [str(fault) for fault in audit.audit(COURSE, name, range(2))]
    assert faults == []


@every_lesson
def test_a_sample_answer_takes_along_what_it_calls_and_nothing_else(name):
    for answer in mistakes.answers(COURSE, name):
        definitions = ast.parse(text := samples.text(answer)).body
        assert text.count("\n@") + text.startswith("@") == 1, text
        for helper in definitions[:-1]:
            assert any(f"{helper.name}(" in ast.unparse(d) for d in definitions if d is not helper)


def test_the_best_sample_student_answers_in_words_too(released):
    text = (released["07_train"] / "07_train.ipynb").read_text()
    before, after = (nbformat.reads(text, 4) for _ in range(2))
    changed = [a.metadata.nbgrader.grade_id
               for a, b in zip(demo._in_words(after).cells, before.cells, strict=True)
               if a.source != b.source]  # fmt: skip
    assert changed == ["reflection"]


def test_notebooks_and_package_are_in_step():
    assert [s for s in sync.sync_course(COURSE, write=False) if s.changed] == []


@every_lesson
def test_the_release_holds_no_solution(name, released):
    text = (released[name] / f"{name}.ipynb").read_text()
    assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text
    package = "\n".join(
        " ".join(ast.unparse(ast.parse(p.read_text())).split())
        for p in sorted(released[name].rglob("*.py"))
    )
    for exercise in lesson.load(COURSE, name).exercises:
        assert exercise.id in text
        assert _body(exercise.id) not in package
        assert f"{exercise.id} is yours to write" in text


def _body(exercise):
    """The reference's function without its docstring, in one line."""
    node = ast.parse(editions.targets()[exercise].source).body[0]
    node.body = node.body[1:]
    return " ".join(ast.unparse(node).split())


@every_lesson
def test_the_release_holds_every_check_and_no_mistake(name, released):
    files = [p.relative_to(released[name]) for p in released[name].rglob("*") if p.is_file()]
    assert not [p for p in files if "mistakes" in str(p) or "classroom" in p.parts]
    record = json.loads(gzip.decompress((released[name] / RECORD).read_bytes()))["exercises"]
    notebook = nbformat.read(released[name] / f"{name}.ipynb", 4)
    given = {e.id: e.cell for e in lesson.exercises(name, notebook)}
    for exercise in lesson.load(COURSE, name).exercises:
        recorded = {entry["check"] for entry in record[exercise.id]}
        assert given[exercise.id] == exercise.cell
        assert recorded == {check.name for check in exercise.cell.checks}
        assert not any(check.hidden for check in exercise.cell.checks)
    assert "@mistake(" not in nbformat.writes(notebook)


@every_lesson
def test_every_exercise_has_a_check_and_a_heading_with_minutes(name):
    one = lesson.load(COURSE, name)
    prose = "\n".join(c.source for c in one.notebook.cells if c.cell_type == "markdown")
    for exercise in one.exercises:
        assert exercise.cell.checks, exercise.id
        heading = rf"^### Exercise {exercise.number}: {exercise.id} \(\d+ minutes"
        assert re.search(heading, prose, re.MULTILINE), exercise.id
        assert exercise.points >= 1


@every_lesson
def test_headings_are_in_order_and_cells_are_named(name):
    notebook = lesson.load(COURSE, name).notebook
    levels = [
        len(line) - len(line.lstrip("#"))
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("#")
    ]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert not [c for c in notebook.cells if c.cell_type == "code" and c.outputs]


def test_every_exercise_of_the_package_is_in_one_lesson():
    ids = [e.id for one in lesson.load_all(COURSE) for e in one.exercises]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(editions.targets())
