"""An instructor's week: every command of docs/instructor.md, in its order, on the real thing."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.author import editions, new_exercise

NAME = "03_gram"
LESSONS = "from tinygrad_lessons.classroom.commands import main; main()"
HAND_IN = f"""
import zipfile
from pathlib import Path
from tinygrad_lessons.classroom.author import demo
there = [s for s in demo.students(Path("course"), "{NAME}")
         if s.student in ("ada", "wrong-gram", "cut-off")]
with zipfile.ZipFile("downloads.zip", "w") as archive:
    for number, sample in enumerate(there):
        archive.writestr(f"name_{{number}}_345_{NAME}.ipynb", sample.text)
    archive.writestr("studenttest_99_346_{NAME}.ipynb", "")
rows = [f"{{s.student.replace('-', '')}},{{number}}" for number, s in enumerate(there)]
Path("roster.csv").write_text("\\n".join(["id,lms_user_id", *rows]))
"""
FASTER = {"audit": ["--seeds", "2"], "mutate": ["--least", "0"]}


def commands(page):
    """The arguments of each `lessons ...` line in a page's code blocks, in order."""
    blocks = re.findall(r"^```\n(.*?)^```", Path(page).read_text(), re.MULTILINE | re.DOTALL)
    lines = (shlex.split(line, comments=True) for block in blocks for line in block.splitlines())
    return [line[1:] for line in lines if line[:1] == ["lessons"]]


def block(kind):
    """A piece of code of docs/own-exercise.md."""
    page = Path("docs/own-exercise.md").read_text()
    return re.search(rf"<!-- {kind} -->\n```python\n(.*?)```", page, re.DOTALL)[1]


