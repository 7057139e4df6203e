"""Sample submissions: a released notebook with known answers in it."""

import copy
import dis
import inspect
import textwrap

import nbformat

from . import editions, lesson, mistakes

REFERENCE = "reference"


def answered(released, answers):
    """A released notebook with `answers`, {exercise: text of its solution cell}, put in."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (exercise := lesson.completed(cell.source)) in answers:
            cell.source = answers[exercise]
    return notebook


def reference(exercise):
    """The text of a solution cell with the reference's answer."""
    return f'@complete("{exercise}")\n{editions.targets()[exercise].source}'


def text(answer):
    """The text of a solution cell with a known answer, and the helpers that it calls."""
    own = f'@complete("{answer.exercise}")\n{_unmarked(answer.function)}'
    helpers = [_unmarked(h) for h in _helpers(answer.function, [answer.function])]
    return "\n\n".join([*helpers, own])


def _unmarked(function):
    """A definition's text without its decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "class ")))
    return "\n".join(lines[start:])


def _helpers(function, known):
    """The functions of the same file that a function calls, and those that they call."""
    for name in _globals(function):
        found = function.__globals__.get(name)
        if inspect.isfunction(found) and found not in known:
            if found.__code__.co_filename == function.__code__.co_filename:
                known.append(found)
                yield from _helpers(found, known)
                yield found


def _globals(function):
    """The names that a function takes from its module; a class's are not looked at."""
    code = dis.get_instructions(function) if inspect.isfunction(function) else ()
    return {step.argval for step in code if step.opname == "LOAD_GLOBAL"}


def references(notebook):
    """{exercise: the reference's text} for all exercises of a notebook."""
    ids = (lesson.completed(c.source) for c in notebook.cells if c.cell_type == "code")
    return {exercise: reference(exercise) for exercise in ids if exercise}


def known(course, name, released):
    """[(Known, notebook), ...]: each known answer to a lesson, with all other exercises right."""
    right = references(released)
    return [
        (answer, answered(released, right | {answer.exercise: text(answer)}))
        for answer in mistakes.answers(course, name)
    ]


def released(course, name):
    """The released notebook of a lesson."""
    return nbformat.read(course / "release" / name / f"{name}.ipynb", 4)
