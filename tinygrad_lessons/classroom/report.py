"""The class report: what passed, on which device, what to teach again; JSON and one page."""

import json
import os
import statistics
from collections import Counter
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

BINS = 10


def summary(name, results):
    """What a class's results, one of `grade` for each student, say: plain data."""
    results = sorted(results, key=lambda r: r["student"])
    return {
        "lesson": name,
        "students": [_student(r) for r in results],
        "scores": _scores(results),
        "exercises": [_exercise(e, results) for e in _exercises(results)],
        "findings": [[r["student"], text] for r in results for text in r["findings"]],
    }


def _student(result):
    return {
        "student": result["student"],
        "score": _total(result),
        "max": sum(result["max"].values()),
        "by_hand": sorted(cell for cell, score in result["scores"].items() if score is None),
        "passed": sorted(e for e in _exercises([result]) if _state(result, e) == "passed"),
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


def _state(result, exercise):
    """How an exercise ended: passed, part, wrong or unwritten."""
    found = [v for v in result["verdicts"] if v["exercise"] == exercise]
    passed = sum(v["passed"] for v in found)
    if found and passed == len(found):
        return "passed"
    if any("is yours to write" in v["why"] for v in found):
        return "unwritten"
    return "part" if passed else "wrong"


def _exercise(exercise, results):
    verdicts = [v for r in results for v in r["verdicts"] if v["exercise"] == exercise]
    states = Counter(_state(r, exercise) for r in results)
    mistakes = {
        (r["student"], v["mistake"], v["hint"])
        for r in results
        for v in r["verdicts"]
        if v["exercise"] == exercise and v["mistake"]
    }
    counted = Counter((mistake, hint) for _, mistake, hint in mistakes)
    return {
        "exercise": exercise,
        "states": {s: states[s] for s in ("passed", "part", "wrong", "unwritten")},
        "devices": _by(verdicts, "device"),
        "checks": _by(verdicts, "check"),
        "mistakes": [[name, hint, n] for (name, hint), n in counted.most_common()],
        "troubles": dict(sorted(Counter(v["trouble"] for v in verdicts if v["trouble"]).items())),
    }


def _by(verdicts, key):
    """{value: [passed, all]} of the verdicts by one of their fields."""
    found = {}
    for v in verdicts:
        passed, count = found.get(v[key], (0, 0))
        found[v[key]] = [passed + v["passed"], count + 1]
    return found


def page(found):
    """The HTML page of a summary: self-contained, nothing of a student's unescaped."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    count = len(found["students"])
    passed = {e["exercise"]: e["states"]["passed"] for e in found["exercises"]}
    marked = {
        "nobody failed": [e for e in passed if passed[e] == count],
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
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    return list(texts)
