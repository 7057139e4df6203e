"""What every device has: a library that computes, two bridges to the host, and a count of both."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeAlias

import numpy as np

Array: TypeAlias = Any  # the device's own: NumPy's, CuPy's or the simulator's
Host: TypeAlias = np.ndarray[Any, Any]  # NumPy's, whatever the device

COUNTERS = ("h2d", "d2h", "h2d_bytes", "d2h_bytes", "implicit", "kernels", "used", "peak")
LEVELS = ("allow", "log", "disallow", "disallow_explicit")
WAYS = {"h2d": "host-to-device", "d2h": "device-to-host"}

known: dict[str, Device] = {}  # "cuda" and "cuda:0" -> the device
guard_level = contextvars.ContextVar("transfer_guard", default="allow")  # of each thread
checking = contextvars.ContextVar("check_indices", default=False)


class Device:
    """A place where tensors live: `device("cpu")`, `device("cuda:0")`, `device("sim")`.

    There is one object per device, so `is` compares them. A subclass says what computes there and
    how numbers get there and back; `devices/__init__.py` makes its one object and names it. Raises
    RuntimeError for a name that no device has.

    >>> torch.device("sim") is torch.device("sim:0")
    True
    """

    type: str
    index: int | None = None
    xp: Any  # the array library that computes on this device
    stats: Stats
    count: Callable[..., None]

    def __new__(cls, type: Device | str = "", index: int | str | None = None) -> Device:
        if cls is not Device:  # CPU() makes a device, device("cpu") looks it up
            return object.__new__(cls)
        if isinstance(type, Device):
            return type
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        text = type if index is None else f"{type}:{index}"
        return known[text] if text in known else refuse(text)

    def register(self) -> None:
        """Be the device that is found by the name of this type, counted from here."""
        self.stats, self.count = meter(self.held)
        known[self.type] = known[f"{self.type}:0"] = self

    def upload(self, array: Host, implicit: str = "") -> Array:
        """A copy of a NumPy array on this device; `implicit` names what made it unasked."""
        self.crossing("h2d", array, implicit)
        return self.put(array)

    def download(self, array: Array, implicit: str = "") -> Host:
        """A copy of this device's array as a NumPy array, when all that it waits for is done."""
        self.crossing("d2h", array, implicit)
        return self.peek(array)

    def crossing(self, way: str, array: Array, implicit: str = "") -> None:
        """Count a copy between host and device, or refuse it if the guard says so."""
        guard(f"{WAYS[way]} transfer", self, array, implicit)
        self.count(**{way: 1, f"{way}_bytes": array.nbytes, "implicit": bool(implicit)})

    def put(self, array: Host) -> Array:
        """What `upload` does, not counted."""
        raise NotImplementedError

    def peek(self, array: Array) -> Host:
        """What `download` does, not counted: for those who only look on."""
        raise NotImplementedError

    def owns(self, array: object) -> bool:
        """Whether `array` is one of this device's arrays."""
        return self.is_available() and isinstance(array, self.xp.ndarray)

    def looks_at_indices(self) -> bool:
        """Whether labels and indices are compared with what they count: a wait, on a GPU."""
        return checking.get()

    def linear_algebra(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which a singular matrix raises."""
        return contextlib.nullcontext()

    def is_available(self) -> bool:
        """Whether this machine has the device."""
        return True

    def about(self) -> str:
        """What it is, in a few words."""
        return f"{self.xp.__name__} {self.xp.__version__}"

    def held(self) -> dict[str, int]:
        """What the device itself knows about its memory: {"used": bytes, "peak": bytes}."""
        return {}

    def synchronize(self) -> None:
        """Wait until everything that was launched on the device is done."""

    def empty_cache(self) -> None:
        """Give back memory that no array uses."""

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Device, (self.type,)


def refuse(text: str) -> NoReturn:
    """Say what is wrong with a name that no device has."""
    import difflib

    from . import names, parse

    try:
        type, index = parse(text)
    except RuntimeError as error:
        near = difflib.get_close_matches(text.partition(":")[0], names, 1)
        if isinstance(error, NotImplementedError) or not near or near[0] in text:
            raise
        raise RuntimeError(f"{error}\n  Did you mean {near[0]!r}?") from None
    raise RuntimeError(
        f"CUDA error: invalid device ordinal\n  {text!r}: there is one {type} device, '{type}:0'."
    )


class Stats:
    """What crossed to and from a device, what it ran and what it holds, since the last `reset()`.

    h2d, d2h: copies to and from the device; implicit: those that nobody asked for; kernels: what
    it ran; used, peak: bytes. `total()` is since the start, whatever was reset. Only the device
    adds to it.
    """

    __slots__ = ("total", "_restart", "_start")

    def __init__(self, total: Callable[[], dict[str, int]], restart: Callable[[], None]) -> None:
        for name, value in zip(self.__slots__, (total, restart, {}), strict=True):
            object.__setattr__(self, name, value)

    def reset(self) -> None:
        """Count from here, the peak too."""
        self._restart()
        self._start.update(self.total(), used=0, peak=0)

    def reset_peak(self) -> None:
        """Measure the peak from here."""
        self._restart()

    def __getattr__(self, name: str) -> Any:
        if name not in COUNTERS:
            raise AttributeError(f"Stats has no counter {name!r}: it has {', '.join(COUNTERS)}")
        return self.total()[name] - self._start.get(name, 0)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} is counted by the device and can't be set")

    def __repr__(self) -> str:
        return f"Stats({', '.join(f'{name}={getattr(self, name)}' for name in COUNTERS)})"


def meter(held: Callable[[], dict[str, int]]) -> tuple[Stats, Callable[..., None]]:
    """(stats, count): `stats` shows the sums of what `count(kernels=1, used=40)` was given."""
    sums = dict.fromkeys(COUNTERS, 0)

    def count(**amounts: int) -> None:
        for name, amount in amounts.items():
            if amount < 0 and name != "used":
                raise ValueError(f"{name} only grows")
            sums[name] += amount
        sums["peak"] = max(sums["peak"], sums["used"])

    def restart() -> None:
        sums["peak"] = sums["used"]

    return Stats(lambda: sums | held(), restart), count


@contextlib.contextmanager
def check_indices() -> Iterator[None]:
    """Compare labels and indices with the sizes that they count, within this block, on a GPU, too.

    There a label or an index that is out of range wraps around in silence: nobody looks, because a
    look waits for the GPU. Run an epoch in this block once. Elsewhere they are always refused.

    >>> import tinygrad_lessons as torch
    >>> logits, labels = torch.zeros(2, 3, device="sim"), torch.tensor([0, 3], device="sim")
    >>> with check_indices():
    ...     torch.nn.functional.cross_entropy(logits, labels)
    Traceback (most recent call last):
        ...
    IndexError: Target 3 is out of bounds.
      There are 3 classes.
    """
    before = checking.set(True)
    try:
        yield
    finally:
        checking.reset(before)


@contextlib.contextmanager
def transfer_guard(level: str) -> Iterator[None]:
    """Say which copies between host and device may happen within this block, in this thread.

    "allow" all; "log" or "disallow" those that nobody asked for (print, float(), a NumPy index);
    "disallow_explicit" refuses those that were asked for too (.to(), .cpu()).

    >>> import tinygrad_lessons as torch
    >>> with transfer_guard("disallow"):
    ...     total = float(torch.ones(3, device="sim").sum())
    Traceback (most recent call last):
        ...
    RuntimeError: Disallowed device-to-host transfer: shape=(), dtype=float32, device=sim
      .item() made it. Keep the numbers on the device, or move them by .to().
    """
    if level not in LEVELS:
        raise ValueError(f"transfer_guard() level must be one of {', '.join(LEVELS)}: {level!r}")
    outer = guard_level.get()
    guard_level.set(level)
    try:
        yield
    finally:
        guard_level.set(outer)


def guard(transfer: str, device: Device, array: Array, implicit: str) -> None:
    """Let a copy of `array` pass, log or refuse it."""
    level = guard_level.get()
    if level == "allow" or not (implicit or level == "disallow_explicit"):
        return
    text = f"{transfer}: shape={tuple(array.shape)}, dtype={array.dtype}, device={device}"
    if implicit:
        text += f"\n  {implicit} made it. Keep the numbers on the device, or move them by .to()."
    if level != "log":
        raise RuntimeError(f"Disallowed {text}")
    import logging

    logging.getLogger(__package__).warning(text)
