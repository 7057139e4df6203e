"""CuPy itself, which imports without a GPU: it has every call that the core makes on `xp`."""

import contextlib
import inspect
import re

import numpy as np
import pytest
import supported

import tinygrad_lessons as torch
from tinygrad_lessons.devices import sim

cupy = pytest.importorskip("cupy")

WORK = """
x.softmax(0); x.log_softmax(1); x.std(); x.norm(); x.prod(1); x.logsumexp(1); x.amax(1)
x.max(1); x.min(); x.sort(0); x.argsort(1); x.cumsum(1); x.flip(0); x.tril(); x.triu(1)
x.repeat(2, 2); x[i]; x[x > 0]; x[:, 0]; x.gather(1, i[:, None]); x // y; x % y; x ** y
x.abs(); x.round(); x.floor(); x.clamp(0.1, 0.2); torch.where(m, x, y); torch.maximum(x, y)
x @ y; x.T @ v; torch.arange(3, device=device); torch.linspace(0, 1, 3, device=device)
torch.eye(3, device=device)
torch.full((2,), 3, device=device); torch.rand(2, device=device); torch.randn(2, device=device)
torch.randint(3, (2,), device=device); torch.randperm(4, device=device); torch.cat([x, y])
torch.stack([x, y]); x.half().sum(); x.isnan(); (x > 0).any(1)
(x > 0).all(); x.argmax(1); x.diagonal(); torch.diag(v); x.unbind(0); x.expand(3, 2, 2)
"""


class Recorder:
    """The simulator's library; every call by a name of its own is noted in `seen`."""

    def __init__(self, space, path, seen):
        self._space, self._path, self._seen = space, path, seen

    def __getattr__(self, name):
        value = getattr(self._space, name)
        path = (*self._path, name)
        if inspect.ismodule(value):
            return Recorder(value, path, self._seen)
        if isinstance(value, type) or not callable(value):
            self._seen.add((path, None, None))
            return value
        return Call(value, path, self._seen)


class Call:
    """A function of the library, and ufunc.at and the like."""

    def __init__(self, function, path, seen):
        self._function, self._path, self._seen = function, path, seen

    def __call__(self, *inputs, **options):
        self._seen.add((self._path, len(inputs), tuple(sorted(options))))
        return self._function(*inputs, **options)

    def __getattr__(self, name):
        return Call(getattr(self._function, name), (*self._path, name), self._seen)


@pytest.fixture(scope="module")
def calls():
    """{(path, number of arguments, names of options)}: methods of arrays begin with "ndarray"."""
    seen, library, restored = set(), sim.xp, {}
    for name in vars(library.ndarray):
        method = vars(library.ndarray)[name]
        if inspect.isfunction(method) and not name.startswith("__"):
            restored[name] = method
            setattr(library.ndarray, name, noted(name, method, seen))
    vars(sim)["xp"] = Recorder(library, (), seen)
    try:
        run()
    finally:
        vars(sim)["xp"] = library
        for name, method in restored.items():
            setattr(library.ndarray, name, method)
    return seen


def noted(name, method, seen):
    def call(self, *inputs, **options):
        seen.add((("ndarray", name), len(inputs) + 1, tuple(sorted(options))))
        return method(self, *inputs, **options)

    return call


def run():
    """Every example of docs/supported.md and some more, with gradients, on the simulator."""
    examples = [row[2] for found in supported.rows().values() for row in found]
    examples += [part for line in WORK.strip().splitlines() for part in line.split(";")]
    for example in examples:
        given = supported.names(torch, "sim") | {"optim": torch.optim}
        value = eval(example.strip(), given | {"Tensor": torch.Tensor})
        while isinstance(value, tuple) and not hasattr(value, "numel"):
            value = value[0] if value else None
        if isinstance(value, torch.Tensor) and value.requires_grad and value.grad_fn is not None:
            with contextlib.suppress(RuntimeError):  # x // y has no gradient
                value.backward(torch.ones_like(value.detach()))


def signature(function):
    """What CuPy's function takes: from Python, or from the first line that Cython wrote."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        line = (function.__doc__ or "").strip().splitlines()[0]
        found = re.match(r"[\w.]+\((.*?)\)(?: -> .*)?$", line)
        assert found, f"{function}: {line}"
        parts = [re.sub(r"^(?:[\w.]+ )+(?=[\w*]+(?:=|$))", "", p) for p in split(found[1])]
        text = ", ".join(p.replace("\\*", "*") for p in parts)
        return inspect.signature(eval(f"lambda {text}: 0", {}))


def split(text):
    """The parameters of a signature, which may have commas within brackets."""
    return [part.strip() for part in re.split(r",\s*(?![^(\[]*[)\]])", text) if part.strip()]


def test_every_call_binds_to_cupys_own_signature(calls):
    wrong = []
    for path, n, options in sorted(calls, key=str):
        value = cupy
        try:
            for name in path:
                value = getattr(value, name)
        except AttributeError:
            wrong.append(f"{'.'.join(path)} is not in CuPy")
            continue
        if n is not None:
            try:
                signature(value).bind(*range(n), **dict.fromkeys(options))
            except TypeError as error:
                wrong.append(f"{'.'.join(path)}({n}, {options}): {error}")
    assert not wrong, "\n".join(wrong)
    assert len(calls) > 100


def test_the_simulators_names_are_cupys():
    library = sim.xp
    for space, theirs in ((library, cupy), (library.linalg, cupy.linalg)):
        mine = {n for n in vars(space) if not n.startswith("_")}
        assert not {n for n in mine if not hasattr(theirs, n)} - {"lib"}
    ours = {n for n in vars(library.ndarray) if not n.startswith("_")}
    assert not {n for n in ours if not hasattr(cupy.ndarray, n)}


def test_dtypes_are_cupys():
    for kind in torch.dtypes.ALL:
        assert getattr(cupy, str(kind).rpartition(".")[2]) == np.dtype(kind.np).type
