"""Whatever a student does to the cells, the rebuilt notebook is the lesson's with their answers."""

import random

import nbformat
import pytest

from tinygrad_lessons.classroom.intake.reading import new_cell, new_notebook
from tinygrad_lessons.classroom.intake.rebuild import MISSING, rebuild, unread_notebook

STUB = "def {0}(A):\n    raise NotImplementedError"
ROLES = {
    "answer": {"solution": True, "grade": False, "locked": False},
    "test": {"solution": False, "grade": True, "locked": True, "points": 2},
    "essay": {"solution": True, "grade": True, "locked": False, "points": 3},
    "locked": {"solution": False, "grade": False, "locked": True},
}


def cell(name, kind, source, role=None):
    made = new_cell(kind, source)
    made.id = f"id-{name}"
    if role:
        marks = {"grade_id": name, "schema_version": 3, **ROLES[role]}
        made.metadata["nbgrader"] = nbformat.from_dict(marks)
    return made


def lesson():
    """prose, import, (answer, test) twice, an essay."""
    return new_notebook([
        cell("title", "markdown", "# Gram", "locked"),
        cell("import", "code", "import numpy as np"),
        cell("gram", "code", STUB.format("gram"), "answer"),
        cell("check-gram", "code", "check('gram')", "test"),
        cell("pca", "code", STUB.format("pca"), "answer"),
        cell("check-pca", "code", "check('pca')", "test"),
        cell("why", "markdown", "Your answer here", "essay"),
    ])  # fmt: skip


def solved():
    nb = lesson()
    nb.cells[2].source = "GRAM"
    nb.cells[4].source = "PCA"
    nb.cells[6].source = "Because."
    return nb


def own(source, kind="code"):
    return new_cell(kind, source)


RIGHT = ["# Gram", "import numpy as np", "GRAM", "check('gram')", "PCA", "check('pca')", "Because."]


def copied(nb):
    nb.cells.insert(3, cell("gram", "code", "GRAM 2", "answer"))


def stub_copied_below(nb):
    nb.cells.insert(3, cell("gram", "code", STUB.format("gram"), "answer"))


def kept_as_markdown(nb):
    nb.cells.insert(3, cell("gram", "markdown", "my notes", "answer"))


def check_copied(nb):
    nb.cells.append(cell("check-gram", "code", "check('gram')", "test"))


def split(nb):
    nb.cells[2].source = "helper"
    nb.cells.insert(3, cell("gram", "code", "GRAM", "answer"))


def merged_with_its_test(nb):
    nb.cells[2].source += "\n\n" + nb.cells.pop(3).source


def answer_merged_into_a_test(nb):
    nb.cells[3].source += "\n\n" + nb.cells.pop(4).source


def deleted_answer(nb):
    del nb.cells[2]


def deleted_test_and_import(nb):
    del nb.cells[3]
    del nb.cells[1]


def deleted_essay(nb):
    del nb.cells[6]


def answered_in_a_cell_of_their_own(nb):
    nb.cells[2] = own("GRAM")


def reversed_order(nb):
    nb.cells.reverse()


def moved_to_the_end(nb):
    nb.cells.append(nb.cells.pop(2))


def helper_before_the_answer(nb):
    nb.cells.insert(2, own("helper"))


def helper_at_the_end(nb):
    nb.cells += [own("trying"), own("notes", "markdown")]


def retyped(nb):
    nb.cells[2] = cell("gram", "raw", "GRAM", "answer")
    nb.cells[6] = cell("why", "code", "Because.", "essay")


def retagged(nb):
    for c in nb.cells:
        c.metadata["tags"] = ["skip-execution"]
        if "nbgrader" in c.metadata:
            c.metadata.nbgrader.update(points=99, grade=True, locked=False, solution=True)


def check_changed(nb):
    nb.cells[3].source = "print(2)"


def example_changed(nb):
    nb.cells[1].source = "import numpy"


def ids_lost(nb):
    for c in nb.cells:
        c.id = ""


def unknown_and_odd_marks(nb):
    nb.cells.insert(0, cell("other-lesson", "code", "x", "answer"))
    for marks in ([], "x", {"grade_id": 7}, {}):
        odd = own("y")
        odd.metadata["nbgrader"] = marks
        nb.cells.append(odd)


AT = {name: place for place, name in enumerate(
    ["title", "import", "gram", "check-gram", "pca", "check-pca", "why"])}  # fmt: skip


def but(insert=(), **changes):
    """RIGHT with other texts, then own cells inserted at places counted in the result."""
    texts = list(RIGHT)
    for name, text in changes.items():
        texts[AT[name]] = text
    for place, text in insert:
        texts.insert(place, text)
    return texts


