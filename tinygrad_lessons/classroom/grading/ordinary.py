"""Ordinary nbgrader cells: the text that runs, and the outputs from which nbgrader takes the score.

A test cell is run with its hidden tests, by the gradebook's text. What is written has none of them.
"""

import ast
import re

import nbformat
from nbformat.v4 import new_output
from nbgrader import utils

from ..author import lesson

NOT_RUN = {
    "timeout": "This cell did not finish in time. The other cells ran without it.",
    "died": "This cell ended the Python process. The other cells ran without it.",
    "flood": "This cell printed too much. The other cells ran without it.",
    "not run": "This cell was not run: the time for the notebook was used up.",
}
HIDDEN = "a hidden test"
MOST = 12  # names in a sentence
NUMBERED = re.compile(r"^[\s>-]*\d*\s*")  # before a line of code in a traceback


def is_test(cell):
    """Whether it is an instructor's: graded by what it does, and not the student's to write."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def tests(snapshot):
    """The grade_ids of a snapshot's ordinary test cells, in words; "" where it has none."""
    found = [c["grade_id"] for c in snapshot["cells"] if _is_ordinary(c)]
    return ", ".join(found[:MOST]) + (f" and {len(found) - MOST} more" if found[MOST:] else "")


def _is_ordinary(cell):
    marks = cell["metadata"]
    graded = marks.get("grade") and not marks.get("solution") and cell["cell_type"] == "code"
    return graded and not lesson.check_cell(cell["source"])


def text(cell, known):
    """What is run of a code cell; of a test cell the text in `known`, {grade_id: cell}, as Python.

    The release's own would lack the hidden tests, and a student's is never run.
    """
    found = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
    source = found["source"] if found and found["locked"] else cell.source
    return _python(source) if is_test(cell) else source


def _python(source):
    """A cell's text with IPython's own syntax put into Python, where no student has a say."""
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager().transform_cell(source)
    return source


def write(cell, run, source, count):
    """Put a cell's outputs into the notebook, with `source` as the text that was run."""
    cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
    cell.execution_count = count
    if why := NOT_RUN.get(run.status):
        cell.outputs.append(error("NotRun", why))
    if is_test(cell):
        cell.outputs = _scored(cell, run)
        cell.source = lesson.without_hidden(cell.source)
        _hide(cell, set(_lines(source)) - set(_lines(cell.source)))


def _scored(cell, run):
    """A warning costs nothing, and only the last line's value is a claim of points."""
    outputs = [_shown(o) for o in cell.outputs if o.get("name") != "stderr"]
    failed = any(o.output_type == "error" for o in outputs)
    if run.status == "error" and not failed:
        outputs.append(error(run.error.partition(":")[0] or "Error", run.error))
    if run.status == "ok" and run.value:
        outputs.append(_claim(run.value, float(cell.metadata.nbgrader.points)))
    return outputs


def _shown(output):
    if output.output_type != "execute_result":
        return output
    return new_output("display_data", data=output.data, metadata=output.metadata)


def _claim(value, most):
    """The value of a test cell's last line; more than the cell has is an error, and so is less."""
    text = value.get("text/plain", "")
    try:
        fits = 0 <= float(text) <= most
    except ValueError:
        fits = True  # no number: nothing is claimed
    if fits:
        return new_output("execute_result", data=value)
    return error("ValueError", f"This cell claims {text} of {most:g} points.")


def _lines(source):
    return [line.strip() for line in source.splitlines() if line.strip()]


def _hide(cell, hidden):
    """Take the lines of hidden tests out of tracebacks."""
    for output in cell.outputs if hidden else ():
        if output.output_type == "error":
            output.traceback = [_without(part, hidden) for part in output.traceback]


def _without(part, hidden):
    lines = part.split("\n")
    return "\n".join(HIDDEN if NUMBERED.sub("", line).strip() in hidden else line for line in lines)


def error(name, text):
    return new_output("error", ename=name, evalue=text, traceback=[text])
