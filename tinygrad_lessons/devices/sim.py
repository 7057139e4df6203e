"""The simulated accelerator: NumPy's arithmetic behind CuPy's interface, always there.

Its arrays are not NumPy's, and host code can't reach their buffers. Numbers cross by doors that are
counted, and where CuPy 14 raises, this raises the same type with the same text. One call counts as
one launch; a view is no launch. It differs from CuPy where CuPy answers in silence: an array of
indices out of range (CuPy wraps around), a NumPy array given to `xp.sum` or `xp.einsum`, and floats
in a list raise here.
"""

import functools
import sys
import types
import weakref

import numpy as np

from .base import Device

SCALARS = (bool, int, float, complex, np.generic)


class ndarray:
    """An array on the simulated accelerator. Make one by `xp.zeros(3)` or `xp.asarray(host)`."""

    __slots__ = ("_buffer", "__weakref__")
    __array_priority__ = 100
    __hash__ = None

    def __new__(cls, shape, dtype=float, order="C"):
        return wrap(np.empty(shape, dtype, order))

    # The doors to the host.

    def get(self, *, implicit=""):
        """A copy on the host, as a NumPy array."""
        return SIM.download(self, implicit)

    def item(self):
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self.get(implicit=".item()").item()

    def tolist(self):
        return self.get(implicit=".tolist()").tolist()

    def __bool__(self):
        if self.size > 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                "Use a.any() or a.all()"
            )
        return bool(self.get(implicit="bool()"))

    def __index__(self):
        return self.get(implicit="index()").__index__()

    def __format__(self, spec):
        return format(self.get(implicit="format()"), spec)

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly."
        )

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return array, (self.get(implicit="pickle"),)

    # What NumPy's own functions ask of an array that is not NumPy's.

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        known = getattr(xp, ufunc.__name__, None)
        operands = (*inputs, *out)
        if known is None or not all(isinstance(x, (ndarray, np.ndarray, *SCALARS)) for x in operands):
            return NotImplemented
        if out:
            options["out"] = out[0]
        return (known if method == "__call__" else getattr(known, method))(*inputs, **options)

    def __array_function__(self, function, kinds, inputs, options):
        space = xp
        for part in function.__module__.split(".")[1:]:
            space = getattr(space, part, None)
        known = getattr(space, function.__name__, None)
        if known is None or not all(issubclass(kind, (ndarray, np.ndarray)) for kind in kinds):
            return NotImplemented
        return known(*inputs, **options)

    # What a sequence has.

    def __len__(self):
        if not self.ndim:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, key):
        return launch(np.ndarray.__getitem__, self, on_device(key))

    def __setitem__(self, key, value):
        key = on_device(key)
        if isinstance(value, np.ndarray):
            value = fill_value(key, value)
        launch(np.ndarray.__setitem__, self, key, value)


buffer, set_buffer = ndarray._buffer.__get__, ndarray._buffer.__set__
del ndarray._buffer  # from here on no attribute leads to the numbers


def on_device(key):
    """An index with its lists and NumPy arrays uploaded, as CuPy does unasked."""
    if type(key) is tuple:
        return tuple(map(on_device, key))
    if isinstance(key, (list, np.ndarray)):
        host = np.asarray(key) if len(key) else np.asarray(key, int)
        return SIM.upload(host, "a NumPy array or a list as an index")
    return key


def fill_value(key, value):
    """What a NumPy array is when it is assigned: a number, or rows for an index of arrays."""
    if any(type(k) is ndarray for k in (key if type(key) is tuple else (key,))):
        return SIM.upload(value, "a NumPy array assigned to an index")
    if value.ndim:
        raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
    return value.item()


def unwrap(x):
    """The NumPy array behind a device array, also in lists and tuples. Refuses arrays of the host."""
    kind = type(x)
    if kind is ndarray:
        return buffer(x)
    if kind is tuple or kind is list:
        return kind(map(unwrap, x))
    if isinstance(x, np.ndarray):
        raise TypeError(f"Unsupported type {kind}")
    return x


