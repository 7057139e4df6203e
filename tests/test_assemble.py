"""A student's own package: their functions in the reference's places, and what it can do."""

import re
import shutil
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.author import editions, lesson, release, samples
from tinygrad_lessons.classroom.sandbox import open_sandbox
from tinygrad_lessons.classroom.student import assemble, demo_digit, publish, tryout
from tinygrad_lessons.classroom.student import placing as answers

COURSE = Path("course")
LESSONS = lesson.load_all(COURSE)


def student(folder, texts, lessons=LESSONS):
    """A folder of lessons with `texts`, {exercise: text of its cell}, written in."""
    for one in lessons:
        path = folder / one.name / f"{one.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(samples.answered(release.student_version(one), texts), path)
    return folder


@pytest.fixture(scope="module")
def references():
    return {e.id: samples.reference(e.id) for one in LESSONS for e in one.exercises}


def test_the_references_answers_make_the_reference(references, tmp_path):
    parts = assemble.assemble(student(tmp_path / "in", references), LESSONS, tmp_path / "out")
    assert {part.state for part in parts} == {"yours"} and len(parts) == len(references)
    for path in editions.sources():
        made = tmp_path / "out" / "tinygrad_lessons" / path.relative_to(editions.REFERENCE)
        assert made.read_text() == path.read_text(), path


def test_what_is_not_written_stays_a_stub(references, tmp_path):
    texts = {"gram": references["gram"]}
    parts = assemble.assemble(student(tmp_path / "in", texts), LESSONS, tmp_path / "out")
    assert [part.exercise for part in parts if part.state == "yours"] == ["gram"]
    text = (tmp_path / "out/tinygrad_lessons/gram_matrices.py").read_text()
    assert "return A.T @ A" in text and 'yours("angles", "03_gram", ' in text


