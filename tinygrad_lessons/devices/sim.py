"""The simulated accelerator: NumPy's arithmetic behind CuPy's interface, always there.

Its arrays are not NumPy's, and host code can't reach their numbers but by doors that are counted.
One call counts as one launch, a view as none; the waiting that a boolean index or `nonzero` costs
a GPU is not counted. Where CuPy 14 raises, this raises the same type with the same text. Where
CuPy answers in silence, this raises what NumPy raises: an index array out of range (CuPy wraps it
around), a singular matrix, an integer's negative power, a write to a broadcast array, and a NumPy
array given to `xp.sum`, `xp.einsum` and the like. Where CuPy computes otherwise than NumPy, so
does this: `//` and `%` of floating point numbers, the sum of a single number along an axis.
"""

import functools
import re
import types
import warnings
import weakref

import numpy as np

from .base import Device

SCALARS = (bool, int, float, complex, np.generic)
MISSING = object()


class ndarray:
    """An array on the simulated accelerator. `xp.zeros(3)` or `xp.asarray(host)` make one."""

    __slots__ = ("_numbers", "__weakref__")
    __array_priority__ = 100
    __hash__ = None

    def __new__(cls, shape, dtype=float, order="C"):
        return sim.xp.empty(shape, dtype, order)

    # Doors to the host.

    def get(self, *, implicit=""):
        """A copy on the host, as a NumPy array."""
        return sim.download(self, implicit)

    def item(self):
        """The only element, as a Python number on the host."""
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self.get(implicit=".item()").item()

    def tolist(self):
        """A nested list of Python numbers on the host."""
        return self.get(implicit=".tolist()").tolist()

    def __bool__(self):
        if self.size > 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                "Use a.any() or a.all()"
            )
        if self.size == 0:
            warnings.warn(EMPTY_IS_FALSE, DeprecationWarning, stacklevel=2)
            return False
        return bool(self.get(implicit="bool()"))

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

    def fill(self, value):
        if type(value) is ndarray and value.ndim:
            raise ValueError("non-scalar cupy.ndarray cannot be used for fill")
        self[...] = value

    # What NumPy's functions ask of an array that is not NumPy's: NEP 13 and NEP 18.

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        known = getattr(sim.xp, ufunc.__name__, None)
        operands = (ndarray, np.ndarray, *SCALARS)
        if known is None or not all(isinstance(x, operands) for x in (*inputs, *out)):
            return NotImplemented
        if ufunc in COMPARISONS.values():
            inputs = [x.item() if isinstance(x, np.ndarray) and not x.ndim else x for x in inputs]
        if out:
            options["out"] = out[0]
        return (known if method == "__call__" else getattr(known, method))(*inputs, **options)

    def __array_function__(self, function, kinds, inputs, options):
        space = sim.xp
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
        key = indices(key)
        picked = launch(np.ndarray.__getitem__, self, key)
        return picked.copy() if has_array(key) and shares(picked, self) else picked

    def __setitem__(self, key, value):
        key = indices(key)
        if isinstance(value, (np.ndarray, list, tuple)):
            value = assigned(value, has_array(key))
        launch(np.ndarray.__setitem__, self, key, value)


# The numbers are a NumPy array in a slot whose only handles are these two.
numbers, set_numbers = ndarray._numbers.__get__, ndarray._numbers.__set__
del ndarray._numbers

EMPTY_IS_FALSE = (
    "The truth value of an empty array is ambiguous. Returning False, but in future this will "
    "result in an error. Use `array.size > 0` to check that an array is not empty."
)


def indices(key):
    """An index as a tuple that ends in `...`, so that one number is a view too."""
    key = tuple(map(on_device, key if type(key) is tuple else (key,)))
    return key if any(k is Ellipsis for k in key) else (*key, Ellipsis)


def on_device(index):
    """A list or a NumPy array as an array of the device: CuPy uploads it unasked."""
    if type(index) is list and has_array(index):
        return array(index)
    if not isinstance(index, (list, np.ndarray)):
        return index
    host = np.asarray(index, int if type(index) is list and not index else None)
    return sim.upload(host, "A NumPy array or a list as an index")


def assigned(value, to_rows):
    """What a host's value becomes when it is assigned: rows for index arrays, else one number."""
    value = np.asarray(value)
    if to_rows:
        return sim.upload(value, "A NumPy array or a list assigned to an index")
    if value.ndim:
        raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
    return value.item()


def has_array(x):
    """Whether `x` is an array of the device or holds one."""
    return type(x) is ndarray or (isinstance(x, (tuple, list)) and any(map(has_array, x)))


