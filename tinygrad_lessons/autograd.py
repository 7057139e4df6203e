"""Gradients: operations are recorded as they run, and read back from the last to the first.

A node of the graph is one `Function` that ran. It keeps arrays, never tensors, so that no tensor
is part of a cycle: what nobody uses any more is freed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextvars import ContextVar
from functools import wraps
from itertools import count
from types import GeneratorType
from typing import TYPE_CHECKING, Any

import numpy as np

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from . import devices, dtypes, shapes
from .exercise import exercise

if TYPE_CHECKING:
    from ._types import Array
    from .devices import Device
    from .tensor import Tensor

now = count(1).__next__  # one clock for new nodes and for writes in place: what came first?
last_write, NEVER = [0], [0]
_recording = ContextVar("recording", default=True)


def is_grad_enabled() -> bool:
    """Whether operations are recorded here."""
    return _recording.get()


KEEPS = ("", "inputs", "output", "inputs output", "others", "own")
NUMBERS = (bool, int, float)
OPERATORS = {
    "Add": "+", "Sub": "-", "Rsub": "-", "Mul": "*", "Div": "/", "Pow": "** or pow()",
    "MatMul": "@", "FloorDivide": "//", "Remainder": "%", "And": "&", "Or": "|", "Xor": "^",
    "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">=",
}  # fmt: skip
SECOND_BACKWARD = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


class Function:
    """One operation: arrays in, an array out, and the gradient back again.

    keeps     what backward reads: "inputs", "output", both, "others" (inputs, each one only for the
              gradients of the others), or "own" (what forward stored)
    promotes  True: mixed operands become one dtype before; float: integers become floats, too
    view      the output shares the first operand's memory

    Written with static methods and a ctx, as in PyTorch, forward and backward are of tensors, and
    none of these words counts (see context.py).

    Operands are tensors or numbers; options, by name, are handed to forward as they are. What
    backward wants of them forward stores: self.dim = dim.

    >>> class Cube(Function):
    ...     keeps = "inputs"
    ...
    ...     def forward(self, x):
    ...         return x * x * x
    ...
    ...     def backward(self, g):
    ...         return g * 3 * self.inputs[0] ** 2
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> Cube.apply(x)
    tensor([1., 8.], grad_fn=<CubeBackward0>)
    >>> Cube.apply(x).sum().backward()
    >>> x.grad
    tensor([ 3., 12.])
    """

    __slots__ = (
        "device", "parents", "number", "shape", "dtype", "inputs", "output", "memories", "freed",
        "__dict__",
    )  # fmt: skip
    device: Any  # a Device, once there is one
    parents: list[Any]  # of each operand the node it came from, or the leaf, or None
    inputs: Any  # arrays, as `keeps` asks for them, until they are freed
    output: Array
    memories: Any
    keeps, view, title = "", False, ""
    promotes: bool | type[float] = False
    hooks, variant = (), 0
    retained: dict[int, Any] = {}  # who keeps its gradient, by reference to the tensor
    keeps_inputs = keeps_output = differentiable = False

    def __init_subclass__(cls) -> None:
        if isinstance(vars(cls).get("forward"), staticmethod):
            from .context import applied  # builds on this

            cls.apply = classmethod(applied)  # type: ignore[assignment, method-assign]
            return
        refuse_declaration(cls)
        cls.keeps_output = "output" in cls.keeps
        cls.keeps_inputs = "inputs" in cls.keeps or cls.keeps == "others"
        cls.differentiable = cls.backward is not Function.backward

    @property
    def xp(self) -> Any:
        """The array library of the device that this runs on."""
        return self.device.xp

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """The result, from the operands' arrays."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, g: Array) -> Any:
        """The operands' gradients from `g`, the result's: one, or a tuple; None where none is due.

        An operation without a backward has no gradient, and its results require none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    @classmethod
    def apply(cls, *inputs: Any, **options: Any) -> Tensor:
        """The operation's result as a tensor, recorded if an operand needs a gradient."""
        node, device, arrays, parents, memories = cls(), None, [], [], []
        numbers = mixed = needed = False
        for x in inputs:
            if isinstance(x, torch.Tensor):
                array, parent, memory = x.array, None, x._memory
                if device is None:
                    device, dtype, kind = x.device, array.dtype, type(array)
                elif x.device is not device:
                    one_device([x for x in inputs if isinstance(x, torch.Tensor)])
                elif array.dtype is not dtype:
                    mixed = True
                if x._view is not None:
                    x._refresh()
                if x._requires_grad:
                    needed, parent = True, x._node or x
            else:
                array, parent, memory, numbers = number(x, cls), None, NEVER, True
                if array is NotImplemented:
                    return array
            arrays.append(array)
            parents.append(parent)
            memories.append(memory)
        if cls.promotes and (mixed or (numbers or cls.promotes is float) and dtype.kind != "f"):
            arrays = promoted(arrays, cls.promotes)
        node.device = device
        try:
            out = node.forward(*arrays, **options)
        except ValueError as error:
            raise node.misfit(arrays, error) from error
        if type(out) is not kind:
            out = checked(out, node.device, f"{cls.__name__}.forward")
        result = torch.Tensor(out, node.device)
        if node.view:
            result._alias(inputs[0], node, options)
        if needed and _recording.get() and cls.differentiable and out.dtype.kind == "f":
            node.record(result, arrays, parents, memories)
        return result

    def record(
        self, result: Tensor, arrays: list[Array], parents: list[Any], memories: list[list[int]]
    ) -> None:
        """Become the node of the graph that the tensor `result` came from."""
        self.parents, self.number, self.freed = parents, now(), False
        self.shape, self.dtype = result.array.shape, result.array.dtype
        result._requires_grad, result._node = True, self
        if self.keeps_inputs:
            self.inputs, self.memories = arrays, memories
        if self.keeps_output:
            self.output = result.array
            self.memories = [*(memories if self.keeps_inputs else ()), result._memory]

    def needs(self, i: int) -> bool:
        """Whether operand `i` needs a gradient."""
        return self.parents[i] is not None

    def gradients(self, g: Array) -> list[tuple[Any, Array]]:
        """[(parent, its gradient), ...] where one is needed, from the output's gradient `g`."""
        if not self.shape and isinstance(g, np.generic):  # a sum of two 0-d arrays
            g = np.asarray(g)
        if self.hooks:
            g = hooked(g, self.hooks, self.device)
        if self.retained:
            retain(g, self.retained.values())
        if self.freed:
            raise RuntimeError(SECOND_BACKWARD)
        if last_write[0] > self.number:
            self.check_unchanged()
        grads, kind, pairs = self.backward(g), type(g), []
        if type(grads) is not tuple:
            grads = tuple(grads) if type(grads) is list else (grads,)
        if len(grads) != len(self.parents):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {len(self.parents)}, got {len(grads)})"
            )
        for parent, grad in zip(self.parents, grads):  # noqa: B905
            if parent is None or grad is None:
                continue
            like = parent if isinstance(parent, Function) else parent.array
            if type(grad) is not kind or grad.shape != like.shape or grad.dtype is not like.dtype:
                grad = self.fit(grad, like, parent.device)
            if like is not parent and parent._grad is None and self.is_shared(grad, g, grads):
                grad = grad.copy()  # a leaf will keep it
            pairs.append((parent, grad))
        return pairs

    def fit(self, grad: Any, like: Any, device: Device) -> Array:
        """`grad` with the shape and dtype of `like`: what broadcasting repeated is summed."""
        grad = checked(grad, device, f"{type(self).__name__}.backward")
        if grad.shape != like.shape:
            try:
                grad = checked(shapes.unbroadcast(grad, like.shape), device, "unbroadcast")
            except (ValueError, IndexError):
                raise RuntimeError(
                    f"Function {self.name()} returned an invalid gradient - got "
                    f"{list(grad.shape)} but expected shape compatible with {list(like.shape)}"
                ) from None
        return grad.astype(like.dtype, copy=False)

    def is_shared(self, grad: Array, given: Array, grads: Sequence[Any]) -> bool:
        """Whether somebody else may write into the memory of `grad`."""
        if type(grad) is type(given) and self.device.xp.may_share_memory(grad, given):
            return True
        return not grad.size or sum(x is grad for x in grads) > 1  # of no numbers NumPy can't tell

    def check_unchanged(self) -> None:
        """Raise if what backward reads has been written over since."""
        if not (self.keeps_inputs or self.keeps_output):
            return
        kept = self.inputs if self.keeps_inputs else []
        for i, memory in enumerate(self.memories):
            if memory[0] > self.number and self.reads(i):
                self.refuse_changed(kept[i] if i < len(kept) else self.output)

    def refuse_changed(self, array: Array) -> None:
        """Say that `array`, which was kept for backward, has been written over."""
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by an "
            f"inplace operation: [{dtypes.of(array).legacy}Tensor {list(array.shape)}], "
            f"kept by {self.name()}\n"
            "  Write x = x + 1 instead of x += 1, or change a .clone()."
        )

    def reads(self, i: int) -> bool:
        """Whether backward reads what is kept at place `i`."""
        others = self.parents[:i] + self.parents[i + 1 :]
        return self.keeps != "others" or any(p is not None for p in others)

    def free(self) -> None:
        """Let go of the arrays that were kept for backward."""
        if self.keeps:
            self.freed, self.inputs, self.output, self.memories = True, None, None, None
            if self.keeps == "own":
                self.__dict__.clear()

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        """The error that says in torch's words why operands don't fit."""
        fitting = [x.shape for x in arrays if hasattr(x, "shape")]
        text = shapes.mismatch(*fitting) if self.promotes and len(fitting) == 2 else None
        return RuntimeError(text or str(error))

    def name(self) -> str:
        """What torch calls this node: AddBackward0."""
        return f"{self.title or type(self).__name__}Backward{self.variant}"

    def __repr__(self) -> str:
        return f"<{self.name()}>"


