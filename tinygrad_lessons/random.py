"""Random numbers, drawn on the device that they are for, from one stream for each device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import devices, dtypes
from .shapes import flat
from .tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._types import DeviceLike, DTypeLike
    from .devices import Device


class Generator:
    """A stream of random numbers on one device. `Generator().manual_seed(0)`"""

    def __init__(self, device: DeviceLike = "cpu") -> None:
        self.device = devices.device(device)
        self.manual_seed(None)

    def manual_seed(self, seed: int | None) -> Generator:
        """Start the stream again from `seed`, a whole number; None draws one."""
        self._seed = whole(seed)
        self.numbers = self.device.xp.random.default_rng(self._seed)
        return self

    def initial_seed(self) -> int | None:
        """The seed that the stream was started from; None if none was given."""
        return self._seed


def whole(seed: int | None) -> int | None:
    """A seed as the generators take it: -1 is the largest of 64 bits, as in PyTorch."""
    return None if seed is None else int(seed) % 2**64


_streams: dict[Device, Generator] = {}
_seed: int | None = None


def manual_seed(seed: int | None) -> Generator:
    """Start the streams of all devices again from `seed`.

    >>> first = manual_seed(0) and rand(3)
    >>> second = manual_seed(0) and rand(3)
    >>> (first == second).all()
    tensor(True)
    """
    global _seed
    _seed = whole(seed)
    _streams.clear()
    return default_generator("cpu")


def default_generator(device: DeviceLike) -> Generator:
    """The stream that is used where no other is given."""
    device = devices.device(device)
    if device not in _streams:
        _streams[device] = Generator(device).manual_seed(_seed)
    return _streams[device]


def rand(
    *sizes: int | Sequence[int],
    size: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Uniform in [0, 1)."""
    return _drawn("random", flat(sizes, size), dtype, device, requires_grad, generator)


def randn(
    *sizes: int | Sequence[int],
    size: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Normal with mean 0 and variance 1."""
    return _drawn("standard_normal", flat(sizes, size), dtype, device, requires_grad, generator)


def _drawn(
    kind: str,
    size: tuple[int, ...],
    dtype: DTypeLike | None,
    device: DeviceLike | None,
    requires_grad: bool,
    generator: Generator | None,
) -> Tensor:
    kept = dtypes.resolve(dtype, dtypes.float32.np)
    if kept.kind != "f":
        raise RuntimeError(
            f"random numbers with a point don't fit dtype {kept}\n  Ask for a floating dtype."
        )
    place, numbers = _source(device, generator)
    exact = dtypes.float32.np if kept.itemsize < 4 else kept
    array = getattr(numbers, kind)(size, dtype=exact)
    return Tensor(place.xp.asarray(array, dtype=kept), place, requires_grad)


def _source(device: DeviceLike | None, generator: Generator | None) -> tuple[Device, Any]:
    if device is None:
        device = "cpu" if generator is None else generator.device
    generator = generator or default_generator(device)
    return devices.device(device), generator.numbers


def randint(
    low: int,
    high: Any = None,
    size: Sequence[int] | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Integers from low, or 0, to high - 1. randint(10, (2,)), randint(5, 10, (2,))"""
    if size is None or high is None:
        low, high, size = 0, low, high if size is None else size
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    place, numbers = _source(device, generator)
    array = numbers.integers(low, high, size=flat([size]))
    return Tensor(place.xp.asarray(array, dtype=dtypes.resolve(dtype, dtypes.int64.np)), place)


def randperm(
    n: int, *, device: DeviceLike | None = None, generator: Generator | None = None
) -> Tensor:
    """0 to n - 1 in random order."""
    place, numbers = _source(device, generator)
    return Tensor(numbers.random(n).argsort(), place)


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Indices drawn with the weights `input` in a row. (n,) -> (k,), (m, n) -> (m, k)

    Without replacement no index comes twice. Weights need not sum to 1.
    """
    if input.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    weights, n = input.detach().double(), input.shape[-1]
    if input.device.type == "cpu" and not bool(((weights >= 0) & weights.isfinite()).all()):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    options: Any = {"dtype": dtypes.float64, "device": input.device, "generator": generator}
    if replacement:
        edges = weights.cumsum(-1) / weights.sum(-1, keepdim=True)
        drawn = rand(*input.shape[:-1], num_samples, **options)
        return (drawn.unsqueeze(-1) >= edges.unsqueeze(-2)).sum(-1)
    if num_samples > n:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    waiting = -rand(*input.shape, **options).log() / weights  # who is the first of so many clocks
    return waiting.topk(num_samples, largest=False)[1]
