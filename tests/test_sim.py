"""The simulated accelerator computes as NumPy does, refuses as CuPy does, counts what moves."""

import copy
import gc
import math
import pickle
import warnings

import numpy as np
import pytest

from tinygrad_lessons.devices import sim, transfer_guard

xp = sim.xp


def inputs():
    """One of each kind of array that the library computes with."""
    rng = np.random.default_rng(7)
    return {
        "x": rng.standard_normal((3, 4)).astype(np.float32),
        "y": rng.standard_normal((3, 4)).astype(np.float32),
        "w": rng.standard_normal((4, 2)).astype(np.float32),
        "A": rng.standard_normal((4, 4)),
        "S": np.cov(rng.standard_normal((4, 9))),
        "n": np.array([[3, -1, 2], [0, 5, -6]]),
        "i": np.array([2, 0, 2, 1]),
        "c": np.array([[1, 0, 3, 2]] * 3),
        "m": np.array([[True, False, True, True]] * 3),
        "batch": rng.standard_normal((2, 3, 4)).astype(np.float32),
        "nan": np.array([1.0, np.nan, np.inf, -np.inf]),
        "empty": np.empty((0, 3), np.float32),
        "zero": np.array(2.5, np.float32),
    }


# Expressions in the inputs and xp, which must mean the same to NumPy and to the device.
SAME = """
x + y; x - 1; 2 * x; x / y; x // y; x % 2; x ** 2; 2.0 ** x; x @ w; -x; +x; abs(x); ~m; m & m; m ^ m
m | m; n << 1; n >> 1; 1 - x; 1 / y; 3 // n[0, :1]; divmod(n, 4)[1]; x < y; x >= 0; n == 2; n != 2
x * 2.5; n * 2.5; n + True; x + np.float64(1); x + np.float32(1); m * x; n / 2
n.astype(xp.float32); xp.exp(x); xp.log(abs(x)); xp.sqrt(x * x); xp.tanh(x); xp.maximum(x, y)
xp.minimum(x, 0); xp.sign(x); xp.logaddexp(x, y); xp.where(m, x, 0); xp.where(m, x, y)
xp.clip(x, -0.5, 0.5); x.clip(0, None); xp.isnan(nan); xp.isfinite(nan); xp.nan_to_num(nan)
xp.arctan2(x, y); xp.log1p(x * x); xp.floor(x); xp.logical_and(m, x > 0); xp.power(x, 2)
xp.square(x); xp.reciprocal(y); xp.expm1(x); xp.round(x, 1); x.sum(); x.sum(axis=0)
x.sum(axis=(0, 1), keepdims=True); x.mean(axis=-1); x.std(); x.var(axis=1); x.max(); x.min(axis=1)
x.argmax(); x.argmin(axis=0); x.prod(); m.all(); m.any(axis=1); n.sum(); m.sum(); n.mean()
x.cumsum(axis=1); x.trace(); xp.sum(x, axis=1); xp.mean(x); xp.amax(x, axis=0); xp.median(x)
xp.count_nonzero(n); xp.add.reduce(x); xp.add.reduce(x, axis=1); xp.multiply.accumulate(x, axis=1)
empty.sum(axis=0); empty.sum(); xp.sum(zero); xp.add.outer(x[0], y[0]); np.exp(x)
np.sum(x, axis=1); np.maximum(x, 0); np.add(x, y); np.linalg.norm(x); np.concatenate([x, y])
np.where(m, x, y); np.dot(x, w); xp.matmul(x, w); batch @ w; x.T @ y; xp.dot(x, w)
xp.einsum("ij,kj->ik", x, y); xp.einsum("bij->b", batch); xp.tensordot(x, w, 1)
xp.outer(x[0], y[0]); xp.inner(x, y); xp.vdot(x, y); xp.kron(w, w); batch.swapaxes(1, 2)
xp.linalg.solve(A, A[0]); xp.linalg.inv(A); xp.linalg.det(A); xp.linalg.norm(A)
xp.linalg.norm(x, axis=0); xp.linalg.eigh(S)[0]; abs(xp.linalg.eigh(S)[1]); xp.linalg.svd(A)[1]
xp.linalg.qr(A)[1]; xp.linalg.cholesky(S); xp.linalg.slogdet(A)[1]; xp.linalg.lstsq(A, A[0])[0]
xp.linalg.pinv(x); xp.linalg.matrix_rank(A); x.T; x.reshape(4, 3); x.reshape(-1); x.ravel()
x.flatten(); x.transpose(1, 0); batch.transpose(2, 0, 1); x[None]; x[0]; x[0, 1]; x[-1]; x[:, 1:3]
x[::2]; x[::-1]; x[..., 0]; x[1, None]; batch[:, 0]; batch.squeeze(); xp.expand_dims(x, 1)
xp.squeeze(x[None]); xp.moveaxis(batch, 0, 2); xp.broadcast_to(x, (2, 3, 4)); x.mT; xp.flip(x, 0)
xp.roll(x, 1, axis=0); xp.repeat(x, 2, axis=0); xp.tile(x, (2, 1)); xp.pad(x, 1)
xp.split(x, 2, axis=1)[1]; xp.concatenate([x, y], axis=1); xp.stack([x, y]); xp.vstack([x, y])
xp.hstack([x, y]); xp.column_stack([x[0], y[0]]); xp.tril(A); xp.triu(A); xp.diag(A); xp.diag(x[0])
xp.diagonal(A); xp.meshgrid(x[0], y[0])[0]; x[i[:2] - 1]; x[:, i]; x[m]; x[m[:, 0]]
x[i[:3], i[1:]]; x[[]]; x[[0, 2], 1]; x[np.array(1)]; x[x > 0]
x[xp.arange(3), i[:3]]; n[n > 0]; xp.take(x, i, axis=1)
xp.take_along_axis(x, c, axis=1); xp.argsort(x, axis=1); xp.sort(x, axis=0); x.argsort()
xp.nonzero(n)[0]; xp.argwhere(n); xp.flatnonzero(n); xp.unique(n); xp.bincount(i)
xp.searchsorted(i[:2], i); xp.isclose(x, x); xp.allclose(x, x); xp.array_equal(x, y); xp.any(m)
xp.all(m); xp.isin(n, i); xp.diff(x); xp.zeros((2, 3)); xp.ones(3, dtype=xp.float32)
xp.full((2,), 7); xp.arange(5); xp.eye(3); xp.linspace(0, 1, 5); xp.zeros_like(x); xp.ones_like(n)
xp.full_like(x, 2); xp.empty_like(x).shape; xp.identity(2); xp.tri(3); xp.asarray([1, 2])
xp.array([[1.5]]); xp.asarray(3); xp.array(True); xp.asarray(x, dtype=xp.float64)
xp.ascontiguousarray(x.T); xp.copy(x); x.copy(); x.real; x.imag; zero[()]
xp.lib.stride_tricks.as_strided(x, (3, 3), (16, 4))
xp.lib.stride_tricks.sliding_window_view(x, 2, 1); xp.add(x, y, dtype=xp.float64)
xp.result_type(x, n); xp.ndim(x); xp.can_cast("int64", "float32"); x.dtype; x.shape; x.strides
x.ndim; x.size; x.nbytes; x.itemsize; len(x); x.flags.c_contiguous; xp.may_share_memory(x, x.T)
xp.shares_memory(x[:, 0], x[:, 1]); xp.float32; xp.pi; [v for v in x][1]; float(x[0, 0])
int(n[0, 0]); bool(m[0, 0]); complex(zero); x.tolist(); zero.item(); repr(x); str(n); f"{zero:.3f}"
math.sqrt(abs(zero)); 2 in i; bool(x.sum() > 100); x == None; x != None; sum(x)
""".replace("\n", ";").split(";")