def refuse_declaration(op: type[Function]) -> None:
    """Raise TypeError if what the class `op` says about itself can't be meant."""
    name, code = op.__name__, op.forward.__code__
    words = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if op.keeps not in KEEPS:
        raise TypeError(f"{name}.keeps is {op.keeps!r}, but must be one of {KEEPS}")
    if op.promotes not in (False, True, float):
        raise TypeError(f"{name}.promotes is {op.promotes!r}, but must be False, True or float")
    if taken := set(words) & set(Function.__slots__):
        raise TypeError(f"{name}.forward has a parameter {taken.pop()!r}: the engine's own name")
    for word in words[1:]:
        if unstored(op, word):
            raise TypeError(
                f"{name}.backward reads self.{word}, which forward doesn't store\n"
                f"  Write self.{word} = {word} in forward."
            )


def unstored(op: type[Function], word: str) -> bool:
    """Whether backward reads the option `word` of forward, and nothing in the class stores it."""
    parts = {f for c in op.__mro__[:-2] for f in vars(c).values() if hasattr(f, "__code__")}
    readers = parts & {op.backward}
    said = {name for f in parts - readers for name in f.__code__.co_names}
    read = any(word in f.__code__.co_names and word not in f.__globals__ for f in readers)
    return read and word not in said and not hasattr(np.ndarray, word)


