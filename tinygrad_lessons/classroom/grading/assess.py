"""One submission graded: rebuilt, run in the sandbox, judged after its process is gone."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from nbgrader import utils

from .. import DEVICES
from ..author import lesson, mistakes
from ..intake import reading, suspect
from ..intake.rebuild import rebuild
from ..sandbox import Job, Limits
from . import judge, order, ordinary, turns, written
from .result import Result, plain


@dataclass
class Assessment:
    """What was found in one notebook; its cells carry the outputs."""

    reports: list
    findings: list


def grade(data, student, snapshot, secret, sandbox, devices=DEVICES, pictures=False):
    """The Result of a submitted notebook's bytes, with or without pictures in its outputs.

    Never raises for anything that a submission does.
    """
    start = time.perf_counter()
    submitted, findings = reading.parse(data)
    if submitted is None:
        return Result.unread(student, snapshot, findings)
    notebook, odd = rebuild(nbformat.from_dict(snapshot["release"]), submitted)
    found = assess(notebook, student, snapshot, secret, sandbox, devices, pictures)
    return Result.make(
        student,
        snapshot,
        scores(notebook, snapshot),
        findings=[*findings, *odd, *found.findings],
        verdicts=[plain(r.exercise, v) for r in found.reports for v in r.verdicts],
        notebook=nbformat.writes(notebook),
        boundary=sandbox.name,
        seconds=round(time.perf_counter() - start, 3),
    )


def assess(notebook, student, snapshot, secret, sandbox, devices=DEVICES, pictures=False):
    """Run a rebuilt notebook and write outputs and verdicts into its cells."""
    known = {c["grade_id"]: c for c in snapshot["cells"]}
    code, checked = turns.split(notebook, known)
    texts = [ordinary.text(cell, known) for cell in code]
    submitted = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    turns.plan(checked, (secret, student, submitted), devices)
    tests = frozenset(i for i, cell in enumerate(code) if ordinary.is_test(cell))
    asked = [check for turn in checked for _, check in turn.checks]
    job = Job(Path(snapshot["edition"]), texts, asked, Limits(pictures=pictures), tests=tests)
    outcome = sandbox.run(job)
    names = order.Names(texts)
    reports = _judged(snapshot, checked, code, job, outcome, names, sandbox)
    for turn, report in zip(checked, reports, strict=True):
        _write_verdict(turn, report)
    for count, (cell, run, text) in enumerate(zip(code, outcome.cells, texts, strict=True), 1):
        ordinary.write(cell, run, text, count)
    given = {c["source"] for c in snapshot["release"]["cells"]}
    theirs = [c.source for c in code if c.source not in given]
    lost = [words for r in reports if not r.passed and (words := names.finding(r.exercise))]
    odd = [words for r in reports for words in judge.odd_counts(r.exercise, r.verdicts)]
    found = [*outcome.findings, *suspect.findings(theirs), *odd, *lost]
    return Assessment(reports, found)


def _judged(snapshot, checked, code, job, outcome, names, sandbox):
    """The Report of each check cell: the better of what it saw at the end and in its place."""
    known = mistakes.judged(snapshot["course"], snapshot["lesson"])
    reports = turns.judged(checked, outcome.checks, known)
    answers = written.look(checked, code, outcome.cells, snapshot["release"]["cells"])
    again = turns.again(checked, reports, answers, names)
    if again:
        runs = sandbox.run(turns.second(job, again, outcome)).checks
        seen = dict(zip(map(id, again), turns.judged(again, runs, known), strict=True))
        pairs = zip(reports, (seen.get(id(turn)) for turn in checked), strict=True)
        reports = [b if b and b.score > a.score else a for a, b in pairs]
    return [written.explained(report, answers[report.exercise]) for report in reports]


def _write_verdict(turn, report):
    """The table for people, and last the plain number that nbgrader reads as the score."""
    turn.cell.source = lesson.without_hidden(turn.source)
    table = {"text/plain": repr(report), "text/html": report._repr_html_()}
    turn.cell.outputs = [
        new_output("display_data", data=table),
        new_output("execute_result", data={"text/plain": repr(float(report.score))}),
    ]


def scores(notebook, snapshot):
    """{grade_id: points, or None where a person has to grade} by nbgrader's own rule."""
    found = {
        c.metadata.nbgrader.grade_id: utils.determine_grade(c)[0]
        for c in notebook.cells
        if utils.is_grade(c)
    }
    graded = [c["grade_id"] for c in snapshot["cells"] if c["metadata"].get("grade")]
    return {grade_id: found.get(grade_id, 0.0) for grade_id in graded}
