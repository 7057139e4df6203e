"""A class of submissions, graded behind the real boundary."""

import json
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom.author import demo, mistakes, release, samples
from tinygrad_lessons.classroom.commands.demo import copy_course
from tinygrad_lessons.classroom.gradebook import course as courses
from tinygrad_lessons.classroom.gradebook import gradebook
from tinygrad_lessons.classroom.grading import assess
from tinygrad_lessons.classroom.sandbox import open_sandbox

NAME = "03_gram"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with 03_gram released."""
    folder = tmp_path_factory.mktemp("course") / "course"
    copy_course(Path("course"), folder)
    release.release(folder, NAME)
    return folder


@pytest.fixture(scope="module")
def snapshot(course):
    return gradebook.snapshot(courses.db_url(course), course, NAME)


@pytest.fixture(scope="module")
def graded(course, snapshot):
    """A function that grades a notebook, or the bytes of one."""
    with open_sandbox() as sandbox:

        def run(submission, student="s"):
            if not isinstance(submission, bytes):
                submission = nbformat.writes(submission).encode()
            return assess.grade(submission, student, snapshot, "secret", sandbox)

        yield run


@pytest.fixture(scope="module")
def sample(course):
    """{student: bytes} of the sample class."""
    return {s.student: s.text.encode() for s in demo.students(course, NAME)}


def score(result):
    return round(sum(s or 0 for s in result.scores.values()), 4)


def full(result):
    return sum(result.max.values())


def lost(result):
    """The exercises that lost points."""
    return {
        cell.removeprefix("check-")
        for cell, points in result.scores.items()
        if points < result.max[cell]
    }


@pytest.mark.parametrize("student", ["ada", "emmy", "cut-and-paste"])
def test_right_notebooks_earn_full_marks(graded, sample, student):
    result = graded(sample[student])
    assert score(result) == full(result), [v for v in result.verdicts if not v["passed"]]


def test_nothing_written_earns_nothing(graded, sample):
    result = graded(sample["not-begun"])
    assert score(result) == 0
    assert all(v["unwritten"] for v in result.verdicts)


@pytest.mark.parametrize("student", ["cut-off", "not-a-notebook"])
def test_what_cannot_be_read_earns_nothing_and_is_no_unwritten_exercise(graded, sample, student):
    result = graded(sample[student])
    assert score(result) == 0 and not result.read and not result.verdicts


def test_an_empty_submission_is_said_to_be_one(graded):
    result = graded(b"")
    assert score(result) == 0 and result.findings == ["The file is empty."]


def test_half_of_an_exercise_earns_part_of_its_points(graded, course):
    released = samples.released(course, NAME)
    right = samples.references(released)
    square_only = (
        '@complete("gram")\ndef gram(A):\n    return A @ A.T if len(A) != len(A.T) else A.T @ A'
    )
    result = graded(samples.answered(released, right | {"gram": square_only}))
    assert lost(result) == {"gram"}
    assert 0 < result.scores["check-gram"] < result.max["check-gram"]


def test_each_known_mistake_loses_points_in_its_exercise_only_and_is_named(graded, course):
    released = samples.released(course, NAME)
    seen = set()
    for answer, notebook in samples.known(course, NAME, released):
        if answer.hint and answer.exercise not in seen:
            seen.add(answer.exercise)
            result = graded(notebook)
            assert lost(result) == {answer.exercise}
            assert answer.name in {v["mistake"] for v in result.verdicts}
            assert answer.hint in json.loads(result.notebook)["cells"].__repr__()
    assert len(seen) == len(samples.references(released))


@pytest.mark.parametrize("student", ["prints-full-marks", "patches-the-check", "patches-numpy"])
def test_cheats_earn_nothing(graded, sample, student):
    assert score(graded(sample[student])) == 0


@pytest.mark.parametrize("student", ["ends-the-process", "floods-the-output"])
def test_a_cell_that_dies_costs_only_itself(graded, sample, student):
    result = graded(sample[student])
    assert score(result) == full(result)
    assert "Code cell 2" in result.findings[0]


def test_the_reference_is_nowhere_to_be_read(graded, sample):
    result = graded(sample["reads-the-answers"])
    printed = [
        o["text"]
        for c in json.loads(result.notebook)["cells"]
        for o in c.get("outputs", [])
        if o["output_type"] == "stream"
    ]
    text = "".join("".join(t) for t in printed)
    assert "gradebook" not in text and "True" not in text
    assert "False" in text  # the edition is there; its gram is a stub


def test_the_same_submission_gets_the_same_grade_and_an_edit_meets_new_inputs(graded, sample):
    one, again = graded(sample["wrong-gram"]), graded(sample["wrong-gram"])
    assert one.verdicts == again.verdicts
    other = graded(sample["wrong-gram"], student="t")
    assert one.scores == other.scores
    assert one.notebook != other.notebook


def test_the_check_cells_end_in_a_plain_number_and_hide_what_is_hidden(graded, sample, snapshot):
    result = graded(sample["half-done"])
    for cell in json.loads(result.notebook)["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade"):
            text = "".join(cell["outputs"][-1]["data"]["text/plain"])
            assert text == repr(result.scores[marks["grade_id"]])
            assert "HIDDEN" not in "".join(cell["source"])


def test_nbgraders_own_autograde_gives_the_same_scores(course, snapshot, graded, sample):
    from nbgrader.api import Gradebook

    for student in ("ada", "wrong-gram", "cut-off", "cut-and-paste", "half-done"):
        folder = course / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(sample[student])
        (folder / "numpy.py").write_text("raise SystemExit")
        courses.run(course, "autograde", NAME, student, force=True)
        assert [p.name for p in (course / "autograded" / student / NAME).iterdir()] == [
            f"{NAME}.ipynb"
        ]
        with Gradebook(courses.db_url(course)) as book:
            stock = book.find_submission(NAME, student).score
        assert round(stock, 4) == score(graded(sample[student], student))


def test_pictures_are_drawn_only_when_asked_for_and_scores_are_the_same(course, snapshot, sample):
    with open_sandbox() as sandbox:
        without, drawn = (
            assess.grade(sample["ada"], "s", snapshot, "secret", sandbox, pictures=asked)
            for asked in (False, True)
        )
    assert "image/png" not in without.notebook and "image/png" in drawn.notebook
    assert without.scores == drawn.scores
    assert "Pictures are not drawn at grading" in without.notebook


def test_a_mistakes_file_runs_once_for_each_of_its_versions(tmp_path):
    (tmp_path / "mistakes").mkdir()
    path = tmp_path / "mistakes" / "01_mine.py"
    text = "from tinygrad_lessons.classroom.mistakes import mistake\n\n\n@mistake('gram', 'Why?')\n"
    path.write_text(text + "def one(A):\n    return A\n")
    first, second = (mistakes.answers(tmp_path, "01_mine") for _ in range(2))
    assert first == second and first[0].function is second[0].function
    path.write_text(text + "def other(A):\n    return A.T\n")
    assert [k.name for k in mistakes.answers(tmp_path, "01_mine")] == ["other"]
