"""The class report: what passed, on which device, what to teach again; JSON and one page."""

import json
import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from ..gradebook import gradebook
from ..gradebook.course import db_url
from ..intake import reading
from ..storage import private, write_file

BINS = ["0 to 9 %", *(f"{n}0 to {n}9 %" for n in range(1, 9)), "90 to 100 %"]
STATES = ("passed", "part", "wrong", "unwritten")


def by_people(course, name, results):
    """(results with the scores that people gave, students who handed in nothing)."""
    with gradebook.connect(db_url(course)) as book:
        hand, known = gradebook.scored_by_hand(book, name), gradebook.students(book)
    results = [replace(r, scores=r.scores | hand.get(r.student, {})) for r in results]
    graded = {r.student for r in results}
    found = reading.find(course, name, known)
    return results, [s.student for s in found if not s.handed_in and s.student not in graded]


def summary(name, results, absent=()):
    """What a class's Results, one for each student, say: plain data.

    A share is of the points given so far: what waits for a person counts for nobody.
    """
    results = sorted(results, key=lambda r: r.student)
    exercises = [_exercise(e, results) for e in _exercises(results)]
    return {
        "lesson": name,
        "students": [_student(r) for r in results],
        "absent": sorted(absent),
        "unread": [r.student for r in results if not r.read],
        "scores": _scores(results),
        "exercises": exercises,
        "mistakes": _mistakes(exercises),
        "findings": [[r.student, text] for r in results for text in r.findings],
        "boundaries": dict(sorted(Counter(r.boundary for r in results).items())),
    }


def _student(result):
    return {
        "student": result.student,
        "score": _total(result),
        "max": _most(result),
        "by_hand": sorted(cell for cell, score in result.scores.items() if score is None),
        "states": {e: _state(_of(result, e)) for e in _exercises([result])},
    }


def _total(result):
    return round(sum(score or 0 for score in result.scores.values()), 4)


def _most(result):
    """The points that could be had in the cells that have a score."""
    return sum(most for cell, most in result.max.items() if result.scores[cell] is not None)


def _scores(results):
    shares = [_total(r) / (_most(r) or 1) for r in results]
    bins = Counter(min(int(share * len(BINS)), len(BINS) - 1) for share in shares)
    return {
        "mean": round(statistics.fmean(shares), 4) if shares else 0,
        "median": round(statistics.median(shares), 4) if shares else 0,
        "full": sum(share >= 1 for share in shares),
        "bins": [[words, bins[i]] for i, words in enumerate(BINS)],
    }


def _exercises(results):
    return list(dict.fromkeys(v["exercise"] for r in results for v in r.verdicts))


def _of(result, exercise):
    return [v for v in result.verdicts if v["exercise"] == exercise]


def _state(verdicts):
    """How an exercise ended: passed, part, wrong or unwritten."""
    passed = sum(v["passed"] for v in verdicts)
    if passed == len(verdicts):
        return "passed"
    if not passed and any(v["unwritten"] for v in verdicts):
        return "unwritten"
    return "part" if passed else "wrong"


def _exercise(exercise, results):
    """Of one exercise: who is in which state, who passes on which device and in which check."""
    each = {r.student: found for r in results if (found := _of(r, exercise))}
    states = {student: _state(verdicts) for student, verdicts in each.items()}
    return {
        "exercise": exercise,
        "who": {state: [s for s in states if states[s] == state] for state in STATES},
        "devices": _passing(each, "device"),
        "some_devices": _some_devices(each),
        "checks": _passing(each, "check"),
        "hidden": sorted({v["check"] for found in each.values() for v in found if v["hidden"]}),
        "mistakes": _counted((v["mistake"], v["hint"]) for _, v in _once(each, "mistake")),
        "made": _made(each),
        "unexplained": [s for s, found in each.items() if _unexplained(found)],
        "troubles": dict(_counted(v["trouble"] for _, v in _once(each, "trouble"))),
    }


def _passing(each, key):
    """{value of a field: how many students pass everything that has it}."""
    values = dict.fromkeys(v[key] for found in each.values() for v in found)
    return {
        value: sum(
            all(v["passed"] for v in found if v[key] == value)
            for found in each.values()
            if any(v[key] == value for v in found)
        )
        for value in values
    }


def _once(each, key):
    """[(student, verdict), ...]: one for each value of a field that says something."""
    seen = {(s, v[key]): v for s, found in each.items() for v in found if v[key]}
    return [(student, v) for (student, _), v in seen.items()]


def _some_devices(each):
    """{"cpu": students who pass everything there, but not on every device}."""
    found = {}
    for student, verdicts in each.items():
        passed = {d: all(v["passed"] for v in verdicts if v["device"] == d)
                  for d in dict.fromkeys(v["device"] for v in verdicts)}  # fmt: skip
        if any(passed.values()) and not all(passed.values()):
            found.setdefault(", ".join(d for d in passed if passed[d]), []).append(student)
    return found


def _made(each):
    """{mistake: the students who made it}."""
    found = {}
    for student, verdict in _once(each, "mistake"):
        found.setdefault(verdict["mistake"], []).append(student)
    return found


def _unexplained(verdicts):
    """Whether an answer is wrong and no known mistake or trouble says why."""
    known = any(v["mistake"] or v["trouble"] for v in verdicts)
    return not known and _state(verdicts) in ("part", "wrong")


def _counted(values):
    return [[value, n] for value, n in Counter(values).most_common()]


def _mistakes(exercises):
    """[[exercise, mistake, hint, how many students], ...], the most frequent first."""
    found = [[e["exercise"], *pair, n] for e in exercises for pair, n in e["mistakes"]]
    return sorted(found, key=lambda row: -row[-1])


def page(found):
    """The HTML page of a summary: self-contained, nothing of a student's unescaped."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("class_report.html").render(**found, marked=_marked(found))


def _marked(found):
    """What stands out, each with the exercises or students that it is true of."""
    who = {e["exercise"]: e["who"] for e in found["exercises"]}
    students = found["students"]
    return {
        "nobody": [e for e, w in who.items() if not w["passed"]],
        "everybody": [e for e, w in who.items() if len(w["passed"]) == sum(map(len, w.values()))],
        "stopped": [e["exercise"] for e in found["exercises"] if e["troubles"]],
        "by_hand": [s["student"] for s in students if s["by_hand"]],
        "odd": sorted({student for student, _ in found["findings"]}),
    }


def write(folder, name, results, absent=()):
    """Write `folder`/NAME.json and NAME.html, in `folder`/ps1 for "ps1/problem1"; both paths."""
    found = summary(name, results, absent)
    folder = Path(folder, name).parent
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(name).name
    texts = {
        folder / f"{name}.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n",
        folder / f"{name}.html": page(found),
    }
    for path, text in texts.items():
        write_file(path, text)
    private(folder.parent)
    return list(texts)
