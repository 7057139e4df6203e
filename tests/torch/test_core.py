"""The core against PyTorch itself: the same line of code in both, values, dtypes, text, gradients."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_lessons as ours

theirs = pytest.importorskip("torch")
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


# What is one operation there and several here is named after the last of these.
COMPOSED = """Mean:Div Var:Div Std:Sqrt LinalgVectorNorm:Pow Trace:Sum Diagonal:Index MaskedFill:Where
Bmm:UnsafeView Split:Slice Unbind:Select Sort:Pick Topk:Pick NotImplemented: Diag:IndexPut
LinalgVectorNorm:Sum Slice:Alias SplitWithSizes:Slice NotImplemented:FloorDivide AsStrided:Select AsStrided:Permute"""
COMPOSED = [pair.split(":") for pair in COMPOSED.split()]


def text(value):
    """The text, without the module's name, and lines broken at the same places."""
    if isinstance(value, Exception):
        value = type(value)(str(value).partition("\n")[0])  # the rest of ours says what mends it
    return re.sub(r"\b(torch|tinygrad_lessons)\.|return_types\.\w+|Picked", "", repr(value))


def same_text(mine, right):
    for there, here in COMPOSED:
        if re.search(rf"<{there}(Backward\d\w*)?>", right) and f"<{here}Backward" in mine:
            return re.sub(r",\s+grad_fn=<.*?>", "", mine) == re.sub(r",\s+grad_fn=<.*?>", "", right)
    return mine == right


def names(torch, dtype="float32"):
    """The variables that the lines below use, made by either library from the same numbers."""
    rng = np.random.default_rng(7)

    def t(*shape, low=-2.0):
        array = rng.uniform(low, 2, shape)
        return torch.tensor(array, dtype=getattr(torch, dtype), requires_grad=True)

    made = {
        "s": t(), "v": t(3), "w": t(3), "m": t(3, 4), "n": t(4, 2), "q": t(3, 3), "row": t(1, 4),
        "b": t(2, 3, 4), "c": t(2, 4, 3), "d": t(4, 1, 4, 3), "p": t(3, 4, low=0.1), "e": t(0, 3),
        "u": t(3, 4, low=0.1), "one": t(1, 3, 1),
    }  # fmt: skip
    i = torch.tensor([[0, 2, 2, 0], [1, 0, 1, 2]])
    made |= {"i": i, "ints": i + 1, "mask": i > 1, "pick": torch.tensor([2, 0, 2])}
    made |= {"big": torch.arange(24.0).reshape(2, 3, 4), "torch": torch, "np": np}
    return made