def launch(function, *inputs, **options):
    """Run NumPy's `function` on the numbers; count a kernel unless it only gives a view."""
    out = options.get("out")
    if out is not None and type(out) is not ndarray:
        raise TypeError(f"Unsupported type {type(out)}")
    hosts = [unwrap(x) for x in inputs]
    try:
        with np.errstate(all="ignore"):
            result = function(*hosts, **{name: unwrap(x) for name, x in options.items()})
    except (IndexError, TypeError, ValueError) as error:
        raise in_cupys_words(error, [x for x in (*inputs, out) if x is not None]) from None
    if out is not None or not (function in FREE or is_view(result)):
        sim.count(kernels=1)
    return wrap(result) if out is None else out


def unwrap(x):
    """The numbers behind an array, also in lists and tuples. Refuses arrays of the host."""
    kind = type(x)
    if kind is ndarray:
        return numbers(x)
    if kind is tuple or kind is list:
        return kind(map(unwrap, x))
    if isinstance(x, np.ndarray):
        raise TypeError(f"Unsupported type {kind}")
    return x


def wrap(x):
    """NumPy's results as arrays of the device, single numbers as 0-d ones."""
    if isinstance(x, (tuple, list)):
        return (list if type(x) is list else tuple)(map(wrap, x))
    if isinstance(x, SCALARS):
        x = np.asarray(x)
    if not isinstance(x, np.ndarray):
        return x
    out = object.__new__(ndarray)
    set_numbers(out, x)
    allocate(owner(x))
    return out


# Memory: a buffer is counted once, however many views it has.

buffers = {}  # id of a NumPy array that owns its memory -> a weak reference that counts it off


def owner(x):
    """The NumPy array that owns the memory of `x`."""
    base = x
    while base is not None:
        x = base if isinstance(base, np.ndarray) else x
        base = getattr(base, "base", None)
    return x


def is_view(x):
    if isinstance(x, (tuple, list)):
        return all(map(is_view, x))
    return isinstance(x, np.ndarray) and id(owner(x)) in buffers


def shares(a, b):
    return owner(numbers(a)) is owner(numbers(b))


def allocate(x):
    """Count the bytes of `x` until it is freed."""
    if id(x) not in buffers:
        sim.count(used=x.nbytes)
        buffers[id(x)] = weakref.ref(x, functools.partial(free, id(x), x.nbytes))


def free(id, nbytes, _):
    del buffers[id]
    sim.count(used=-nbytes)


# CuPy's own functions.


def array(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, *, blocking=False):
    """An array on the device; from the host by one copy, which was asked for."""
    if has_array(obj):
        return launch(np.array, obj, dtype=dtype, copy=copy, order=order, ndmin=ndmin)
    return sim.upload(np.array(obj, dtype=dtype, copy=None, order=order, ndmin=ndmin))


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    """An array on the device: `a` itself if it is one already."""
    if type(a) is ndarray and not copy and order is None and dtype in (None, a.dtype):
        return a
    return array(a, dtype, copy, order or "K")


def ascontiguousarray(a, dtype=None):
    """`a` itself if its numbers lie row by row, else a copy where they do."""
    a = asarray(a, dtype)
    return a if a.flags.c_contiguous else array(a, order="C")


def asnumpy(a):
    """A copy of `a` on the host."""
    return a.get() if type(a) is ndarray else np.asarray(a)


def copyto(dst, src, casting="same_kind", where=True):
    """Copy `src` into the memory of `dst`."""
    if isinstance(src, np.ndarray):
        if src.size != 1:
            raise ValueError("non-scalar numpy.ndarray cannot be used for copyto")
        src = src.squeeze()[()]
    launch(np.copyto, dst, src, casting=casting, where=where)


def get_array_module(*arrays):
    """This library if one of the arrays is the device's, else NumPy."""
    return sim.xp if any(type(a) is ndarray for a in arrays) else np