TESTS_AND_PCA = "check('gram')\n\nPCA"
CASES = [  # what the student did, the cells' texts after it, a word of the findings or None
    (lambda nb: None, RIGHT, None),
    (copied, but([(2, "GRAM")], gram="GRAM 2"), "More than one copy"),
    (stub_copied_below, RIGHT, "More than one copy"),
    (kept_as_markdown, but([(3, "my notes")]), "More than one copy"),
    (check_copied, RIGHT, None),
    (split, but([(2, "helper")]), "More than one copy"),
    (merged_with_its_test, but(gram="GRAM\n\ncheck('gram')"), "put back: check-gram"),
    (answer_merged_into_a_test, but([(3, TESTS_AND_PCA)], pca=f"# {MISSING}"), "answers: pca"),
    (deleted_answer, but(gram=f"# {MISSING}"), "Missing answers: gram"),
    (deleted_test_and_import, RIGHT, "put back: check-gram"),
    (deleted_essay, but(why="Your answer here"), "Missing answers: why"),
    (answered_in_a_cell_of_their_own, but([(3, "GRAM")], gram=f"# {MISSING}"), "answers: gram"),
    (reversed_order, RIGHT, "Moved cells"),
    (moved_to_the_end, RIGHT, "Moved cells, put back in the lesson's order: gram."),
    (helper_before_the_answer, but([(2, "helper")]), None),
    (helper_at_the_end, [*RIGHT, "trying", "notes"], None),
    (retyped, RIGHT, "another type, read as the lesson's: gram, why"),
    (retagged, RIGHT, None),
    (check_changed, but([(3, "print(2)")]), "changed, the original counts: check-gram"),
    (example_changed, but(**{"import": "import numpy"}), None),
    (ids_lost, RIGHT, None),
    (unknown_and_odd_marks, ["x", *RIGHT, "y", "y", "y", "y"], None),
]


@pytest.mark.parametrize("tamper, sources, finding", CASES)
def test_answers_go_where_the_lesson_has_them(tamper, sources, finding):
    submitted = solved()
    tamper(submitted)
    nb, findings = rebuild(lesson(), submitted)
    assert [c.source for c in nb.cells] == sources
    assert (finding in " ".join(findings)) if finding else findings == []
    holds_as_released(nb)


def holds_as_released(nb):
    """The lesson's cells are there once, in order, of their type, with their marks; nb is valid."""
    nbformat.validate(nb)
    released = {c.id: c for c in lesson().cells}
    ours = [c for c in nb.cells if c.id in released]
    assert [c.id for c in ours] == list(released)
    assert [c.metadata for c in ours] == [c.metadata for c in released.values()]
    locked = [c.id for c in ours if not c.metadata.get("nbgrader", {}).get("solution", True)]
    for c in ours:
        if "nbgrader" in c.metadata:
            assert c.cell_type == released[c.id].cell_type
        if c.id in locked:
            assert c.source == released[c.id].source
    assert all(c.metadata == {} for c in nb.cells if c.id not in released)


def test_any_shuffle_keeps_the_lesson_and_loses_none_of_the_students_text():
    rng, kinds = random.Random(7), ["code", "markdown"]
    for _ in range(300):
        submitted = solved()
        for n in range(rng.randrange(6)):
            submitted.cells.insert(rng.randrange(8), own(f"own {n}", rng.choice(kinds)))
        for _ in range(rng.randrange(4)):
            twin = nbformat.from_dict(rng.choice(submitted.cells))
            twin.source += rng.choice(["", " changed"])
            submitted.cells.insert(rng.randrange(8), twin)
        for _ in range(rng.randrange(5)):
            del submitted.cells[rng.randrange(len(submitted.cells))]
        rng.shuffle(submitted.cells) if rng.random() < 0.3 else None
        nb, _ = rebuild(lesson(), submitted)
        holds_as_released(nb)
        assert {c.source for c in submitted.cells} - {c.source for c in nb.cells} == set()


def test_own_cells_keep_their_order_and_ids_are_the_same_on_every_run():
    submitted = solved()
    for n, place in enumerate([1, 3, 3, 8, 9]):
        submitted.cells.insert(place, own(f"own {n}"))
    first, second = rebuild(lesson(), submitted)[0], rebuild(lesson(), submitted)[0]
    assert first == second
    order = [c.source for c in submitted.cells if c.source.startswith("own")]
    assert [c.source for c in first.cells if c.source.startswith("own")] == order


def test_pictures_pasted_into_a_written_answer_stay():
    submitted = solved()
    submitted.cells[6]["attachments"] = {"p.png": {"image/png": "aGk="}}
    submitted.cells[0]["attachments"] = {"p.png": {"image/png": "aGk="}}
    nb, _ = rebuild(lesson(), submitted)
    assert [c.id for c in nb.cells if "attachments" in c] == ["id-why"]