# Statements that write; `x` is looked at afterwards.
WRITES = """
x += 1; x -= y; x *= 2; x /= y; x **= 2; x //= 2
x[0] = 5; x[:, 1] = y[:, 0]; x[x > 0] = 0; x[m] = 9
x[i[:2]] = 1.5; x[0, 1] = y[0, 0]; x[...] = y; x[:] = 3; x[::2] += 1; x[i[:3], i[:3]] += 1
x[1:] = y[:1]; x.fill(4); x.sort(axis=1); xp.copyto(x, y); xp.copyto(x, 1.5)
xp.copyto(x, y, where=m); x.T[0] = 7; xp.add(x, y, out=x); np.add(x, y, out=x); xp.exp(x, out=x)
xp.matmul(y, A.astype(xp.float32), out=x); xp.add(x, y, x); xp.sum(y, axis=0, out=x[0])
xp.add.at(x, i, 1); xp.add.at(x, (i, i), 2.0); xp.subtract.at(x, i, 1); xp.maximum.at(x, i, 0)
np.add.at(x, i, 1); xp.multiply(x, 0.5, out=x); xp.put_along_axis(x, c, 1.0, axis=1)
xp.fill_diagonal(x, 2); x[1] = x[0]; x[:, ::-1] += x
""".replace("\n", ";").split(";")
WRITES_TO_A_VIEW = """
b = x[0]; b += 1
b = x.T; b[1] = 3
b = x.reshape(-1); b[3] = 4
b = xp.asarray(x); b += 1
b = x[:, None]; b *= 3
b = x.ravel(); b[0] = 2
b = x.swapaxes(0, 1)[1:]; b.fill(6)
""".split("\n")


