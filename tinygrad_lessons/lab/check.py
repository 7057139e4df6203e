"""`check("gram")` in a notebook: your package against the record of the release."""

import importlib
import sys
import types
from pathlib import Path

from ..exercise import PACKAGE
from ..exercise import written as answers
from . import folder, progress
from .folder import RECORD
from .observe import look, written
from .table import Report
from .verdict import Verdict, recognise

_looks = {}  # (exercise, mistake) -> how often its hint was shown in this session


def check(exercise):
    """Run the check functions of this cell on every device at hand; returns a Report."""
    functions = _functions(sys._getframe(1))
    recorded = record()
    if exercise not in recorded:
        return Unknown(exercise, recorded)
    package = importlib.import_module(PACKAGE)
    entries = [e for r in recorded[exercise] for e in _on_devices(r, package)]
    try:
        verdicts = [_verdict(entry, functions, package) for entry in entries]
    except KeyboardInterrupt as e:
        where = f"you stopped it in {written(e)}" if written(e) else "you stopped the check"
        raise KeyboardInterrupt(where) from None
    known = {(e["check"], e["device"]): e["mistakes"] for e in entries}
    report = Report(exercise, recognise(verdicts, lambda name, device: known[name, device]))
    report.begin = _unready(report, recorded, functions, package)
    report.more = _second_look(report, recorded[exercise][0].get("more", {}))
    report.also = recorded[exercise][0].get("also", ())
    progress.note(report)
    return report


def _second_look(report, more):
    """The second hint of a mistake, from the second time on that its hint is shown."""
    named = report.exercise, report.shown.mistake if report.shown else ""
    _looks[named] = _looks.get(named, 0) + 1
    return more.get(named[1], "") if _looks[named] > 1 else ""


def _unready(report, recorded, functions, package):
    """The first exercise before this one that its failing check calls, and that does not pass."""
    known, v, called = progress.read(Path.cwd()), report.shown, set()
    before = list(recorded)[: list(recorded).index(report.exercise)]
    waiting = {id: answers[id] for id in before if id in answers and not _passes(known, id)}
    if not waiting or v is None or v.trouble or v.unwritten:
        return ""
    codes = {getattr(function, "__code__", None): id for id, function in waiting.items()}
    [seed] = {e["seed"] for e in recorded[report.exercise] if e["check"] == v.check}
    earlier = sys.getprofile()
    sys.setprofile(lambda frame, event, arg: called.add(codes.get(frame.f_code)))
    try:
        look(functions[v.check], package, v.device, seed)
    finally:
        sys.setprofile(earlier)
    return next((id for id in waiting if id in called), "")


def _passes(known, exercise):
    passed, checks = known.get(exercise, (0, 0))
    return passed == checks


def record():
    """{exercise: [{check, device, seed, seen, mistakes}, ...]} as the release recorded it."""
    package = Path(importlib.import_module(PACKAGE).__file__).parent
    for place in (Path.cwd(), package.parent):
        if found := folder.record(place):
            return found
    raise FileNotFoundError(
        f"{RECORD} is not beside the notebook. Open the notebook in the folder that it came in; "
        "an instructor makes the file with: lessons release"
    )


class Unknown:
    """What `check` answers to an id that the lesson does not have."""

    passed = False

    def __init__(self, exercise, recorded):
        self.text = (
            f"There is no exercise {exercise!r} here. This lesson has: {', '.join(recorded)}."
        )

    def __repr__(self):
        return self.text


def _functions(frame):
    """The functions that the calling cell itself defines."""
    return {
        name: f
        for name, f in frame.f_globals.items()
        if isinstance(f, types.FunctionType) and f.__code__.co_filename == frame.f_code.co_filename
    }


def _on_devices(entry, package):
    """A recorded entry, and for `sim` its twin for a real accelerator where there is one."""
    yield entry
    if entry["device"] == "sim" and "cuda" in [d.type for d in package.devices.available()]:
        yield _on_cuda(entry)


def _on_cuda(value):
    """What was recorded on `sim`, as `cuda` is to give it."""
    if isinstance(value, dict):
        moved = {"device": "cuda"} if value.get("device") == "sim" else {}
        return {k: _on_cuda(v) for k, v in value.items()} | moved
    return [_on_cuda(v) for v in value] if isinstance(value, list) else value


def _verdict(entry, functions, package):
    name, device = entry["check"], entry["device"]
    if name not in functions:
        return Verdict(name, device, entry["seen"], None, trouble="missing")
    return Verdict(
        name, device, entry["seen"], look(functions[name], package, device, entry["seed"])
    )