def wrap(x):
    """Results as arrays of the device: 0-d ones too, also in lists and tuples."""
    if isinstance(x, np.ndarray):
        out = object.__new__(ndarray)
        set_buffer(out, x)
        allocate(owner(x))
        return out
    if isinstance(x, (np.generic, bool)):
        return wrap(np.asarray(x))
    if isinstance(x, (tuple, list)):
        return tuple(map(wrap, x)) if type(x) is not list else list(map(wrap, x))
    return x


def launch(function, *inputs, **options):
    """Run NumPy's `function` on the device, and count it unless it gives a view."""
    out = options.get("out")
    if out is not None and type(out) is not ndarray:
        raise TypeError("Output arguments type must be cupy.ndarray")
    result = function(*map(unwrap, inputs), **{k: unwrap(v) for k, v in options.items()})
    if not is_view(result):
        SIM.count(kernels=1)
    return wrap(result) if out is None else out


# Memory: each buffer is counted once, however many views it has.

_alive = {}  # id of a buffer -> a weak reference that counts it off


def owner(x):
    """The array that owns the memory of `x`."""
    base = x.base
    while base is not None:
        if isinstance(base, np.ndarray):
            x = base
        base = getattr(base, "base", None)
    return x


def is_view(x):
    return isinstance(x, np.ndarray) and id(owner(x)) in _alive


def allocate(x):
    """Count the bytes of buffer `x` until it is freed."""
    if id(x) not in _alive:
        SIM.count(used=x.nbytes)
        _alive[id(x)] = weakref.ref(x, functools.partial(free, id(x), x.nbytes))


def free(id, nbytes, _):
    del _alive[id]
    SIM.count(used=-nbytes)


# Creation.


def array(obj, dtype=None, copy=True, order="K", ndmin=0):
    """An array on the device; from the host by one transfer that was asked for."""
    if type(obj) is ndarray:
        return launch(np.array, obj, dtype=dtype, copy=copy, order=order, ndmin=ndmin)
    if isinstance(obj, (list, tuple)) and any(type(x) is ndarray for x in obj):
        return launch(np.array, obj, dtype=dtype, ndmin=ndmin)
    host = np.array(obj, dtype=dtype, copy=None, order=order, ndmin=ndmin)
    if host.dtype.kind not in "biufc":
        raise ValueError(f"Unsupported dtype {host.dtype}")
    return SIM.upload(host)


def asarray(obj, dtype=None, order=None, *, copy=None):
    """An array on the device: `obj` itself if it is one already."""
    if type(obj) is ndarray and dtype in (None, obj.dtype) and not copy and order is None:
        return obj
    return array(obj, dtype, copy, order or "K")


def ascontiguousarray(a, dtype=None):
    """`a` itself if its numbers lie in rows, else a copy that does."""
    return asarray(a, dtype, "C") if not a.flags.c_contiguous else asarray(a, dtype)


def asnumpy(a):
    """A copy of `a` on the host."""
    return a.get() if type(a) is ndarray else np.asarray(a)


def get_array_module(*arrays):
    """This library if one of the arrays is the device's, else NumPy."""
    return xp if any(type(a) is ndarray for a in arrays) else np


# The rest is NumPy's, name by name: operators, methods, functions.


