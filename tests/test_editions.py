"""Editions: what is a stub, what is not, and that the text round it stays as it was."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tinygrad_lessons.classroom.author import editions, lesson
from tinygrad_lessons.exercise import given

MODULE = '''"""Doc."""

from .exercise import exercise


@exercise("one")
def one(x, *rest, key=1, **more):
    """First. (m,) -> (n,)"""
    # a comment that gives it away
    return x + key


class Op:
    @exercise("Op-backward")
    def backward(self, g):
        return g * 2  # doubled

    def other(self):
        return "kept"


@exercise("two")
@decorated
def two():
    return 2
'''


def edition(**stubs):
    stubs = {id.replace("_", "-"): (lesson, number) for id, (lesson, number) in stubs.items()}
    return editions.edition(MODULE, stubs)


def test_a_stub_looks_up_what_the_student_wrote():
    text = edition(one=("01_a", 2))
    assert 'return yours("one", "01_a", 2)(x, *rest, key=key, **more)' in text
    assert "from .exercise import exercise, yours" in text
    assert '"""First. (m,) -> (n,)"""' in text
    assert "gives it away" not in text and "x + key" not in text
    ast.parse(text)


def test_methods_keep_their_place():
    text = edition(Op_backward=("06_b", 1))
    assert '        return yours("Op-backward", "06_b", 1)(self, g)' in text
    assert "doubled" not in text and 'return "kept"' in text


def test_what_is_no_stub_stays_word_for_word():
    assert edition() == MODULE
    kept = edition(one=("01_a", 1))
    assert kept[kept.index("class Op") :] == MODULE[MODULE.index("class Op") :]


def test_other_decorators_go_with_the_body():
    assert "@decorated" not in edition(two=("01_a", 1))


def test_a_tool_works_before_its_lesson_and_shows_nothing():
    text = editions.edition(MODULE, {"Op-backward": ("06_b", 1)}, {"one"})
    assert "gives it away" not in text and "x + key" not in text and '@exercise("one")' not in text
    assert '"""First. (m,) -> (n,)"""' in text and "import exercise, yours, given" in text
    space = {"given": given, "exercise": lambda id: lambda f: f, "decorated": lambda f: f}
    exec(text.replace("from .exercise", "#"), space)
    assert [space["one"](1), space["one"](1, key=5)] == [2, 6]


USES = """
import tinygrad_lessons as torch
x = torch.ones(2, 3, requires_grad=True)
y = x.transpose(0, 1)
assert y.shape == (3, 2) and y.to(torch.float64).to("sim", torch.float32).device.type == "sim"
z = torch.zeros(2)
name, z = z, z.add_(1, alpha=2)
z += 1
assert z is name and z.tolist() == [3, 3]
with torch.no_grad():
    assert not (x * 2).requires_grad
@torch.no_grad()
def twice(x): return x * 2
assert not twice(x).requires_grad and (x * 2).requires_grad
from tinygrad_lessons.exercise import marked
print(*{"to", "transpose", "add_", "no-grad"} & set(marked))
"""


@pytest.mark.parametrize(
    ("name", "marked", "readable"),
    [
        ("01_tensors", "", ""),
        ("03_gram", "to transpose", "to"),
        ("07_train", "add_ no-grad to transpose", "add_ no-grad to transpose"),
    ],
)
def test_the_tools_work_in_every_edition_and_are_read_after_their_lesson(
    name, marked, readable, tmp_path
):
    lessons = [lesson.load("course", p.name) for p in sorted(Path("course/source").iterdir())]
    editions.write(tmp_path, next(one for one in lessons if one.name == name), lessons)
    uses = USES if name != "03_gram" else USES.replace("x.transpose(0, 1)", "x.T")
    path = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    run = [sys.executable, "-P", "-c", path + uses]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
    assert sorted(done.stdout.split()) == marked.split(), done.stderr
    text = "".join(p.read_text() for p in (tmp_path / editions.PACKAGE).rglob("*.py"))
    for id in editions.TOOLS:
        lines = [line.strip() for line in editions.targets()[id].source.splitlines()]
        body = "".join(lines[1:]) in "".join(line.strip() for line in text.splitlines())
        assert body is (id in readable.split()), id


def test_the_reference_is_found_by_its_marks():
    found = editions.targets()
    assert found["gram"].module == "tinygrad_lessons.gram_matrices"
    assert found["gram"].source.startswith("def gram(A):")
    assert "@exercise" not in found["gram"].source


@pytest.mark.parametrize("id", sorted(editions.targets()))
def test_every_exercise_stands_alone_at_the_left_margin(id):
    node = ast.parse(editions.targets()[id].source).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    assert "super()" not in ast.unparse(node)
    assert ast.get_docstring(node), f"{id} has no docstring; it goes into the notebook"