def names(library, move):
    return {"xp": library, "np": np, "math": math} | {k: move(a) for k, a in inputs().items()}


def same(got, want, library):
    """The device's answer is NumPy's, in an array of the device where NumPy's is an array."""
    if isinstance(want, (np.ndarray, np.generic)) or isinstance(got, library.ndarray):
        assert isinstance(got, library.ndarray)
        got = sim.peek(got) if library is xp else library.asnumpy(got)
        assert (got.shape, got.dtype) == (np.shape(want), np.asarray(want).dtype)
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    else:
        assert got == want


def lines(*tables):
    return [code.strip() for table in tables for code in table if code.strip()]


@pytest.mark.parametrize("code", lines(SAME))
def test_the_device_computes_what_numpy_computes(code):
    with np.errstate(all="ignore"):
        want = eval(code, names(np, np.copy))
    same(eval(code, names(xp, sim.put)), want, xp)


@pytest.mark.parametrize("code", lines(WRITES, WRITES_TO_A_VIEW))
def test_the_device_writes_where_numpy_writes(code):
    host, device = names(np, np.copy), names(xp, sim.put)
    exec(code, host)
    exec(code, device)
    same(device["x"], host["x"], xp)


def test_one_number_of_an_array_is_a_view_of_it():
    """NumPy gives a copy, CuPy a 0-d view; and its 0-d arrays stay 0-d."""
    x = xp.zeros((2, 2))
    one = x[0, 1]
    one += 5
    assert sim.peek(x).tolist() == [[0, 5], [0, 0]]
    assert (one.shape, xp.ascontiguousarray(one).shape) == ((), ())
    picked = x[xp.asarray(0)]
    picked += 1
    assert sim.peek(x).tolist() == [[0, 5], [0, 0]]


def test_numpys_warnings_are_not_the_devices():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = xp.zeros(2)
        assert sim.peek(xp.log(x)).tolist() == [-math.inf] * 2
        assert np.isnan(sim.peek(x / x)).all()


