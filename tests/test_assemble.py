"""A student's own package: what they wrote in its place, the rest as it was given out."""

from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom import assemble, lesson, release, samples

COURSE, NAME = Path("course"), "03_gram"
GRAM = """
@complete("gram")
def gram(A):
    return doubled(A).T @ A / 2


def doubled(A):
    return 2 * A
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """(the Parts, the folder) of a package from one notebook: three answers, one of them broken."""
    folder, out = tmp_path_factory.mktemp("lessons"), tmp_path_factory.mktemp("mine")
    released = release.student_version(lesson.load(COURSE, NAME))
    answers = {"transpose": samples.reference("transpose"), "gram": GRAM, "angles": "def angles(A:"}
    (folder / NAME).mkdir()
    nbformat.write(samples.answered(released, answers), folder / NAME / f"{NAME}.ipynb")
    return list(assemble.assemble(folder, lesson.load_all(COURSE), out)), out


def test_it_says_what_is_theirs_what_is_broken_and_what_is_missing(mine):
    states = {part.exercise: part.state for part in mine[0] if part.lesson == NAME}
    assert states.pop("transpose") == states.pop("gram") == "yours"
    assert states.pop("angles") == "broken"
    assert set(states.values()) == {"not written"}
    assert {part.state for part in mine[0] if part.lesson != NAME} == {"not written"}


def test_their_functions_and_helpers_stand_in_the_package_the_rest_are_stubs(mine):
    text = (mine[1] / "tinygrad_lessons" / "gram_matrices.py").read_text()
    assert "return doubled(A).T @ A / 2" in text and "def doubled(A):" in text
    assert 'return yours("pca", "03_gram", 9)(X, k)' in text
    tensor = (mine[1] / "tinygrad_lessons" / "tensor.py").read_text()
    assert 'return yours("mean", "01_tensors", 7)' in tensor


def test_the_checks_run_on_it(mine):
    one = [lesson.load(COURSE, NAME)]
    found = {report.exercise: report for report in assemble.reports(COURSE, mine[1], one)}
    assert "pca is yours to write" in found["pca"].unwritten
    assert not found["angles"].passed


def test_training_says_where_it_stops(mine):
    assert "It stops here: NotImplementedError" in assemble.train_on(mine[1])