def one_device(tensors: Sequence[Tensor]) -> Device:
    """The device that all of the tensors are on; torch's error where there are two."""
    device = tensors[0].device
    return device if all(x.device is device for x in tensors) else devices.common(*tensors)


def number(x: Any, op: type[Function]) -> Any:
    """An operand that is no tensor, as a Python number, which never widens an array's dtype.

    Of another class an operator makes NotImplemented: Python asks that class, or refuses.
    """
    if type(x) in NUMBERS or x is None and not op.promotes:
        return x
    if isinstance(x, (np.generic, *NUMBERS)):
        return x.item() if isinstance(x, np.generic) else int(x)
    name = op.__name__
    if isinstance(x, np.ndarray):
        raise TypeError(
            f"unsupported operand type(s) for {OPERATORS.get(name, name)}: 'Tensor' and 'ndarray'\n"
            "  Make it a tensor: torch.as_tensor(x)"
        )
    if name in OPERATORS:
        return NotImplemented
    kind = type(x).__name__
    raise TypeError(f"{name.lower()}(): argument 'other' (position 2) must be Tensor, not {kind}")


def checked(out: Any, device: Device, source: str) -> Array:
    """`out` if it is an array of the device; NumPy's scalars become 0-d arrays."""
    if isinstance(out, np.generic) and device.xp is np:
        return np.asarray(out)
    if not device.owns(out):
        found = f"{type(out).__module__}.{type(out).__name__}".removeprefix("builtins.")
        raise TypeError(f"{source} must return an array of {device}, not {found}")
    return out


