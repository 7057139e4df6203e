"""A remark on a difference where no known mistake did the same: what can be seen of it.

A remark says only what is so. Where nothing of the kind is seen it is "".
"""

import math
import re

import numpy as np

from .compare import Number, Raised, Sequence, Tensor, Text, Transfers, kind, near

TRUTHS = {"bool", "bool_"}


def remark(finding, given=()):
    """What can be said of a Finding that differs; `given`: [(name, value), ...] of its call."""
    want, got = finding.expected, finding.yours
    if isinstance(want, Raised) or isinstance(got, Raised):
        return _raised(want, got)
    if getattr(got, "type", "") == "NoneType":
        return "Nothing came back. Is a return missing?"
    if said := _changed(finding, dict(given)):
        return said
    if type(want) is not type(got):
        return _kinds(want, got)
    if isinstance(want, Transfers):
        return _copies(want, got)
    if isinstance(want, Text):
        return _memory(want, got) or _kinds(want, got) or _texts(want.text, got.text)
    if isinstance(want, Number) and want.type == got.type == "bool":
        return f"It should{' not' if got.value else ''} be so: {finding.label}."
    if isinstance(want, Sequence):
        return _sequences(want, got)
    return _places(want, got) or _arrays(_array(want), _array(got), given)


def _array(x):
    x = x.array if isinstance(x, Tensor) else x
    return np.asarray(x.value) if isinstance(x, Number) else x


def _same(a, b):
    """Whether two arrays have one shape and the same numbers, whatever their dtypes."""
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or a.shape != b.shape:
        return False
    narrow = min((a.dtype, b.dtype), key=lambda d: (d.kind != "f", d.itemsize))
    return bool(near(a.astype(narrow), b.astype(narrow)).all()) if a.size else True


def _raised(want, got):
    if not isinstance(want, Raised):
        return _stopped(got)
    if isinstance(got, Raised):
        if want.type == got.type:
            return "It raises, and other words are asked for."
        return f"It raises, but a {want.type} is asked for, and a {got.type} came."
    return "Here the call should raise an error, and it went on as if all were well."


def _stopped(got):
    if got.type == "RecursionError":
        return "A function calls itself, deeper than Python goes: about 1,000 calls. A loop can."
    if "ambiguous" in got.text:
        return (
            "An if, a while, and, or, max() and min() ask for one answer; here are several. "
            "torch.where chooses number by number."
        )
    if "step must be greater than zero" in got.text:
        return "A tensor takes no step of -1. flip(dim) turns a dimension round."
    if not got.where and got.type != "NotImplementedError":
        return "No line of yours stopped: what your function gave could not be used. Print it."
    return ""


def _changed(finding, given):
    """Something that was to stay as it was, or to be changed, by the label's own word."""
    match = re.fullmatch(r"(\w+)(?:\.array)? afterwards", finding.label)
    before = given.get(match[1]) if match else None
    if before is None:
        return ""
    if _same(_array(before), _array(finding.expected)):
        return f"Your function writes into {match[1]}, which is to stay as it was."
    if _same(_array(before), _array(finding.yours)):
        return f"{match[1]} is as it was before the call. It was to be changed itself."
    return ""


def _kinds(want, got):
    a, b = kind(want), kind(got)
    if a == b:
        return ""
    right = " The numbers are right." if _same(_array(want), _array(got)) else ""
    return f"{_a(a)} is asked for, and {_a(b).lower()} came back.{right}"


def _a(words):
    return words.capitalize() if " " in words else f"A value of type {words}"


def _copies(want, got):
    if got.up > want.up:
        return (
            "Something is made on the host and sent to the device, or sent more than once. "
            "Which of your lines makes it?"
        )
    if got.down > want.down:
        return (
            "Something is fetched from the device: item(), float(), tolist(), an if or a print "
            "of a tensor does that. Which of your lines does?"
        )
    return ""


def _memory(want, got):
    if {want.text, got.text} != {"shared memory", "separate memory"}:
        return ""
    if got.text == "separate memory":
        return "The two should be one memory under two names. Which of your lines copies?"
    return "The two should have a memory each. Nothing in your lines copies."


def _texts(a, b):
    """On two texts: how far they agree."""
    same = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if same < 4 or max(len(a), len(b)) < 20:
        return ""
    return f"They agree up to {a[max(0, same - 20) : same]!r}; then comes {a[same : same + 12]!r}."


def _sequences(want, got):
    a, b = want.items, got.items
    if len(a) != len(b):
        many = "some are missing" if len(b) < len(a) else "too many"
        return f"{len(b)} where {len(a)} should be: {many}."
    if all(isinstance(x, Number) and x.type not in TRUTHS for x in (*a, *b)):
        return _arrays(*(np.array([x.value for x in s]) for s in (a, b)), ())
    from .compare import Finding, difference

    pairs = ((x, y, difference(x, y)) for x, y in zip(a, b, strict=True))
    x, y, gap = next(pair for pair in pairs if pair[2])
    return remark(Finding("", x, y, gap))


def _places(want, got):
    if not isinstance(want, Tensor):
        return ""
    if want.device != got.device:
        return f"The result lies on {got.device}, and its inputs on {want.device}."
    if want.stored != got.stored:
        return f"The tensor says {got.device}, but what it holds is a {got.stored} of the host."
    return ""


def _arrays(a, b, given):
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return ""
    if a.shape != b.shape:
        return _shapes(a, b, given)
    if a.dtype != b.dtype:
        right = "The numbers are right" if _same(a, b) else "The numbers are not right either"
        return f"{right}; the dtype is {b.dtype} and should be {a.dtype}."
    for name, value in given:
        if a.size > 1 and _same(_array(value), b):
            return f"It is {name} as it was."
    if "b" in (a.dtype.kind, b.dtype.kind) or not a.size:
        return ""
    return _unfinished(a, b) or _numbers(a.astype(float), b.astype(float), a) or _where(a, b)


