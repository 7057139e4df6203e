"""What two packages did, compared. Only the expected side is trusted: it says what is looked at.

In this order: kind and type, device, shape, dtype, finite, values. Memory and transfers are entries
of their own, made after the value they belong to.
"""

import base64
import math
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


@dataclass
class Raised:
    type: str
    text: str
    any: bool = False
    says: bool = False
    where: str = ""  # the line of the student's that raised it
    place: str = ""  # what that line called there


@dataclass
class Text:
    type: str
    text: str


@dataclass
class Number:
    type: str
    value: object


@dataclass
class Sequence:
    items: list


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


def compare(expected, yours):
    """A Finding for each thing that was observed of the reference."""
    seen = {}
    for entry in _observed(yours):
        seen.setdefault(str(entry.get("label")), decode(entry.get("value")))
    missing = next((v for v in seen.values() if isinstance(v, Raised)), Text("nothing", "nothing"))
    findings = []
    for entry in expected:
        if not entry.get("given"):
            want, got = decode(entry["value"]), seen.get(entry["label"], missing)
            findings.append(Finding(entry["label"], want, got, difference(want, got)))
    return findings


def labels(seen):
    """The names of what was observed."""
    return {str(entry.get("label")) for entry in _observed(seen)}


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
    return str(json[key])[:500]


def _number(json, depth):
    kinds = {"bool": lambda text: text == "True", "int": int, "float": float}
    return Number(_text(json, "type"), kinds[json["type"]](_text(json, "text")))


def _array(json, depth):
    if json["dtype"] not in DTYPES:
        raise ValueError("dtype")
    dtype, shape = np.dtype(json["dtype"]), tuple(json["shape"])
    data = base64.b64decode(json["bytes"][:LARGEST], validate=True)
    if len(shape) > 16 or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("shape")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("length")
    return np.frombuffer(data, dtype).reshape(shape)


def _sequence(json, depth):
    if depth == 0:
        raise ValueError("too deep")
    return Sequence([decode(item, depth - 1) for item in json["items"][:100]])


_DECODERS = {
    "raised": lambda j, d: Raised(
        _text(j, "type"),
        _text(j, "text"),
        j.get("any") is True,
        j.get("says") is True,
        str(j.get("where", ""))[:500],
        str(j.get("place", ""))[:100],
    ),
    "text": lambda j, d: Text(_text(j, "type"), _text(j, "text")),
    "number": _number,
    "sequence": _sequence,
    "transfers": lambda j, d: Transfers(int(j["up"]), int(j["down"])),
    "tensor": lambda j, d: Tensor(_text(j, "device"), _text(j, "stored"), decode(j["array"], 1)),
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
        return f"it raised {got.type}"
    if want.any and isinstance(got, Raised) and got.type != "NotImplementedError":
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
    a, b = np.asarray(want.value), np.asarray(got.value)
    return "" if near(a, b).all() else f"{got.value} instead of {want.value}"


def _sequences(want, got):
    if len(want.items) != len(got.items):
        count = len(got.items)
        return f"{count} item{'' if count == 1 else 's'} instead of {len(want.items)}"
    gaps = (difference(w, g) for w, g in zip(want.items, got.items, strict=True))
    return next((f"item {i}: {gap}" for i, gap in enumerate(gaps) if gap), "")


def _texts(want, got):
    if want.type != got.type:
        return f"{got.type} instead of {want.type}"
    return "" if want.text == got.text else f"{got.text[:60]!r} instead of {want.text[:60]!r}"


def _transfers(want, got):
    if got.up <= want.up and got.down <= want.down:
        return ""
    return f"{_copies(got)} instead of {_copies(want)}"


def _copies(x):
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
    close = CLOSE.get(want.dtype.str[1:], 0)
    finite = np.abs(want[np.isfinite(want)]) if close else np.zeros(1)
    scale = float(finite.max()) if finite.size else 0.0
    with np.errstate(all="ignore"):
        return np.isclose(got, want, rtol=close, atol=close / 10 * scale, equal_nan=True)


def kind(x):
    """What a value is, in words."""
    names = {np.ndarray: "an array", Tensor: "a tensor", Sequence: "several values"}
    return names.get(type(x)) or getattr(x, "type", type(x).__name__)
