"""The page that a student gets back: what it says, and that nobody's text runs in it."""

import re
import zipfile
from html.parser import HTMLParser

import pytest
from browser import CHROMIUM, shot
from grading_course import LESSON, cell, lesson, make_course, result
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config
from typer.testing import CliRunner

from tinygrad_lessons.classroom import Problem, storage
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.commands.feedback import feedback as write_feedback
from tinygrad_lessons.classroom.gradebook import course, feedback, gradebook, steps
from tinygrad_lessons.classroom.gradebook.markdown import formula, to_html
from tinygrad_lessons.classroom.grading.autograded import write_graded
from tinygrad_lessons.classroom.intake import place
from tinygrad_lessons.classroom.intake.reading import new_cell

NASTY = """
# A heading

<script>alert(1)</script>

<img src=x onerror=alert(2)> [a](javascript:alert(3)) **b** $x < y$

![far](https://example.org/spy.png) ![gone](attachment:x.png) ![drawn](data:image/svg+xml;base64,AA)

```mermaid
<script>alert(4)</script>
```

$\\text{<script>alert(5)</script>}$ $\\href{javascript:alert(6)}{x}$
"""
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
ODD = ["eve", "Иван (1)[+]", "a*b?", "[abc]", 'O\'Neil & "Sons"', "a+b%20c"]


def graded(folder, student, scores=None, nasty=True):
    """Put a graded submission in its place: notebook and gradebook."""
    notebook = lesson()
    verdict = {"text/html": "<table><tr><td>verdict</td></tr></table>", "text/plain": "verdict"}
    notebook.cells[1].outputs = [
        new_output("display_data", verdict),
        new_output("execute_result", {"text/plain": "0.5"}),
    ]
    if nasty:
        notebook.cells[-1].source = NASTY
        notebook.cells += [cell(f"own-{kind}", kind, NASTY, "test") for kind in ("markdown", "raw")]
        drawn = new_cell("code", "plot()")
        drawn.id = "drawn"
        about = {"image/png": {"alt": 'two "lines"'}}
        drawn.outputs = [
            new_output("stream", name="stdout", text="\x1b[31m<b>red</b>\x1b[0m"),
            new_output(
                "display_data", {"image/png": PNG, "text/plain": "(picture)"}, metadata=about
            ),
        ]
        notebook.cells.append(drawn)
        for own in notebook.cells[-3:]:
            own.metadata.pop("nbgrader", None)
    scores = scores or {"check-gram": 0.5, "check-pca": 2.0, "why": None}
    found = result(student, scores, notebook=notebook)
    write_graded(folder, LESSON, found)
    with gradebook.connect(course.db_url(folder)) as book:
        gradebook.write(book, LESSON, [found])


