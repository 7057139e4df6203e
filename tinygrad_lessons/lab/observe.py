"""What a check sees of a package, as plain JSON. No expected value and no verdict stands here.

The same file runs on both sides: in the student's process and, on the reference, in the grader's.
"""

import ast
import base64
import contextlib
import linecache
from functools import lru_cache

import numpy as np

from ..exercise import is_stub
from .state import alone

LARGEST = 1 << 20  # bytes of one array
LONGEST = 500  # characters of one text
BITS = 1600  # of one int: no more digits than a text has characters
MOST, DEEPEST = 100, 4  # items of a list, lists in lists


def look(check, package, device, seed):
    """All that one check observes of a package on a device, for one seed: a list of entries."""
    observe = Observer(package)
    package.manual_seed(seed % (1 << 32))
    try:
        alone(check, package, device, np.random.default_rng(seed), observe, seed=seed)
    except Exception as e:
        observe.note(check.__name__, _raised(e))
    return observe.seen


def load(source):
    """The names that the text of a check cell defines, with `np` and `math` at hand."""
    space = {"__name__": "checks"}
    exec(_compiled(source), space)
    return space


@lru_cache(maxsize=256)
def _compiled(source):
    return compile("import math\nimport numpy as np\n" + source, "checks", "exec")


class Observer:
    """`observe("label", value)` notes a value; of a function, what it returns or raises."""

    def __init__(self, package):
        self.package, self.seen = package, []

    def given(self, label, value):
        """Note an input, to be shown beside a failure. It is never compared."""
        self.note(label, encode(value), given=True)

    def __call__(self, label, value):
        self.note(label, _outcome(value))

    def refuses(self, label, function):
        """Note only that the call fails, or what it returns. The type of the exception is free."""
        value = _outcome(function)
        self.note(label, value | {"any": True} if value["kind"] == "raised" else value)

    def says(self, label, function):
        """Note the type and the words of the exception that the call raises."""
        value = _outcome(function)
        self.note(label, value | {"says": True} if value["kind"] == "raised" else value)

    def shared(self, label, a, b):
        """Note whether two tensors or arrays overlap in memory."""
        self.note(label, _outcome(lambda: "shared memory" if _overlap(a, b) else "separate memory"))

    def transfers(self, label, function):
        """Note what the call gives, and the copies between host and device that it cost."""
        before = self._transfers()
        value = _outcome(function)
        up, down = (now - then for now, then in zip(self._transfers(), before, strict=True))
        self.note(label, value)
        self.note(f"copies made by {label}", {"kind": "transfers", "up": up, "down": down})

    @contextlib.contextmanager
    def forbid(self, words, *places):
        """Within a with block each of `places`, (owner, name), raises RuntimeError(words)."""

        def forbidden(*args, **options):
            raise RuntimeError(words)

        own = [(owner, name, vars(owner).get(name)) for owner, name in places]
        for owner, name, _ in own:
            setattr(owner, name, forbidden)
        try:
            yield
        finally:
            for owner, name, before in own:
                delattr(owner, name) if before is None else setattr(owner, name, before)

    def _transfers(self):
        # Totals, because a student's code can reset the rest.
        totals = [device.stats.total() for device in self.package.devices.available()]
        return sum(t["h2d"] for t in totals), sum(t["d2h"] for t in totals)

    def note(self, label, value, **more):
        self.seen.append({"label": label, "value": value, **more})


def encode(x, depth=DEEPEST):
    """A JSON value for `x`: arrays as bytes, tensors as their array and device, others as text."""
    if hasattr(x, "requires_grad"):
        device, array = x.device, x.array
        if device.type == "cpu" and isinstance(array, np.generic):
            array = np.asarray(array)  # NumPy's sum of two arrays of no axis: a slip of its own
        stored = "device" if device.owns(array) else type(array).__name__
        array = _array(device.peek(array)) if stored == "device" else _text(array)
        return {"kind": "tensor", "device": device.type, "stored": stored, "array": array}
    if isinstance(x, np.ndarray):
        return _array(x)
    if isinstance(x, (bool, int, float, np.bool_, np.integer, np.floating)):
        return _number(x)
    if isinstance(x, (tuple, list, dict)) and depth:
        items = list(x.items() if isinstance(x, dict) else x[:MOST])[:MOST]
        encoded = [encode(item, depth - 1) for item in items]
        return {"kind": "sequence", "items": encoded, "length": len(x)}
    return _text(x)