LINES = """
m + row; m - 1; 1 - m; m * m; m / p; 2 / p; m * s; -m; abs(m); p ** 2; p ** 0.5; p ** u; 2 ** m
m ** 0; m ** 1; m ** 3; p ** -1; s ** 2; v * v; v + b[0, :, :1].squeeze(); m % 1; p % u; m // 1
m.add(row); m.add(row, alpha=2); m.sub(row, alpha=0.5); m.mul(3); m.div(p); m.pow(2); m.neg()
torch.add(m, row); torch.mul(m, 2); torch.sub(m, 1); torch.div(m, 2); torch.pow(p, u)
m.exp(); p.log(); p.sqrt(); m.sin(); m.cos(); m.tan(); m.tanh(); m.sigmoid(); m.relu(); m.sign()
p.rsqrt(); p.reciprocal(); p.log1p(); p.log2(); p.log10(); m.expm1(); m.atan(); m.abs(); m.square()
(m / 3).asin(); (m / 3).acos(); m.floor(); m.ceil(); m.round(); m.trunc(); torch.round(m)
m.clamp(-1, 1); m.clamp(min=0); m.clamp(max=0.5); m.clamp(0, 1); torch.clamp(m, -0.5, 0.5)
torch.maximum(m, row); torch.minimum(m, p); torch.maximum(m, m); m.max(p); m.min(p)
torch.where(m > 0, m, p); torch.where(m > 0, m, 0.0); m.masked_fill(m > 0, 9.0); m.where(m > 0, p)
m @ n; v @ w; q @ v; v @ m; b @ c; b @ n; c @ v; v @ b; m.T @ m; d @ c; m.matmul(n); d @ b[0].T
torch.mm(m, n); torch.mv(q, v); torch.dot(v, w); torch.bmm(b, c); torch.outer(v, w); q.trace()
m.sum(); m.sum(0); m.sum(-1); m.sum((0, 1)); b.sum((0, 2)); m.sum(1, keepdim=True); e.sum(); e.sum(0)
m.sum(dim=0, keepdim=True); s.sum(); b.sum((-1, 0), keepdim=True); e.sum(1); m.sum(dtype=torch.float64)
m.mean(); m.mean(0); m.mean((0, 1)); b.mean((-1, 0), keepdim=True); s.mean(); e.mean(0); e.mean(1)
m.prod(); m.prod(1); m.prod(0, keepdim=True); s.prod(); e.prod()
m.var(); m.var(0); m.std(); m.std(1, keepdim=True); m.var(unbiased=False); m.norm(); m.norm(dim=1)
m.norm(p=1); m.norm(p=3, dim=0); torch.linalg.norm(v); m.var(0, correction=0)
m.max(); m.min(); m.max(1)[0]; m.min(0)[0]; m.max(dim=1, keepdim=True)[0]; m.amax(0); m.amin((0, 1))
m.amax(); b.amax((0, 2), keepdim=True); m.max(1).values; m.sort()[0]; m.sort(0, descending=True)[0]
m.topk(2)[0]; m.topk(2, dim=0)[0]; m.topk(1, largest=False)[0]; m.cumsum(0); m.cumsum(-1)
m.softmax(0); m.softmax(-1); b.softmax(1); m.log_softmax(1); m.logsumexp(0); m.logsumexp(1, keepdim=True)
torch.softmax(m, 1); torch.log_softmax(m, dim=0); torch.logsumexp(m, 1); (m * 400).softmax(1)
m.T; m.t(); m.transpose(0, 1); b.transpose(-1, 0); b.permute(2, 0, 1); b.mT; torch.permute(b, (1, 0, 2))
m.reshape(12); m.reshape(2, 6); m.reshape(2, -1); m.T.reshape(-1); m.view(4, 3); m.flatten(); b.flatten(1)
b.flatten(0, 1); s.reshape(1); s.flatten(); e.reshape(3, 0); m.reshape((6, 2)); b.movedim(0, 2)
one.squeeze(); one.squeeze(0); one.squeeze(1); v.unsqueeze(0); v.unsqueeze(-1); s.unsqueeze(0)
v.expand(2, 3); row.expand(3, -1); row.expand(2, 3, 4); s.expand(2); m.expand_as(b)
m.flip(0); m.flip(0, 1); m.flip((0, 1)); m.roll(1, 0); m.roll((1, 2), (0, 1)); m.repeat(2, 1); v.repeat(2, 2)
m.tril(); m.triu(1); m.tril(-1); m.diagonal(); m.diagonal(1); torch.diag(q, 1)
torch.cat([m, p]); torch.cat([m, p], 1); torch.cat((m, q), dim=1); torch.stack([m, p]); torch.stack([v, w], 1)
torch.stack([v, w], dim=-1); torch.cat([m, m]); m.gather(0, i); m.gather(1, pick[:, None]); m.clone()
m[0]; m[-1]; m[0, 1]; m[:, 1]; m[1:]; m[:2, ::2]; m[None]; m[..., 0]; m[:, None]; m[0:1, 1]; m[1, :]; m[...]
m[:]; m[0:3]; b[..., 1:, None]; b[:, 0]; s[None]; s[...]; b[1, ..., 2]; m[()]
m[[0, 2]]; m[[0, 0, 2]]; m[pick]; m[pick, pick]; m[:, pick]; b[0, :, pick]; b[:, pick, 1]; m[i]; v[i]
m[m > 0]; m[m[:, 0] > 0]; m[mask[:, 0].sum().item()]; m[pick > 0]; b[:, pick > 0]; m[np.array([1, 0])]
m[pick[:, None], pick]; b[pick - 1, :, pick]; m[range(2)]; v[v > 9]; m[torch.tensor(1)]; m[[True, False, True]]
m[0][1]; m.narrow(1, 1, 2); m.split(2)[0]; m.chunk(2, 1)[1]; m.unbind(1)[0]; m.split([1, 2])[1]
m.double(); m.to(torch.float64); m.to(torch.float32); m.half(); m.type_as(s); m.float(); m.T.contiguous()
torch.square(m); torch.exp(m); torch.sigmoid(m); torch.abs(m); torch.sum(m, 0); torch.mean(m); torch.norm(m)
torch.transpose(m, 0, 1); torch.reshape(m, (4, 3)); torch.flatten(m); torch.squeeze(one); torch.unsqueeze(m, 0)
(m * m).sum().sqrt(); ((m - p) ** 2).mean(); (m @ n).relu().sum(0); m.exp().log().tanh(); (m + m * m).max()
m.detach(); m > 0; m == m; (m > 0).sum(); m.argmax(); m.argmax(1); m.argmin(0); m.isnan(); (m > 0).all()
(m > 0).any(1); m.argsort(); m.int(); m.long(); m.bool(); torch.allclose(m, m); torch.equal(m, p); m.argmax(1, keepdim=True)
ints + 1; ints * 2.5; ints / 2; ints // 2; ints % 2; ints ** 2; ints.sum(); ints.sum(0); ints.float().mean()
ints.prod(); ints.max(); ints.max(1); ints.sort(); ints.cumsum(0); ints @ ints.T; ints > 1; ints == 2; -ints
mask & (ints > 1); mask | mask; ~mask; mask ^ mask; mask.sum(); mask * 2; mask + mask; mask.any(); mask.float()
ints.exp(); ints.sqrt(); mask.int(); ints.clamp(1, 2); ints.clamp(0.5, 2); ints.abs(); ints.sign(); mask.nonzero()
torch.where(mask); torch.where(mask, ints, 0); torch.where(mask, 1.5, ints); ints.to(torch.uint8) + 1; ints.floor()
torch.cat([ints, ints.float()]); torch.stack([ints, ints]); ints.tolist(); m.shape; m.size(); m.size(0); m.dim()
m.numel(); m.stride(); m.T.stride(); m.is_contiguous(); m.T.is_contiguous(); len(m); s.item() > -9; m.dtype; m.ndim
big.var(0); big[:, ::2].T; big.T; big[1].max(0); big[:, :, 1:].stride(); big[..., ::2].stride(); big.tolist()
list(v); [x for x in v][1]; v.tolist()[0] < 9; 0 in ints; 1 in ints; (1 < ints); (s > 3).item(); ints.bool()
torch.isfinite(m); torch.isinf(m / 0); torch.logical_and(mask, mask); mask.logical_not(); torch.numel(m)
"""
LINES = [line.strip() for line in LINES.replace("\n", ";").split(";") if line.strip()]


