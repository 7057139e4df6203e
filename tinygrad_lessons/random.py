"""Random numbers, drawn on the device that they are for, from one stream for each device."""

from . import devices, dtypes
from .shapes import flat
from .tensor import Tensor


class Generator:
    """A stream of random numbers on one device. `Generator().manual_seed(0)`"""

    def __init__(self, device="cpu"):
        self.device = devices.device(device)
        self.manual_seed(None)

    def manual_seed(self, seed):
        """Start the stream again from `seed`, a whole number; None draws one."""
        self._seed = whole(seed)
        self.numbers = self.device.xp.random.default_rng(self._seed)
        return self

    def initial_seed(self):
        return self._seed


def whole(seed):
    """A seed as the generators take it: -1 is the largest of 64 bits, as in PyTorch."""
    return None if seed is None else int(seed) % 2**64


_streams = {}  # device -> its Generator
_seed = None


def manual_seed(seed):
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


def default_generator(device):
    """The stream that is used where no other is given."""
    device = devices.device(device)
    if device not in _streams:
        _streams[device] = Generator(device).manual_seed(_seed)
    return _streams[device]


def generator(device):
    """The device's own random number generator: NumPy's or CuPy's."""
    return default_generator(device).numbers


def rand(*size, dtype=None, device=None, requires_grad=False, generator=None):
    """Uniform in [0, 1)."""
    return _drawn("random", size, dtype, device, requires_grad, generator)


def randn(*size, dtype=None, device=None, requires_grad=False, generator=None):
    """Normal with mean 0 and variance 1."""
    return _drawn("standard_normal", size, dtype, device, requires_grad, generator)


def _drawn(kind, size, dtype, device, requires_grad, generator):
    dtype = dtypes.resolve(dtype, dtypes.float32.np)
    if dtype.kind != "f":
        raise RuntimeError(
            f"random numbers with a point don't fit dtype {dtype}\n  Ask for a floating dtype."
        )
    device, numbers = _source(device, generator)
    exact = dtypes.float32.np if dtype.itemsize < 4 else dtype
    array = getattr(numbers, kind)(flat(size), dtype=exact)
    return Tensor(device.xp.asarray(array, dtype=dtype), device, requires_grad)


def _source(device, generator):
    if device is None:
        device = "cpu" if generator is None else generator.device
    generator = generator or default_generator(device)
    return devices.device(device), generator.numbers


def randint(low, high=None, size=None, *, dtype=None, device=None, generator=None):
    """Integers from low to high - 1. randint(10, (2,)), randint(5, 10, (2,))"""
    if size is None:
        low, high, size = 0, low, high
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    device, numbers = _source(device, generator)
    array = numbers.integers(low, high, size=tuple(size))
    return Tensor(device.xp.asarray(array, dtype=dtypes.resolve(dtype, dtypes.int64.np)), device)


def randperm(n, *, device=None, generator=None):
    """0 to n - 1 in random order."""
    device, numbers = _source(device, generator)
    return Tensor(numbers.random(n).argsort(), device)