def _number(x):
    """np.bool and bool, np.float64 and float are one here; a float32 says so."""
    for kind, its in ((bool, (bool, np.bool_)), (int, (int, np.integer))):
        if isinstance(x, its):
            number = kind(x)
            if kind is int and number.bit_length() > BITS:
                return {"kind": "text", "type": "int", "text": f"{number.bit_length()} bits"}
            return {"kind": "number", "type": kind.__name__, "text": repr(number)}
    narrow = {"dtype": x.dtype.str} if isinstance(x, np.floating) else {}
    return {"kind": "number", "type": "float", "text": repr(float(x))} | narrow


def _array(x):
    if x.nbytes > LARGEST or x.dtype.kind not in "biuf":
        return {"kind": "text", "type": "array", "text": f"{x.dtype} array of shape {x.shape}"}
    data = base64.b64encode(np.ascontiguousarray(x).tobytes()).decode()
    return {"kind": "array", "dtype": x.dtype.str, "shape": list(x.shape), "bytes": data}


def _text(x):
    return {"kind": "text", "type": type(x).__name__, "text": _words(x)}


def _words(x):
    try:
        return str(x)[:LONGEST]
    except Exception:
        return ""


def _outcome(value):
    try:
        return encode(value() if callable(value) else value)
    except Exception as e:
        return _raised(e)


def _raised(e):
    seen = {"kind": "raised", "type": type(e).__name__, "text": _words(e)}
    stub = isinstance(e, NotImplementedError) and is_stub(seen["text"])
    found = {"unwritten": stub, "where": _if_told(written, e), "place": _if_told(place, e)}
    return seen | {key: value for key, value in found.items() if value}


def _if_told(ask, e):
    """What can be found out of an exception, which may come from code that was never in a file."""
    try:
        return ask(e)
    except Exception:
        return ""


def written(e):
    """The last line of a notebook's cells that led to `e`, the check's own cell left out; or ""."""
    theirs = [s for s in _theirs(e) if s[0].f_globals.get("__name__") == "__main__"]
    if not theirs:
        return ""
    frame, number, _ = theirs[-1]
    line = linecache.getline(frame.f_code.co_filename, number).strip()
    return f"{frame.f_code.co_name}: {line}"[:LONGEST] if line else ""


def place(e):
    """What the last line outside of packages, the check left out, called when it raised `e`; or "".

    A method and the function of its name are one, and so are an operator and its function.
    """
    if not (theirs := _theirs(e)):
        return ""
    frame, _, last = theirs[-1]
    line, end, start, stop = list(frame.f_code.co_positions())[last // 2]
    text = linecache.getline(frame.f_code.co_filename, line or 0).encode()
    return _called(text[start:stop] if line == end else text[start:])


def _theirs(e):
    """[(frame, line, instruction), ...] that led to `e`, outside of packages and of the check."""
    steps = [
        (step.tb_frame, step.tb_lineno, step.tb_lasti)
        for step in _walk(e.__traceback__)
        if not step.tb_frame.f_globals.get("__package__")
    ]
    own = steps[0][0].f_code.co_filename if steps else ""
    return [step for step in steps if step[0].f_code.co_filename != own]


def _walk(step):
    while step:
        yield step
        step = step.tb_next


def _called(text):
    text = text.decode(errors="replace").strip()
    if text.startswith("raise"):
        return "raise"
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", "") or getattr(node.func, "id", "")
    kind = type(getattr(node, "op", node)).__name__.lower()
    return {"mult": "mul", "matmult": "matmul"}.get(kind, kind)


def _overlap(a, b):
    """Whether a change of `a` is seen in `b`: tried out, and undone."""
    array, before = getattr(a, "array", a), _bytes(b)
    kept = array.copy()
    try:
        array[...] = kept + 1 if kept.dtype.kind != "b" else ~kept
    except ValueError:  # read-only
        return bool(np.shares_memory(array, getattr(b, "array", b)))
    seen = _bytes(b) != before
    array[...] = kept
    return seen


def _bytes(x):
    return (x.device.peek(x.array) if hasattr(x, "requires_grad") else np.asarray(x)).tobytes()
