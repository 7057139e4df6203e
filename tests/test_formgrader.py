"""nbgrader's formgrader in JupyterLab, on the course folder as it is: its buttons do our steps."""

import json
from pathlib import Path

import pytest
from browser import course_of_one, opened, shot

from tinygrad_lessons.classroom.author import demo

pytestmark = pytest.mark.browser

NAME = "03_gram"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one lesson."""
    return course_of_one(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def formgrader(course, tmp_path_factory):
    """Formgrader, opened from JupyterLab's own menu."""
    with opened(course, tmp_path_factory.mktemp("settings"), "lab") as page:
        page.get_by_role("menuitem", name="Nbgrader", exact=True).click(timeout=90_000)
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        yield page, page.frame_locator("iframe").first


def press(formgrader, place, done):
    """Press the button in a row, and wait for formgrader's own word that it is done."""
    page, frame = formgrader
    frame.locator(f"{place} a").first.click(timeout=60_000)
    frame.get_by_text(done).first.wait_for(timeout=120_000)
    frame.get_by_role("button", name="OK").click()
    frame.locator(".modal").wait_for(state="hidden")


def look_at_the_submission(page):
    """Where a person grades: nothing comes from elsewhere, formulas show, its own script works."""
    base = page.url.split("/lab")[0]
    listed = page.request.get(f"{base}/formgrader/api/submitted_notebooks/{NAME}/{NAME}").json()
    view, asked, failed = page.context.new_page(), [], []
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: failed.append(str(error)))
    view.goto(f"{base}/formgrader/submissions/{listed[0]['id']}/?index=0")
    view.locator("math").first.wait_for(timeout=30_000)
    view.wait_for_function("MathJax.loaded")
    assert [url for url in asked if not url.startswith((base, "data:"))] == [] and failed == []
    view.close()


def test_generate_makes_what_students_get(formgrader, course):
    press(formgrader, "tr .assign", "Successfully created the student version")
    released = {p.name for p in (course / "release" / NAME).iterdir()}
    assert released == {f"{NAME}.ipynb", "observations.json.gz", "tinygrad_lessons"}
    assert "BEGIN SOLUTION" not in (course / "release" / NAME / f"{NAME}.ipynb").read_text()


def test_autograde_gives_the_score_and_feedback_the_hint(formgrader, course):
    page, frame = formgrader
    sample = next(s for s in demo.students(course, NAME) if s.student == "wrong-gram")
    folder = course / "submitted" / sample.student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(sample.text)
    frame.get_by_role("link", name="Manage Assignments").first.click()
    frame.locator("tr .num-submissions a").first.click(timeout=60_000)
    press(formgrader, "tr .autograde", "Successfully autograded")
    assert frame.locator("tr .score").first.inner_text() == "25 / 27"
    shot(page, "formgrader")
    look_at_the_submission(page)
    press(formgrader, "tr .generate-feedback", "Successfully generated feedback")
    pages = list((course / "feedback").rglob("*.html"))
    assert [str(Path(p).parent.relative_to(course / "feedback")) for p in pages] == [
        f"{sample.student}/{NAME}"
    ]
    assert "Which vectors does entry (0, 1) compare?" in pages[0].read_text()
    graded = json.loads(
        (course / "autograded" / sample.student / NAME / f"{NAME}.ipynb").read_text()
    )
    assert "HIDDEN TESTS" not in json.dumps(graded)
