"""A lesson as its notebook tells it."""

import pytest

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.author import lesson

CELL = """def rows(torch, device, rng, observe):
    observe("a", rng.random())
### BEGIN HIDDEN TESTS
def columns(torch, device, rng, observe):
    observe("b", rng.random())


def helper(x):
    return x
### END HIDDEN TESTS
check("gram")"""


def test_a_check_cell_ends_in_check():
    found = lesson.check_cell(CELL)
    assert found.exercise == "gram"
    assert [(c.name, c.hidden) for c in found.checks] == [("rows", False), ("columns", True)]
    assert "check(" not in found.source and "def columns" in found.source


@pytest.mark.parametrize(
    "source", ["", "x = 1", "check(name)", "check('a')\nx = 1", "def f(:", "check('a', 'b')"]
)
def test_other_cells_are_no_check_cells(source):
    assert lesson.check_cell(source) is None


def test_hidden_checks_are_cut_out():
    cut = lesson.without_hidden(CELL)
    assert "columns" not in cut and "HIDDEN" not in cut
    assert lesson.check_cell(cut).checks == lesson.check_cell(CELL).checks[:1]


def test_a_solution_cell_names_its_exercise():
    assert lesson.completed('@complete("gram")\ndef gram(A):\n    return A') == "gram"
    assert lesson.completed("def gram(A):\n    return A") is None
    assert lesson.completed("def gram(A:") is None


def test_a_misspelt_lesson_is_guessed_at(tmp_path):
    folder = tmp_path / "source" / "03_gram"
    folder.mkdir(parents=True)
    (folder / "03_gram.ipynb").write_text("{}")
    with pytest.raises(Problem, match="Did you mean 03_gram?"):
        lesson.load(tmp_path, "03_gramm")
    with pytest.raises(Problem, match="There are: 03_gram"):
        lesson.load(tmp_path, "zzz")


def test_a_missing_course_folder_says_what_to_do(tmp_path):
    with pytest.raises(Problem, match="--course DIR"):
        lesson.names(tmp_path / "nowhere")
