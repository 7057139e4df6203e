"""One submission graded: rebuilt, run in the sandbox, judged after its process is gone."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from nbgrader import utils

from ...lab.table import Report
from .. import DEVICES
from ..author import editions, lesson, mistakes
from ..intake import reading, suspect
from ..intake.rebuild import rebuild
from ..sandbox import Check, Job, Limits
from . import judge
from .result import Result, plain, points

NOT_RUN = {
    "timeout": "This cell did not finish in time. The other cells ran without it.",
    "died": "This cell ended the Python process. The other cells ran without it.",
    "flood": "This cell printed too much. The other cells ran without it.",
    "not run": "This cell was not run: the time for the notebook was used up.",
}


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
    cells = {c["grade_id"]: c for c in snapshot["cells"]}
    checks = [(cell, found) for cell in notebook.cells if (found := _check(cell, cells))]
    ours = {id(cell) for cell, _ in checks}
    code = [c for c in notebook.cells if c.cell_type == "code" and id(c) not in ours]
    submitted = hashlib.sha256("\0".join(c.source for c in code).encode()).hexdigest()
    jobs = _jobs([found for _, found in checks], (secret, student, submitted), devices)
    texts, limits = [c.source for c in code], Limits(pictures=pictures)
    answer = sandbox.run(Job(Path(snapshot["edition"]), texts, [j for _, _, j in jobs], limits))
    for count, (cell, run) in enumerate(zip(code, answer.cells, strict=True), 1):
        _write_outputs(cell, run, count)
    reports = _judge(checks, jobs, answer, cells, snapshot)
    given = {c["source"] for c in snapshot["release"]["cells"]}
    theirs = [c.source for c in code if c.source not in given]
    odd = [words for r in reports for words in judge.odd_counts(r.exercise, r.verdicts)]
    findings = [*answer.findings, *suspect.findings(theirs), *odd]
    return Assessment(reports, findings + _decided_inside(code))


def _check(cell, cells):
    """The CheckCell of a cell, by the gradebook's text: the submission's own is never run."""
    known = cells.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
    return known and points(known) is not None and lesson.check_cell(known["source"])


def _jobs(found, seed, devices):
    """[(CheckCell, CheckFunction, Check), ...] in the order in which they are observed."""
    jobs, earlier = [], []
    for cell in found:
        references = [(t.id, t.module, t.source) for t in earlier]
        for check in cell.checks:
            calls = [(d, judge.seed_of(*seed, cell.exercise, check.name, d)) for d in devices]
            job = Check(cell.exercise, cell.source, check.name, calls, references)
            jobs.append((cell, check, job))
        if cell.exercise in editions.targets():
            earlier.append(editions.targets()[cell.exercise])
    return jobs


def _judge(checks, jobs, answer, cells, snapshot):
    known = mistakes.judged(snapshot["course"], snapshot["lesson"])
    runs = {}
    for (cell, check, job), run in zip(jobs, answer.checks, strict=True):
        for device, seed in job.calls:
            yours = run.seen.get(device)
            trouble = "" if yours is not None else run.trouble or "died"
            runs.setdefault(cell.exercise, []).append((check, device, seed, yours, trouble))
    reports = []
    for cell, found in checks:
        grade_id = cell.metadata.nbgrader.grade_id
        verdicts = judge.judge(found, runs.get(found.exercise, []), known)
        report = Report(found.exercise, verdicts, points(cells[grade_id]))
        _write_verdict(cell, report, cells[grade_id]["source"])
        reports.append(report)
    return reports


def _write_outputs(cell, run, count):
    cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
    cell.execution_count = count
    if why := NOT_RUN.get(run.status):
        cell.outputs.append(_error("NotRun", why))
    if utils.is_grade(cell):
        cell.outputs = _bounded(cell)


def _bounded(cell):
    """An instructor's own test cell: a warning costs nothing, a claim over the maximum all."""
    outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    for output in outputs:
        if output.output_type == "execute_result":
            claim, most = output.data.get("text/plain", ""), float(cell.metadata.nbgrader.points)
            try:
                if not 0 <= float(claim) <= most:
                    return [_error("ValueError", f"This cell claims {claim} of {most:g} points.")]
            except ValueError:
                continue
    return outputs


def _write_verdict(cell, report, source):
    """The table for people, and last the plain number that nbgrader reads as the score."""
    cell.source = lesson.without_hidden(source)
    table = {"text/plain": repr(report), "text/html": report._repr_html_()}
    cell.outputs = [
        new_output("display_data", data=table),
        new_output("execute_result", data={"text/plain": repr(float(report.score))}),
    ]


def _error(name, text):
    return new_output("error", ename=name, evalue=text, traceback=[text])


def _decided_inside(code):
    ids = [c.metadata.nbgrader.grade_id for c in code if utils.is_grade(c)]
    return [
        f"{id} is decided inside the student's process: it is an ordinary test cell." for id in ids
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
