"""The stubs say what the code is: the same names, parameters and defaults; mypy reads them."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import tinygrad_lessons as torch

ROOT = Path(torch.__file__).parent
STUBS = {
    ".".join(("tinygrad_lessons", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): ast.parse(path.read_text())
    for path in sorted(ROOT.rglob("*.pyi"))
    if not path.name.startswith("_types")
}


def declared():
    """(name of the stub's function, the node, the function itself)"""
    for module, tree in STUBS.items():
        space = torch if module.endswith(".functions") else importlib.import_module(module)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield f"{module}.{node.name}", node, getattr(space, node.name)
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        name = f"{module}.{node.name}.{method.name}"
                        yield name, method, getattr(getattr(space, node.name), method.name)


def parameters(function):
    """[(name, default), ...]: a default that is no plain value is shown as None."""
    for p in inspect.signature(function).parameters.values():
        mark = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        yield mark + p.name, None if p.default is p.empty else p.default


def stubbed(node):
    a, fixed = node.args, [*node.args.posonlyargs, *node.args.args]
    for arg, default in zip(
        fixed, [None] * (len(fixed) - len(a.defaults)) + a.defaults, strict=True
    ):
        yield arg.arg, default and ast.literal_eval(default)
    if a.vararg:
        yield f"*{a.vararg.arg}", None
    for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        yield arg.arg, default and ast.literal_eval(default)
    if a.kwarg:
        yield f"**{a.kwarg.arg}", None


DECLARED = [
    pytest.param(node, function, id=name)
    for name, node, function in declared()
    if not any(isinstance(d, ast.Name) for d in node.decorator_list)  # overloads are chosen from
    and inspect.isfunction(inspect.unwrap(function))
]


@pytest.mark.parametrize("node, function", DECLARED)
def test_a_stub_has_the_functions_parameters(node, function):
    assert list(stubbed(node)) == list(parameters(function))


def test_every_name_of_torch_has_a_stub():
    tree = STUBS["tinygrad_lessons"]
    stubs = {alias.asname for node in tree.body for alias in getattr(node, "names", [])}
    public = {
        n for n in vars(torch) if not n.startswith("_") and n not in ("warnings", "functions")
    }
    modules = {n for n in public if inspect.ismodule(getattr(torch, n))}
    assert public - modules <= stubs and {"nn", "optim", "utils", "linalg"} <= stubs


# What only the core itself calls.
INSIDE = """record fit is_shared check_unchanged reads free misfit loading_error held crossing
decayed""".split()


@pytest.mark.parametrize(
    "name",
    "tensor.Tensor autograd.Function".split(),
)
def test_every_public_method_has_a_stub(name):
    module, _, name = f"tinygrad_lessons.{name}".rpartition(".")
    node = next(n for n in STUBS[module].body if getattr(n, "name", "") == name)
    stubs = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    for part, value in vars(getattr(importlib.import_module(module), name)).items():
        if inspect.isfunction(value) and not part.startswith("_") and part not in INSIDE:
            assert part in stubs or part == "forward"


GOOD = """
import numpy as np
import tinygrad_lessons as torch
from tinygrad_lessons import nn
from tinygrad_lessons.utils.data import DataLoader, TensorDataset

x: torch.Tensor = torch.tensor([[1.0, 2.0]], requires_grad=True, device="cpu")
y: torch.Tensor = (2 * x + 1 - x / 2) @ x.T ** 2
loss: torch.Tensor = torch.add(y, 1, out=torch.zeros(1, 1)).sum(dim=(0, 1), keepdim=True)
loss.backward()
number: float = float(loss) + float(x.shape[0]) + x.size(0)
values, indices = x.max(1)
a: np.ndarray = x.detach().numpy()


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.relu(self.layer(x))


net = Net().to("cpu")
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for batch in DataLoader(TensorDataset(x), batch_size=2, shuffle=True):
    optimizer.zero_grad()
    net(batch[0]).sum().backward()
    optimizer.step()
with torch.no_grad():
    x[0] = 5
"""
WRONG = [
    'x.sum(dim="a")',
    "torch.zeros(2, dtype=3)",
    "nn.Linear(2)",
    "x.softmax()",
    "torch.exp(1.5)",
]


def test_mypy_takes_good_code_and_names_wrong_lines(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(ROOT.parent))
    api = pytest.importorskip("mypy.api")
    path = tmp_path / "program.py"
    path.write_text(GOOD.replace(": np.ndarray", "") + "\n".join(WRONG) + "\n")
    options = ["--strict", "--config-file=", "--follow-imports=silent"]  # as where it is installed
    text, _, _ = api.run([*options, "--cache-dir", str(tmp_path), str(path)])
    first = len(GOOD.splitlines()) + 1
    lines = {int(line.split(":")[1]) for line in text.splitlines() if ": error:" in line}
    assert lines == set(range(first, first + len(WRONG))), text