class ufunc:
    """`xp.add` and the like. Takes device arrays and numbers, nothing else."""

    def __init__(self, numpy):
        self._numpy, self.__name__, self.__doc__ = numpy, numpy.__name__, numpy.__doc__

    def __call__(self, *inputs, out=None, dtype=None, casting="same_kind", **wrong):
        if wrong:
            raise TypeError(f"Wrong arguments {wrong}")
        for x in inputs:
            if not isinstance(x, (ndarray, *SCALARS)):
                raise TypeError(f"Unsupported type {type(x)}")
        options = {} if dtype is None else {"dtype": dtype}
        return launch(self._numpy, *inputs, out=out, casting=casting, **options)

    def at(self, a, index, *values):
        """In place on `a[index]`, repeated indices counted as often as they come."""
        if self.__name__ not in "add subtract maximum minimum bitwise_and bitwise_or".split():
            raise NotImplementedError(f"`cupy_{self.__name__}.at` is not supported yet")
        launch(self._numpy.at, a, on_device(index), *values)

    def outer(self, a, b, **options):
        return launch(self._numpy.outer, a, b, **options)

    def _along(self, way, *inputs, **options):
        if self.__name__ not in ("add", "multiply"):
            raise NotImplementedError(f"`cupy_{self.__name__}.{way}` is not supported yet")
        return launch(getattr(self._numpy, way), *inputs, **options)

    reduce = functools.partialmethod(_along, "reduce")
    accumulate = functools.partialmethod(_along, "accumulate")

    def __repr__(self):
        return f"<ufunc 'cupy_{self.__name__}'>"


class Generator:
    """`xp.random.default_rng(seed)`: draws on the device."""

    def __init__(self, seed=None):
        self._host = np.random.default_rng(seed)


def on(numpy, check=None):
    """NumPy's function `numpy` as a function of the device."""

    @functools.wraps(numpy)
    def function(*inputs, **options):
        if check:
            check(inputs, options)
        return launch(numpy, *inputs, **options)

    return function


def from_device(inputs, options):
    """Refuse a call that has no array of the device: it would compute on the host."""
    first = next(iter((*inputs, *options.values())), None)
    if not holds_array((*inputs, *options.values())):
        raise TypeError(f"Unsupported type {type(first)}")


def holds_array(x):
    if isinstance(x, (tuple, list)):
        return any(map(holds_array, x))
    return type(x) is ndarray


def operator(numpy, swapped=False):
    def method(self, other):
        rank = getattr(other, "__array_priority__", 0)
        if getattr(other, "__array_ufunc__", rank) is None:
            return NotImplemented
        return numpy(other, self) if swapped else numpy(self, other)

    return method


def in_place(numpy):
    def method(self, other):
        return numpy(self, other, out=self)

    return method


def door(name, convert):
    def method(self):
        return convert(self.get(implicit=name))

    return method


def named(method):
    def call(self, *inputs, **options):
        return launch(getattr(np.ndarray, method), self, *inputs, **options)

    call.__name__ = call.__qualname__ = method
    return call


def attribute(name):
    def read(self):
        value = getattr(buffer(self), name)
        return wrap(value) if isinstance(value, np.ndarray) else value

    return property(read)


OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power, "matmul": np.matmul,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
DOORS = {"float": float, "int": int, "complex": complex, "repr": repr, "str": str}
METHODS = """all any argmax argmin argpartition argsort astype choose clip compress conj copy
cumprod cumsum diagonal dot fill flatten max mean min nonzero partition prod put ravel repeat
reshape round searchsorted sort squeeze std sum swapaxes take trace transpose var view"""
ATTRIBUTES = "T mT dtype flags imag itemsize nbytes ndim real shape size strides"
UFUNCS = [n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)]
CREATION = """arange empty eye full identity linspace logspace ones tri tril_indices triu_indices
zeros"""
FUNCTIONS = """all allclose any append apply_along_axis argmax argmin argpartition argsort argwhere
array_equal array_split atleast_1d atleast_2d atleast_3d average bincount broadcast_arrays
broadcast_to choose clip column_stack compress concatenate convolve copy copyto corrcoef
count_nonzero cov cross cumprod cumsum diag diag_indices_from diagflat diagonal diff digitize dot
dsplit dstack einsum empty_like expand_dims extract fill_diagonal flatnonzero flip fliplr flipud
full_like gradient histogram hsplit hstack inner interp isclose isin kron lexsort matrix_transpose
max mean median meshgrid min amax amin moveaxis nan_to_num nanargmax nanargmin nanmax nanmean nanmin
nansum nonzero ones_like outer packbits pad partition percentile place polyval prod ptp put
put_along_axis putmask quantile ravel ravel_multi_index repeat reshape roll rollaxis rot90 round
searchsorted select sort split squeeze stack std sum swapaxes take take_along_axis tensordot tile
trace transpose trapezoid tril tril_indices_from triu triu_indices_from trim_zeros unique
unravel_index unwrap vander var vdot vsplit vstack where zeros_like"""
ON_HOST = "can_cast isscalar may_share_memory ndim promote_types result_type shape shares_memory size"
CONSTANTS = """bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
complex64 complex128 integer floating number dtype finfo iinfo issubdtype newaxis nan inf pi e"""
LINALG = """cholesky det eigh eigvalsh inv lstsq matrix_norm matrix_power matrix_rank norm pinv qr
slogdet solve svd tensorinv tensorsolve vector_norm"""
RANDOM = """beta binomial choice exponential gamma normal permutation poisson rand randint randn
random random_sample seed shuffle standard_normal uniform"""
GENERATOR = """beta binomial chisquare exponential gamma geometric integers poisson power random
standard_exponential standard_gamma standard_normal uniform"""


