"""A student's folder: made, worked in, brought up to date, checked, reset. Nothing is lost."""

import copy
import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.author import editions, release
from tinygrad_lessons.classroom.student import startpage, workspace
from tinygrad_lessons.classroom.student.merge import merge
from tinygrad_lessons.lab import files, progress, runner

COURSE = Path("course")
NAME = "03_gram"
MINE = '@complete("gram")\ndef gram(A):\n    return A.T @ A  # mine'


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one lesson."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE / "mistakes", folder / "mistakes")
    place = folder / "source" / NAME
    place.mkdir(parents=True)
    shutil.copy(COURSE / "source" / NAME / f"{NAME}.ipynb", place)
    return folder


@pytest.fixture(scope="module")
def made(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    assert [(b.name, b.what, b.notes) for b in workspace.bring(course, folder)] == [
        (NAME, "new", [])
    ]
    return folder


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made, tmp_path / "lessons")
    return tmp_path / "lessons"


def notebook(folder):
    return nbformat.read(folder / NAME / f"{NAME}.ipynb", 4)


def cell(book, grade_id):
    return next(c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def write(folder, **answers):
    """Put answers in the saved notebook, as JupyterLab does."""
    book = notebook(folder)
    for grade_id, source in answers.items():
        cell(book, grade_id.replace("_", "-")).source = source
    nbformat.write(book, folder / NAME / f"{NAME}.ipynb")
    return book


def bring(course, folder):
    return next(iter(workspace.bring(course, folder)))


def newer(course, tmp_path, change):
    """The course with its notebook changed by `change(cells)`."""
    later = tmp_path / "course"
    shutil.copytree(course, later)
    path = later / "source" / NAME / f"{NAME}.ipynb"
    book = nbformat.read(path, 4)
    change(book.cells)
    nbformat.write(book, path)
    return later


def test_a_lesson_is_all_that_jupyterlab_needs(made):
    there = {p.name for p in (made / NAME).iterdir() if not p.name.startswith(".")}
    assert there == {f"{NAME}.ipynb", "observations.json.gz", "tinygrad_lessons"}


def test_a_second_run_touches_nothing(course, folder):
    write(folder, gram=MINE)
    before = {p: p.stat().st_mtime_ns for p in (folder / NAME).rglob("*") if p.suffix != ".ipynb"}
    text = (folder / NAME / f"{NAME}.ipynb").read_bytes()
    brought = bring(course, folder)
    assert (brought.what, brought.notes) == ("as it was", [])
    assert (folder / NAME / f"{NAME}.ipynb").read_bytes() == text
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_new_release_comes_in_around_the_answers(course, folder, tmp_path):
    def change(cells):
        cells[0].source += "\n\nA new sentence."
        cells.insert(1, nbformat.v4.new_markdown_cell("A new cell.", id="brand-new"))

    before = write(folder, gram=MINE)
    own = nbformat.v4.new_code_cell("my_own = 1", id="of-my-own")
    before.cells.insert(3, own)
    nbformat.write(before, folder / NAME / f"{NAME}.ipynb")
    brought = bring(newer(course, tmp_path, change), folder)
    after = notebook(folder)
    texts = [c.source for c in after.cells]
    assert cell(after, "gram").source == MINE and "my_own = 1" in texts
    assert texts[1] == "A new cell." and texts[0].endswith("A new sentence.")
    assert len(after.cells) == len(before.cells) + 1
    kept = next(iter((folder / NAME).glob("*.before-*.ipynb")))
    assert cell(nbformat.read(kept, 4), "gram").source == MINE
    assert brought.what == "merged"
    assert brought.notes == [
        "New or changed cells of the lesson: 2.",
        "Your answers are in it: gram.",
        f"Your notebook as it was is {kept.name}.",
    ]


def book(*cells):
    """A notebook of (id, text) and (id, text, grade_id) cells."""
    found = nbformat.v4.new_notebook()
    for id, source, *grade_id in cells:
        made = nbformat.v4.new_code_cell(source, id=id)
        if grade_id:
            made.metadata["nbgrader"] = {"grade_id": grade_id[0], "solution": True, "grade": False}
        found.cells.append(made)
    return found


BASE = book(("a", "one"), ("b", "two"), ("f", "stub", "f"), ("c", "three"))
MERGES = {
    # what the release became, what the student made of BASE, what comes out
    "nothing new": (BASE, {"f": "mine"}, ["one", "two", "mine", "three"]),
    "a text mended": (book(("a", "ONE"), *[(c.id, c.source) for c in BASE.cells[1:2]],
                           ("f", "stub", "f"), ("c", "three")),
                      {"f": "mine"}, ["ONE", "two", "mine", "three"]),
    "a changed cell stays": (book(("a", "one"), ("b", "TWO"), ("f", "stub", "f"), ("c", "three")),
                             {"b": "two!"}, ["one", "two!", "stub", "three"]),
    "ids shifted": (book(("a", "new"), ("b", "one"), ("c", "two"), ("f", "stub", "f"),
                         ("d", "three")),
                    {"b": "two!", "f": "mine"}, ["new", "one", "two!", "mine", "three"]),
    "a cell dropped": (book(("a", "one"), ("f", "stub", "f"), ("c", "three")),
                       {}, ["one", "stub", "three"]),
    "a changed cell dropped": (book(("a", "one"), ("f", "stub", "f"), ("c", "three")),
                               {"b": "two!"}, ["one", "two!", "stub", "three"]),
    "an exercise dropped": (book(("a", "one"), ("b", "two"), ("c", "three")),
                            {"f": "mine"}, ["one", "two", "mine", "three"]),
    "an exercise added": (book(("a", "one"), ("b", "two"), ("f", "stub", "f"), ("g", "s", "g"),
                               ("c", "three")),
                          {"f": "mine"}, ["one", "two", "mine", "s", "three"]),
    "an exercise moved": (book(("f", "stub", "f"), ("a", "one"), ("b", "two"), ("c", "three")),
                          {"f": "mine"}, ["mine", "one", "two", "three"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MERGES)
def test_merging(name):
    fresh, changes, expected = MERGES[name]
    mine = copy.deepcopy(BASE)
    for made in mine.cells:
        made.source = changes.get(made.id, made.source)
    merged, _ = merge(copy.deepcopy(fresh), mine, BASE)
    assert [c.source for c in merged.cells] == expected
    assert len({c.id for c in merged.cells}) == len(merged.cells)


def test_deleted_cells_come_back_and_answers_stay_when_nothing_is_known_of_the_release(
    course, folder
):
    before = write(folder, gram=MINE)
    before.cells = [c for c in before.cells if c is not cell(before, "check-gram")]
    nbformat.write(before, folder / NAME / f"{NAME}.ipynb")
    (folder / NAME / workspace.RELEASED).unlink()
    assert bring(course, folder).notes[0] == "Missing cells, put back: check-gram."
    assert cell(notebook(folder), "gram").source == MINE


def test_a_notebook_that_cannot_be_read_is_left_alone(course, folder):
    path = folder / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text()[:500])
    brought = bring(course, folder)
    assert brought.what == "left alone" and "cut off" in brought.notes[0]
    assert len(path.read_text()) == 500
    assert "again" not in " ".join(brought.notes) and "lessons lab makes a new" in brought.notes[-1]
    startpage.write(folder)
    assert progress.Table([folder / NAME]).rows[0][1] == "its notebook cannot be read"


def test_a_copy_that_jupyterlab_kept_is_named(folder):
    path = folder / NAME / f"{NAME}.ipynb"
    kept = path.parent / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb"
    kept.parent.mkdir()
    path.rename(kept)
    path.write_text("{")
    with pytest.raises(Problem, match=f"its end is missing.\n.*{kept.name}"):
        workspace.open_notebook(path)


def test_a_notebook_under_another_name_is_noticed(course, folder):
    path = folder / NAME / f"{NAME}.ipynb"
    path.rename(path.with_name("mine.ipynb"))
    assert workspace.names(folder) == [NAME]
    assert progress.Table([folder / NAME]).rows[0][1] == "its notebook is missing"
    with pytest.raises(
        Problem, match=f"There is mine.ipynb. To go on with it, rename it to {NAME}"
    ):
        workspace.open_notebook(path)
    brought = bring(course, folder)
    assert (brought.what, brought.notes[0].split(".")[0]) == ("new", "There is mine")


@pytest.mark.parametrize("called", [NAME, f"{NAME} (1)", "homework 3"])
def test_the_folder_that_was_given_out_is_taken_whatever_it_is_called(folder, tmp_path, called):
    given = tmp_path / "downloads" / called
    given.parent.mkdir()
    (folder / NAME).rename(given)
    for hidden in (workspace.RELEASED, workspace.STAMP):
        (given / hidden).unlink()
    for place in (given, given.parent):
        assert workspace.names(place) == [NAME]
        assert workspace.place(place, NAME) == given
    assert workspace.steps(given, NAME)


def test_no_copy_is_kept_of_a_notebook_in_which_nothing_was_written(folder):
    path = folder / NAME / f"{NAME}.ipynb"
    fresh = notebook(folder)
    fresh.cells[0].source += " Better."
    assert workspace.bring_notebook(path, fresh).what == "merged"
    assert notebook(folder).cells[0].source.endswith(" Better.")
    assert not list((folder / NAME).glob("*.before-*.ipynb"))


def test_two_merges_within_a_second_keep_both_notebooks(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "_now", lambda: "now")
    path = folder / NAME / f"{NAME}.ipynb"
    for text in ("first", "second"):
        write(folder, imports=text)
        workspace.bring_notebook(path, nbformat.read(folder / NAME / workspace.RELEASED, 4))
    kept = sorted((folder / NAME).glob("*.before-*.ipynb"))
    assert [cell(nbformat.read(p, 4), "imports").source for p in kept] == ["second", "first"]


def test_reset_gives_the_stub_back_and_keeps_the_answer(folder):
    write(folder, gram=MINE, pca="kept")
    files.write(folder / NAME / progress.FILE, json.dumps({"gram": [3, 3], "pca": [1, 2]}))
    name, kept = workspace.reset(folder, "gram")
    assert (name, kept.read_text()) == (NAME, MINE + "\n")
    stub = "gram is yours to write: lesson 03_gram, exercise"
    assert stub in cell(notebook(folder), "gram").source
    assert cell(notebook(folder), "pca").source == "kept"
    assert progress.read(folder / NAME) == {"pca": [1, 2]}
    assert workspace.reset(folder, "gram") == (NAME, None)


def test_reset_of_what_is_not_there(folder):
    with pytest.raises(Problem, match=r"no exercise 'gramm'\. Did you mean gram\?"):
        workspace.reset(folder, "gramm")


@pytest.fixture(scope="module")
def checked(made, tmp_path_factory):
    """{exercise: what its check printed} of a notebook with one answer right and one wrong."""
    folder = tmp_path_factory.mktemp("checked") / "lessons"
    shutil.copytree(made, folder)
    (folder / NAME / progress.FILE).write_text('{"angles": [3, 3]}')  # from an earlier evening
    wrong = '@complete("angles")\ndef angles(A):\n    return A'
    transpose = '@complete("transpose")\n' + editions.targets()["transpose"].source
    write(folder, gram=MINE, angles=wrong, transpose=transpose, outer_gram="1 / 0")
    return folder, workspace.run(folder, NAME)


def test_a_saved_notebook_is_run_and_its_checks_are_read(checked):
    _, printed = checked
    good = [exercise for exercise in printed if runner.passes(exercise, printed[exercise])]
    assert good == ["transpose", "gram"]
    assert "not yet" in printed["angles"] and "pca is yours to write" in printed["pca"]


def test_what_passes_is_kept(checked):
    folder, _ = checked
    done = [step.exercise for step in workspace.steps(folder, NAME) if step.done]
    assert done == ["transpose", "gram"]
    table = progress.Table([folder / NAME])
    assert table.rows[0][:3] == (NAME, "2 of 9", "matmul-by-hand")
    assert table.next.startswith("Next: matmul-by-hand (")
    assert table.next in repr(table) and table.next in table._repr_html_()


def test_a_kernel_that_ends_is_said_in_words(folder):
    write(folder, gram="import os\nos._exit(0)")
    with pytest.raises(Problem, match="Python ended while it ran 03_gram, after the cell"):
        workspace.run(folder, NAME)


@pytest.mark.parametrize("text", ["", "[1]", '{"gram": 1}', '{"gram": ["a", 2]}', "{"])
def test_progress_that_cannot_be_read_is_none(tmp_path, text):
    (tmp_path / progress.FILE).write_text(text)
    assert progress.read(tmp_path) == {}


def test_the_start_page_links_the_lessons_and_shows_what_is_next(folder):
    startpage.write(folder)
    page = nbformat.read(folder / "start.ipynb", 4)
    assert f"]({NAME}/{NAME}.ipynb)" in page.cells[0].source
    assert "Next: transpose" in page.cells[-1].outputs[0].data["text/html"]
    page.cells.append(nbformat.v4.new_markdown_cell("a note of mine"))
    nbformat.write(page, folder / "start.ipynb")
    startpage.write(folder)
    assert "a note of mine" in [c.source for c in nbformat.read(folder / "start.ipynb", 4).cells]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "notebook.ipynb"
    files.write(path, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        files.write(path, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["notebook.ipynb"] and path.read_text() == "old"


def test_a_release_is_the_same_for_a_student_and_for_a_class(course, made):
    one = next(iter(workspace.lesson.load_all(course)))
    assert notebook(made).cells == nbformat.from_dict(release.student_version(one)).cells