def promoted(arrays: list[Any], target: bool | type) -> list[Any]:
    """The operands in the dtype that they have in common; numbers stay as they are."""
    dtype = dtypes.common(arrays)
    if target is float and dtype.kind != "f":
        dtype = dtypes.float32.np
    return [x.astype(dtype) if hasattr(x, "dtype") and x.dtype != dtype else x for x in arrays]


def hooked(g: Array, hooks: Sequence[Callable[..., Any]], device: Device) -> Array:
    """What the hooks make of the gradient `g`, an array even where NumPy added two of no axis."""
    if isinstance(g, np.generic):
        g = np.asarray(g)
    for hook in hooks:
        changed = hook(torch.Tensor(g, device))
        if changed is not None:
            if changed.shape != g.shape:
                raise RuntimeError(f"hook '{hook.__name__}' has changed the size of value")
            g = changed.array
    return g


def retain(g: Array, tensors: Iterable[Callable[[], Tensor | None]]) -> None:
    """Add a copy of the array `g` to the .grad of those of `tensors` that still are."""
    for tensor in (ref() for ref in tensors):
        if tensor is not None:
            summed = g.copy() if tensor._grad is None else tensor._grad.array + g
            tensor._grad = torch.Tensor(hooked(summed, (), tensor.device), tensor.device)


class Handle:
    """A hook on the gradient of `owner`, a leaf or a node; remove() takes it away."""

    def __init__(self, hook: Callable[[Tensor], Any], owner: Any) -> None:
        self.hook, self.owner = hook, owner
        owner.hooks = (*owner.hooks, hook)

    def remove(self) -> None:
        """Call the hook no more."""
        self.owner.hooks = tuple(h for h in self.owner.hooks if h is not self.hook)


@exercise("topological-order")
def topological_order(root):
    """The nodes that the tensor `root` came from, each one after all that use it."""
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    return sorted(seen, key=lambda node: node.number, reverse=True)


def first_gradient(root: Tensor, gradient: Tensor | None) -> Array:
    """The array that backward begins with at `root`. What does not fit raises."""
    if not root.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None:
        if root.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        gradient = torch.ones_like(root)
    else:
        gradient = gradient._as(root.array.dtype)
    if gradient.shape != root.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} "
            f"and output[0] has a shape of {root.shape}."
        )
    return gradient.array


