"""What two packages did, compared. Only the expected side is trusted: it says what is looked at.

In this order: kind and type, device, shape, dtype, finite, values. Memory and transfers are entries
of their own, made after the value they belong to.
"""

import base64
import math
import re
from dataclasses import dataclass

import numpy as np

DTYPES = {
    "|b1",
    *(f"{order}{kind}{size}" for order in "<|" for kind in "iu" for size in "1248"),
    "<f2",
    "<f4",
    "<f8",
}
CLOSE = {
    "f2": 1e-2,
    "f4": 1e-4,
    "f8": 1e-8,
}  # relative; a tenth of it, of the largest value, absolute
LARGEST = 1 << 21
LONGEST = 500  # characters of one text, digits of one number
LINE = 120  # characters of a line of code
NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)
UNNAMED = "something unnamed"
COPIES = 10**6  # more than any check makes

MISSING_NAMES = ("NameError", "UnboundLocalError", "ModuleNotFoundError")
MISSING_NAME = re.compile(r"[A-Za-z ]{1,40} '[\w.]{1,40}'[A-Za-z ]{0,60}")


@dataclass
class Raised:
    type: str
    text: str
    any: bool = False
    says: bool = False
    where: str = ""  # the line of the student's that raised it
    place: str = ""  # what that line called there
    unwritten: bool = False  # by a stub


@dataclass
class Text:
    type: str
    text: str


IMPOSSIBLE = Text("an impossible count", "")  # of copies, which a right answer cannot give


@dataclass
class Number:
    type: str
    value: object
    close: float = 0.0  # relative; what rounding may change of a float

    def __str__(self):
        text = str(self.value)
        return text if len(text) <= 30 else f"{text[:20]}... ({len(text)} digits)"


@dataclass
class Sequence:
    items: list
    length: int = -1  # of the whole, of which the items may be the first

    def __post_init__(self):
        self.length = max(self.length, len(self.items))


@dataclass
class Tensor:
    device: str
    stored: str
    array: object


@dataclass
class Transfers:
    up: int
    down: int


@dataclass
class Finding:
    """One observation on both sides; `difference` is "" where they agree."""

    label: str
    expected: object
    yours: object
    difference: str

    @property
    def drawable(self):
        """Whether both sides are arrays."""
        return all(isinstance(x, (Tensor, np.ndarray)) for x in (self.yours, self.expected))


class Seen(dict):
    """{label: value} of what was observed, decoded once; the first of each label counts."""

    def __init__(self, seen):
        super().__init__()
        for entry in _observed(seen):
            if (label := _label(entry)) not in self:
                self[label] = decode(entry.get("value"))
        self.raised = next((v for v in self.values() if isinstance(v, Raised)), None)


def compare(expected, yours):
    """A Finding for each thing that was observed of the reference. Never raises for `yours`."""
    theirs = yours if isinstance(yours, Seen) else Seen(yours)
    close = _rounding(expected)
    findings = []
    for entry in expected:
        if not entry.get("given"):
            want = _held_to(close, decode(entry["value"]))
            got = theirs.get(entry["label"], theirs.raised or Text("nothing", "nothing"))
            findings.append(Finding(entry["label"], want, got, gap(want, got)))
    return findings


def gap(want, got):
    """The difference in words. Whatever cannot be compared is not what was expected."""
    try:
        return difference(want, got)
    except Exception:  # `got` may hold anything that a process can send
        return "nothing readable"


def _rounding(value):
    """How far a Python float may be off where these arrays took part; torch's default has none."""
    found = {CLOSE[name] for name in _dtypes(value) if name in CLOSE}
    return max(found, default=CLOSE["f4"])


def _dtypes(value):
    if isinstance(value, dict):
        if value.get("kind") in ("array", "number"):
            yield value.get("dtype", "")[1:]
        value = [v for v in value.values() if isinstance(v, (dict, list))]
    for part in value if isinstance(value, list) else ():
        yield from _dtypes(part)


def _held_to(close, value):
    """The value with its floats held to a precision."""
    if isinstance(value, Sequence):
        return Sequence([_held_to(close, item) for item in value.items], value.length)
    if isinstance(value, Number) and value.type == "float":
        return Number(value.type, value.value, close)
    return value


def labels(seen):
    """The names of what was observed."""
    return set(seen) if isinstance(seen, Seen) else {_label(entry) for entry in _observed(seen)}


def _label(entry):
    label = entry.get("label")
    return label if isinstance(label, str) else ""


def _observed(seen):
    """The entries without what was given; what has not their form is left out."""
    entries = seen if isinstance(seen, list) else []
    return [e for e in entries if isinstance(e, dict) and not e.get("given")]


def same(expected, yours):
    """Whether nothing that was observed of the one differs in the other."""
    return not any(finding.difference for finding in compare(expected, yours))


def decode(json, depth=4):
    """The value that `encode` described. What is malformed becomes a Text that equals nothing."""
    try:
        return _DECODERS[json["kind"]](json, depth)
    except Exception:  # every word of it may be a lie
        return Text("nothing readable", "")


def _text(json, key):
    return str(json[key])[:LONGEST]


def _name(json, key):
    """A type's name, if it is one: what else stands there would only be text that leaves by it."""
    return json[key] if NAME.fullmatch(json[key]) else UNNAMED


_KINDS = {"bool": {"True": True, "False": False}.__getitem__, "int": int, "float": float}


def _number(json, depth):
    text = json["text"]
    if len(text) > LONGEST:
        raise ValueError("too long")
    return Number(json["type"], _KINDS[json["type"]](text))