def answer(numpy):
    """A function that asks about arrays and answers on the host, without a launch."""
    return functools.wraps(numpy)(lambda *inputs: numpy(*map(unwrap, inputs)))


def namespace(name, numpy, names, make):
    """A module with NumPy's `names`, each made a function of the device."""
    module = types.ModuleType(f"{__name__}.{name}")
    vars(module).update({n: make(getattr(numpy, n)) for n in names.split() if hasattr(numpy, n)})
    return module


def library():
    """`xp`: what CuPy is to a GPU."""
    strict = functools.partial(on, check=from_device)
    xp = namespace("xp", np, FUNCTIONS, strict)
    for names, make in (
        (" ".join(UFUNCS), ufunc), (CREATION, on), (ON_HOST, answer), (CONSTANTS, lambda x: x),
    ):  # fmt: skip
        vars(xp).update(vars(namespace("", np, names, make)))
    xp.linalg = namespace("linalg", np.linalg, LINALG, strict)
    xp.random = namespace("random", np.random, RANDOM, on)
    xp.random.default_rng, xp.random.Generator = Generator, Generator
    xp.lib = types.ModuleType(f"{__name__}.lib")
    xp.lib.stride_tricks = namespace(
        "stride_tricks", np.lib.stride_tricks, "as_strided sliding_window_view", strict
    )
    for own in (array, asarray, ascontiguousarray, asnumpy, get_array_module, ndarray, ufunc):
        setattr(xp, own.__name__, own)
    xp.asanyarray = asarray
    return xp


def complete(ndarray):
    """Give the array its operators, methods and attributes."""
    for name, numpy in OPERATORS.items():
        setattr(ndarray, f"__{name}__", operator(numpy))
        setattr(ndarray, f"__r{name}__", operator(numpy, swapped=True))
        setattr(ndarray, f"__i{name}__", in_place(numpy))
    for name, numpy in COMPARISONS.items():
        setattr(ndarray, f"__{name}__", operator(numpy))
    for name, numpy in UNARY.items():
        setattr(ndarray, f"__{name}__", lambda self, numpy=numpy: numpy(self))
    for name, convert in DOORS.items():
        setattr(ndarray, f"__{name}__", door(f"{name}()", convert))
    for name in METHODS.split():
        setattr(ndarray, name, named(name))
    for name in ATTRIBUTES.split():
        setattr(ndarray, name, attribute(name))
    for name in GENERATOR.split():
        setattr(Generator, name, drawn(name))


def drawn(name):
    def method(self, *inputs, **options):
        return launch(getattr(self._host, name), *inputs, **options)

    return method


complete(ndarray)
xp = library()


class Sim(Device):
    type = "sim"
    xp = xp

    def put(self, array):
        return wrap(np.array(array))

    def peek(self, array):
        return buffer(array).copy()


SIM = Device("sim")
sys.modules[xp.__name__] = xp
