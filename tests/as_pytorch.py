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