def _shapes(a, b, given):
    if a.ndim == b.ndim == 2 and _same(a.T, b):
        return "It is the transpose of the expected."
    if a.size == b.size and _same(a.ravel(), b.ravel()):
        more = "is missing" if b.ndim < a.ndim else "is too many"
        ones = sorted(n for n in a.shape if n != 1) == sorted(n for n in b.shape if n != 1)
        if ones and a.ndim != b.ndim:
            return f"The numbers are right; a dimension of size 1 {more}."
        return "The numbers are right, one after the other; only the shape is not."
    if sorted(a.shape) == sorted(b.shape):
        return "The sizes are the right ones, in another order."
    for name, value in given:
        if isinstance(x := _array(value), np.ndarray) and x.shape == b.shape:
            return f"It has the shape of {name} itself."
    if b.ndim < a.ndim:
        return "It has fewer dimensions than expected: was one summed away that should stay?"
    if b.ndim > a.ndim:
        return "It has more dimensions than expected: should one of them be summed away?"
    if all(m == n or m == 1 for m, n in zip(a.shape, b.shape, strict=True)):
        return "It was stretched: where the expected has size 1, yours has more."
    return ""


def _unfinished(a, b):
    """On numbers that are nan or infinite where they should not be, or the other way round."""
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        return ""
    if (np.isnan(a) & ~np.isnan(b)).any():
        return "Where nan is expected, yours has a number: nan did not stay nan."
    wrong = ~np.isfinite(b) & np.isfinite(a)
    if (wrong & np.isnan(b)).any():
        return "nan comes from 0 / 0, inf - inf, 0 * inf, or a root or log of a negative number."
    return "inf comes from 1 / 0, log(0), or exp of a large number." if wrong.any() else ""


def _numbers(a, b, like):
    """What b is to a as a whole: a multiple, a sum, a power, another order."""
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return ""
    with np.errstate(all="ignore"):

        def is_(c):
            return bool(np.isfinite(c).all()) and bool(
                near(c.astype(like.dtype), b.astype(like.dtype)).all()
            )

        if not b.any():
            return "It is all zeros." if b.size > 1 else "It is 0."
        if b.size > 1 and (b == b.flat[0]).all():
            return f"All its numbers are {b.flat[0]:.3g}."
        if is_(-a):
            return "It is the expected with the other sign."
        if a.ndim == 2 and a.shape[0] == a.shape[1] and is_(a.T):
            return "It is the transpose of the expected."
        if (abs(a) > 1e-3).all() and not np.allclose(abs(a), 1):
            for power, words in ((2, "the square of"), (0.5, "the root of"), (-1, "1 over")):
                if is_(a**power):
                    return f"It is {words} the expected."
        return _ratio(a, b, is_) or _order(a, b, is_) or _along(a, b, is_)


def _ratio(a, b, is_):
    if a.any():
        ratio = float(np.median(b[a != 0] / a[a != 0]))
        if math.isfinite(ratio) and abs(ratio - 1) > 1e-3 and is_(a * ratio):
            return f"It is {ratio:.3g} times the expected."
    gap = float(np.median(b - a))
    if a.size > 1 and gap and is_(a + gap):
        return f"Each number is {abs(gap):.3g} {'more' if gap > 0 else 'less'} than expected."
    if 0 < abs(b - a).max() < 0.02 * abs(a).max():
        return "It is close: off by less than 2 in 100. What is added, or rounded, on the way?"
    return ""


def _order(a, b, is_):
    if a.size < 2:
        return ""
    for dim in range(a.ndim):
        if a.shape[dim] > 1 and is_(np.flip(a, dim)):
            where = f" along dim {dim}" if a.ndim > 1 else ""
            return f"The numbers are right, in reverse order{where}."
    if near(np.sort(a, None), np.sort(b, None)).all():
        return "The numbers are right, but in other places."
    if is_(abs(a)) or near(abs(a), abs(b)).all():
        return "Only signs differ."
    return ""


def _along(a, b, is_):
    """On rows or columns that are each a multiple of the expected, or off by one number."""
    if a.ndim != 2 or min(a.shape) < 2:
        return ""
    for dim, each in ((1, "row"), (0, "column")):
        if is_(a * np.median(b / a, axis=dim, keepdims=True)):
            return f"Each {each} is the expected one, times a number of its own."
        if is_(a + np.median(b - a, axis=dim, keepdims=True)):
            return f"Each {each} is the expected one, and a number of its own more or less."
    return ""


def _where(a, b):
    """On numbers that differ in one place, row or column, on the diagonal, or off it."""
    bad = ~near(a, b)
    if bad.all() or a.ndim == 0 or a.size < 4:
        return ""
    if a.ndim == 2 and a.shape[0] == a.shape[1] and len(a) > 1:
        on = np.eye(len(a), dtype=bool)
        if not bad[~on].any():
            return "Only the diagonal differs."
        if bad[~on].all() and not bad[on].any():
            return "The diagonal is right, and nothing else."
    for dim, n in enumerate(a.shape):
        (found,) = np.nonzero(bad.any(axis=tuple(d for d in range(a.ndim) if d != dim)))
        if n > 2 and len(found) == 1:
            at = {0: "the first", n - 1: "the last"}.get(found[0], f"number {found[0]}")
            return f"All that differs is {at} along dim {dim}."
    for where, words in ((a < 0, "negative"), (a == 0, "0")):
        if bad.any() and not bad[~where].any():
            return f"It differs where the expected is {words}, and only there."
    return ""