class ufunc:
    """`xp.add` and the like: takes arrays of the device and numbers, nothing else."""

    SCATTERS = "add subtract maximum minimum bitwise_and bitwise_or bitwise_xor".split()

    def __init__(self, numpy):
        self.numpy, self.__name__, self.__doc__ = numpy, numpy.__name__, numpy.__doc__
        self.compute = OTHERWISE.get(numpy, numpy)

    def __call__(self, *inputs, out=None, dtype=None, casting="same_kind", **wrong):
        if wrong:
            raise TypeError(f"Wrong arguments {wrong}")
        for x in inputs:
            if not isinstance(x, (ndarray, *SCALARS)):
                raise TypeError(f"Unsupported type {type(x)}")
        if len(inputs) > self.numpy.nin:
            *inputs, out = inputs
        given = {"dtype": dtype, "out": out[0] if isinstance(out, tuple) else out}
        given = {name: x for name, x in given.items() if x is not None}
        return launch(self.compute, *inputs, casting=casting, **given)

    def at(self, a, index, b):
        """In place on `a[index]`; an index that comes twice counts twice."""
        if self.__name__ not in self.SCATTERS:
            raise NotImplementedError(f"`cupy_{self.__name__}.at` is not supported yet")
        launch(self.numpy.at, a, indices(index), b)

    def outer(self, a, b, **options):
        return launch(self.numpy.outer, a, b, **options)

    def reduce(self, a, axis=0, **options):
        return self._along("reduce", a, axis, options)

    def accumulate(self, a, axis=0, **options):
        return self._along("accumulate", a, axis, options)

    def _along(self, way, a, axis, options):
        if self.__name__ not in ("add", "multiply"):
            raise NotImplementedError(f"`cupy_{self.__name__}.{way}` is not supported yet")
        refuse_axis(a, axis)
        return launch(getattr(self.numpy, way), a, axis=axis, **options)

    def __repr__(self):
        return f"<ufunc 'cupy_{self.__name__}'>"


# What CuPy computes otherwise than NumPy: cupy/_core/include/cupy/carray.cuh of CuPy 14.


def floor_divide(x, y, out=None, **options):
    """floor(x / y) of floating point numbers, whatever the division rounds to: 1 // 0.1 is 10."""
    if np.result_type(x, y).kind != "f":
        return np.floor_divide(x, y, out=out, **options)
    return np.floor(np.divide(x, y, **options), out=out)


def remainder(x, y, out=None, **options):
    """x - floor(x / y) y of floating point numbers: 5 % inf is nan."""
    if np.result_type(x, y).kind != "f":
        return np.remainder(x, y, out=out, **options)
    return np.subtract(x, floor_divide(x, y, **options) * y, out=out)


def divmod_(x, y, **options):
    return floor_divide(x, y, **options), remainder(x, y, **options)


OTHERWISE = {np.floor_divide: floor_divide, np.remainder: remainder, np.divmod: divmod_}


def refuse_axis(a, axis):
    """Raise where a single number is reduced along an axis: NumPy takes 0 for one, CuPy doesn't."""
    if type(a) is ndarray and not a.ndim and axis is not None and axis != ():
        raise np.exceptions.AxisError(axis[0] if type(axis) is tuple else axis, 0)


def refuse_sort(a, kind, in_place):
    """Raise for what CuPy does not sort."""
    if kind not in (None, "stable"):
        raise ValueError("kind can only be None or 'stable'")
    if in_place and not a.ndim:
        raise np.exceptions.AxisError("Sorting arrays with the rank of zero is not supported")
    if in_place == "here" and not a.flags.c_contiguous:
        raise NotImplementedError("Sorting non-contiguous array is not supported.")


class Generator:
    """`xp.random.default_rng(seed)`: draws on the device."""

    def __init__(self, seed=None):
        self._host = np.random.default_rng(seed)


# CuPy's words, from cupy/_core of CuPy 14, for what NumPy says in others.


def in_cupys_words(error, inputs):
    """NumPy's error as CuPy raises it."""
    text = str(error)
    if re.match(r"Cannot cast ufunc '\w+' output", text):
        return TypeError(
            f"Cannot cast output operand from {error.from_!r} to {error.to!r} "
            f"according to the rule {error.casting!r}"
        )
    shapes = [x.shape for x in inputs if type(x) is ndarray]
    for pattern, words in CUPYS_WORDS.items():
        if re.match(pattern, text):
            words = words(inputs, shapes) if callable(words) else re.sub(pattern, words, text)
            return type(error)(words)
    return error


def unbroadcastable(inputs, shapes):
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        shapes = " ".join(str(x.shape if type(x) is ndarray else ()) for x in inputs)
        return f"operands could not be broadcast together with shapes {shapes}"
    return "Out shape is mismatched"


def misaligned(inputs, shapes):
    if () in shapes or len(shapes) < 2:
        return "Scalar operands are not allowed, use '*' instead"
    if max(map(len, shapes)) <= 2:
        return "Axis dimension mismatch"
    left, right = (",".join(map(str, shape)) for shape in shapes[:2])
    return f"shapes ({left}) and ({right}) not aligned"


