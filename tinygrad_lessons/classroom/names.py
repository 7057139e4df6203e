"""What is graded at a time: one notebook of an assignment, by a name such as "ps1/problem1".

A lesson is an assignment with one notebook, of its own name: "03_gram".
"""

from pathlib import Path


def parts(name):
    """(assignment, notebook) of a name: ("ps1", "problem1"), ("03_gram", "03_gram")."""
    assignment, _, notebook = name.partition("/")
    return assignment, notebook or assignment


def assignment(name):
    return parts(name)[0]


def notebooks(folder, assignment):
    """The names of an assignment's notebooks, in order, as they lie in `folder`/ASSIGNMENT."""
    found = sorted(p.stem for p in Path(folder, assignment).glob("*.ipynb"))
    return [assignment if stem == assignment else f"{assignment}/{stem}" for stem in found]