def make(folder, **options):
    with gradebook.connect(course.db_url(folder)) as book:
        return feedback.write(folder, LESSON, book, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A class with odd names; a person has yet to read the answers."""
    folder = make_course(tmp_path_factory.mktemp("feedback") / "course")
    (folder / "nbgrader_config.py").write_text(
        "from tinygrad_lessons.classroom import nbgrader_steps\n"
        "c = get_config()\nnbgrader_steps.configure(c)\n"
    )
    for student in ODD:
        graded(folder, student)
    with gradebook.connect(course.db_url(folder)) as book:
        book.find_comment("why", LESSON, LESSON, "eve").manual_comment = "Well *said*. <i>x</i>"
        book.find_submission_notebook(LESSON, LESSON, "eve").late_submission_penalty = 0.25
        book.db.commit()
    return folder


@pytest.fixture(scope="module")
def page(folder):
    pages, troubles = make(folder)
    assert troubles == []
    return pages["eve"][0].read_text()


class Tags(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_students_html_is_shown_and_does_not_run(page):
    tags = Tags(page).found
    assert not [tag for tag, _ in tags if tag in ("script", "iframe", "object", "embed", "link")]
    values = [(name, value or "") for _, attrs in tags for name, value in attrs.items()]
    assert not [name for name, _ in values if name.startswith("on")]
    assert not [v for _, v in values if v.strip().lower().startswith(("javascript", "vbscript"))]
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2  # a raw cell is left out
    assert "<strong>b</strong>" in page and "<mo>&lt;</mo>" in page


def test_it_loads_nothing_from_anywhere(page):
    loaded = [a for tag, a in Tags(page).found if "src" in a or tag == "link"]
    assert loaded and all(a["src"].startswith("data:image/png") for a in loaded)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    assert '[picture elsewhere: <a href="https://example.org/spy.png">far</a>]' in page
    assert "[picture left out: gone]" in page and "[picture left out: drawn]" in page
    assert "url(" not in page and "@import" not in page


def test_it_lists_the_exercises_by_name_and_what_waits_for_a_person(page):
    assert "2.25 of 7 points so far" in page
    assert '<a href="#check-gram">gram</a></th><td>0.5 of 2</td>' in page
    assert '<a href="#why">why</a></th><td>waits for a person, with a comment</td>' in page
    assert "handed in late</th><td>-0.25</td>" in page
    assert "Well <em>said</em>. &lt;i&gt;x&lt;/i&gt;" in page
    assert "<td>verdict</td>" in page and "Test cell" not in page


def test_headings_are_in_order_and_pictures_have_words(page):
    levels = [int(tag[1]) for tag, _ in Tags(page).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert [a["alt"] for tag, a in Tags(page).found if tag == "img"] == ['two "lines"']
    assert "&lt;b&gt;red&lt;/b&gt;" in page and "\x1b" not in page


def test_everyone_gets_a_page_whatever_characters_an_id_has(folder, page):
    there = {p.parts[-3] for p in (folder / "feedback").glob(f"*/{LESSON}/{LESSON}.html")}
    assert there == set(ODD)


def test_only_the_students_who_were_named(tmp_path):
    folder = make_course(tmp_path / "course")
    for student in ("ada", "bob"):
        graded(folder, student)
    assert list(make(folder, only=["bob"])[0]) == ["bob"]


def test_what_cannot_be_read_is_one_students_trouble(tmp_path):
    folder = make_course(tmp_path / "course")
    for student in ("ada", "bob"):
        graded(folder, student)
    (folder / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb").write_text("{")
    pages, troubles = make(folder)
    assert list(pages) == ["bob"] and troubles[0].startswith("No page for ada:")


def test_nbgraders_own_command_makes_the_same_page(folder, page):
    place = folder / "feedback" / "eve" / LESSON / f"{LESSON}.html"
    place.unlink()
    course.run(folder, "generate_feedback", LESSON, student_id="eve", force=True)
    assert place.read_text() == page


def test_formgrader_shows_a_submission_by_the_same_rules():
    settings = Config()
    steps.configure(settings)
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    notebook = lesson()
    notebook.cells[-1].source = NASTY
    for one in notebook.cells:
        one.metadata.nbgrader.update(score=1, points=2, comment="")
    known = {"base_url": "/nb", "index": 0, "total": 1, "first_name": "", "last_name": ""}
    made, _ = HTMLExporter(config=settings).from_notebook_node(notebook, resources=known)
    loaded = [a for tag, a in Tags(made).found if tag in ("script", "img", "link")]
    addresses = [a.get("src") or a.get("href") or "" for a in loaded]
    assert not [a for a in addresses if not a.startswith(("/nb", "data:image/png")) and a]
    assert "<math" in made and "&lt;script&gt;alert(1)" in made and "<script>alert" not in made


def test_a_page_is_light(page):
    """Of a hundred cells; nbgrader's takes 0.8 MB."""
    assert len(page) < 30_000


@pytest.mark.parametrize(
    "text",
    [
        "{" * 1500,
        "\\newcommand{\\a}{\\a\\a}\\a",
        "\\frac",
        "x" * 5000,
        "\\left(",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "\\style{background:url(//x)}{y}",
        "\\class{x}{y} \\unicode{x}",
        "\\color{red;}{y}",
    ],
)
def test_any_formula_becomes_mathml_or_its_own_text(text):
    for tag, attributes in Tags(formula(text)).found:
        assert tag in ("math", "code") or tag.startswith("m")
        assert not {"href", "style", "class", "src"} & set(attributes)


def test_a_formula_reads_as_mathml():
    assert formula("A^T A").count("<msup><mi>A</mi><mi>T</mi></msup>") == 1
    assert "<table" in to_html("| a | b |\n|---|---|\n| $x$ | 2 |")


def test_the_command_ends_quietly_for_who_goes_on_after_it(tmp_path):
    """`lessons demo` calls it, and then writes the report."""
    folder = make_course(tmp_path / "course")
    graded(folder, "ada")
    write_feedback(LESSON, folder)
    assert (folder / "feedback" / "ada" / LESSON / f"{LESSON}.html").exists()


def run(*arguments):
    done = CliRunner(env={"COLUMNS": "150"}).invoke(app(), [str(a) for a in arguments])
    return str(done.exception) if isinstance(done.exception, Problem) else done.output


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("moodle", [f"Jane D._7_assignsubmission_file_/{LESSON}.html"]),
        ("canvas", [f"doejane_LATE_12_345_{LESSON}.html"]),
        ("folder", [f"{s}/{LESSON}.html" for s in ("bob", "doe", "jane")]),
    ],
)
def test_pages_are_packed_as_the_systems_upload_takes_them(tmp_path, form, names):
    folder = make_course(tmp_path / "course")
    for student in ("bob", "doe", "jane"):
        graded(folder, student, nasty=False)
    (folder / storage.FOLDER).mkdir(exist_ok=True)
    place.add_notes(folder, LESSON, {
        "jane": {"participant": "7", "moodle": "Jane D._7_assignsubmission_file_"},
        "doe": {"canvas": "doejane_LATE_12_345_"},
    })  # fmt: skip
    out = tmp_path / "f.zip"
    said = run("feedback", LESSON, "--course", folder, "--zip", form, "--output", out)
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == names
        assert b"<h1>" in archive.read(names[0])
    missing = 3 - len(names)
    assert (f"Not in it, no name of theirs in {form} is known: {missing}" in said) is bool(missing)
    assert "There are: moodle, canvas, folder" in run(
        "feedback", LESSON, "--course", folder, "--zip", "x"
    )


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_can_be_read_on_any_screen(page, tmp_path, scheme, width):
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    (tmp_path / "page.html").write_text(page)
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked, said = [], []
        view.on("request", lambda request: asked.append(request.url))
        view.on("dialog", lambda dialog: said.append(dialog.message))
        view.goto((tmp_path / "page.html").as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        assert not [url for url in asked if url.startswith("http")] and said == []
        view.keyboard.press("Tab")
        assert view.evaluate("document.activeElement.tagName") == "A"
        assert view.locator("math").first.bounding_box()["height"] > 5
        shot(view, f"feedback-{scheme}-{width}")
        browser.close()
