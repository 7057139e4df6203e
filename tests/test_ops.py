"""Every operation on every device: values against NumPy, gradients against differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]


def tensor(array, device="cpu", grad=False):
    return torch.tensor(np.asarray(array), device=device, requires_grad=grad)


def host(t):
    return t.detach().cpu().numpy()


RNG = np.random.default_rng(0)
X, Y, P = RNG.standard_normal((3, 3, 4))
P = np.abs(P) + 0.2
V, W = RNG.standard_normal((2, 4))
M, B, C = (
    RNG.standard_normal((4, 2)),
    RNG.standard_normal((2, 3, 4)),
    RNG.standard_normal((2, 4, 3)),
)
TIES = np.array([[1.0, 3, 3], [2, 2, 0]])
E = np.zeros((0, 3))


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


# (name, ours, NumPy's, inputs)
TABLE = [
    ("add", lambda a, b: a + b, lambda a, b: a + b, (X, V)),
    ("sub", lambda a, b: a - b, lambda a, b: a - b, (V, X)),
    ("mul", lambda a, b: a * b, lambda a, b: a * b, (X, Y[:1])),
    ("div", lambda a, b: a / b, lambda a, b: a / b, (X, P)),
    ("pow", lambda a, b: a**b, lambda a, b: a**b, (P, Y)),
    ("cube", lambda a: a**3, lambda a: a**3, (X,)),
    ("root", lambda a: a**0.5, np.sqrt, (P,)),
    ("two to the", lambda a: 2**a, lambda a: 2.0**a, (X,)),
    ("one minus", lambda a: 1 - a, lambda a: 1 - a, (X,)),
    ("one over", lambda a: 1 / a, lambda a: 1 / a, (P,)),
    ("same twice", lambda a: a * a + a, lambda a: a * a + a, (X,)),
    ("neg", lambda a: -a, lambda a: -a, (X,)),
    ("abs", abs, np.abs, (X,)),
    ("remainder", lambda a, b: a % b, np.mod, (X, P)),
    ("maximum", torch.maximum, np.maximum, (X, Y)),
    ("minimum", torch.minimum, np.minimum, (X, Y)),
    ("exp", torch.exp, np.exp, (X,)),
    ("log", torch.log, np.log, (P,)),
    ("log1p", torch.log1p, np.log1p, (P,)),
    ("log2", torch.log2, np.log2, (P,)),
    ("log10", torch.log10, np.log10, (P,)),
    ("sqrt", torch.sqrt, np.sqrt, (P,)),
    ("reciprocal", torch.reciprocal, lambda a: 1 / a, (P,)),
    ("sin", torch.sin, np.sin, (X,)),
    ("cos", torch.cos, np.cos, (X,)),
    ("tan", torch.tan, np.tan, (X / 3,)),
    ("asin", torch.asin, np.arcsin, (X / 4,)),
    ("acos", torch.acos, np.arccos, (X / 4,)),
    ("atan", torch.atan, np.arctan, (X,)),
    ("tanh", torch.tanh, np.tanh, (X,)),
    ("sigmoid", torch.sigmoid, lambda a: 1 / (1 + np.exp(-a)), (X,)),
    ("relu", torch.relu, lambda a: np.maximum(a, 0), (X,)),
    ("floor", torch.floor, np.floor, (X,)),
    ("sign", torch.sign, np.sign, (X,)),
    ("trunc", torch.trunc, np.trunc, (X,)),
    ("rounded down", lambda a, b: a.div(b, rounding_mode="floor"), np.floor_divide, (X, P)),
    (
        "rounded to 0",
        lambda a, b: a.div(b, rounding_mode="trunc"),
        lambda a, b: np.trunc(a / b),
        (X, P),
    ),
    ("norm by 3", lambda a: a.norm(3, 1), lambda a: (np.abs(a) ** 3).sum(1) ** (1 / 3), (X,)),
    ("largest norm", lambda a: a.norm(np.inf), lambda a: np.abs(a).max(), (X,)),
    ("einsum", lambda a, b: torch.einsum("ij,jk->ki", a, b), lambda a, b: (a @ b).T, (X, M)),
    ("clamp", lambda a: a.clamp(-0.5, 0.5), lambda a: a.clip(-0.5, 0.5), (X,)),
    ("where", lambda a, b: torch.where(a > 0, a, b), lambda a, b: np.where(a > 0, a, b), (X, V)),
    ("sum", torch.sum, np.sum, (X,)),
    ("sum of nothing", torch.sum, np.sum, (E,)),
    ("sum along", lambda a: a.sum(-1), lambda a: a.sum(-1), (B,)),
    ("sum keeping", lambda a: a.sum((0, 2), True), lambda a: a.sum((0, 2), keepdims=True), (B,)),
    ("mean", torch.mean, np.mean, (X,)),
    ("mean along", lambda a: a.mean((0, -1)), lambda a: a.mean((0, -1)), (B,)),
    ("prod", torch.prod, np.prod, (X,)),
    ("prod along", lambda a: a.prod(1), lambda a: a.prod(1), (np.where(X > 1, 0, X),)),
    ("var", lambda a: a.var(0), lambda a: a.var(0, ddof=1), (X,)),
    ("std", torch.std, lambda a: a.std(ddof=1), (X,)),
    ("norm", torch.norm, np.linalg.norm, (X,)),
    ("norm along", lambda a: a.norm(dim=1), lambda a: np.linalg.norm(a, axis=1), (X,)),
    ("max", torch.max, np.max, (X,)),
    ("max along", lambda a: a.max(1)[0], lambda a: a.max(1), (X,)),
    ("amin", lambda a: a.amin((0, 1)), lambda a: a.min((0, 1)), (B,)),
    ("cumsum", lambda a: a.cumsum(1), lambda a: a.cumsum(1), (X,)),
    ("sort", lambda a: a.sort(0)[0], lambda a: np.sort(a, 0), (X,)),
    ("topk", lambda a: a.topk(2)[0], lambda a: np.sort(a)[:, :1:-1], (X,)),
    ("softmax", lambda a: a.softmax(1), lambda a: softmax(a, 1), (X,)),
    ("softmax along 0", lambda a: a.softmax(0), lambda a: softmax(a, 0), (B,)),
    ("log softmax", lambda a: a.log_softmax(-1), lambda a: np.log(softmax(a, -1)), (X,)),
    ("logsumexp", lambda a: a.logsumexp(0), lambda a: np.log(np.exp(a).sum(0)), (X,)),
    ("matrix by matrix", torch.matmul, np.matmul, (X, M)),
    ("matrix by vector", torch.matmul, np.matmul, (X, V)),
    ("vector by matrix", torch.matmul, np.matmul, (V, M)),
    ("vector by vector", torch.matmul, np.matmul, (V, W)),
    ("batch by batch", torch.matmul, np.matmul, (B, C)),
    ("batch by matrix", torch.matmul, np.matmul, (B, M)),
    ("batch by vector", torch.matmul, np.matmul, (B, V)),
    ("vector by batch", torch.matmul, np.matmul, (V, C)),
    ("batch, repeated", torch.matmul, np.matmul, (B[:, None], C)),
    ("no columns", torch.matmul, np.matmul, (X, np.zeros((4, 0)))),
    ("outer", torch.outer, np.outer, (V, W)),
    ("linear", torch.ops.Linear.apply, lambda x, w, b: x @ w.T + b, (X, Y, V[:3])),
    ("linear, one row", torch.ops.Linear.apply, lambda x, w, b: x @ w.T + b, (X[:1], Y, V[:3])),
    ("linear, batch", torch.ops.Linear.apply, lambda x, w, b: x @ w.T + b, (B, Y, V[:3])),
    ("linear, vector", torch.ops.Linear.apply, lambda x, w, b: x @ w.T + b, (V, Y, V[:3])),
    ("no bias", lambda x, w: torch.ops.Linear.apply(x, w, None), lambda x, w: x @ w.T, (X, Y)),
    ("T", lambda a: a.T, lambda a: a.T, (B[0],)),
    ("transpose", lambda a: a.transpose(-1, 0), lambda a: a.swapaxes(-1, 0), (B,)),
    ("permute", lambda a: a.permute(2, 0, 1), lambda a: a.transpose(2, 0, 1), (B,)),
    ("reshape", lambda a: a.reshape(4, -1), lambda a: a.reshape(4, -1), (B,)),
    ("reshape of T", lambda a: a.T.reshape(-1), lambda a: a.T.reshape(-1), (X,)),
    ("squeeze", lambda a: a.squeeze(), lambda a: a.squeeze(), (X[None, :, None],)),
    ("unsqueeze", lambda a: a.unsqueeze(1), lambda a: a[:, None], (X,)),
    ("expand", lambda a: a.expand(2, 3, 4), lambda a: np.broadcast_to(a, (2, 3, 4)), (V,)),
    ("flip", lambda a: a.flip(0, 1), lambda a: a[::-1, ::-1], (X,)),
    ("repeat", lambda a: a.repeat(2, 3), lambda a: np.tile(a, (2, 3)), (V,)),
    ("tril", torch.tril, np.tril, (X,)),
    ("triu", lambda a: a.triu(1), lambda a: np.triu(a, 1), (X,)),
    ("diagonal", torch.diagonal, np.diagonal, (X,)),
    ("cat", lambda a, b: torch.cat([a, b]), lambda a, b: np.concatenate([a, b]), (X, Y)),
    ("stack", lambda a, b: torch.stack([a, b], 1), lambda a, b: np.stack([a, b], 1), (X, Y)),
    ("split", lambda a: a.split(3, 1)[0], lambda a: a[:, :3], (X,)),
    ("clone", torch.clone, np.copy, (X,)),
    ("row", lambda a: a[-1], lambda a: a[-1], (X,)),
    ("part", lambda a: a[1:, None, ::2], lambda a: a[1:, None, ::2], (X,)),
    ("rows, repeated", lambda a: a[[0, 0, 2]], lambda a: a[[0, 0, 2]], (X,)),
    ("pairs", lambda a: a[[0, 0], [1, 1]], lambda a: a[[0, 0], [1, 1]], (X,)),
    ("mask", lambda a: a[a > 0], lambda a: a[a > 0], (X,)),
]
TABLE = {name: row for name, *row in TABLE}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TABLE)
def test_values_are_numpys(name, device):
    ours, numpys, inputs = TABLE[name]
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 2e-6)):
        out = ours(*(tensor(x.astype(dtype), device) for x in inputs))
        assert out.array.dtype == dtype and str(out.device) == device
        np.testing.assert_allclose(host(out), numpys(*inputs), tolerance * 10, tolerance * 10)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TABLE)
def test_gradients_are_differences(name, device):
    ours, numpys, inputs = TABLE[name]
    leaves = [tensor(x, device, grad=True) for x in inputs]
    before = [x.copy() for x in inputs]
    out = ours(*leaves)
    g = np.random.default_rng(1).standard_normal(out.shape)
    out.backward(tensor(g, device))
    for i, leaf in enumerate(leaves):
        slope = np.zeros(inputs[i].shape)
        for at in np.ndindex(*slope.shape):
            around = []
            for h in (1e-6, -1e-6):
                moved = [x.copy() for x in inputs]
                moved[i][at] += h
                around.append((numpys(*moved) * g).sum())
            slope[at] = (around[0] - around[1]) / 2e-6
        np.testing.assert_allclose(host(leaf.grad), slope, 1e-5, 1e-6)
        np.testing.assert_array_equal(host(leaf), before[i])


def test_ties_share_a_gradient():
    x = tensor(TIES, grad=True)
    x.max().backward()
    assert x.grad.tolist() == [[0, 0.5, 0.5], [0, 0, 0]]
    x = tensor(TIES, grad=True)
    x.max(1)[0].sum().backward()
    assert x.grad.sum(1).tolist() == [1, 1]
    a, b = tensor([1.0], grad=True), tensor([1.0], grad=True)
    torch.maximum(a, b).backward()
    assert (a.grad.item(), b.grad.item()) == (0.5, 0.5)


def test_slopes_at_the_edges():
    x = tensor([0.0, -1.0, 2.0], grad=True)
    x.relu().sum().backward()
    assert x.grad.tolist() == [0, 0, 1]
    x = tensor([0.0, 0.0], grad=True)
    (x**0).sum().backward()
    assert x.grad.tolist() == [0, 0]
    x, n = tensor([-2.0, 0.0], grad=True), tensor([2.0, 3.0])
    (x**n).sum().backward()
    assert x.grad.tolist() == [-4, 0]
    x = tensor([0.0, 0.0], grad=True)
    x.norm().backward()
    assert x.grad.tolist() == [0, 0]


@pytest.mark.parametrize("device", DEVICES)
def test_softmax_does_not_overflow(device):
    x = tensor(np.array([[1e4, 0.0, -1e4], [-1e30, -1e30, -1e30]], np.float32), device)
    np.testing.assert_allclose(host(x.softmax(1)), [[1, 0, 0], [1 / 3] * 3], 1e-6)
    assert np.isfinite(host(x.log_softmax(1))).all()
    assert np.isfinite(host(x.logsumexp(1))).all()
    assert host(torch.sigmoid(tensor([-1e4, 1e4], device))).tolist() == [0, 1]


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.data())
@settings(max_examples=60, deadline=None)
def test_broadcast_operands_get_gradients_of_their_shape(shapes, data):
    a, b = (
        data.draw(arrays(np.float64, s, elements=st.floats(-3, 3))) for s in shapes.input_shapes
    )
    x, y = tensor(a, grad=True), tensor(b, grad=True)
    out = x * y + x
    g = np.random.default_rng(0).standard_normal(out.shape)
    out.backward(tensor(g))
    ones = np.ones(out.shape)
    expected = {"x": g * (b + 1) * ones, "y": g * a * ones}
    for leaf, full in ((x, expected["x"]), (y, expected["y"])):
        while full.ndim > leaf.ndim:
            full = full.sum(0)
        for axis, n in enumerate(leaf.shape):
            full = full.sum(axis, keepdims=True) if n == 1 else full
        np.testing.assert_allclose(leaf.grad.numpy(), full, 1e-9, 1e-9)


@pytest.mark.parametrize("device", DEVICES)
def test_float32_stays_float32(device):
    x = torch.rand(3, device=device) + 1
    for made in (
        x * 2.0,
        2 * x,
        x / 3,
        1 - x,
        x**2,
        x**0.5,
        2**x,
        x.mean(),
        x.var(),
        x.std(),
        x.norm(),
        x.sum(),
        x @ x,
        x.exp(),
        x.sigmoid(),
        x.softmax(0),
        np.float64(2) * x,
        x * np.float64(2),
        np.float64(2) + x,
        x.sort()[0],
        x.cumsum(0),
        x.clamp(0, 1),
        x.logsumexp(0),
        x.prod(),
        torch.where(x > 1, x, 0.0),
        x[0] * 2.5,
        x.masked_fill(x > 1, 2.5),
    ):
        assert made.dtype is torch.float32 and type(made) is torch.Tensor


@pytest.mark.parametrize("device", DEVICES)
def test_nothing_leaves_the_device(device):
    x = torch.rand(3, 4, device=device, requires_grad=True)
    w = torch.rand(2, 4, device=device, requires_grad=True)
    with torch.devices.transfer_guard("disallow_explicit"):
        y = torch.ops.Linear.apply(x, w, None).relu().softmax(1)
        z = torch.cat([y, y]).T[None].sum((0, 1)) * torch.ones_like(y[0, 0])
        (z.var() + x.norm() + x.max(0)[0].mean() + x.diagonal().std()).backward()
    assert x.grad.shape == x.shape and w.grad.shape == w.shape


def test_a_wrong_operation_is_named():
    class Wrong(torch.autograd.Function):
        def forward(self, x):
            return x.tolist()

    with pytest.raises(TypeError, match="Wrong.forward must return an array of cpu, not list"):
        Wrong.apply(torch.ones(2))

    class Bad(torch.autograd.Function):
        def forward(self, x):
            return x * 1

        def backward(self, g):
            return self.answer

    for answer, words in (
        (np.ones((3, 2)), "invalid gradient - got .3, 2. but expected shape compatible with .3."),
        ((np.ones(3), np.ones(3)), "incorrect number of gradients .expected 1, got 2."),
    ):
        x = torch.ones(3, requires_grad=True)
        y = Bad.apply(x)
        y.grad_fn.answer = answer
        with pytest.raises(RuntimeError, match=words):
            y.backward(torch.ones(3))


def test_operands_on_two_devices_are_refused():
    with pytest.raises(RuntimeError, match="on the same device.*cpu and sim|sim and cpu"):
        torch.ones(2) + torch.ones(2, device="sim")


def test_a_numpy_array_is_no_operand():
    for go in (lambda: torch.ones(2) * np.ones(2), lambda: np.ones(2) * torch.ones(2)):
        with pytest.raises(TypeError, match="'Tensor' and 'ndarray'\n.*torch.as_tensor"):
            go()