def run(torch, line, dtype="float32"):
    made = names(torch, dtype)
    try:
        return made, eval(line, made)
    except Exception as error:
        return made, error


@pytest.mark.parametrize("line", LINES)
def test_a_line_gives_the_same_text(line):
    (_, mine), (_, right) = run(ours, line), run(theirs, line)
    assert same_text(text(mine), text(right)), f"{text(mine)}\n{text(right)}"


@pytest.mark.parametrize("line", LINES)
def test_a_line_gives_the_same_numbers_and_gradients(line):
    (a, mine), (b, right) = run(ours, line, "float64"), run(theirs, line, "float64")
    if not isinstance(right, theirs.Tensor):
        return
    assert mine.requires_grad == right.requires_grad
    assert str(mine.dtype).split(".")[1] == str(right.dtype).split(".")[1]
    near = {theirs.float32: 1e-6, theirs.float16: 1e-3}.get(right.dtype, 1e-12)
    np.testing.assert_allclose(mine.detach().numpy(), right.detach().numpy(), near, 1e-14)
    if right.requires_grad and "//" not in line:
        g = np.random.default_rng(1).standard_normal(right.shape)
        mine.backward(ours.tensor(g, dtype=mine.dtype))
        right.backward(theirs.tensor(g, dtype=right.dtype))
        for name, leaf in b.items():
            if isinstance(leaf, theirs.Tensor) and leaf.grad is not None:
                found = a[name].grad.numpy()
                np.testing.assert_allclose(found, leaf.grad.numpy(), 100 * near, near / 10)