def test_neither_the_release_nor_the_submission_is_changed():
    release, submitted = lesson(), solved()
    reversed_order(submitted)
    before = nbformat.from_dict(submitted)
    nb, _ = rebuild(release, submitted)
    nb.metadata["x"] = nb.cells[0].metadata["x"] = 1
    assert release == lesson() and submitted == before


def test_a_thousand_copies_take_no_time_and_an_unread_one_says_why():
    submitted = new_notebook([cell("gram", "code", f"v{n}", "answer") for n in range(5000)])
    nb, findings = rebuild(lesson(), submitted)
    assert [c.source for c in nb.cells if c.id == "id-gram"] == ["v4999"]
    assert len(findings) == 3
    nb = unread_notebook(lesson(), ["The file is empty."])
    nbformat.validate(nb)
    assert [c.source for c in nb.cells[1:]] == [c.source for c in lesson().cells]
    assert nb.cells[0].source == "The file is empty."


def test_a_missing_answer_comes_back_as_released_where_that_is_asked_for():
    submitted = solved()
    deleted_answer(submitted)
    nb, _ = rebuild(lesson(), submitted, restore=True)
    assert [c.source for c in nb.cells] == but(gram=STUB.format("gram"))


ORDINARY = {"fib": "def fib(n):\n    return n", "total": "total = 0", "note": "I think so."}


def ordinary():
    """An assignment of nbgrader's own kinds: two answers with tests, and a question."""
    return new_notebook([
        cell("title", "markdown", "# Numbers", "locked"),
        cell("fib", "code", "def fib(n):\n    raise NotImplementedError()", "answer"),
        cell("test-fib", "code", "assert fib(1) == 1", "test"),
        cell("total", "code", "# your code here", "answer"),
        cell("test-total", "code", "assert total == 0", "test"),
        cell("note", "markdown", "Your answer", "essay"),
    ])  # fmt: skip


def without_marks(*left_out, ids=True, extra=()):
    """It answered, as a program hands it in that keeps no nbgrader metadata."""
    nb = ordinary()
    for c in nb.cells:
        c.source = ORDINARY.get(marks_of(c)["grade_id"], c.source)
    nb.cells = [c for c in nb.cells if marks_of(c)["grade_id"] not in left_out]
    for place, source in extra:
        nb.cells.insert(place, own(source))
    for c in nb.cells:
        c.metadata = nbformat.from_dict({})
        c.id = c.id if ids else ""
    return nb


def marks_of(c):
    return c.metadata.get("nbgrader", {"grade_id": None})


@pytest.mark.parametrize("submitted", [
    without_marks(),
    without_marks(ids=False),
    without_marks("test-fib", "test-total", ids=False),
    without_marks("title", "test-fib", ids=False),
    without_marks(ids=False, extra=[(2, "helper = 1"), (6, "print(total)")]),
], ids=["ids left", "text left", "tests deleted", "prose deleted", "own cells"])  # fmt: skip
def test_answers_whose_marks_were_lost_stand_before_their_tests(submitted):
    nb, findings = rebuild(ordinary(), submitted)
    texts = {marks_of(c)["grade_id"]: c.source for c in nb.cells}
    assert {name: texts[name] for name in ORDINARY} == ORDINARY
    order = [marks_of(c)["grade_id"] for c in nb.cells if "nbgrader" in c.metadata]
    assert order == [marks_of(c)["grade_id"] for c in ordinary().cells]
    assert any("without their marks" in f for f in findings)


def test_where_an_answer_cannot_be_told_its_cells_run_before_the_tests():
    submitted = new_notebook([own("fib = lambda n: n"), own("x = 1\ndef other(): pass\nsum_ = 0")])
    nb, _ = rebuild(ordinary(), submitted)
    at = {c.source: i for i, c in enumerate(nb.cells)}
    assert at["x = 1\ndef other(): pass\nsum_ = 0"] < at["assert total == 0"]
    assert at["fib = lambda n: n"] < at["assert fib(1) == 1"]


def test_an_essay_that_may_stand_elsewhere_waits_for_a_person():
    submitted = ordinary()
    submitted.cells[5:] = [own("I think so.", "markdown"), own("And so.", "markdown")]
    nb, _ = rebuild(ordinary(), submitted)
    essay = next(c for c in nb.cells if c.id == "id-note")
    assert essay.source == MISSING
    submitted.cells[5:] = []
    nb, _ = rebuild(ordinary(), submitted)
    assert nb.cells[-1].source == "Your answer"  # as released, which has no points