CUPYS_WORDS = {
    "operands could not be broadcast together": unbroadcastable,
    "non-broadcastable output operand": unbroadcastable,
    "matmul: Input operand": misaligned,
    "index (?=.* is out of bounds)": "Index ",
    "numpy boolean subtract, the `-` operator, is not supported": (
        "cupy boolean subtract, the `-` operator, is deprecated"
    ),
    "The numpy boolean negative": "The cupy boolean negative",
    "zero-size array to reduction operation (max|min)imum": (
        r"zero-size array to reduction operation cupy_\1"
    ),
    "attempt to get (arg...) of an empty sequence": (
        r"zero-size array to reduction operation cupy_\1 which has no identity"
    ),
}

# The rest is NumPy's, name by name: operators, methods, functions.

OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power, "and": np.bitwise_and,
    "or": np.bitwise_or, "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
NOT_IN_PLACE = {"matmul": np.matmul, "divmod": np.divmod}
COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
DOORS = {"float": float, "int": int, "complex": complex, "repr": repr, "str": str}
METHODS = """all any argmax argmin argpartition argsort astype choose clip compress conj conjugate
copy cumprod cumsum diagonal dot flatten max mean min nonzero partition prod put ravel repeat
reshape round searchsorted sort squeeze std sum swapaxes take trace transpose var view"""
ALONG_AN_AXIS = "all any argmax argmin cumprod cumsum max mean min prod ptp std sum var amax amin"
ATTRIBUTES = "T mT dtype flags imag itemsize nbytes ndim real shape size strides"
UFUNCS = " ".join(
    name for name, f in vars(np).items()
    if isinstance(f, np.ufunc) and name not in ("isnat", "matvec", "spacing", "vecdot", "vecmat")
)  # fmt: skip
CREATION = """arange diag_indices empty eye full identity indices linspace logspace ones
tri tril_indices triu_indices zeros"""
FREE = (np.empty, np.empty_like)  # they launch nothing
FUNCTIONS = """all allclose amax amin any append apply_along_axis argmax argmin argpartition argsort
argwhere array_equal array_split atleast_1d atleast_2d atleast_3d average bincount broadcast_arrays
broadcast_to choose clip column_stack compress concatenate convolve copy corrcoef count_nonzero cov
cross cumprod cumsum diag diagflat diagonal diff digitize dot dsplit dstack einsum empty_like
expand_dims extract fill_diagonal flatnonzero flip fliplr flipud full_like gradient histogram hsplit
hstack inner interp isclose isin ix_ kron lexsort matrix_transpose max mean median meshgrid min
moveaxis nan_to_num nanargmax nanargmin nanmax nanmean nanmin nansum nonzero ones_like outer pad
partition percentile place prod ptp put put_along_axis putmask quantile ravel ravel_multi_index
repeat reshape roll rollaxis rot90 round searchsorted select sort split squeeze stack std sum
swapaxes take take_along_axis tensordot tile trace transpose trapezoid tril triu unique
unravel_index vander var vdot vsplit vstack where zeros_like"""
ANSWERS = """can_cast isscalar may_share_memory ndim promote_types result_type shape shares_memory
size"""
CONSTANTS = """bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
complex64 complex128 integer floating number dtype finfo iinfo issubdtype newaxis nan inf pi e"""
LINALG = """cholesky cond det eigh eigvalsh inv lstsq matrix_power matrix_rank norm pinv qr slogdet
solve svd tensorinv tensorsolve"""
RANDOM = """beta binomial choice exponential gamma normal permutation poisson rand randint randn
random random_sample seed shuffle standard_normal uniform"""
GENERATOR = """beta binomial chisquare exponential gamma geometric integers poisson power random
standard_exponential standard_gamma standard_normal uniform"""


def function(numpy):
    """NumPy's function on the device. It computes there only: one argument must be from there."""
    name = numpy.__name__

    def call(*inputs, **options):
        if not has_array((*inputs, *options.values())):
            host = next((x for x in inputs if isinstance(x, (np.ndarray, list))), *inputs[:1])
            raise TypeError(f"Unsupported type {type(host)}")
        return launch(numpy, *checked(name, *inputs, **options), **options)

    return functools.wraps(numpy)(call)


def creation(numpy):
    """A function that makes an array on the device out of numbers."""

    def call(*sizes, **options):
        if numpy is np.linspace and (options["num"] if "num" in options else (*sizes, 0, 0)[2]) < 0:
            raise ValueError("linspace with num<0 is not supported")
        return launch(numpy, *sizes, **options)

    return functools.wraps(numpy)(call)


def answer(numpy):
    """A function that asks about arrays and is answered on the host, without a launch."""
    return functools.wraps(numpy)(lambda *inputs: numpy(*map(unwrap, inputs)))


