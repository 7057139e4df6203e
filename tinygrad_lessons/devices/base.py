"""What every device has: a library that computes, two bridges to the host, and a count of both."""

import contextlib
import difflib
import logging
import threading

import numpy as np

COUNTERS = ("h2d", "d2h", "h2d_bytes", "d2h_bytes", "implicit", "kernels", "used", "peak")
LEVELS = ("allow", "log", "disallow", "disallow_explicit")
WAYS = {"h2d": "host-to-device", "d2h": "device-to-host"}

log = logging.getLogger(__name__)
_thread = threading.local()
_known = {}  # "cuda:0" -> its device


class Device:
    """A place where tensors live: `device("cpu")`, `device("cuda:0")`, `device("sim")`.

    There is one object per device, so `is` compares them. A subclass is a device: it has a file
    of its type's name and says what `xp`, the array library that computes there, is.
    """

    type = None
    index = None

    def __new__(cls, type, index=None):
        if isinstance(type, Device):
            return type
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        text = type if index is None else f"{type}:{index}"
        return _known[text] if text in _known else refuse(text)

    def __init_subclass__(cls):
        self = object.__new__(cls)
        self.stats, self.count = meter()
        _known[cls.type] = _known[f"{cls.type}:0"] = self

    @property
    def xp(self):
        """The array library that computes on this device. Raises where the device is missing."""
        raise NotImplementedError

    def upload(self, array, implicit=""):
        """A copy of a NumPy array on this device; `implicit` names what asked for it unasked."""
        self.crossing("h2d", array, implicit)
        return self.put(array)

    def download(self, array, implicit=""):
        """A copy of this device's array as a NumPy array, when all that it waits for is done."""
        self.crossing("d2h", array, implicit)
        return self.peek(array)

    def crossing(self, way, array, implicit=""):
        """Count a copy between host and device, or refuse it if the guard says so."""
        level = guard_level()
        if level != "allow":
            guard(level, f"{WAYS[way]} transfer", self, array, implicit)
        self.count(**{way: 1, way + "_bytes": array.nbytes, "implicit": bool(implicit)})

    def put(self, array):
        """What `upload` does, not counted."""
        raise NotImplementedError

    def peek(self, array):
        """What `download` does, not counted: for those who look on."""
        raise NotImplementedError

    def owns(self, array):
        """Whether `array` is one of this device's arrays."""
        return isinstance(array, self.xp.ndarray)

    def is_available(self):
        """Whether this machine has the device."""
        return True

    def synchronize(self):
        """Wait until everything that was launched on the device is done."""

    def __repr__(self):
        return f"device(type={self.type!r})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self):
        return Device, (self.type,)


def refuse(text):
    """Say what is wrong with a device's name that no device has."""
    from . import names, parse

    try:
        type, index = parse(text)
    except RuntimeError as error:
        near = difflib.get_close_matches(text.partition(":")[0], names, 1)
        raise RuntimeError(f"{error}" + (f"\n  Did you mean {near[0]!r}?" if near else "")) from None
    raise RuntimeError(f"{text}: invalid device ordinal\n  There is one {type} device: '{type}:0'.")


class Stats:
    """What crossed to and from a device, what it ran and what it holds, since the last `reset()`.

    `total()` is since the start, whatever was reset. Only the device itself can add to it.
    """

    __slots__ = ("total", "_restart", "_start")

    def __init__(self, total, restart):
        for name, value in zip(self.__slots__, (total, restart, {}), strict=True):
            object.__setattr__(self, name, value)

    def reset(self):
        """Count from here."""
        self._restart()
        self._start.update(self.total(), used=0, peak=0)

    def __getattr__(self, name):
        if name not in COUNTERS:
            raise AttributeError(f"Stats has no counter {name!r}: it has {', '.join(COUNTERS)}")
        return self.total()[name] - self._start.get(name, 0)

    def __setattr__(self, name, value):
        raise AttributeError(f"{name} is counted by the device and can't be set")

    def __repr__(self):
        return f"Stats({', '.join(f'{name}={getattr(self, name)}' for name in COUNTERS)})"


def meter():
    """(stats, count): `stats` shows the sums of what `count(kernels=1, used=40)` was given."""
    sums = dict.fromkeys(COUNTERS, 0)

    def count(**amounts):
        for name, amount in amounts.items():
            sums[name] += amount
        sums["peak"] = max(sums["peak"], sums["used"])

    def restart():
        sums["peak"] = sums["used"]

    return Stats(sums.copy, restart), count


@contextlib.contextmanager
def transfer_guard(level):
    """Say what copies between host and device do within this block and this thread.

    "allow"; "log" or "disallow" the implicit ones (print, float(), a NumPy index); or
    "disallow_explicit", which refuses those that were asked for too (.to(), .cpu()).
    """
    if level not in LEVELS:
        raise ValueError(f"transfer_guard level must be one of {', '.join(LEVELS)}: {level!r}")
    outer, _thread.level = guard_level(), level
    try:
        yield
    finally:
        _thread.level = outer


def guard_level():
    """The level of the innermost `transfer_guard` of this thread."""
    return getattr(_thread, "level", "allow")


def guard(level, transfer, device, array, implicit):
    """Log or refuse a copy of `array`."""
    if not implicit and level != "disallow_explicit":
        return
    what = f"shape={tuple(array.shape)}, dtype={array.dtype}, device={device}"
    text = f"{transfer}: {what}" + (f"\n  It was asked for by {implicit}." if implicit else "")
    if level == "log":
        log.warning(text)
    else:
        raise RuntimeError(f"Disallowed {text}")


def difference(before, after):
    """What `after` counts more than `before`, both from `stats.total()`."""
    return {name: after[name] - before[name] for name in COUNTERS[:-2]}


def host(array):
    """A NumPy array of numbers, 0-d for a number."""
    return np.asarray(array)
