"""A grader that runs nothing: the score is what stands in the cells. Workers import it by name."""

import os
import signal
import time

import nbformat

from tinygrad_lessons.classroom.grading.result import Result
from tinygrad_lessons.classroom.intake import reading
from tinygrad_lessons.classroom.intake.rebuild import rebuild

ERRORS = {"raises": ZeroDivisionError, "stops": SystemExit}


class Sandbox:
    """Counts how often one is opened."""

    opened = 0

    def close(self):
        """Nothing to end."""


def open_sandbox():
    Sandbox.opened += 1
    return Sandbox()


def grade(data, student, snapshot, secret, sandbox, devices):
    """Points are the numbers in the answers; `why` is left to a person once it is answered."""
    submitted, findings = reading.read(data)
    if submitted is None:
        return Result.unread(student, snapshot, findings)
    notebook, odd = rebuild(nbformat.from_dict(snapshot["release"]), submitted)
    texts = {c.id: c.source for c in notebook.cells}
    _misbehave(texts["gram"])
    scores = {f"check-{name}": _number(texts[name]) for name in ("gram", "pca")}
    if "why" in texts:
        scores["why"] = 0.0 if texts["why"] == "Why?" else None
    wrong = [verdict("gram", False, mistake="rows_not_columns")] * (scores["check-gram"] < 2)
    return Result.make(
        student,
        snapshot,
        scores,
        findings=findings + odd,
        verdicts=wrong,
        notebook=nbformat.writes(notebook),
        boundary="fake",
    )


def harsh(data, student, snapshot, secret, sandbox, devices):
    """As `grade`, but the check of gram was mended: 2 points become 1."""
    found = grade(data, student, snapshot, secret, sandbox, devices)
    found.scores["check-gram"] = min(found.scores["check-gram"], 1.0)
    return found


def verdict(exercise, passed=True, device="cpu", **found):
    """A verdict as a Result holds it."""
    texts = dict.fromkeys(("why", "mistake", "hint", "trouble"), "")
    flags = {"hidden": False, "passed": passed, "unwritten": False}
    return {"exercise": exercise, "check": "a_check", "device": device, **texts, **flags, **found}


def _number(text):
    try:
        return float(text)
    except ValueError:
        return 0.0


def _misbehave(text):
    kind, _, value = text.partition(" ")
    if kind == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "sleeps":
        time.sleep(float(value))
    if kind == "raises":
        raise ZeroDivisionError("in the grader itself")
