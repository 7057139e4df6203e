"""What PyTorch answers where others slip: programs, and the values that it gives.

Each line is a program's text, then the dtype and the numbers of its result. Our own library is held
to them on every device, and PyTorch itself wherever it is installed.
"""

import warnings

import numpy as np

inf, nan = float("inf"), float("nan")
TABLE = []


def row(text, dtype, numbers):
    TABLE.append((text, dtype, numbers))


def names(torch, device):
    """What the programs are written with."""

    def t(data, dtype=None, grad=False):
        return torch.tensor(data, dtype=dtype, device=device, requires_grad=grad)

    def grad(f, data, dtype=None):
        """The gradient of the sum of f(x) at x = `data`."""
        x = t(data, dtype, True)
        f(x).sum().backward()
        return x.grad

    def after(f, x):
        """`x`, after f(x)."""
        f(x)
        return x

    return {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, "device": device, "t": t} | {
        "grad": grad, "after": after, "inf": inf, "nan": nan, "np": np, "half": torch.float16,
        "int8": torch.int8, "uint8": torch.uint8, "long": torch.int64, "double": torch.float64,
    }  # fmt: skip


def answer(torch, text, device="cpu"):
    """(dtype, numbers) of a program's result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = eval(text, names(torch, device))
    return str(result.dtype).rpartition(".")[2], result.detach().cpu().tolist()


# fmt: off
# Small numbers, and large ones
row("torch.sigmoid(t([-10.0, -20.0, 0.0, 100.0]))", "float32", [4.53979e-05, 2.06115e-09, 0.5, 1.0])
row("torch.sigmoid(t([-40.0], double))", "float64", [4.24835e-18])
row("torch.sigmoid(t([-66.7]))", "float32", [1.07785e-29])
row("grad(lambda x: torch.sigmoid(x).log(), [-20.0])", "float32", [1.0])
# The gradient is selected, not multiplied: inf and nan stay where they are
row("grad(lambda x: x.relu().sqrt(), [-3.0, 4.0])", "float32", [0.0, 0.25])
row("grad(lambda x: torch.where(x > 0, x, 0.0).sqrt(), [-1.0, 4.0])", "float32", [0.0, 0.25])
row("grad(lambda x: x.masked_fill(x < 0, 0.0).sqrt(), [-3.0, 4.0])", "float32", [0.0, 0.25])
row("grad(lambda x: x.clamp(min=0.0).sqrt(), [-3.0, 4.0])", "float32", [0.0, 0.25])
row("grad(lambda x: torch.maximum(x, t([0.0, 0.0])).sqrt(), [-3.0, 4.0])", "float32", [0.0, 0.25])
row("grad(lambda x: torch.minimum(x, t([0.0, 0.0])).abs().sqrt(), [-4.0, 3.0])",
    "float32", [-0.25, 0.0])
row("grad(lambda x: F.relu(x).sqrt(), [-3.0, 4.0])", "float32", [0.0, 0.25])
# Writes in place
row("after(lambda x: x.__ior__(t([True, False, False])), t([False, False, True]))",
    "bool", [True, False, True])
row("after(lambda x: x.__iand__(t([True, False, True])), t([False, False, True]))",
    "bool", [False, False, True])
row("after(lambda x: x.__ixor__(6), t([1, 2, 3]))", "int64", [7, 4, 5])
row("after(lambda x: x[:2].__ifloordiv__(2.0), t([5.0, 7.0, 9.0]))", "float32", [2.0, 3.0, 9.0])
row("after(lambda x: x.__imod__(4), t([5, 7, 9]))", "int64", [1, 3, 1])
# What chooses and what counts
row("t([[1.0, 2.0], [4.0, 9.0]]).std(False)", "float32", 3.08221)
row("t([[1.0, 2.0], [4.0, 9.0]]).var(True)", "float32", 12.6667)
row("torch.var(t([[1.0, 2.0], [4.0, 9.0]]), False)", "float32", 9.5)
row("t([3.0, -4.0]).norm(inf)", "float32", 4.0)
row("t([3.0, -4.0]).norm(-inf)", "float32", 3.0)
row("t([[3.0, 0.0], [1.0, 2.0]]).norm(0, dim=1)", "float32", [1.0, 2.0])
row("t([3.0, -4.0]).norm(3)", "float32", 4.49794)
row("grad(lambda x: x.norm(inf), [3.0, -4.0, 4.0])", "float32", [0.0, -0.5, 0.5])
row("grad(lambda x: x.norm(0.5), [0.0, 4.0])", "float32", [0.0, 1.0])
row("grad(lambda x: x.norm(1), [0.0, -4.0])", "float32", [0.0, -1.0])
row("grad(lambda x: x.norm(3), [0.0, -4.0])", "float32", [0.0, -1.0])
row("grad(lambda x: x.norm(), [0.0, 0.0])", "float32", [0.0, 0.0])
row("torch.linalg.norm(t([3.0, -4.0]), inf)", "float32", 4.0)
row("grad(lambda x: x.prod(), [[1e13, 0.0, 0.0], [1e13, 1e13, 0.0], [1e13, 1e13, 1e13]])",
    "float32", [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
row("grad(lambda x: x.prod(1), [[1e13, 0.0, 0.0], [2.0, 3.0, 0.0], [2.0, 3.0, 4.0]])",
    "float32", [[0.0, 0.0, 0.0], [0.0, 0.0, 6.0], [12.0, 8.0, 6.0]])
# Dtypes
row("t([5]).clamp(min=0.0)", "float32", [5.0])
row("t([5]).clamp(min=0)", "int64", [5])
row("t([1.0, 2.0], half).sub(t([1, 1], torch.int16), alpha=0.5)", "float16", [0.5, 1.5])
row("t([True, False]).add(t([True, True]), alpha=2)", "bool", [True, True])
row("t([1, 0], uint8).any()", "uint8", 1)
row("t([1, 0], uint8).all()", "uint8", 0)
row("t([[1, 0]], uint8).any(1)", "uint8", [1])
row("t([np.float64(1), 2])", "float64", [1.0, 2.0])
row("t([np.float32(1), 2])", "float32", [1.0, 2.0])
row("t([2, 2, -1, 1, 0]) ** t([-1, 2, -3, -2, 3])", "int64", [0, 4, -1, 1, 0])
row("torch.sign(t([True, False]))", "bool", [True, False])
row("torch.sign(t([nan, -2.0, 0.0, 3.0]))", "float32", [0.0, -1.0, 0.0, 1.0])
row("torch.linspace(-5, 2, 4, dtype=long, device=device)", "int64", [-5, -2, 0, 2])
row("torch.arange(0.0, -8.000001, -4.0, dtype=long, device=device)", "int64", [0, -4])
row("torch.arange(0.5, 3, dtype=long, device=device)", "int64", [0, 1, 2])
# nan
row("grad(lambda x: x.max(), [1.0, nan, nan])", "float32", [0.0, 0.5, 0.5])
row("grad(lambda x: x.min(), [nan, 1.0])", "float32", [1.0, 0.0])
row("grad(lambda x: x.amax(0), [[1.0, 2.0], [1.0, 0.0]])", "float32", [[0.5, 1.0], [0.5, 0.0]])
row("grad(lambda x: x.relu(), [nan, 1.0, -1.0, 0.0])", "float32", [1.0, 1.0, 0.0, 0.0])
row("grad(lambda x: torch.maximum(x, t([1.0, nan, 2.0])), [nan, 1.0, 2.0])",
    "float32", [1.0, 1.0, 0.5])
row("grad(lambda x: x.abs(), [nan, -2.0, 0.0])", "float32", [0.0, -1.0, 0.0])
# Half precision adds up in float32
row("torch.full((300,), 500.0, dtype=half, device=device).mean()", "float16", 500.0)
row("torch.ones(70000, dtype=half, device=device).mean()", "float16", 1.0)
row("torch.ones(70000, dtype=half, device=device).sum()", "float16", inf)
row("torch.full((300,), 30.0, dtype=half, device=device).norm()", "float16", 519.5)
row("t([60000.0, 60000.0], half).std()", "float16", 0.0)
row("t([300.0, -300.0], half).var()", "float16", inf)
row("torch.zeros(70000, dtype=half, device=device).softmax(0)[:2]",
    "float16", [1.43051e-05, 1.43051e-05])
row("F.mse_loss(t([20.0] * 300, half), t([0.0] * 300, half))", "float16", 400.0)
row("grad(lambda x: x.max(), [1.0] * 70000, half)[:2]", "float16", [1.43051e-05, 1.43051e-05])
row("grad(lambda x: x.mean(), [1.0] * 70000, half)[:2]", "float16", [1.43051e-05, 1.43051e-05])
# Numbers without axes have memory of their own
row("after(lambda x: x.max(0)[0].add_(1), t(3.0))", "float32", 3.0)
row("after(lambda x: x.sort(0)[0].add_(1), t(3.0))", "float32", 3.0)
row("after(lambda x: x.gather(0, t(0)).add_(1), t(3.0))", "float32", 3.0)
row("after(lambda x: x.topk(1, 0)[0].add_(1), t(3.0))", "float32", 3.0)
# Keywords
row("t([[1.0, 2.0], [3.0, 4.0]]).sum(axis=1, keepdims=True)", "float32", [[3.0], [7.0]])
row("torch.mean(t([[1.0, 2.0], [3.0, 4.0]]), axis=0, keepdims=True)", "float32", [[2.0, 3.0]])
row("torch.max(t([[1.0, 2.0], [4.0, 3.0]]), axis=1)[1]", "int64", [1, 0])
row("t([[1.0, 2.0], [4.0, 3.0]]).argmax(axis=0, keepdims=True)", "int64", [[1, 1]])
row("torch.cumsum(t([[1, 2], [3, 4]]), axis=1)", "int64", [[1, 3], [3, 7]])
row("torch.cat([t([[1]]), t([[2]])], axis=1)", "int64", [[1, 2]])
row("torch.stack([t([1]), t([2])], axis=1)", "int64", [[1, 2]])
row("t([[1.0, 2.0]]).softmax(axis=1)[:, :1]", "float32", [[0.268941]])
row("t([[1.0, 3.0], [2.0, 2.0]]).var(axis=0)", "float32", [0.5, 0.5])
row("t([[1, 0], [1, 1]]).all(axis=1)", "bool", [False, True])
row("t([[3, 1], [1, 2]]).sort(axis=0)[0]", "int64", [[1, 1], [3, 2]])
row("t([[[1, 2]]]).squeeze(axis=0)", "int64", [[1, 2]])
row("torch.full((2,), fill_value=7, device=device)", "int64", [7, 7])
row("torch.full_like(t([1.0, 2.0]), fill_value=7)", "float32", [7.0, 7.0])
row("torch.zeros(size=(2, 1), device=device)", "float32", [[0.0], [0.0]])
row("torch.ones(size=(2,), dtype=long, device=device)", "int64", [1, 1])
row("torch.rand(size=(2, 3), device=device) < 1", "bool", [[True, True, True], [True, True, True]])
row("torch.randn(size=(2, 3), device=device) < 100",
    "bool", [[True, True, True], [True, True, True]])
row("torch.randint(5, size=(2, 3), device=device) < 5",
    "bool", [[True, True, True], [True, True, True]])
row("torch.randint(3, 5, size=(2,), device=device) < 5", "bool", [True, True])
row("torch.flip(t([1, 2, 3]), dims=(0,))", "int64", [3, 2, 1])
row("t([[1, 2, 3]]).permute(dims=(1, 0))", "int64", [[1], [2], [3]])
row("torch.permute(t([[1, 2, 3]]), dims=(1, 0))", "int64", [[1], [2], [3]])
row("torch.reshape(t([1, 2, 3, 4]), shape=(2, 2))", "int64", [[1, 2], [3, 4]])
row("t([1.0]).requires_grad_(requires_grad=False)", "float32", [1.0])
row("torch.div(t([7, -7, 6]), 2, rounding_mode='trunc')", "int64", [3, -3, 3])
row("torch.div(t([7, -7, 6]), 2, rounding_mode='floor')", "int64", [3, -4, 3])
row("t([7.0, -7.0]).div(t([2.0, 2.0]), rounding_mode='trunc')", "float32", [3.0, -3.0])
row("t([7.0, -7.0]).div(2, rounding_mode='floor')", "float32", [3.0, -4.0])
row("torch.div(t([-2**62 - 1]), 2, rounding_mode='trunc')", "int64", [-2305843009213693952])
row("grad(lambda x: x.div(2, rounding_mode='floor'), [7.0, -7.0])", "float32", [0.0, 0.0])
row("grad(lambda x: x.div(2, rounding_mode='trunc'), [7.0, -7.0])", "float32", [0.0, 0.0])
row("t([3, 1, 2]).sort(stable=True)[0]", "int64", [1, 2, 3])
row("torch.argsort(t([3, 1, 2]), stable=True)", "int64", [1, 2, 0])
row("torch.topk(t([3, 1, 2]), 2, sorted=True)[0]", "int64", [3, 2])
row("torch.nonzero(t([[0, 1], [2, 0]]), as_tuple=True)[1]", "int64", [1, 0])
row("t([[0, 1], [2, 0]]).nonzero(as_tuple=False)", "int64", [[0, 1], [1, 0]])
row("t([2, 3]).prod(dtype=torch.float64)", "float64", 6.0)
row("t([2, 3]).float().mean(dtype=torch.float64)", "float64", 2.5)
row("t([2, 3]).mean(dtype=torch.float32)", "float32", 2.5)
row("t([2, 3]).cumsum(0, dtype=torch.float32)", "float32", [2.0, 5.0])
row("t([2, 2]).softmax(0, dtype=torch.float64)", "float64", [0.5, 0.5])
row("torch.log_softmax(t([2, 2]), 0, dtype=torch.float32)", "float32", [-0.693147, -0.693147])
row("torch.round(t([1.256, -3.14159]), decimals=2)", "float32", [1.26, -3.14])
row("t([0.5, 1.5, 2.5, -0.5]).round()", "float32", [0.0, 2.0, 2.0, -0.0])
row("torch.pow(t([2.0, 3.0]), exponent=2)", "float32", [4.0, 9.0])
row("torch.pow(2, t([1.0, 3.0]))", "float32", [2.0, 8.0])
row("t([1.0, 5.0, 3.0]).clamp(min=t([2.0, 2.0, 2.0]), max=t([4.0, 4.0, 4.0]))",
    "float32", [2.0, 4.0, 3.0])
row("t([1, 5]).clamp(min=t([2.5, 2.5]))", "float32", [2.5, 5.0])
row("grad(lambda x: x.clamp(min=t([2.0, 2.0, 2.0])), [1.0, 2.0, 3.0])", "float32", [0.0, 1.0, 1.0])
row("grad(lambda x: x.clamp(t([2.0, 2.0]), t([1.0, 4.0])), [1.0, 3.0])", "float32", [0.0, 1.0])
row("torch.mm(t([[1.0, 2.0]]), mat2=t([[3.0], [4.0]]))", "float32", [[11.0]])
row("torch.mv(t([[1.0, 2.0]]), vec=t([3.0, 4.0]))", "float32", [11.0])
row("torch.outer(t([1, 2]), vec2=t([3, 4]))", "int64", [[3, 4], [6, 8]])
row("t([1.5]).to(torch.int64, non_blocking=True)", "int64", [1])
row("t([1.5]).to(device, torch.int64)", "int64", [1])
row("t([1.5]).to(t([1]))", "int64", [1])
row("t([1.5]).type(torch.int64)", "int64", [1])
row("t([1.5]).type('torch.LongTensor')", "int64", [1])
row("torch.diagonal(t([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), dim1=1, dim2=2)",
    "int64", [[1, 4], [5, 8]])
row("t([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]).diagonal(1, dim1=-1, dim2=0)", "int64", [[5], [7]])
row("torch.where(t([True, False]), t([1.0, 2.0]), t([3.0, 4.0]), out=t([0.0, 0.0]))",
    "float32", [1.0, 4.0])
row("torch.trunc(t([1.7, -1.7]))", "float32", [1.0, -1.0])
row("t([300, -1]).short()", "int16", [300, -1])
row("t([3, 1]).byte()", "uint8", [3, 1])
row("torch.linspace(t(0.0), t(1.0), 3, device=device)", "float32", [0.0, 0.5, 1.0])
# Names that programs want
row("torch.Tensor([[1, 2], [3, 4]])", "float32", [[1.0, 2.0], [3.0, 4.0]])
row("torch.Tensor([]).to(device)", "float32", [])
row("torch.tensor(torch.Tensor(2, 3).shape)", "int64", [2, 3])
row("torch.tensor(torch.Tensor().shape)", "int64", [0])
row("torch.LongTensor([1.9, 2.0])", "int64", [1, 2])
row("torch.tensor(torch.LongTensor(2, 3, 4).shape)", "int64", [2, 3, 4])
row("torch.FloatTensor([1, 2]).to(device)", "float32", [1.0, 2.0])
row("torch.einsum('ik,kj->ij', t([[1.0, 2.0]]), t([[3.0], [4.0]]))", "float32", [[11.0]])
row("torch.einsum('ij->ji', t([[1.0, 2.0]]))", "float32", [[1.0], [2.0]])
row("torch.einsum('ij->', t([[1.0, 2.0]]))", "float32", 3.0)
row("torch.einsum('ii', t([[1.0, 2.0], [3.0, 4.0]]))", "float32", 5.0)
row("torch.einsum('ii->i', t([[1.0, 2.0], [3.0, 4.0]]))", "float32", [1.0, 4.0])
row("torch.einsum('i,j', t([1.0, 2.0]), t([3.0, 4.0]))", "float32", [[3.0, 4.0], [6.0, 8.0]])
row("torch.einsum('i,i->', t([1, 2]), t([3, 4]))", "int64", 11)
row("torch.einsum('bij,bjk->bik', t([[[1.0, 2.0]]]), t([[[3.0], [4.0]]]))", "float32", [[[11.0]]])
row("torch.einsum('bi,bj->ijb', t([[1.0, 2.0], [3.0, 4.0]]), t([[3.0], [4.0]]))",
    "float32", [[[3.0, 12.0]], [[6.0, 16.0]]])
row("torch.einsum('ij,jk,kl->il', t([[1.0, 2.0]]), t([[3.0], [4.0]]), t([[1.0, 2.0]]))",
    "float32", [[11.0, 22.0]])
row("torch.einsum('ik,jk', t([[1.0, 2.0]]), t([[3.0, 4.0]]))", "float32", [[11.0]])
row("grad(lambda x: torch.einsum('ik,kj->ij', x, t([[3.0, 1.0], [4.0, 1.0]])), [[1.0, 2.0]])",
    "float32", [[4.0, 5.0]])
row("grad(lambda x: torch.einsum('ii->i', x) * t([1.0, 2.0]), [[1.0, 2.0], [3.0, 4.0]])",
    "float32", [[1.0, 0.0], [0.0, 2.0]])
row("torch.broadcast_tensors(t([1, 2]), t([[3], [4]]))[0]", "int64", [[1, 2], [1, 2]])
row("t([1.0]).new_zeros(2)", "float32", [0.0, 0.0])
row("t([1.0], half).new_ones((2, 1))", "float16", [[1.0], [1.0]])
row("t([1]).new_full((2,), 3)", "int64", [3, 3])
row("t([1.0], double).new_tensor([1, 2])", "float64", [1.0, 2.0])
row("t([[1, 2], [3, 4]]).view_as(t([1, 2, 3, 4]))", "int64", [1, 2, 3, 4])
row("torch.multinomial(t([0.0, 1.0, 0.0]), 3, replacement=True)", "int64", [1, 1, 1])
row("torch.multinomial(t([[0.0, 2.0, 0.0], [5.0, 0.0, 0.0]]), 1)", "int64", [[1], [0]])
row("torch.multinomial(t([1.0, 1.0, 1.0]), 3).sort()[0]", "int64", [0, 1, 2])
row("(lambda x: torch.autograd.grad((x * x).sum(), x)[0])(t([1.0, 2.0], grad=True))",
    "float32", [2.0, 4.0])
row("(lambda h: torch.autograd.grad((h * h).sum(), h)[0])(t([1.0, 2.0], grad=True) * 3)",
    "float32", [6.0, 12.0])
row("(lambda x: torch.autograd.grad(x * x, x, t([1.0, 10.0]))[0])(t([1.0, 2.0], grad=True))",
    "float32", [2.0, 40.0])
# Sizes of 0 and numbers without axes
row("torch.zeros(2, 0, device=device).softmax(1)", "float32", [[], []])
row("torch.zeros(0, 2, device=device).log_softmax(0)", "float32", [])
row("torch.zeros(2, 0, device=device).logsumexp(1)", "float32", [-inf, -inf])
row("torch.zeros(0, 2, device=device).logsumexp(1)", "float32", [])
row("F.linear(torch.zeros(2, 1, 0, device=device), torch.zeros(2, 0, device=device))",
    "float32", [[[0.0, 0.0]], [[0.0, 0.0]]])
row("torch.cat([torch.zeros(0, device=device), torch.zeros(0, device=device)], dim=1)",
    "float32", [])
row("torch.cat([torch.zeros(0, device=device), t([[1.0]])], dim=1)", "float32", [[1.0]])
row("t(3.0).transpose(0, -1)", "float32", 3.0)
row("t(3.0).topk(1)[0]", "float32", 3.0)
row("t(3.0).nonzero()", "int64", [[]])
row("t(0.0).nonzero(as_tuple=True)[0]", "int64", [])
row("t(3.0).softmax(0)", "float32", 1.0)
row("t(3.0).log_softmax(-1)", "float32", 0.0)
row("t(3.0).cumsum(0)", "float32", 3.0)
row("t([1.0, 2.0])[t(1, uint8)]", "float32", [[1.0, 2.0]])
row("t([1.0, 2.0]).gather(0, t(1))", "float32", 2.0)
row("t(1.0).gather(0, t([0, 0]))", "float32", [1.0, 1.0])
row("torch.tensor(torch.zeros(2, 0, 3, device=device).stride())", "int64", [3, 3, 1])
row("torch.tensor(t([[1, 2, 3], [4, 5, 6]])[:, None].stride())", "int64", [3, 3, 1])
row("torch.tensor(t([[1, 2, 3], [4, 5, 6]])[None].stride())", "int64", [6, 3, 1])
row("torch.tensor(t([[1, 2, 3], [4, 5, 6]])[..., None].stride())", "int64", [3, 1, 1])
row("torch.tensor(t([[1, 2, 3], [4, 5, 6]]).T.unsqueeze(0).stride())", "int64", [3, 1, 3])
row("torch.tensor(t([[1], [2]]).expand(2, 3).stride())", "int64", [1, 0])
row("t([True, False]) ** True", "bool", [True, False])
row("t([True, False]) ** False", "bool", [True, True])
# Views that repeat may be written where they repeat nothing
row("after(lambda x: x.expand(-1).add_(1), t([1.0, 2.0]))", "float32", [2.0, 3.0])
row("after(lambda x: x.expand(3, 2)[0, 0].fill_(9), t([1.0, 2.0]))", "float32", [9.0, 2.0])
row("after(lambda x: x.expand(3, 2)[0].add_(1), t([1.0, 2.0]))", "float32", [2.0, 3.0])
# Norms of matrices
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]))", "float32", 5.47723)
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), 1)", "float32", 6.0)
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), -1)", "float32", 4.0)
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), inf)", "float32", 7.0)
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), -inf, keepdim=True)", "float32", [[3.0]])
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), 'fro')", "float32", 5.47723)
row("torch.linalg.norm(t([[1.0, -2.0], [3.0, 4.0]]), 3, dim=1)", "float32", [2.08008, 4.49794])
row("torch.linalg.norm(t([[[1.0, -2.0], [3.0, 4.0]]]), 1, dim=(0, 2))", "float32", [2.0, 4.0])
row("torch.linalg.norm(t([[[1.0, -2.0], [3.0, 4.0]]]), inf, dim=(-1, 0))", "float32", [2.0, 4.0])
row("grad(lambda x: torch.linalg.norm(x, inf), [[1.0, -2.0], [3.0, 4.0]])",
    "float32", [[0.0, -0.0], [1.0, 1.0]])
# fmt: on

# What PyTorch refuses, in its words
ERRORS = [
    ("t([[1.0]]).prod((0, 1))", TypeError, "prod()"),
    ("t([[1.0]]).argmax((0, 1))", TypeError, "argmax(): argument 'dim'"),
    ("t([1]).add(t([1]), alpha=1.5)", RuntimeError, "argument alpha must not be a floating point"),
    ("t([True]) - t([True])", RuntimeError, "`-` operator, with two bool tensors"),
    ("-t([True])", RuntimeError, "Negation, the `-` operator, on a bool tensor"),
    ("t([True]) ** t([True])", NotImplementedError, "\"pow\" not implemented for 'Bool'"),
    ("t([2], uint8) ** -1", RuntimeError, "Integers to negative integer powers are not allowed."),
    ("t([1]).mean()", RuntimeError, "Got: Long"),
    ("t([1, 2]).add_(1.5)", RuntimeError, "result type Float can't be cast"),
    ("torch.eye(-1)", RuntimeError, "n must be greater or equal to 0, got -1"),
    ("torch.zeros(2, -1)", RuntimeError, "zeros: Dimension size must be non-negative."),
    ("torch.linspace(0, 1, -1)", RuntimeError, "number of steps must be non-negative"),
    ("torch.zeros(0, 3).max(0)", IndexError, "max(): Expected reduction dim 0 to have non-zero"),
    ("torch.zeros(0, 3).argmin(0)", IndexError, "argmin(): Expected reduction dim 0 to have non-z"),
    ("torch.zeros(2, 0).amax((0, 1))", IndexError, "Expected reduction dim 1 to have non-zero"),
    ("torch.zeros(0).max()", RuntimeError, "max(): Expected reduction dim to be specified"),
    ("torch.zeros(0).argmax()", IndexError, "argmax(): Expected reduction dim to be specified"),
    ("torch.tensor([1], requires_grad=True)", RuntimeError, "Only Tensors of floating point and"),
    ("torch.ones(2, dtype=long, requires_grad=True)", RuntimeError, "Only Tensors of floating"),
    ("t([1.0, 2.0]).expand(3, 2).add_(1)", RuntimeError, "more than one element of the written-to"),
    ("torch.add(t([[1.0], [2.0]]), 1, out=t(1.0).expand(2, 1))", RuntimeError, "more than one"),
    ("t([1.0, 2.0, 3.0]).topk(5)", RuntimeError, "selected index k out of range"),
    ("torch.maximum(t([1.0]), 'a')", TypeError, "maximum(): argument 'other' (position 2) must be"),
    ("1 - t([1.0]) - 'a'", TypeError, "unsupported operand type(s) for -: 'Tensor' and 'str'"),
    ("'a' - t([1.0])", TypeError, "unsupported operand type(s) for -: 'str' and 'Tensor'"),
    ("t([1.0]) < 'a'", TypeError, "'<' not supported between instances of 'Tensor' and 'str'"),
    ("torch.where(np.array([True]), t([1]), t([2]))", TypeError, "where()"),
    ("setattr(t([1.0], grad=True), 'data', t([1]))", RuntimeError, "data set to a tensor that"),
    ("t([0, 0], int8).__setitem__([1], t([1]))", RuntimeError, "source and destination dtypes"),
    ("t([1.0]).div(2, rounding_mode='up')", RuntimeError, "rounding_mode to be one of None"),
    ("t([1.0]).type('torch.Nothing')", ValueError, "invalid type"),
    ("torch.multinomial(t([1.0, -1.0]), 1)", RuntimeError, "probability tensor contains either"),
    ("torch.multinomial(t([1.0]), 2)", RuntimeError, "cannot sample n_sample > prob_dist.size(-1)"),
    ("torch.einsum('ij,jk', t([[1.0]]))", RuntimeError, "einsum()"),
    ("torch.einsum('ij', t([1.0]))", RuntimeError, "einsum()"),
    ("torch.einsum('i,i->', t([1.0] * 3), t([1.0, 2.0]))", RuntimeError, ""),
    ("torch.einsum('i->j', t([1.0]))", RuntimeError, "einsum()"),
]


def error(torch, text):
    """The error that a program raises."""
    try:
        eval(text, names(torch, "cpu"))
    except Exception as error:
        return error
    return None
