"""A student in JupyterLab, in a real headless Chromium: a wrong answer, its hint, the right one."""

import os

import nbformat
import pytest
from browser import course_of_one, shot
from browser import opened as open_page

from tinygrad_lessons.classroom.author import lesson
from tinygrad_lessons.classroom.commands import lab
from tinygrad_lessons.classroom.student import startpage, workspace
from tinygrad_lessons.lab import progress

pytestmark = pytest.mark.browser


class Page:
    """A notebook that is open in the browser, its cells by their number."""

    def __init__(self, page, folder):
        self.page, self.folder = page, folder
        self.notebook = nbformat.read(folder / f"{folder.name}.ipynb", 4)

    def index(self, grade_id):
        ids = [c.metadata.get("nbgrader", {}).get("grade_id") for c in self.notebook.cells]
        return ids.index(grade_id)

    def cell(self, grade_id):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.index(grade_id))

    def write(self, grade_id, text):
        self.cell(grade_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")

    def run(self, grade_id):
        self.cell(grade_id).locator(".jp-InputPrompt").first.click()
        self.page.keyboard.press("Shift+Enter")

    def output(self, grade_id, text):
        """Waits until `text` stands under a cell."""
        found = self.cell(grade_id).locator(".jp-OutputArea").get_by_text(text).first
        found.wait_for(timeout=60_000)

    def shot(self, name):
        shot(self.page, name)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """03_gram as a student gets it, open in JupyterLab."""
    folder = tmp_path_factory.mktemp("lessons")
    list(workspace.bring(course_of_one(tmp_path_factory.mktemp("course")), folder))
    place = folder / "03_gram"
    with open_page(place, tmp_path_factory.mktemp("settings"), "lab/tree/03_gram.ipynb") as page:
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        yield Page(page, place)


def test_the_start_page_leads_to_a_lesson_and_its_table_is_brought_up_to_date(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "environ", lab.environment())
    folder = tmp_path / "lessons"
    list(workspace.bring(course_of_one(tmp_path / "course"), folder))
    startpage.write(folder)
    path = folder / "03_gram" / progress.FILE
    with open_page(folder, tmp_path, "lab/tree/start.ipynb") as page:
        page.get_by_text("0 of 9").first.wait_for(timeout=90_000)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        assert page.locator(".jp-mod-dirty").count() == 0  # nothing to save, nobody wrote
        path.write_text('{"transpose": [3, 3]}')
        page.locator(".jp-CodeCell .jp-InputPrompt").first.click()
        page.keyboard.press("Shift+Enter")
        page.get_by_text("1 of 9").first.wait_for(timeout=60_000)
        shot(page, "start")
        assert page.get_by_text("Validate").count() == 0  # it says "Success!" of wrong answers
        page.get_by_role("link", name="03_gram").click()
        page.get_by_role("tab", name="03_gram.ipynb").wait_for(timeout=60_000)


def test_running_all_cells_of_a_fresh_notebook_shows_no_traceback_but_not_yet(opened):
    opened.page.get_by_role("menuitem", name="Run", exact=True).click()
    opened.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    for exercise in lesson.load("course", "03_gram").exercises:
        opened.output(f"check-{exercise.id}", "is yours to write")
    assert opened.page.locator(".jp-OutputArea").get_by_text("Traceback").count() == 0
    opened.shot("fresh")


def test_a_wrong_answer_gets_its_hint(opened):
    opened.write("gram", '@complete("gram")\ndef gram(A):\n    return A @ A.T')
    opened.run("check-gram")
    opened.output("check-gram", "hint")
    opened.output("check-gram", "not yet")
    opened.shot("wrong")


def test_the_difference_is_drawn_on_request(opened):
    pictures = opened.page.locator(".jp-OutputArea img")
    before = pictures.count()
    for key in ("b", "Enter"):
        opened.page.keyboard.press(key)
    opened.page.keyboard.insert_text("_.picture()")
    opened.page.keyboard.press("Shift+Enter")
    pictures.nth(before).wait_for(timeout=60_000)
    opened.shot("difference")
    for key in ("Escape", "k", "d", "d"):
        opened.page.keyboard.press(key)
    pictures.nth(before).wait_for(state="detached")


def test_the_right_answer_passes(opened):
    opened.write("gram", '@complete("gram")\ndef gram(A):\n    return A.T @ A')
    opened.run("check-gram")
    opened.output("check-gram", "5 of 5 checks pass")
    assert opened.cell("check-gram").get_by_text("not yet").count() == 0
    opened.shot("right")


def test_what_passes_is_kept_for_the_start_page(opened):
    steps = {step.exercise: step for step in workspace.steps(opened.folder.parent, "03_gram")}
    assert steps["gram"].done and steps["gram"].minutes > 0
    assert not steps["pca"].done
