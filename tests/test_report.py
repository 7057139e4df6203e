"""The class report: counts that are right, a page that shows nothing unescaped."""

import json
from dataclasses import replace

import pytest
from browser import CHROMIUM
from fake_grader import verdict

from tinygrad_lessons.classroom.grading.result import Result
from tinygrad_lessons.classroom.insight import class_report


def result(student, score, *verdicts, findings=()):
    scores, most = {"check-gram": score, "essay": None}, {"check-gram": 4.0, "essay": 2.0}
    return Result(student, scores, most, list(findings), list(verdicts))


ON_HOST = {"mistake": "on_host", "hint": "hint of on_host"}
CLASS = [
    result(
        "b",
        2.0,
        verdict("gram", True),
        verdict("gram", False, "sim", mistake="on_host", hint="hint of on_host"),
    ),
    result("a", 4.0, verdict("gram", True), verdict("gram", True, "sim")),
    result("c", 0.0, verdict("gram", False, unwritten=True)),
    result("d", 0.0, verdict("gram", False, trouble="timeout"), findings=["<script>alert(1)"]),
]


def test_counts():
    found = class_report.summary("03_gram", CLASS)
    gram = found["exercises"][0]
    assert gram["who"] == {"passed": ["a"], "part": ["b"], "wrong": ["d"], "unwritten": ["c"]}
    assert gram["devices"] == {"cpu": 2, "sim": 1}
    assert gram["checks"] == {"a_check": 1} and gram["hidden"] == []
    assert found["mistakes"] == [["gram", "on_host", "hint of on_host", 1]]
    assert gram["troubles"] == {"timeout": 1}
    assert [s["student"] for s in found["students"]] == ["a", "b", "c", "d"]
    assert found["students"][0] == {
        "student": "a",
        "score": 4.0,
        "max": 4.0,  # the essay waits for a person
        "by_hand": ["essay"],
        "states": {"gram": "passed"},
    }
    assert sum(n for _, n in found["scores"]["bins"]) == 4


def test_what_waits_for_a_person_counts_for_nobody_until_it_has_a_score():
    assert class_report.summary("03_gram", CLASS)["scores"]["full"] == 1
    given = [replace(r, scores=r.scores | {"essay": 1.0}) for r in CLASS]
    student = class_report.summary("03_gram", given)["students"][0]
    assert (student["score"], student["max"], student["by_hand"]) == (5.0, 6.0, [])


def test_who_passes_on_one_device_only_who_made_a_mistake_and_what_nothing_explains():
    found = class_report.summary("03_gram", [*CLASS, result("e", 0.0, verdict("gram", False))])
    gram = found["exercises"][0]
    assert gram["some_devices"] == {"cpu": ["b"]}
    assert gram["made"] == {"on_host": ["b"]} and gram["unexplained"] == ["e"]


def test_the_unsubmitted_and_the_unread_are_named_and_spoil_no_count():
    unread = replace(result("u", 0.0, findings=["The notebook is a link."]), read=False)
    passed = [r for r in CLASS if r.student == "a"]
    page = class_report.page(class_report.summary("03_gram", [*passed, unread], ["<b>late</b>"]))
    assert "Everybody passed: gram" in page and "Could not be read: u." in page
    assert "Handed in nothing: &lt;b&gt;late&lt;/b&gt;." in page and ">not read</td>" in page


def test_a_mistake_counts_once_a_student_and_the_most_frequent_comes_first():
    wrong = [verdict("pca", False, mistake="often"), verdict("pca", False, "sim", mistake="often")]
    results = [result(s, 0.0, *wrong) for s in "ef"] + CLASS
    found = class_report.summary("03_gram", results)
    assert [row[1::2] for row in found["mistakes"]] == [["often", 2], ["on_host", 1]]


def test_a_run_without_a_sandbox_is_said():
    results = [replace(r, boundary="none") for r in CLASS]
    page = class_report.page(class_report.summary("03_gram", results))
    assert "4 notebooks ran without a sandbox." in page
    assert "without a sandbox" not in class_report.page(class_report.summary("03_gram", CLASS))


def test_the_page_is_self_contained_and_escapes_what_students_wrote():
    page = class_report.page(class_report.summary("03_gram", CLASS))
    assert "&lt;script&gt;alert(1)" in page and "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "hint of on_host" in page


def test_an_empty_class_has_a_page_too():
    assert "<dt>students handed in</dt><dd>0</dd>" in class_report.page(
        class_report.summary("03_gram", [])
    )


def test_both_forms_are_written(tmp_path):
    paths = class_report.write(tmp_path, "03_gram", CLASS)
    assert [p.name for p in paths] == ["03_gram.json", "03_gram.html"]
    assert json.loads(paths[0].read_text())["lesson"] == "03_gram"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["03_gram.html", "03_gram.json"]


@pytest.mark.browser
def test_thirteen_exercises_fit_on_a_laptops_screen(tmp_path):
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    verdicts = [verdict(f"longish{n}-exercise", n % 2) for n in range(13)]
    (tmp_path / "a.html").write_text(
        class_report.page(class_report.summary("06_autograd", [result("a-name", 1.0, *verdicts)]))
    )
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"file://{tmp_path}/a.html")
        assert page.evaluate("[...document.querySelectorAll('.scroll')].every("
                             "e => e.scrollWidth <= e.clientWidth)")  # fmt: skip
        browser.close()