# What CuPy refuses. The text is CuPy 14's; the file in cupy/ is where it stands.
UNSUPPORTED = "Unsupported type <class 'numpy.ndarray'>"
IMPLICIT = (
    "Implicit conversion to a NumPy array is not allowed. "
    "Please use `.get()` to construct a NumPy array explicitly."
)
AMBIGUOUS = (
    "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
)
FILL = "non-scalar numpy.ndarray cannot be used for fill"
NOT_IMPLEMENTED = "operand type(s) all returned NotImplemented from __array_ufunc__"
NO_AXIS = "axis 0 is out of bounds for array of dimension 0"
RANK_0 = "Sorting arrays with the rank of zero is not supported"
REFUSED = [
    # _core/internal.pyx, _core/_routines_sorting.pyx, _creation/ranges.py
    ("zero.max(axis=0)", np.exceptions.AxisError, NO_AXIS),
    ("zero.sum(0)", np.exceptions.AxisError, NO_AXIS),
    ("xp.cumsum(zero, axis=0)", np.exceptions.AxisError, NO_AXIS),
    ("xp.add.reduce(zero)", np.exceptions.AxisError, NO_AXIS),
    ("zero.mean(axis=(0,))", np.exceptions.AxisError, NO_AXIS),
    ("zero.sort()", np.exceptions.AxisError, RANK_0),
    ("xp.sort(zero)", np.exceptions.AxisError, RANK_0),
    ("x.T.sort()", NotImplementedError, "Sorting non-contiguous array is not supported."),
    ("x.argsort(kind='quicksort')", ValueError, "kind can only be None or 'stable'"),
    ("xp.sort(x, kind='heapsort')", ValueError, "kind can only be None or 'stable'"),
    ("xp.linspace(0, 1, -1)", ValueError, "linspace with num<0 is not supported"),
    # _core/core.pyx
    ("np.asarray(x)", TypeError, IMPLICIT),
    ("np.array([x, x])", TypeError, IMPLICIT),
    ("np.array([v for v in x[0]])", TypeError, IMPLICIT),
    ("np.ones(3)[i]", TypeError, IMPLICIT),
    ("bool(x)", ValueError, AMBIGUOUS),
    ("x.item()", ValueError, "can only convert an array of size 1 to a Python scalar"),
    ("len(zero)", TypeError, "len() of unsized object"),
    ("iter(zero)", TypeError, "iteration over a 0-d array"),
    ("x.fill(np.ones(4))", ValueError, FILL),
    ("x.fill(i)", ValueError, "non-scalar cupy.ndarray cannot be used for fill"),
    ("x.__setitem__(0, np.ones(4))", ValueError, FILL),
    ("x.__setitem__(0, [1.0] * 4)", ValueError, FILL),
    ("range(i[0])", TypeError, "'ndarray' object cannot be interpreted as an integer"),
    ("[1, 2][i[1]]", TypeError, "list indices must be integers or slices, not ndarray"),
    ("hash(x)", TypeError, "unhashable type: 'ndarray'"),
    # _core/_scalar.pyx, by _kernel.pyx
    ("x + np.ones(4)", TypeError, UNSUPPORTED),
    ("np.ones(4) + x", TypeError, UNSUPPORTED),
    ("x + np.array(1.0)", TypeError, UNSUPPORTED),
    ("x @ np.ones((4, 2))", TypeError, UNSUPPORTED),
    ("xp.add(x, np.ones(4))", TypeError, UNSUPPORTED),
    ("xp.add(x, [1.0] * 4)", TypeError, "Unsupported type <class 'list'>"),
    ("np.add(x, x, out=np.empty((3, 4)))", TypeError, UNSUPPORTED),
    ("xp.where(m, np.zeros((3, 4)), x)", TypeError, UNSUPPORTED),
    ("x.__iadd__(np.ones(4))", TypeError, UNSUPPORTED),
    ("x > np.ones(4)", TypeError, UNSUPPORTED),
    # _core/_kernel.pyx, _core/internal.pyx
    ("xp.add(x, 1, where=m)", TypeError, "Wrong arguments {'where': array("),
    ("x + i[:3]", ValueError, "operands could not be broadcast together with shapes (3, 4) (3,)"),
    ("x.__iadd__(i[:2])", ValueError, "operands could not be broadcast together with"),
    ("xp.add(i, 1, out=i[:1])", ValueError, "Out shape is mismatched"),
    ("xp.maximum.reduce(x)", NotImplementedError, "`cupy_maximum.reduce` is not supported yet"),
    ("xp.multiply.at(x, i, 1)", NotImplementedError, "`cupy_multiply.at` is not supported yet"),
    # _core/_dtype.pyx
    (
        "n.__iadd__(1.5)",
        TypeError,
        "Cannot cast output operand from dtype('float64') to dtype('int64') "
        "according to the rule 'same_kind'",
    ),
    ("xp.array(['a'])", ValueError, "Unsupported dtype <U1"),
    ("xp.array([None])", ValueError, "Unsupported dtype object"),
    # _core/_routines_math.pyx, _core/_reduction.pyx
    ("m - m", TypeError, "cupy boolean subtract, the `-` operator, is deprecated, use the bitwise"),
    ("-m", TypeError, "The cupy boolean negative, the `-` operator, is not supported, use the `~`"),
    (
        "empty.max()",
        ValueError,
        "zero-size array to reduction operation cupy_max which has no identity",
    ),
    ("empty[:, 0].argmin()", ValueError, "zero-size array to reduction operation cupy_argmin"),
    ("x.sum(axis=2)", np.exceptions.AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ("x.sum(axis=(0, 0))", ValueError, "duplicate value in 'axis'"),
    # _core/_routines_linalg.pyx
    ("x @ x", ValueError, "Axis dimension mismatch"),
    ("batch @ x", ValueError, "shapes (2,3,4) and (3,4) not aligned"),
    ("x @ zero", ValueError, "Scalar operands are not allowed, use '*' instead"),
    # _core/_routines_indexing.pyx
    ("x[3]", IndexError, "Index 3 is out of bounds for axis 0 with size 3"),
    ("x[0, 0, 0]", IndexError, "too many indices for array: array is 2-dimensional, but 3 were"),
    # _manipulation/basic.py
    ("xp.copyto(x, np.ones(4))", ValueError, "non-scalar numpy.ndarray cannot be used for copyto"),
    # __array_function__ and __array_ufunc__ (NEP 18, NEP 13)
    ("np.fft.fft(x)", TypeError, "no implementation found for 'numpy.fft.fft' on types that"),
    ("np.concatenate([x, np.ones((1, 4))])", TypeError, UNSUPPORTED),
    ("x + None", TypeError, NOT_IMPLEMENTED),
    ("x + 'a'", TypeError, NOT_IMPLEMENTED),
    ("x + [1.0] * 4", TypeError, NOT_IMPLEMENTED),
]

# Where CuPy answers in silence, and the simulator does not.
STRICTER = [
    ("x[xp.asarray([0, 7])]", IndexError, "Index 7 is out of bounds for axis 0 with size 3"),
    ("xp.sum(np.ones(3))", TypeError, UNSUPPORTED),
    ("xp.einsum('i->', np.ones(3))", TypeError, UNSUPPORTED),
    ("xp.stack([np.ones(3)] * 2)", TypeError, "Unsupported type <class 'list'>"),
    ("xp.linalg.inv(A * 0)", np.linalg.LinAlgError, "Singular matrix"),
    ("n ** -1", ValueError, "Integers to negative integer powers are not allowed."),
    ("xp.broadcast_to(x, (2, 3, 4)).fill(0)", ValueError, "assignment destination is read-only"),
]


@pytest.mark.parametrize("code, kind, text", REFUSED + STRICTER)
def test_the_device_refuses(code, kind, text):
    with pytest.raises(kind) as error:
        eval(code, names(xp, sim.put))
    assert type(error.value) is kind
    assert str(error.value).startswith(text)


def test_an_empty_array_is_false_with_a_warning():
    with pytest.warns(DeprecationWarning, match="The truth value of an empty array is ambiguous"):
        assert bool(xp.zeros(0)) is False


def test_an_array_is_not_numpys():
    x = xp.zeros(3)
    assert not isinstance(x, np.ndarray)
    assert type(x) is xp.ndarray
    for name in ("data", "ctypes", "base", "__array_interface__", "_numbers", "__buffer__"):
        assert not hasattr(x, name)
    with pytest.raises(TypeError):
        memoryview(x)


def test_another_type_may_compute_instead():
    class Tensor:
        __array_ufunc__ = None

        def __radd__(self, other):
            return "tensor"

    assert xp.zeros(3) + Tensor() == "tensor"


def test_copies_are_copies():
    x = xp.arange(3)
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)), xp.array(x)):
        other += 1
        assert sim.peek(x).tolist() == [0, 1, 2]
        assert sim.peek(other).tolist() == [1, 2, 3]
    host = np.zeros(3)
    xp.asarray(host)[0] = 1
    x.get()[0] = 9
    assert host[0] == 0 and sim.peek(x)[0] == 0