MODULE = '''"""A module."""

from functools import wraps


def exercise(id):
    return lambda f: f


def size(x):
    return "the module's own"


@exercise("f")
def f(x):
    """The reference's."""
    return "reference"


@exercise("g")
def g(x):
    return size(x)


class Op:
    @exercise("method")
    def forward(self, x):
        return "reference"
'''
F = '@complete("f")\n'
WRITTEN = {
    # the solution cell, the notebook's other cells, what f(2) gives
    "a line": (F + "def f(x):\n    return x + 1", [], 3),
    "with a comment": (F + "def f(x):\n    # mine\n    return x + 1", [], 3),
    "another name": (F + "def mine(x):\n    return x + 1", [], 3),
    "another name, recursive": (F + "def mine(x):\n    return x and 1 + mine(x - 1)", [], 2),
    "a helper in the cell": ("def half(x):\n    return x / 2\n\n" + F +
                             "def f(x):\n    return half(x)", [], 1),
    "a helper elsewhere": (F + "def f(x):\n    return half(x)",
                           ["def half(x):\n    return x / two", "two = 2\nprint('experiment')"], 1),
    "the later of two helpers": (F + "def f(x):\n    return half(x)",
                                 ["def half(x):\n    return 0", "def half(x):\n    return 9"], 9),
    "a helper with a name of the module": (F + "def f(x):\n    return size(x)",
                                           ["def size(x):\n    return x * 10"], 20),
    "another exercise": (F + "def f(x):\n    return g(x)",
                         ['@complete("g")\ndef g(x):\n    return "own"'], "the module's own"),
    "an import": ("import statistics\n" + F + "def f(x):\n    return statistics.mean([x, 4])",
                  [], 3),
    "what notebooks have at hand": (F + "def f(x):\n    return math.prod(np.ones(2) * x)", [], 4),
    "a constant": ("K = 5\n" + F + "def f(x):\n    return K * x", [], 10),
    "a constant that is computed": ("K = torch.ones(2)\n" + F +
                                    "def f(x):\n    return (K * x).sum().item()", [], 4),
    "a local that is a name elsewhere": (F + "def f(x):\n    A = x\n    return A",
                                         ["A = torch.no_such_thing()"], 2),
    "a default that is computed": (F + "def f(x, k=torch.ones(2)):\n"
                                   "    return (k * x).sum().item()", [], 4),
    "notes of types": (F + "def f(x: torch.Tensor) -> int:\n    return x", [], 2),
    "a decorator": (F + "@torch.no_grad()\ndef f(x):\n    return torch.is_grad_enabled()",
                    [], False),
    "a class": (F + "class f:\n    def __init__(self, x):\n        self.x = x\n\n"
                "    def __eq__(self, other):\n        return self.x == other", [], 2),
    "a line of IPython's": ("%matplotlib inline\n" + F + "def f(x):\n    return x",
                            ["!ls", "%timeit 1", "this is no Python"], 2),
    "a check cell is no helper": (F + "def f(x):\n    return x",
                                  ['def x(torch, device, rng, observe):\n    pass\ncheck("f")'], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_whatever_the_cell_uses_comes_with_it(name):
    source, others, expected = WRITTEN[name]
    text = answers.placed(MODULE, {"f": answers.answer("f", source, others)})
    space = {}
    exec(text, space)
    assert space["f"](2) == expected
    assert space["size"](1) == "the module's own"
    assert "reference's" not in text and "experiment" not in text


def test_a_method_stands_in_its_class():
    mine = answers.answer("method", '@complete("method")\ndef forward(self, x):\n    return x', [])
    space = {}
    exec(answers.placed(MODULE, {"method": mine}), space)
    assert space["Op"]().forward(3) == 3


def test_a_method_with_a_helper_of_its_own():
    helper = "def twice(x):\n    return 2 * x\n\n"
    source = helper + '@complete("method")\ndef forward(self, x):\n    return twice(x)'
    space = {}
    exec(answers.placed(MODULE, {"method": answers.answer("method", source, [])}), space)
    assert space["Op"]().forward(3) == 6


@pytest.mark.parametrize(
    ("text", "state", "why"),
    [
        (None, "not written", ""),
        ('@complete("gram")\ndef gram(A):\n    return (', "broken", "line 3: '(' was never closed"),
        ("def gram(A):\n    return A", "broken", 'the cell has no @complete("gram")'),
        ('@complete("pca")\ndef gram(A):\n    pass', "broken", 'the cell has no @complete("gram")'),
        ("", "not written", ""),
    ],
)
def test_what_cannot_be_taken_is_said(text, state, why, tmp_path):
    one = lesson.load(COURSE, "03_gram")
    book = release.student_version(one)
    for cell in book.cells:
        if text is not None and cell.metadata.get("nbgrader", {}).get("grade_id") == "gram":
            cell.source = text
    path = tmp_path / "in" / one.name / f"{one.name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(book, path)
    part = assemble.assemble(tmp_path / "in", [one], tmp_path / "out")[3]
    assert (part.exercise, part.state, part.why) == ("gram", state, why)


def test_a_package_that_was_not_put_together_is_never_replaced(tmp_path):
    there = tmp_path / "tinygrad_lessons" / "precious.py"
    there.parent.mkdir()
    there.touch()
    with pytest.raises(Problem, match="was not put together here. Name another folder: --out"):
        assemble.assemble(tmp_path, LESSONS[:1], tmp_path)
    assert there.exists()
    shutil.rmtree(there.parent)
    for _ in range(2):
        assemble.assemble(tmp_path, LESSONS[:1], tmp_path)


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox(unsafe=True) as found:
        yield found


def test_what_it_can_do(references, sandbox, tmp_path):
    wrong = {"angles": '@complete("angles")\ndef angles(A):\n    return A'}
    without = {id: text for id, text in references.items() if id not in ("pca", "train-epoch")}
    assemble.assemble(student(tmp_path / "in", without | wrong), LESSONS, tmp_path / "out")
    reports = tryout.reports(
        release.record(COURSE, LESSONS[2]), LESSONS[2], tmp_path / "out", sandbox
    )
    assert [id for id, report in reports.items() if not report.passed] == ["angles", "pca"]
    found = {what: (can, said) for what, can, said in tryout.programs(tmp_path / "out", sandbox)}
    assert found.pop("find gradients") == (True, "tensor([2., 4., 6.])")
    unwritten = [said for can, said in found.values() if not can]
    assert unwritten == [
        "pca is yours to write: lesson 03_gram, exercise 9",
        "train-epoch is yours to write: lesson 07_train, exercise 5",
    ]


def test_training_prints_a_line_an_epoch(references, sandbox, tmp_path, monkeypatch):
    small = tryout.TRAINING.replace("train=part", "train=part, size=8").replace("512", "16")
    monkeypatch.setattr(tryout, "TRAINING", small)
    monkeypatch.setattr(tryout, "EPOCHS", 2)
    assemble.assemble(student(tmp_path / "in", references), LESSONS, tmp_path / "out")
    told = []
    lines, counts = tryout.train(tmp_path / "out", sandbox, told.append)
    assert counts.shape == (10, 10) and counts.sum() == 297
    assert told == [0, 1, 2] and len(lines) == 2
    assert all(line.endswith("of new digits") for line in lines)


def test_the_folder_says_what_is_theirs_and_where(references, tmp_path):
    texts = {id: references[id] for id in ("gram", "relu")}
    out = tmp_path / "out"
    parts = assemble.assemble(student(tmp_path / "in", texts), LESSONS, out)
    counts = np.eye(10, dtype=int) * 20 + 1
    for _ in range(2):  # a second time marks nothing twice
        publish.publish(out, parts, (["epoch"], counts))
    text = (out / "README.md").read_text()
    assert "I wrote 2 of" in text and f"it reads {210 / 300:.1%} of 300" in text
    assert (out / "confusion.png").read_bytes()[:4] == b"\x89PNG"
    for name, path, line in re.findall(r"\[`(\w+)`\]\((\S+)#L(\d+)\)", text):
        assert f"def {name}(" in (out / path).read_text().splitlines()[int(line) - 1]
    marks = "".join(p.read_text() for p in out.rglob("*.py")).count("# mine: ")
    assert marks == 2
    assert "# mine" in (out / "LICENSE").read_text()
    tomllib.loads((out / "pyproject.toml").read_text())
    nbformat.validate(nbformat.read(out / "your_own_digit.ipynb", 4))


def test_a_drawing_is_made_like_the_training_images():
    train = torch.datasets.Digits(train=True).images.numpy()
    seven = demo_digit.from_text("#####\n....#\n...#.\n..#..\n..#..")
    small, large = demo_digit.prepare(seven), demo_digit.prepare(np.kron(seven, np.ones((9, 9))))
    aside = demo_digit.prepare(np.pad(np.kron(seven, np.ones((9, 9))), ((40, 5), (3, 70))))
    assert small.shape == train.shape[1:] and small.dtype == train.dtype
    assert np.allclose(large, aside) and abs(small - large).max() < 0.35
    assert abs(small.mean() - train.mean()) < 0.1 and 0 <= small.min() and small.max() <= 1
    middle = (small.sum(0) * np.arange(28)).sum() / small.sum()
    assert abs(middle - 13.5) < 3
    with pytest.raises(ValueError, match="no ink"):
        demo_digit.prepare(np.zeros((5, 5)))
