"""The page that a student gets back: what it says, and that nobody's text runs in it."""

import pytest
from grading_course import LESSON, cell, lesson, make_course, result

from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading.autograded import write_graded

NASTY = """
<script>alert(1)</script>

<img src=x onerror=alert(2)> [a](javascript:alert(3)) **b** $x < y$
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The feedback page of a student who writes HTML; a person has yet to read the answer."""
    folder = make_course(tmp_path_factory.mktemp("feedback") / "course")
    (folder / "nbgrader_config.py").write_text(
        "from tinygrad_lessons.classroom import nbgrader_steps\n"
        "c = get_config()\nnbgrader_steps.configure(c)\n"
    )
    notebook = lesson()
    notebook.cells[-1].source = NASTY
    notebook.cells += [cell(f"own-{kind}", kind, NASTY, "test") for kind in ("markdown", "raw")]
    for own in notebook.cells[-2:]:
        del own.metadata["nbgrader"]
    scores = {"check-gram": 0.5, "check-pca": 2.0, "why": None}
    graded = result("eve", scores, notebook=notebook)
    write_graded(folder, LESSON, graded)
    with gradebook.connect(course.db_url(folder)) as book:
        gradebook.write(book, LESSON, [graded])
    course.run(folder, "generate_feedback", LESSON)
    return (folder / "feedback" / "eve" / LESSON / f"{LESSON}.html").read_text()


def test_a_students_html_is_shown_and_does_not_run(page):
    assert not [x for x in ("<script>alert", "<img src=x", "javascript:alert") if x in page]
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2  # a raw cell is left out
    assert "<strong>b</strong>" in page and "$x &lt; y$" in page


def test_it_lists_the_exercises_by_name_and_what_waits_for_a_person(page):
    assert "2.5 of 7 points so far" in page
    assert '<a href="#check-gram">gram</a></th><td>0.5 of 2</td>' in page
    assert '<a href="#why">why</a></th><td>waits for a person</td>' in page
    assert "Test cell" not in page