def test_layout_is_kept_on_the_way_up():
    assert sim.put(np.ones((2, 3), order="F")).strides == (8, 16)
    assert sim.put(np.ones((4, 6))[::2, ::-1]).strides == (48, 8)
    assert sim.put(np.ones(2, ">f4")).dtype == np.dtype("<f4")


def test_random_numbers_are_drawn_on_the_device():
    host = np.random.get_state()[1].tolist()
    with transfer_guard("disallow_explicit"):
        rng = xp.random.default_rng(3)
        x = rng.random((2, 3), dtype=xp.float32)
        z = rng.standard_normal(1000, dtype=xp.float32)
        k = rng.integers(0, 5, size=7)
        xp.random.seed(0)
        u = xp.random.rand(2)
    assert (x.dtype, x.shape, z.dtype, k.shape, u.shape) == ("f4", (2, 3), "f4", (7,), (2,))
    assert all(type(a) is xp.ndarray for a in (x, z, k, u))
    assert np.random.get_state()[1].tolist() == host
    again = xp.random.default_rng(3).random((2, 3), dtype=xp.float32)
    assert np.array_equal(sim.peek(x), sim.peek(again))


# Counts

COUNTED = [  # code, what it costs besides kernels, kernels
    ("x + y", {}, 1),
    ("x += y", {}, 1),
    ("x @ w", {}, 1),
    ("x.sum()", {}, 1),
    ("x * 2 + 1", {}, 2),
    ("x.T", {}, 0),
    ("x[0]", {}, 0),
    ("x[0, 0]", {}, 0),
    ("x[::2, None]", {}, 0),
    ("x.reshape(-1)", {}, 0),
    ("x.T.reshape(-1)", {}, 1),
    ("xp.broadcast_to(x, (2, 3, 4))", {}, 0),
    ("xp.split(x, 2, axis=1)", {}, 0),
    ("x.astype(xp.float32, copy=False)", {}, 0),
    ("x.astype(xp.float64)", {}, 1),
    ("xp.asarray(x)", {}, 0),
    ("xp.empty((2, 3))", {}, 0),
    ("xp.zeros((2, 3))", {}, 1),
    ("x.fill(0)", {}, 1),
    ("x[0] = 1", {}, 1),
    ("x[i]", {}, 1),
    ("xp.exp(x, out=x)", {}, 1),
    ("xp.may_share_memory(x, x)", {}, 0),
    ("x.shape, x.dtype, x.ndim, len(x)", {}, 0),
    ("[v for v in x]", {}, 0),
    ("xp.asarray(np.ones(3, np.float32))", {"h2d": 1, "h2d_bytes": 12}, 0),
    ("xp.asarray([1.0, 2.0])", {"h2d": 1, "h2d_bytes": 16}, 0),
    ("x[[0, 1]]", {"h2d": 1, "h2d_bytes": 16, "implicit": 1}, 1),
    ("x[np.array([0])]", {"h2d": 1, "h2d_bytes": 8, "implicit": 1}, 1),
    ("x[i[:1]] = np.ones(4)", {"h2d": 1, "h2d_bytes": 32, "implicit": 1}, 1),
    ("x.get()", {"d2h": 1, "d2h_bytes": 48}, 0),
    ("xp.asnumpy(x)", {"d2h": 1, "d2h_bytes": 48}, 0),
    ("float(zero)", {"d2h": 1, "d2h_bytes": 4, "implicit": 1}, 0),
    ("zero.item()", {"d2h": 1, "d2h_bytes": 4, "implicit": 1}, 0),
    ("x.tolist()", {"d2h": 1, "d2h_bytes": 48, "implicit": 1}, 0),
    ("print(x, file=io.StringIO())", {"d2h": 1, "d2h_bytes": 48, "implicit": 1}, 0),
    ("if zero > 0: pass", {"d2h": 1, "d2h_bytes": 1, "implicit": 1}, 1),
    ("[float(v) for v in x[0]]", {"d2h": 4, "d2h_bytes": 16, "implicit": 4}, 0),
]


