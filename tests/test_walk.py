"""An instructor's week, as docs/instructor.md has it: from a release to returned grades."""

import csv
import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from tinygrad_lessons.classroom import Problem, demo, editions, new_exercise
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.commands.demo import copy_course

NAME = "03_gram"


def run(*arguments, code=0):
    """What a command prints; it has to end with `code`."""
    done = CliRunner().invoke(app(), [str(a) for a in arguments])
    assert done.exit_code == code, done.output + repr(done.exception)
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """(what each command printed, the course folder, the exported file)."""
    home = tmp_path_factory.mktemp("home")
    course, export = home / "course", home / "grades.csv"
    copy_course(Path("course"), course)
    said = {"release": run("release", NAME, "--course", course)}
    with zipfile.ZipFile(home / "downloads.zip", "w") as archive:
        for sample in demo.students(course, NAME):
            if sample.student in ("ada", "wrong-gram", "cut-off"):
                name = sample.student.replace("-", "")
                archive.writestr(f"{name}_12_345_{NAME}.ipynb", sample.text)
    said["collect"] = run("collect", NAME, home / "downloads.zip", "--course", course)
    for command in ("grade", "report", "feedback"):
        said[command] = run(command, NAME, "--course", course)
    said["again"] = run("grade", NAME, "--course", course)
    said["regrade"] = run("regrade", NAME, "--course", course, "--yes")
    said["export"] = run("export", NAME, "--course", course, "--output", export)
    return said, course, export


def test_what_is_released_can_be_given_out(walk):
    folder = walk[1] / "release" / NAME
    assert {p.name for p in folder.iterdir()} == {
        f"{NAME}.ipynb",
        "observations.json.gz",
        "tinygrad_lessons",
    }


def test_everyone_is_graded_once(walk):
    said, _, _ = walk
    assert "3 submissions: 3 graded" in said["grade"]
    assert "gram: rows for columns" in said["grade"]
    assert "3 submissions: 0 graded" in said["again"]


def test_the_report_and_the_feedback_are_there(walk):
    _, course, _ = walk
    found = json.loads((course / "reports" / f"{NAME}.json").read_text())
    assert [s["student"] for s in found["students"]] == ["ada", "cutoff", "wronggram"]
    gram = next(e for e in found["exercises"] if e["exercise"] == "gram")
    assert gram["states"]["passed"] == 1 and gram["mistakes"][0][0] == "rows_for_columns"
    page = (course / "feedback" / "wronggram" / NAME / f"{NAME}.html").read_text()
    assert "Which vectors does entry (0, 1) compare?" in page
    assert not list((course / "feedback").rglob("*.py"))


def test_a_regrade_without_a_change_changes_nothing(walk):
    assert "scores were written" not in walk[0]["regrade"]


def test_the_export_has_everyone(walk):
    rows = list(csv.DictReader(walk[2].read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 3 and "ada" in str(rows)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package, in the reference's place."""
    copy = tmp_path / "package"
    shutil.copytree(editions.REFERENCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(editions, "REFERENCE", copy)
    yield copy
    editions.targets.cache_clear()


def test_an_exercise_of_ones_own(tmp_path, package):
    course = tmp_path / "course"
    copy_course(Path("course"), course)
    paths = new_exercise.add(course, NAME, "column-means", "gram_matrices")
    assert paths[0] == package / "gram_matrices.py"
    assert '@exercise("column-means")' in paths[0].read_text()
    cells = nbformat.read(paths[1], 4).cells
    assert cells[-1].metadata.nbgrader.grade_id == "check-column-means"
    assert "### BEGIN SOLUTION\n    return x.sum(0)" in cells[-2].source
    assert '@mistake("column-means"' in paths[2].read_text()


@pytest.mark.parametrize(
    ("id", "module", "words"),
    [
        ("gram", "gram_matrices", "There is an exercise 'gram' already"),
        ("column-means", "elsewhere", "There is no module"),
        ("column means", "gram_matrices", "letters, digits and -"),
    ],
)
def test_what_cannot_be_an_exercise_is_refused_and_nothing_is_written(tmp_path, id, module, words):
    course = tmp_path / "course"
    copy_course(Path("course"), course)
    with pytest.raises(Problem, match=words):
        new_exercise.add(course, NAME, id, module)
    notebook = f"source/{NAME}/{NAME}.ipynb"
    assert (course / notebook).read_bytes() == Path("course", notebook).read_bytes()
