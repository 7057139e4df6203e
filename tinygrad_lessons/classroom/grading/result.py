"""A result: all that grading one submission found. Made, written, checked and read here only."""

import json
import math
from dataclasses import asdict, dataclass, field, fields

import nbformat

from .. import Problem, version
from ..intake.rebuild import unread_notebook

FORMAT = 1  # 0 is what version 0.1.0 wrote, without a number
FINDINGS, LONGEST = 50, 500  # of a result: findings, characters in each
VERDICTS = 10_000
NOTEBOOK = 64 << 20
VERDICT = {"exercise": str, "check": str, "device": str, "why": str, "mistake": str, "hint": str,
           "trouble": str, "hidden": bool, "passed": bool, "unwritten": bool}  # fmt: skip


@dataclass
class Result:
    """What one submission earned and why. Equal fields are an equal result."""

    student: str
    scores: dict  # {grade_id: points, or None where a person has to grade}
    max: dict = field(default_factory=dict)  # {grade_id: points}
    findings: list = field(default_factory=list)
    verdicts: list = field(default_factory=list)  # dicts with the keys of VERDICT
    answers: list = field(default_factory=list)  # grade_ids of what a person reads
    notebook: str = ""  # as graded; empty where it stands in a file of its own
    boundary: str = ""
    seconds: float = 0.0
    read: bool = True  # False: no notebook could be read
    version: str = field(default_factory=version)
    format: int = FORMAT

    @classmethod
    def make(cls, student, snapshot, scores, **found):
        """A result of a lesson's snapshot."""
        answers = [c["grade_id"] for c in snapshot["cells"] if _is_written_answer(c)]
        return cls(student, scores, most(snapshot), answers=answers, **found)

    @classmethod
    def unread(cls, student, snapshot, findings):
        """The result of a submission that holds no notebook which can be read: no points."""
        notebook = unread_notebook(nbformat.from_dict(snapshot["release"]), findings)
        return cls.make(
            student,
            snapshot,
            dict.fromkeys(most(snapshot), 0.0),
            findings=list(findings),
            notebook=nbformat.writes(notebook),
            boundary="none needed",
            read=False,
        )

    def to_json(self):
        """As plain data, with the notebook."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry):
        """From plain data that this package wrote, of this format or an earlier one."""
        if entry.get("format", 0) > FORMAT:
            raise Problem(
                f"The result of {entry['student']} was made by version {entry['version']}, "
                f"and this is {version()}. Install that version again, or a newer one."
            )
        known = {f.name for f in fields(cls)}
        entry = entry if "format" in entry else _of_format_0(entry)
        return cls(**{name: value for name, value in entry.items() if name in known})

    @classmethod
    def from_untrusted(cls, answer, student, snapshot):
        """A worker's answer, rebuilt from what it must hold. Raises ValueError for other forms."""
        try:
            _same("student", answer["student"], student)
            _same("format", answer["format"], FORMAT)
            _same("version", answer["version"], version())
            scores = {c: _score(answer["scores"], c, m) for c, m in most(snapshot).items()}
            return cls.make(
                student,
                snapshot,
                scores,
                findings=[_text(f)[:LONGEST] for f in answer["findings"][:FINDINGS]],
                verdicts=[_verdict(v) for v in answer["verdicts"][:VERDICTS]],
                notebook=_notebook(answer["notebook"]),
                boundary=_text(answer["boundary"])[:LONGEST],
                seconds=float(answer["seconds"]),
                read=answer["read"] is True,
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"a worker's answer has the wrong form: {error!r}") from error


def points(cell):
    """What a cell of a snapshot is worth; None when it is not graded."""
    marks = cell["metadata"]
    return float(marks["points"]) if marks.get("grade") or marks.get("task") else None


def most(snapshot):
    """{grade_id: points} of a lesson's graded cells."""
    worth = {c["grade_id"]: points(c) for c in snapshot["cells"]}
    return {cell: most for cell, most in worth.items() if most is not None}


def plain(exercise, verdict):
    """A verdict as a result holds it."""
    return {"exercise": exercise} | {
        name: getattr(verdict, name) for name in VERDICT if name != "exercise"
    }


def _is_written_answer(cell):
    """Whether a person grades it; untouched it has no points."""
    return bool(cell["metadata"].get("grade") and cell["metadata"].get("solution"))


def _same(what, found, wanted):
    if found != wanted:
        raise ValueError(f"{what} {found!r} instead of {wanted!r}")


def _score(scores, cell, most):
    score = scores.get(cell)
    if score is None:
        return None
    if isinstance(score, bool) or not math.isfinite(score) or not 0 <= score <= most:
        raise ValueError(f"{cell}: {score!r} of {most:g} points")
    return float(score)


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    return value


def _verdict(verdict):
    found = {name: verdict[name] for name in VERDICT}
    if any(type(found[name]) is not kind for name, kind in VERDICT.items()):
        raise TypeError("a verdict's fields")
    return {name: v[:LONGEST] if isinstance(v, str) else v for name, v in found.items()}


def _notebook(text):
    if len(_text(text)) > NOTEBOOK or not isinstance(json.loads(text)["cells"], list):
        raise ValueError("no notebook")
    return text


def _of_format_0(entry):
    """A result of version 0.1.0, where an unwritten exercise was known by its sentence only."""
    stub = "is yours to write"
    verdicts = [v | {"unwritten": not v["passed"] and stub in v["why"]} for v in entry["verdicts"]]
    return entry | {"verdicts": verdicts, "version": "0.1.0", "format": 0}