@pytest.mark.parametrize("code, crossings, kernels", COUNTED)
def test_what_a_statement_costs(code, crossings, kernels):
    import io

    space = names(xp, sim.put) | {"io": io}
    sim.stats.reset()
    exec(code, space)
    spent = {name: getattr(sim.stats, name) for name in ("h2d", "d2h", "h2d_bytes", "d2h_bytes")}
    spent |= {"implicit": sim.stats.implicit}
    assert {name: n for name, n in spent.items() if n} == crossings
    assert sim.stats.kernels == kernels


@pytest.mark.parametrize(
    "code, door",
    [
        ("float(zero)", "float()"),
        ("bool(zero)", "bool()"),
        ("repr(x)", "repr()"),
        ("f'{x}'", "format()"),
        ("x.tolist()", ".tolist()"),
        ("zero.item()", ".item()"),
        ("x[[0]]", "A NumPy array or a list as an index"),
        ("pickle.dumps(x)", "pickle"),
    ],
)
def test_an_unasked_transfer_is_refused_by_name(code, door):
    space = names(xp, sim.put) | {"pickle": pickle}
    with transfer_guard("disallow"), pytest.raises(RuntimeError) as error:
        eval(code, space)
    assert door in str(error.value).splitlines()[1]


def test_memory_is_counted_by_buffer_and_returned():
    gc.collect()
    sim.stats.reset()
    before = sim.stats.used
    x = xp.zeros((1000, 10))
    views = [x.T, x[0], x.reshape(-1), xp.broadcast_to(x, (2, 1000, 10)), x[:, None]]
    assert sim.stats.used - before == 80_000
    y = x + x
    assert sim.stats.used - before == 160_000
    del x, y
    assert sim.stats.used - before == 80_000  # the views hold the first
    del views
    assert sim.stats.used == before
    assert sim.stats.peak - before == 160_000