@exercise("backward")
def backward(root, gradient=None, retain_graph=False):
    """Add to the .grad of every leaf its share of `gradient`, which is that of `root`."""
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        if node in grads:
            for parent, share in node.gradients(grads.pop(node)):
                if isinstance(parent, torch.Tensor):
                    parent.accumulate_grad(share)
                else:
                    grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool = False,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of the sum of `outputs` for each of `inputs`; no .grad is changed.

    With allow_unused, None stands for an input that the outputs don't depend on. These gradients
    have no gradients themselves: create_graph=True raises.

    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> grad(x * x, x)
    (tensor(6.),)
    """
    if create_graph:
        raise NotImplementedError(
            "grad(): create_graph=True is not here: gradients have no gradients\n"
            "  Take differences: torch.autograd.numerical_gradient(f, x)"
        )
    roots = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    wanted = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
    given = grad_outputs if isinstance(grad_outputs, (list, tuple)) else [grad_outputs] * len(roots)
    if not all(x.requires_grad for x in wanted):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    found: dict[Any, Array] = {}
    for root, g in zip(roots, given, strict=True):
        spread(root, first_gradient(root, g), found)
    if not retain_graph:
        for root in roots:
            for node in topological_order(root) if root.grad_fn else ():
                node.free()
    results = [found.get(x.grad_fn or x) for x in wanted]
    if not allow_unused and any(g is None for g in results):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set "
            "allow_unused=True if this is the desired behavior."
        )
    pairs = zip(wanted, results, strict=True)
    return tuple(None if g is None else torch.Tensor(g.copy(), x.device) for x, g in pairs)


def spread(root: Tensor, g: Array, found: dict[Any, Array]) -> None:
    """Add to `found` the gradient of each node and leaf that `root` came from, whose own is `g`."""
    passed = {root.grad_fn or root: g}
    for node in topological_order(root) if root.grad_fn else ():
        for parent, share in node.gradients(passed[node]) if node in passed else ():
            passed[parent] = passed[parent] + share if parent in passed else share
    for place, share in passed.items():
        found[place] = found[place] + share if place in found else share


def one_step(out: Tensor, g: Tensor) -> list[Tensor]:
    """The gradients that the last operation of `out` hands on to its operands, given `g`."""
    if out.grad_fn is None:
        raise RuntimeError("one_step(): this tensor came from no operation that was recorded")
    pairs = out.grad_fn.gradients(g.array)
    return [torch.Tensor(share, parent.device) for parent, share in pairs]


class block:
    """A `with` block, and a decorator, from a generator function that yields once in between."""

    def __init__(self, steps: Callable[[], Generator[None]]) -> None:
        self.steps = steps
        self.running: list[Generator[None]] = []

    def __enter__(self) -> None:
        self.running.append(self.steps())
        next(self.running[-1])

    def __exit__(self, *error: Any) -> None:
        next(self.running.pop(), None)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapped(*args: Any, **options: Any) -> Any:
            with block(self.steps):
                result = function(*args, **options)
            return self._each(result) if isinstance(result, GeneratorType) else result

        return wrapped

    def _each(self, values: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """A generator's values; the block is left at each of them, or it would go on outside."""
        step: Callable[[Any], Any] = values.send
        given: Any = None
        while True:
            with block(self.steps):
                try:
                    value = step(given)
                except StopIteration as stop:
                    return stop.value
            try:
                step, given = values.send, (yield value)
            except BaseException as error:
                step, given = values.throw, error


class set_grad_enabled:
    """Record from here on, or don't; as a `with` block, to its end."""

    def __init__(self, mode: bool) -> None:
        self.before = is_grad_enabled()
        _recording.set(bool(mode))

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        _recording.set(self.before)


@exercise("no-grad")
def no_grad():
    """Record nothing in a `with` block, or in the function that it decorates."""

    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        try:
            yield
        finally:
            torch.set_grad_enabled(before)

    return paused


def enable_grad() -> block:
    """Record again, within a block that records nothing.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    ...     with enable_grad():
    ...         z = x * 2
    >>> y.requires_grad, z.requires_grad
    (False, True)
    """

    @block
    def recorded() -> Generator[None]:
        with set_grad_enabled(True):
            yield

    return recorded


@exercise("numerical-gradient")
def numerical_gradient(f, x):
    """(f(x + h) - f(x - h)) / 2h for each number of x, in float64. f: tensor -> number"""
    x, h = x.detach().double().clone(), 1e-6
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / (2 * h)
        x[i] = before
    return g


def gradcheck(
    f: Callable[..., Tensor],
    inputs: Tensor | Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """Whether backward agrees with central differences, or RuntimeError saying where it doesn't.

    The gradient that comes in is random. `inputs` are float64 tensors; those that require grad are
    looked at.

    >>> gradcheck(torch.exp, torch.ones(3, dtype=torch.float64, requires_grad=True))
    True
    """
    inputs = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
    leaves = [x.detach().requires_grad_(x.requires_grad) for x in inputs]
    out = f(*leaves)
    given = torch.rand_like(out.detach())
    out.backward(given)
    for i, leaf in enumerate(leaves):
        if not leaf.requires_grad:
            continue

        def at(x: Tensor, i: int = i) -> Tensor:
            return (f(*leaves[:i], x, *leaves[i + 1 :]) * given).sum()

        numerical = numerical_gradient(at, leaf)
        ours = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        if not torch.allclose(ours, numerical, rtol=rtol, atol=atol):
            raise RuntimeError(
                f"Jacobian mismatch for output 0 with respect to input {i},\n"
                f"numerical:{numerical}\nanalytical:{ours}\n"
            )
    return True