def operator(numpy, swapped=False):
    def method(self, other):
        theirs = getattr(other, "__array_ufunc__", MISSING)
        if theirs is None or (theirs is MISSING and getattr(other, "__array_priority__", 0) > 100):
            return NotImplemented
        return numpy(other, self) if swapped else numpy(self, other)

    return method


def equality(numpy, foreign):
    """== and !=, which answer `foreign` for what no array can hold."""
    compare = operator(numpy)

    def method(self, other):
        if other is None or type(other).__eq__ is object.__eq__:
            return sim.xp.full(self.shape, foreign)
        return compare(self, other)

    return method


def in_place(numpy):
    return lambda self, other: numpy(self, other, out=self)


def unary(numpy):
    return lambda self: numpy(self)


def door(name, convert):
    return lambda self: convert(self.get(implicit=f"{name}()"))


def method(name):
    numpy = getattr(np.ndarray, name)

    def call(self, *inputs, **options):
        return launch(numpy, *checked(name, self, *inputs, here=True, **options), **options)

    return call


def checked(name, a=None, *inputs, here=False, **options):
    """The inputs of a function or method, if CuPy takes them."""
    if name in ALONG_AN_AXIS.split():
        refuse_axis(a, options["axis"] if "axis" in options else (*inputs, None)[0])
    if name in ("sort", "argsort"):
        kind = options["kind"] if "kind" in options else (*inputs, None, None)[1]
        refuse_sort(a, kind, name == "sort" and ("here" if here else "copied"))
        a = a.reshape(1) if not a.ndim else a
    return a, *inputs


def attribute(name):
    def read(self):
        value = getattr(numbers(self), name)
        return wrap(value) if isinstance(value, np.ndarray) else value

    return property(read)


def drawing(name):
    return lambda self, *inputs, **options: launch(getattr(self._host, name), *inputs, **options)


def complete_classes():
    for name, numpy in (OPERATORS | NOT_IN_PLACE).items():
        setattr(ndarray, f"__{name}__", operator(numpy))
        setattr(ndarray, f"__r{name}__", operator(numpy, swapped=True))
    for group, make in ((OPERATORS, in_place), (COMPARISONS, operator), (UNARY, unary)):
        for name, numpy in group.items():
            setattr(ndarray, f"__{'i' * (make is in_place)}{name}__", make(numpy))
    ndarray.__eq__, ndarray.__ne__ = equality(np.equal, False), equality(np.not_equal, True)
    for name, convert in DOORS.items():
        setattr(ndarray, f"__{name}__", door(name, convert))
    for names, make in ((METHODS, method), (ATTRIBUTES, attribute)):
        for name in names.split():
            setattr(ndarray, name, make(name))
    for name in GENERATOR.split():
        setattr(Generator, name, drawing(name))


def module(name, source, *groups):
    """A module with names of `source`: groups of (names, what makes each)."""
    made = types.ModuleType(name)
    for names, make in groups:
        for n in names.split():
            if hasattr(source, n):
                setattr(made, n, make(getattr(source, n)))
    return made


def library():
    """`xp`: to the simulated accelerator what CuPy is to a GPU."""
    xp = module(
        "sim", np, (FUNCTIONS, function), (UFUNCS, ufunc), (CREATION, creation), (ANSWERS, answer),
        (CONSTANTS, lambda x: x),
    )  # fmt: skip
    for own in (array, asarray, ascontiguousarray, asnumpy, copyto, get_array_module):
        setattr(xp, own.__name__, own)
    xp.ndarray, xp.ufunc, xp.asanyarray, xp.__version__ = ndarray, ufunc, asarray, np.__version__
    xp.linalg = module("linalg", np.linalg, (LINALG, function), ("LinAlgError", lambda x: x))
    xp.random = module("random", np.random.RandomState(), (RANDOM, creation))
    xp.random.default_rng = xp.random.Generator = Generator
    xp.lib = types.ModuleType("lib")
    xp.lib.stride_tricks = module(
        "stride_tricks", np.lib.stride_tricks, ("as_strided sliding_window_view", function)
    )
    return xp


class Sim(Device):
    type = "sim"

    @functools.cached_property
    def xp(self):
        return library()

    def put(self, array):
        array = np.array(array, dtype=array.dtype.newbyteorder("="), order="A")
        if array.dtype.char not in "?bhilqBHILQefdFD":
            raise ValueError(f"Unsupported dtype {array.dtype}")
        return wrap(array)

    def peek(self, array):
        return numbers(array).copy()

    def about(self):
        return f"simulated with NumPy {np.__version__}"


complete_classes()
sim = Sim()
