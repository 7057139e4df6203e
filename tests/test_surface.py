"""Every public name can be looked up: text for `?`, source for `??`, types for an editor."""

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import exercise
from tinygrad_lessons.autograd import Function
from tinygrad_lessons.functions import function

ROOT = Path(torch.__file__).parents[1]


CORE = [
    module
    for name, module in sorted(sys.modules.items())
    if name.partition(".")[0] == "tinygrad_lessons"
    and name.split(".")[1:2] not in (["lab"], ["classroom"])
    and name != "tinygrad_lessons.devices.sim"  # a library of its own, which nobody calls by name
]


def public(module):
    """(name, function or class) of what `module` defines, methods and properties by their class."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isclass(value):
            yield name, value
            yield from methods(name, value)
        elif callable(value):
            yield name, value


def methods(title, cls):
    for name, value in vars(cls).items():
        value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if inspect.isfunction(value) and not name.startswith("_"):
            yield f"{title}.{name}", value


PUBLIC = {
    f"{module.__name__.partition('.')[2]}.{name}": value
    for module in CORE
    for name, value in public(module)
}
EXERCISES = {id(f) for f in exercise.marked.values()}


def test_the_names_that_a_reader_looks_for_are_there():
    assert {"functions.exp", "tensor.arithmetic.Arithmetic.exp", "creation.zeros"} <= set(PUBLIC)
    assert len(PUBLIC) > 500


@pytest.mark.parametrize("name", [n for n in PUBLIC if not n.startswith("ops.")])
def test_a_public_name_has_a_docstring(name):
    assert inspect.getdoc(PUBLIC[name]), f"{name}: what does it do?"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_its_source(name):
    assert inspect.getsource(PUBLIC[name]).lstrip().startswith(("def ", "class ", "@"))


def untyped(f):
    """The parameters without a type, and "return" where that has none."""
    parameters = inspect.signature(f, follow_wrapped=False).parameters.values()
    names = [
        p.name for p in parameters if p.annotation is p.empty and p.name not in ("self", "cls")
    ]
    return names + ([] if "return" in getattr(f, "__annotations__", ()) else ["return"])


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_types(name):
    f = inspect.unwrap(PUBLIC[name])
    if inspect.isfunction(f) and id(f) not in EXERCISES:  # their text goes into notebooks
        assert not untyped(f)


def test_a_function_looks_like_its_method():
    assert "return ops.Exp.apply(self)" in inspect.getsource(torch.exp)
    assert torch.exp.__doc__ == torch.Tensor.exp.__doc__ and torch.exp.__name__ == "exp"
    assert list(inspect.signature(torch.sum).parameters) == "input dim keepdim dtype out".split()
    assert list(inspect.signature(torch.reshape).parameters) == "input sizes shape".split()


class Cube(Function):
    keeps, promotes = "inputs", float

    def forward(self, x):
        return x**3

    def backward(self, g):
        return g * 3 * self.inputs[0] ** 2


def test_an_operation_is_a_class_a_method_and_a_line(monkeypatch):
    def cube(self):
        """x * x * x"""
        return Cube.apply(self)

    monkeypatch.setattr(torch.Tensor, "cube", cube, raising=False)
    monkeypatch.setattr(torch, "cube", function(torch.Tensor.cube), raising=False)
    for device in torch.devices.available():
        x = torch.tensor([1.0, -2.0], dtype=torch.float64, device=device, requires_grad=True)
        assert torch.autograd.gradcheck(torch.cube, x) and torch.autograd.gradcheck(cube, x)
        out = torch.zeros(2, dtype=torch.float64, device=device)
        assert torch.cube(x.detach(), out=out) is out and out.tolist() == [1.0, -8.0]
    assert torch.tensor([2]).cube().dtype is torch.float32
    assert torch.cube.__doc__ == "x * x * x" and repr(x.cube().grad_fn) == "<CubeBackward0>"


@pytest.mark.parametrize("id", ["mean", "contiguous", "transpose"])
def test_a_function_calls_what_a_student_wrote(id, monkeypatch):
    ((space, name),) = exercise.places(id)
    monkeypatch.setattr(space, name, lambda self, *inputs: ("a student's", *inputs))
    if hasattr(torch, name):
        assert getattr(torch, name)(torch.ones(2), 0, 0)[:2] == ("a student's", 0)
    assert getattr(torch.ones(2), name)(0, 0)[:2] == ("a student's", 0)


@pytest.mark.parametrize(
    "body, says",
    [
        ({"keeps": "input"}, "keeps is 'input'"),
        ({"keeps": "output inputs"}, "keeps is"),
        ({"promotes": int}, "promotes is <class 'int'>"),
        ({"forward": lambda self, x, shape: x.reshape(shape)}, "a parameter 'shape'"),
        (
            {"forward": lambda self, x, dim: x.sum(dim), "backward": lambda self, g: g + self.dim},
            "reads self.dim, which forward doesn't store",
        ),
    ],
)
def test_a_wrong_declaration_fails_when_the_class_is_defined(body, says):
    with pytest.raises(TypeError, match=f"Wrong.*{says}"):
        type("Wrong", (Function,), body)


def test_what_reads_like_an_option_but_is_none_passes():
    class Right(Function):
        def forward(self, x, size, dim=0):
            self.whole = x.shape
            return x.sum(axis=dim)

        def backward(self, g):
            return g.reshape(g.size)

    assert Right.apply(torch.ones(3), size=1).item() == 3


@pytest.mark.parametrize("name", "Sum Prod Amax Amin Max Min Norm Clamp Cat Stack Tril".split())
def test_the_defaults_of_forward_are_true(name):
    x = torch.tensor([[1.0, 2.0], [4.0, 3.0]], requires_grad=True)
    options = {"min": 0} if name == "Clamp" else {}
    out = getattr(torch.ops, name).apply(x, **options)
    out.backward(torch.ones_like(out.detach()))
    assert np.isfinite(x.grad.tolist()).all()


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
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    api = pytest.importorskip("mypy.api")
    path = tmp_path / "program.py"
    path.write_text(GOOD.replace(": np.ndarray", "") + "\n".join(WRONG) + "\n")
    options = ["--strict", "--config-file=", "--follow-imports=silent"]  # as where it is installed
    text, _, _ = api.run([*options, "--cache-dir", str(tmp_path), str(path)])
    first = len(GOOD.splitlines()) + 1
    lines = {int(line.split(":")[1]) for line in text.splitlines() if ": error:" in line}
    assert lines == set(range(first, first + len(WRONG))), text