def python(home, code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=home,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def copy_course(home):
    """A course of one lesson."""
    (home / "course/source").mkdir(parents=True)
    shutil.copytree(f"course/source/{NAME}", home / f"course/source/{NAME}")
    shutil.copytree("course/mistakes", home / "course/mistakes")
    shutil.copy("course/nbgrader_config.py", home / "course")
    return home / "course"


def fill_in(home):
    """Put the pieces of docs/own-exercise.md in the places that were made for them."""
    cut = [("tinygrad_lessons/gram_matrices.py", '@exercise("column-means")', block("reference")),
           (f"course/mistakes/{NAME}.py", '@mistake("column-means"',
            "\n\n".join(map(block, ("mistakes", "demands", "equivalent"))))]  # fmt: skip
    for file, start, new in cut:
        text = (home / file).read_text()
        (home / file).write_text(text[: text.index(start)] + new)
    path = home / f"course/source/{NAME}/{NAME}.ipynb"
    book = nbformat.read(path, 4)
    book.cells[-1].source = block("check").strip()
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """(what each command printed, the folder in which they ran)."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(
        editions.REFERENCE, home / "tinygrad_lessons", ignore=shutil.ignore_patterns("__pycache__")
    )
    copy_course(home)
    said = {}
    for name, *rest in commands("docs/instructor.md"):
        if name == "roster":
            python(home, HAND_IN)
        said[name] = python(home, LESSONS, name, *rest, *FASTER.get(name, []))
        if name == "new-exercise":
            fill_in(home)
    said["again"] = python(home, LESSONS, "grade", NAME)
    return said, home


def test_the_page_has_the_whole_way():
    order = ["new-exercise", "sync", "audit", "mutate", "release", "roster", "due", "collect"]
    order += ["collect", "grade"]
    order += ["release", "regrade", "report", "feedback", "export"]
    assert [name for name, *_ in commands("docs/instructor.md") if name in order] == order


def test_an_exercise_of_ones_own_is_filled_in_and_holds(walk):
    said, home = walk
    assert said["audit"].endswith(f"{NAME}: no faults on 2 seeds")
    assert f"{NAME}: wrote column-means" in said["sync"] and "(100.0%)" in said["mutate"]
    book = nbformat.read(home / f"course/source/{NAME}/{NAME}.ipynb", 4)
    assert "### BEGIN SOLUTION\n    return x.mean(0)" in book.cells[-2].source
    released = (home / f"course/release/{NAME}/{NAME}.ipynb").read_text()
    assert "column-means is yours to write" in released and "def one_row(" in released


def test_its_checks_and_mistakes_take_under_twenty_lines():
    text = block("check") + block("mistakes")
    assert sum(bool(line) for line in text.splitlines()) < 20


def test_what_is_released_can_be_given_out(walk):
    folder = walk[1] / "course" / "release" / NAME
    assert {p.name for p in folder.iterdir()} == {
        f"{NAME}.ipynb",
        "observations.json.gz",
        "tinygrad_lessons",
    }


def test_everyone_is_graded_once(walk):
    said, _ = walk
    assert "3 submissions: 3 graded" in said["grade"]
    assert "gram: rows for columns" in said["grade"]
    assert "3 submissions: 0 graded" in said["again"]
    assert "No score of 3 submissions would change." in said["regrade"]


def test_the_class_list_decides_who_is_collected(walk):
    said, _ = walk
    assert "3 students in roster.csv: 3 new, 0 corrected." in said["roster"]
    assert f"{NAME} is due 2026-03-01 18:00" in said["due"]
    assert "studenttest: Canvas's test student, left out." in said["collect"]
    assert "3 students in course/submitted: 3 new." in said["collect"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_no_other_user_of_the_machine_reads_about_students(walk):
    home = walk[1]
    for name in ("gradebook.db", "submitted", "autograded", "feedback", "reports", ".grading"):
        assert (home / "course" / name).stat().st_mode & 0o077 == 0, name
    assert (home / f"{NAME}-plain.csv").stat().st_mode & 0o077 == 0
    assert (home / "course" / "release" / NAME).stat().st_mode & 0o005 == 0o005


def test_the_report_and_the_feedback_are_there(walk):
    course = walk[1] / "course"
    found = json.loads((course / "reports" / f"{NAME}.json").read_text())
    assert [s["student"] for s in found["students"]] == ["ada", "cutoff", "wronggram"]
    gram = next(e for e in found["exercises"] if e["exercise"] == "gram")
    assert gram["who"]["passed"] == ["ada"] and gram["mistakes"][0][0][0] == "rows_for_columns"
    page = (course / "feedback" / "wronggram" / NAME / f"{NAME}.html").read_text()
    assert "Which vectors does entry (0, 1) compare?" in page
    assert not list((course / "feedback").rglob("*.py"))


def test_the_export_has_everyone(walk):
    text = (walk[1] / f"{NAME}-plain.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.DictReader(text.splitlines()))) == 3 and "ada" in text


@pytest.mark.parametrize("place", ["lib/python3/site-packages", "lib/python3/dist-packages"])
def test_an_installed_package_gets_no_exercise(tmp_path, monkeypatch, place):
    """The next update would take it away."""
    course = copy_course(tmp_path)
    shutil.copytree(editions.REFERENCE, tmp_path / place / "package")
    monkeypatch.setattr(editions, "REFERENCE", tmp_path / place / "package")
    before = (tmp_path / place / "package/gram_matrices.py").read_bytes()
    with pytest.raises(Problem, match="the next update overwrites it. Work in a copy"):
        new_exercise.add(course, NAME, "column-means", "gram_matrices")
    assert (tmp_path / place / "package/gram_matrices.py").read_bytes() == before
    assert not list((course / "source").rglob("*column*"))


def test_an_exercise_that_cannot_be_written_whole_leaves_nothing(tmp_path, monkeypatch):
    course = copy_course(tmp_path)
    shutil.copytree(editions.REFERENCE, tmp_path / "package")
    monkeypatch.setattr(editions, "REFERENCE", tmp_path / "package")
    shutil.rmtree(course / "mistakes")
    module = tmp_path / "package" / "gram_matrices.py"
    before = module.read_bytes()
    with pytest.raises(Problem, match=r"mistakes/03_gram\.py cannot be written"):
        new_exercise.add(course, NAME, "column-means", "gram_matrices")
    editions.targets.cache_clear()
    assert module.read_bytes() == before


@pytest.mark.parametrize(
    ("id", "module", "words"),
    [
        ("gram", "gram_matrices", "There is an exercise 'gram' already"),
        ("column-means", "elsewhere", "There is no module"),
        ("class", "gram_matrices", "Python keeps the word"),
        ("column means", "gram_matrices", "letters, digits and -"),
    ],
)
def test_what_cannot_be_an_exercise_is_refused_and_nothing_is_written(tmp_path, id, module, words):
    course = copy_course(tmp_path)
    with pytest.raises(Problem, match=words):
        new_exercise.add(course, NAME, id, module)
    notebook = f"source/{NAME}/{NAME}.ipynb"
    assert (course / notebook).read_bytes() == Path("course", notebook).read_bytes()
