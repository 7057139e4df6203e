"""The class report: what passed, on which device, what to teach again; JSON and one page."""

import json
import statistics
from collections import Counter
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from .spool import write_file

BINS = 10
STATES = ("passed", "part", "wrong", "unwritten")


def summary(name, results):
    """What a class's results, one of `grade` for each student, say: plain data."""
    results = sorted(results, key=lambda r: r["student"])
    exercises = [_exercise(e, results) for e in _exercises(results)]
    return {
        "lesson": name,
        "students": [_student(r) for r in results],
        "scores": _scores(results),
        "exercises": exercises,
        "mistakes": _mistakes(exercises),
        "findings": [[r["student"], text] for r in results for text in r["findings"]],
        "boundaries": dict(sorted(Counter(r.get("boundary", "") for r in results).items())),
    }


def _student(result):
    return {
        "student": result["student"],
        "score": _total(result),
        "max": sum(result["max"].values()),
        "by_hand": sorted(cell for cell, score in result["scores"].items() if score is None),
        "states": {e: _state(_of(result, e)) for e in _exercises([result])},
    }


def _total(result):
    return round(sum(score or 0 for score in result["scores"].values()), 4)


def _scores(results):
    shares = [_total(r) / (sum(r["max"].values()) or 1) for r in results]
    bins = Counter(min(int(share * BINS), BINS - 1) for share in shares)
    return {
        "mean": round(statistics.fmean(shares), 4) if shares else 0,
        "median": round(statistics.median(shares), 4) if shares else 0,
        "bins": [[f"{100 * i // BINS} to {100 * (i + 1) // BINS} %", bins[i]] for i in range(BINS)],
    }


def _exercises(results):
    return list(dict.fromkeys(v["exercise"] for r in results for v in r["verdicts"]))


def _of(result, exercise):
    return [v for v in result["verdicts"] if v["exercise"] == exercise]


def _state(verdicts):
    """How an exercise ended: passed, part, wrong or unwritten."""
    passed = sum(v["passed"] for v in verdicts)
    if passed == len(verdicts):
        return "passed"
    if not passed and any("is yours to write" in v["why"] for v in verdicts):
        return "unwritten"
    return "part" if passed else "wrong"


def _exercise(exercise, results):
    """Of one exercise: who is in which state, who passes on which device and in which check."""
    each = {r["student"]: found for r in results if (found := _of(r, exercise))}
    states = {student: _state(verdicts) for student, verdicts in each.items()}
    return {
        "exercise": exercise,
        "who": {state: [s for s in states if states[s] == state] for state in STATES},
        "devices": _passing(each, "device"),
        "checks": _passing(each, "check"),
        "hidden": sorted({v["check"] for found in each.values() for v in found if v["hidden"]}),
        "mistakes": _counted((v["mistake"], v["hint"]) for v in _once(each, "mistake")),
        "troubles": dict(_counted(v["trouble"] for v in _once(each, "trouble"))),
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
    """One verdict for each student and each value of a field that says something."""
    seen = {(s, v[key]): v for s, found in each.items() for v in found if v[key]}
    return seen.values()


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
    count = len(found["students"])
    passed = {e["exercise"]: len(e["who"]["passed"]) for e in found["exercises"]}
    marked = {
        "everybody passed": [e for e in passed if passed[e] == count],
        "nobody passed": [e for e in passed if not passed[e]],
    }
    return templates.get_template("report.html").render(**found, count=count, marked=marked)


def write(folder, name, results):
    """Write `folder`/NAME.json and NAME.html; returns both paths."""
    found = summary(name, results)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        folder / f"{name}.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n",
        folder / f"{name}.html": page(found),
    }
    for path, text in texts.items():
        write_file(path, text)
    return list(texts)