# Promotion

KINDS = "float16 float32 float64 uint8 int8 int16 int32 int64 bool".split()
NUMBERS = {"True": True, "2": 2, "1.5": 1.5}
OPERATIONS = "a + b; a * b; a / b; a == b; a < b; torch.where(a == b, a, b)"


def operands(torch, kind):
    """A number, or a tensor with and without dimensions."""
    if kind in NUMBERS:
        return [NUMBERS[kind]]
    return [torch.ones(2, dtype=getattr(torch, kind)), torch.ones((), dtype=getattr(torch, kind))]


@pytest.mark.parametrize("right", [*KINDS, *NUMBERS])
@pytest.mark.parametrize("left", [*KINDS, *NUMBERS])
def test_two_dtypes_become_the_same_one(left, right):
    if left in NUMBERS and right in NUMBERS:
        return
    for operation in OPERATIONS.split("; "):
        mine, there = [], []
        for torch, found in ((ours, mine), (theirs, there)):
            for a in operands(torch, left):
                for b in operands(torch, right):
                    try:
                        found.append(text(eval(operation, {"a": a, "b": b, "torch": torch}).dtype))
                    except (RuntimeError, TypeError):
                        found.append("refused")
        assert mine == there, operation


# Text

floats = st.one_of(
    st.floats(-1e3, 1e3, width=32), st.floats(width=32), st.integers(-1000, 1000).map(float),
    st.sampled_from([0.0, -0.0, 1e-8, 1e8, 123456.0, 0.5]),
)  # fmt: skip
shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple) | st.sampled_from([(30, 40), (7, 1, 200), (1001,)])
elements = {
    "float32": floats, "float64": st.floats(), "float16": st.floats(width=16), "bool": st.booleans(),
    "int64": st.integers(-(10**6), 10**6), "uint8": st.integers(0, 255), "int32": st.integers(-9, 9),
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data(), shapes, st.sampled_from(sorted(elements)), st.booleans())
def test_random_tensors_print_alike(data, shape, kind, grad):
    some = data.draw(st.lists(elements[kind], min_size=1, max_size=20))
    array = np.resize(np.array(some, kind), shape)
    mine, right = ours.tensor(array), theirs.tensor(array)
    if grad and right.is_floating_point():
        mine.requires_grad_(), right.requires_grad_()
    assert text(mine) == text(right)
    assert f"{mine}" == re.sub("torch", "tinygrad_lessons", f"{right}")


# Programs: what they print, and what they raise

