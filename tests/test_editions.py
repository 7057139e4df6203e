"""Editions: what is a stub, what is not, and that the text round it stays as it was."""

import ast

import pytest

from tinygrad_lessons.classroom.author import editions

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