def test_the_peak_starts_again_at_what_is_held():
    x = xp.zeros(1000)
    x + x
    sim.stats.reset_peak()
    assert sim.stats.peak == sim.stats.used
    del x
    sim.stats.reset()
    assert sim.stats.peak == sim.stats.used


def test_a_training_step_moves_its_batch_and_nothing_else():
    w = xp.ones((4, 2), dtype=xp.float32)
    x = np.ones((3, 4), np.float32)
    sim.stats.reset()
    with transfer_guard("disallow"):
        for _ in range(5):
            batch = sim.upload(x)
            g = xp.maximum(batch @ w, 0)
            w -= 0.1 * (batch.T @ g)
    stats = sim.stats
    assert (stats.h2d, stats.h2d_bytes, stats.d2h, stats.implicit) == (5, 5 * 48, 0, 0)
    assert stats.kernels == 5 * 5


# Right on the CPU, wrong on a device: what a grader without a GPU must see.

WRONG_RELUS = {
    "asarray": lambda xp, x: np.maximum(np.asarray(x), 0),
    "host zeros": lambda xp, x: np.where(x > 0, x, np.zeros(x.shape, x.dtype)),
    "host out": lambda xp, x: np.maximum(x, 0, out=np.empty(x.shape, x.dtype)),
    "python loop": lambda xp, x: xp.asarray([[max(float(v), 0) for v in row] for row in x]),
    "list of 0-d": lambda xp, x: np.array([[v if v > 0 else v * 0 for v in row] for row in x]),
    "tolist": lambda xp, x: xp.asarray(np.maximum(x.tolist(), 0)),
    "branch": lambda xp, x: x * (x > 0) if (x < 0).any() else x,
    "host index": lambda xp, x: x[np.arange(len(x))] * (x > 0),
    "host assign": lambda xp, x: x.__setitem__(slice(None), np.zeros(x.shape, x.dtype)),
    "host random": lambda xp, x: x * (x > 0) * (np.random.rand(*x.shape) >= 0),
    "vectorize": lambda xp, x: np.vectorize(lambda v: max(v, 0))(x),
    "range": lambda xp, x: x * (x > 0) if len(range(x[0].argmax())) else x,
    "there and back": lambda xp, x: xp.asarray(np.maximum(x.get() if xp is not np else x, 0)),
}
RIGHT_RELUS = {
    "numpy dispatch": lambda xp, x: np.maximum(x, 0),
    "where": lambda xp, x: xp.where(x > 0, x, 0),
    "clip": lambda xp, x: x.clip(0, None),
    "mask": lambda xp, x: x * (x > 0),
}
BATCH = np.array([[-1, 2, 3], [0, 5, -6]], np.float32)


@pytest.mark.parametrize("relu", WRONG_RELUS.values(), ids=WRONG_RELUS)
def test_host_code_is_caught(relu):
    x = sim.put(BATCH)
    with transfer_guard("disallow_explicit"), pytest.raises((TypeError, ValueError, RuntimeError)):
        relu(xp, x)


@pytest.mark.parametrize("relu", RIGHT_RELUS.values(), ids=RIGHT_RELUS)
def test_device_code_passes(relu):
    with transfer_guard("disallow_explicit"):
        out = relu(xp, sim.put(BATCH))
    assert np.array_equal(sim.peek(out), relu(np, BATCH))


def test_division_without_rest_rounds_first_as_on_a_gpu():
    """carray.cuh of CuPy: floor(x / y), and x less that times y."""
    one, five = sim.put(np.array([1.0, 5.0])), sim.put(np.array([0.1, np.inf]))
    assert sim.peek(one // five).tolist() == [10, 0]
    rest = sim.peek(one % five)
    assert rest[0] == 0 and np.isnan(rest[1])
    assert sim.peek(xp.divmod(one, five)[0]).tolist() == [10, 0]
    whole = sim.put(np.array([7, -7]))
    assert sim.peek(whole // 2).tolist() == [3, -4] and sim.peek(whole % 2).tolist() == [1, 1]


def test_a_single_number_is_reduced_without_an_axis():
    assert sim.put(np.array(3.0)).max().item() == 3
    assert xp.sum(sim.put(np.array(3.0)), keepdims=True).shape == ()
    assert sim.put(np.array(3.0)).argsort().shape == (1,)