PROGRAMS = r"""
x = torch.ones(3); y = x; y += 1; print(x, y is x)
x = torch.ones(3); y = x.add_(2).mul_(3).sub_(1).div_(2); print(x, y is x)
x = torch.tensor([1, 2]); x += 1.5
x = torch.tensor([1, 2]); x += 1; x *= 2; print(x)
x = torch.ones(3); x += torch.ones(2, 3)
x = torch.ones(2, 3); x += torch.ones(3); print(x)
x = torch.ones(3, requires_grad=True); x += 1
x = torch.ones(3, requires_grad=True); x[0] = 1
x = torch.ones(3, requires_grad=True)
with torch.no_grad():
    x += 1
    x[0] = 5
print(x, x.is_leaf)
x = torch.ones(3, requires_grad=True); y = x * 2; y *= 3; y.sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = x.exp(); y += 1; y.sum().backward()
x = torch.ones(3, requires_grad=True); y = x * x; x.data += 1; y.sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = x * 1; z = y * y; y += 1; z.sum().backward()
x = torch.ones(3, requires_grad=True); y = x * 1; z = y + y; y += 1; z.sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = x * 2; y[0] = 7; print(y); y.sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = x * 2; y[0] += 7; print(y); (y * y).sum().backward(); print(x.grad)
x = torch.ones(2, 3, requires_grad=True); y = x * 2; v = y[0]; v.mul_(5); print(y); (y * y).sum().backward(); print(x.grad)
x = torch.ones(2, 3, requires_grad=True); y = x * 2; v = y[0]; y.mul_(5); print(v); (v * v).sum().backward(); print(x.grad)
x = torch.ones(2, 3, requires_grad=True); y = x * 2; v = y.T; w = v[0]; w.zero_(); (y * y).sum().backward(); print(v, x.grad)
x = torch.ones(2, 3, requires_grad=True); y = x * 2; y.view(6)[1:3].fill_(4); (y ** 3).sum().backward(); print(y, x.grad)
x = torch.ones(2, requires_grad=True); z = torch.zeros(3, 2); z[1] = x * 3; print(z); (z * z).sum().backward(); print(x.grad)
x = torch.ones(2, requires_grad=True); z = torch.zeros(3, 2); v = z[1]; v += x; print(z.requires_grad); (z * z).sum().backward(); print(x.grad)
x = torch.ones(2, requires_grad=True); z = torch.zeros(4); z[[0, 3]] = x * 3; (z * z).sum().backward(); print(z, x.grad)
x = torch.ones(3, requires_grad=True); y = x * 2; y[y > 1] = 0; print(y); y.sum().backward(); print(x.grad)
x = torch.zeros(2, 3); x[0] = torch.tensor([1, 2, 3]); x[1, 2] = 9; x[:, 0] = 7; print(x)
x = torch.zeros(2, 3); x[x == 0] = 1; x[0, [0, 2]] = torch.tensor([5., 6.]); print(x)
x = torch.zeros(2, 3); x[0] = torch.ones(2)
x = torch.zeros(3).long(); x[0] = 1.7; print(x)
x = torch.zeros(2, 3); x[:] = 2; x[...] += 1; x[None] = 4; x[()] = 5; print(x)
x = torch.zeros(2, 3); x.T[0] = 1; x.view(-1)[5] = 2; x.reshape(3, 2)[2, 0] = 3; print(x)
x = torch.zeros(3); x.fill_(2).zero_(); print(x); x.copy_(torch.tensor([1, 2, 3])); print(x); x.copy_(torch.tensor(4.)); print(x)
x = torch.zeros(3); x.exp_(); x.neg_(); x.abs_(); x.clamp_(0, 0.5); x.sqrt_(); x.relu_(); print(x)
x = torch.ones(2, 2); x.masked_fill_(torch.eye(2) > 0, 3); print(x); x.tril_(); print(x); x -= 1; x /= 2; x **= 2; print(x)
x = torch.ones(3, requires_grad=True); (x * x).sum().backward(); (x * x).sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = (x * x).sum(); y.backward(); y.backward()
x = torch.ones(3, requires_grad=True); y = (x * x).sum(); y.backward(retain_graph=True); y.backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = (x + x).sum(); y.backward(); y.backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); h = x * x; h.sum().backward(); (h * 2).sum().backward()
x = torch.ones(3); x.sum().backward()
x = torch.ones(3, requires_grad=True); (x * x).backward()
x = torch.ones(3, requires_grad=True); (x * x).backward(torch.ones(2))
x = torch.ones(3, requires_grad=True); (x * x).backward(torch.tensor([1., 2., 3.])); print(x.grad)
x = torch.tensor(2., requires_grad=True); x.backward(); x.backward(); print(x.grad)
x = torch.tensor([1, 2], requires_grad=True)
x = torch.tensor([1, 2]); x.requires_grad = True
x = torch.ones(2, requires_grad=True); y = x * 2; y.requires_grad = False
x = torch.ones(2, requires_grad=True); print(x.grad, x.is_leaf, (x * 2).is_leaf, x.detach().requires_grad, x.grad_fn)
x = torch.ones(2, requires_grad=True); y = x.detach(); y += 1; print(x)
x = torch.ones(2, requires_grad=True); y = x * x; x.detach().add_(1); y.sum().backward()
x = torch.ones(2, requires_grad=True); x.grad = torch.ones(3)
x = torch.ones(2, requires_grad=True); h = x.register_hook(lambda g: g * 10); (x * 2).sum().backward(); print(x.grad)
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * 10); y.sum().backward(); print(x.grad)
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(print); (y * y).sum().backward()
x = torch.ones(2, requires_grad=True); y = x * 2; y.retain_grad(); (y * y).sum().backward(); print(y.grad)
torch.ones(2).register_hook(print)
x = torch.ones(2, requires_grad=True)
with torch.no_grad():
    y = x * 2
    with torch.enable_grad():
        z = x * 2
    print(torch.is_grad_enabled())
print(y.requires_grad, z.requires_grad, torch.is_grad_enabled())
x = torch.ones(2, requires_grad=True)
@torch.no_grad()
def f():
    return x * 2
@torch.no_grad()
def g():
    yield (x * 2).requires_grad
    yield (x * 2).requires_grad
print(f().requires_grad, [(flag, torch.is_grad_enabled()) for flag in g()])
with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled())
torch.set_grad_enabled(False); print(torch.is_grad_enabled()); torch.set_grad_enabled(True)
x = torch.ones(3, requires_grad=True); x.numpy()
x = torch.ones(3, requires_grad=True); np.asarray(x)
x = torch.ones(3); n = x.numpy(); n += 1; print(x, np.shares_memory(np.asarray(x), n))
n = np.ones(3); x = torch.from_numpy(n); x += 1; n[0] = 9; print(x, n)
torch.from_numpy([1, 2])
torch.from_numpy(np.array(["a"]))
torch.from_numpy(np.ones(3)[::-1])
torch.from_numpy(np.ones(3, dtype=">f4"))
x = torch.from_numpy(np.ones((4, 6))[::2, ::3]); print(x.stride(), x)
n = np.ones(3); print(torch.as_tensor(n).numpy() is not None, np.shares_memory(torch.as_tensor(n).numpy(), n), np.shares_memory(torch.tensor(n).numpy(), n))
x = torch.ones(3); print(torch.as_tensor(x) is x, torch.as_tensor([1, 2.]), torch.as_tensor(x, dtype=torch.float64), torch.as_tensor(3))
x = torch.ones(2, 3); print(x.contiguous() is x, x.T.contiguous().stride(), x.to("cpu") is x, x.to(torch.float32) is x, x.float() is x)
torch.ones(3).view(2)
torch.ones(2, 3).T.view(6)
torch.ones(2, 3).reshape(4)
torch.ones(2, 3).reshape(-1, -1)
torch.ones(0, 3).reshape(-1, 0)
torch.ones(2, 3).reshape(-2, 3)
torch.ones(3) + torch.ones(4)
torch.ones(2, 3) @ torch.ones(2, 3)
torch.ones(3)[5]
torch.ones(3)[1, 2]
torch.ones(3)[::-1]
torch.tensor(1.)[0]
torch.ones(3)[torch.tensor([True, False])]
torch.ones(3)[torch.tensor([1., 0])]
torch.ones(3)[1.5]
torch.ones(2, 3).sum(2)
torch.ones(2, 3).sum((0, 0))
torch.ones(2, 3).transpose(0, 2)
torch.ones(2, 3).permute(0, 0)
torch.ones(2, 3).unsqueeze(5)
torch.ones(2, 3).expand(2, 4)
torch.ones(2, 3).item()
bool(torch.ones(2))
bool(torch.ones(0))
float(torch.ones(2))
len(torch.tensor(1.))
list(torch.tensor(1.))
torch.ones(2).mean("a")
torch.ones(3).softmax(1)
torch.ones(2, 3, 4).t()
torch.ones(3).mT
torch.ones(2, 2) @ torch.ones(2, 2).double()
torch.add(np.ones(2), 1)
torch.cat([])
torch.cat([torch.ones(2, 2), torch.ones(3, 3)])
torch.stack([torch.ones(2), torch.ones(3)])
torch.arange(3, 0)
torch.arange(0, 3, 0)
torch.ones(2).clamp()
torch.zeros(0).max()
torch.zeros(0).argmax()
torch.ones(6).split([1, 2])
torch.ones(2, 2).narrow(0, 1, 2)
torch.tensor([[1, 2], [3]])
torch.tensor("a")
torch.tensor([1, None])
torch.randint(5, 5, (2,))
torch.rand(2, dtype=torch.int64)
torch.tensor([1, 2]) ** -1
out = torch.zeros(2, 2); r = torch.add(torch.ones(2, 2), 1, out=out); print(r is out, out)
out = torch.zeros(2, 2); torch.matmul(torch.ones(2, 3), torch.ones(3, 2), out=out.T); print(out)
out = torch.zeros(2, requires_grad=True); torch.add(torch.ones(2), 1, out=out)
print(torch.tensor([1, 2]), torch.tensor([1, 2.]), torch.tensor(True), torch.tensor([]), torch.tensor(range(3)), torch.tensor(((1, 2), (3, 4))))
print(torch.tensor([True, 2]), torch.tensor(np.float32(1)), torch.tensor(np.arange(3)), torch.tensor([[]]), torch.tensor(1.5).dtype, torch.tensor(np.float64(2)))
print(torch.zeros(2, 3), torch.ones((2, 3), dtype=torch.int64), torch.full((2,), 7), torch.full((2,), 1.5), torch.full((), True), torch.eye(2, 3), torch.zeros(()), torch.empty(0).shape)
print(torch.arange(3), torch.arange(1, 2, 0.25), torch.arange(5, 0, -2), torch.arange(3.), torch.linspace(0, 1, 5), torch.arange(2, dtype=torch.float64), torch.linspace(1, 1, 1))
x = torch.ones(2, dtype=torch.float64); print(torch.ones_like(x), torch.zeros_like(x, dtype=torch.int32), torch.full_like(x, 3), torch.rand_like(x).dtype, torch.empty_like(x).dtype)
print(torch.float32, torch.ones(2).dtype == torch.float, torch.float32.is_floating_point, torch.int64.itemsize, torch.Size([1, 2]), torch.ones(2, 3).shape[0:1], torch.Size((2, 3)).numel())
print(torch.device("cpu"), repr(torch.device("cpu")), torch.ones(2).device, torch.result_type(torch.ones(2), 1.0), torch.can_cast(torch.float32, torch.int64), torch.promote_types(torch.int32, torch.float16))
print(np.float64(2) * torch.ones(2), torch.ones(2) * np.float64(2), np.float32(2) + torch.ones(2), torch.ones(2) / np.int64(2), np.bool_(True) * torch.ones(2))
print(torch.ones(2) == None, torch.ones(2) != "a", hash(torch.ones(2)) is not None)
torch.ones(2) + "a"
torch.ones(2) + None
torch.ones(2) < "a"
x = torch.tensor([3, 1, 2]); print(x.max(), x.max(0), x.sort(descending=True), x.topk(2), x.argsort(), x.tolist(), 3 in x, int(x[0]), f"{x[0]}", f"{x[0].float():.2f}")
x = torch.tensor([1., float("nan"), float("inf")]); print(x, x.isnan(), x.max(), x == x, x.sum(), x.relu(), x.clamp(0, 1), x.argmax(), x.isfinite())
print(torch.tensor([[1., 2.]]).norm(), torch.tensor([3., 4.]).norm(), torch.linalg.norm(torch.tensor([3., 4.])), torch.linalg.det(torch.eye(2)), torch.linalg.inv(2 * torch.eye(2)), torch.linalg.solve(torch.eye(2), torch.ones(2)))
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2)).shape
print(torch.ones(2, 3).sum().dtype, torch.ones(2).bool().sum().dtype, torch.tensor([1, 2], dtype=torch.int32).sum().dtype, torch.tensor([1], dtype=torch.uint8).cumsum(0).dtype, torch.tensor([1, 2]).prod().dtype)
torch.tensor([1, 2]).mean()
print(torch.tensor([7, -7]) // 2, torch.tensor([7., -7.]) % 3, -torch.tensor([7]) % 3, torch.tensor([5]).div(2), torch.tensor([7., -7.]).div(2, rounding_mode="floor"), torch.tensor([7., -7.]).div(2, rounding_mode="trunc"))
for row in torch.tensor([[1, 2], [3, 4]]): print(row, [int(x) for x in row])
x = torch.ones(2, 3, requires_grad=True); x.sum(0).sum().backward(); a = x.grad; (x * 2).sum().backward(); print(a is x.grad, x.grad)
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); (x + y).backward(torch.ones(2)); x.grad.zero_(); print(y.grad)
x = torch.ones(2, requires_grad=True); g = torch.ones(2); (x + 0).backward(g); x.grad += 5; print(g)
x = torch.ones(2, dtype=torch.float64, requires_grad=True); y = torch.ones(2, requires_grad=True); (x * y * 2).sum().backward(); print(x.grad, y.grad)
x = torch.ones(3, requires_grad=True); y = x * 2; y.zero_(); y.sum().backward(); print(x.grad)
x = torch.ones(3, requires_grad=True); y = x.clone(); y.copy_(torch.arange(3.)); print(y.requires_grad); y.sum().backward(); print(x.grad)
x = torch.ones(2, 2, requires_grad=True); y = x * 1; a, b = y.unbind(0); print(a.sum() + b.sum()); y.sum().backward(); print(x.grad)
import copy; x = torch.ones(2, requires_grad=True); y = copy.deepcopy(x); print(y, y is x, y.requires_grad)
import copy; copy.deepcopy(torch.ones(2, requires_grad=True) * 2)
import pickle; x = pickle.loads(pickle.dumps(torch.arange(3.))); print(x)
"""
PROGRAMS = re.split(r"\n(?=x = |out = |n = |torch|bool|float|len|list|print|for|import|with torch.set)", PROGRAMS.strip())
OWN_WORDS = {  # where our sentence is another one; the type is the same
    'torch.ones(2).mean("a")', "torch.tensor([1, 2]).mean()", "torch.tensor([[1, 2], [3]])",
    "torch.tensor(\"a\")", "torch.ones(2, 3).permute(0, 0)", "torch.ones(2, 3).transpose(0, 2)",
    'torch.from_numpy(np.array(["a"]))', 'torch.ones(2) < "a"', "x = torch.tensor([1, 2]); x += 1.5",
    'torch.ones(2) + None', "torch.zeros(0).argmax()",
    "import copy; copy.deepcopy(torch.ones(2, requires_grad=True) * 2)", "x = torch.tensor([1, 2], requires_grad=True)",
}  # fmt: skip
OWN_ERRORS = {  # NotImplementedError is kept for exercises that nobody has written yet
    "torch.rand(2, dtype=torch.int64)", "torch.tensor([1, None])",
    "torch.linalg.solve(torch.zeros(2, 2), torch.ones(2)).shape",
}  # fmt: skip


def outcome(torch, program):
    """What a program prints, and the type and first line of what it raises."""
    printed = []

    def show(*values):
        printed.extend(value if isinstance(value, str) else text(value) for value in values)

    try:
        exec(program, {"torch": torch, "np": np, "print": show})
    except Exception as error:
        sentence = re.sub(r"\b(torch|tinygrad_lessons)\.|\n.*|in-?place operation: .*", "", str(error))
        sentence = sentence.replace("  ", " ")
        printed.append(type(error).__name__ + ("" if program in OWN_WORDS else ": " + sentence.strip()))
    return printed if program not in OWN_ERRORS else ["refused"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_and_raises_the_same(program):
    mine, right = outcome(ours, program), outcome(theirs, program)
    assert same_text("\n".join(mine), "\n".join(right)), "\n".join(["", *mine, "", *right])