def _copies(json, depth):
    up, down = json["up"], json["down"]
    if not all(type(n) is int and 0 <= n <= COPIES for n in (up, down)):
        return IMPOSSIBLE
    return Transfers(up, down)


def _array(json, depth):
    if json["dtype"] not in DTYPES:
        raise ValueError("dtype")
    dtype, shape = np.dtype(json["dtype"]), tuple(json["shape"])
    data = base64.b64decode(json["bytes"][:LARGEST], validate=True)
    if len(shape) > 16 or not all(type(n) is int and 0 <= n <= LARGEST for n in shape):
        raise ValueError("shape")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("length")
    return np.frombuffer(data, dtype).reshape(shape)


def _sequence(json, depth):
    if depth == 0:
        raise ValueError("too deep")
    items, length = json["items"], json.get("length", len(json["items"]))
    if type(length) is not int or not len(items) <= length < 1 << 40:
        raise ValueError("length")
    return Sequence([decode(item, depth - 1) for item in items[:100]], length)


_DECODERS = {
    "raised": lambda j, d: Raised(
        _name(j, "type"),
        _text(j, "text"),
        j.get("any") is True,
        j.get("says") is True,
        str(j.get("where", ""))[:LINE],
        str(j.get("place", ""))[:100],
        j.get("unwritten") is True,
    ),
    "text": lambda j, d: Text(_name(j, "type"), _text(j, "text")),
    "number": _number,
    "sequence": _sequence,
    "transfers": _copies,
    "tensor": lambda j, d: Tensor(_name(j, "device"), _name(j, "stored"), decode(j["array"], 1)),
    "array": _array,
}


def difference(want, got):
    """The first way in which `got` is not `want`, in words; "" when there is none."""
    if isinstance(got, Raised) or isinstance(want, Raised):
        return _exceptions(want, got)
    if type(want) is not type(got):
        return f"{kind(got)} instead of {kind(want)}"
    return _DIFFERENCES[type(want)](want, got)


def _exceptions(want, got):
    if not isinstance(want, Raised):
        missing = MISSING_NAME.fullmatch(got.text) if got.type in MISSING_NAMES else None
        return f"it raised {got.type}" + (f": {got.text}" if missing else "")
    if want.any and isinstance(got, Raised) and not got.unwritten:
        return ""
    if not isinstance(got, Raised):
        return "it did not refuse" if want.any else f"it did not raise {want.type}"
    if want.type != got.type:
        return f"it raised {got.type} instead of {want.type}"
    return "another text" if want.says and want.text != got.text else ""


def _tensors(want, got):
    if want.device != got.device:
        return f"device {got.device} instead of {want.device}"
    if want.stored != got.stored:
        return f"its data is a {got.stored}, not an array of the {want.device} device"
    return difference(want.array, got.array)


def _arrays(want, got):
    if want.shape != got.shape:
        return f"shape {got.shape} instead of {want.shape}"
    if want.dtype != got.dtype:
        return f"dtype {got.dtype} instead of {want.dtype}"
    if np.isfinite(want).all() and not np.isfinite(got).all():
        return f"{np.count_nonzero(~np.isfinite(got))} of {got.size} numbers are nan or infinite"
    close = near(want, got)
    if close.all():
        return ""
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    place = f"at [{', '.join(map(str, at))}]: " if at else ""
    count = f" ({np.count_nonzero(~close)} of {want.size} differ)" if want.size > 1 else ""
    return f"{place}{got[at]:.6g} instead of {want[at]:.6g}{count}"


def _numbers(want, got):
    if want.type != got.type:
        return f"{got.type} instead of {want.type}"
    if want.type != "float":
        same = want.value == got.value
    else:
        same = math.isclose(want.value, got.value, rel_tol=want.close) or _both_nan(want, got)
    return "" if same else f"{got} instead of {want}"


def _both_nan(want, got):
    return math.isnan(want.value) and math.isnan(got.value)


def _sequences(want, got):
    if want.length != got.length:
        count = got.length
        return f"{count} item{'' if count == 1 else 's'} instead of {want.length}"
    gaps = (difference(w, g) for w, g in zip(want.items, got.items, strict=True))
    return next((f"item {i}: {gap}" for i, gap in enumerate(gaps) if gap), "")


def _texts(want, got):
    if want.type != got.type:
        return f"{got.type} instead of {want.type}"
    return "" if want.text == got.text else f"{got.text[:60]!r} instead of {want.text[:60]!r}"


def _transfers(want, got):
    if got.up <= want.up and got.down <= want.down:
        return ""
    return f"{_count(got)} instead of {_count(want)}"


def _count(x):
    return f"{x.up} to the device and {x.down} back" if x.up or x.down else "none"


_DIFFERENCES = {
    Tensor: _tensors,
    np.ndarray: _arrays,
    Number: _numbers,
    Sequence: _sequences,
    Text: _texts,
    Transfers: _transfers,
}


def near(want, got):
    """Elementwise: equal up to rounding of the dtype at the scale of `want`; nan equals nan."""
    close = CLOSE.get(want.dtype.str[1:])
    if not close:
        return want == got  # isclose would make floats of large ints
    finite = np.abs(want[np.isfinite(want)])
    scale = float(finite.max()) if finite.size else 0.0
    with np.errstate(all="ignore"):
        return np.isclose(got, want, rtol=close, atol=close / 10 * scale, equal_nan=True)


def kind(x):
    """What a value is, in words."""
    names = {np.ndarray: "an array", Tensor: "a tensor", Sequence: "several values"}
    names |= {Transfers: "a count of copies"}
    return names.get(type(x)) or getattr(x, "type", type(x).__name__)
