"""Gradients: operations are recorded as they run, and read back from the last to the first.

A node of the graph is one `Function` that ran. It keeps arrays, never tensors, so that no tensor
is part of a cycle: what nobody uses any more is freed at once.
"""

from contextvars import ContextVar
from functools import wraps
from inspect import isgeneratorfunction
from itertools import count
from operator import attrgetter

import numpy as np

import tinygrad_lessons as torch

from . import devices, dtypes, shapes
from .exercise import exercise

now = count(1).__next__  # one clock for new nodes and for writes in place: what came first?
_recording = ContextVar("recording", default=True)
is_grad_enabled = _recording.get

NUMBERS = (bool, int, float)
SECOND_BACKWARD = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


class Function:
    """One operation: arrays in, an array out, and the gradient back again.

    keeps     what backward reads: "inputs", "output", both, "others" (inputs, each one only for the
              gradients of the others), or "own" (arrays that forward made)
    promotes  True: mixed operands become one dtype before; float: integers become floats, too
    view      the output shares the first operand's memory
    """

    __slots__ = ("device", "parents", "number", "shape", "dtype", "__dict__")
    keeps, promotes, view, title = "", False, False, ""
    backward, hooks, freed, variant = None, (), False, 0

    xp = property(lambda self: self.device.xp)

    @classmethod
    def apply(cls, *inputs, **options):
        """The operation's result as a tensor, recorded if an operand needs a gradient."""
        node, device, arrays, parents = cls(), None, [], []
        numbers = mixed = needed = False
        for x in inputs:
            if isinstance(x, torch.Tensor):
                array, parent = x.array, None
                if device is None:
                    device, dtype, kind = x.device, array.dtype, type(array)
                elif x.device is not device:
                    devices.common(*[x for x in inputs if isinstance(x, torch.Tensor)])
                elif array.dtype is not dtype:
                    mixed = True
                if x._requires_grad:
                    needed = True
                    parent = x._node if x._view is None else x.grad_fn
                    if parent is None:
                        parent = x
            else:
                array, parent, numbers = number(x, cls), None, True
            arrays.append(array)
            parents.append(parent)
        if cls.promotes and (mixed or (numbers or cls.promotes is float) and dtype.kind != "f"):
            arrays = promoted(arrays, cls.promotes)
        node.device = device
        if options:
            node.__dict__.update(options)
        try:
            out = node.forward(*arrays, **options)
        except ValueError as error:
            raise node.misfit(arrays, error) from error
        if type(out) is not kind:
            out = node.checked(out, "forward")
        result = torch.Tensor(out, node.device)
        if node.view:
            result._alias(inputs[0], node, options)
        if needed and is_grad_enabled() and cls.backward and out.dtype.kind == "f":
            node.record(inputs, arrays, parents, result)
        return result

    def record(self, inputs, arrays, parents, result):
        """Become the node of the graph that `result` came from."""
        self.parents, self.number = parents, now()
        self.shape, self.dtype = result.array.shape, result.array.dtype
        result._requires_grad, result._node = True, self
        keeps, memories = self.keeps, None
        if "put" in keeps or keeps == "others":
            memories = []
            if keeps != "output":
                self.inputs = arrays
                memories = [x._memory if isinstance(x, torch.Tensor) else (0,) for x in inputs]
            if "output" in keeps:
                self.output = result.array
                memories.append(result._memory)
            self.memories = memories

    def needs(self, i):
        """Whether operand `i` needs a gradient."""
        return self.parents[i] is not None

    def gradients(self, g):
        """The gradient for each parent, or None, from the output's gradient `g`."""
        for hook in self.hooks:
            g = hooked(hook, g, self.device)
        if self.freed:
            raise RuntimeError(SECOND_BACKWARD)
        if self.keeps:
            self.check_unchanged()
        grads = self.backward(g)
        if type(grads) not in (tuple, list):
            grads = (grads,)
        fitted = []
        for parent, grad in zip(self.parents, grads, strict=True):
            if parent is None or grad is None:
                fitted.append(None)
            else:
                fitted.append(self.fit(parent, grad, g))
        return fitted

    def fit(self, parent, grad, given):
        """`grad` with its parent's shape and dtype, in memory of its own if it is for a leaf."""
        leaf = isinstance(parent, torch.Tensor)
        like = parent.array if leaf else parent
        device = parent.device
        if type(grad) is not device.xp.ndarray:
            grad = self.checked(grad, "backward", device)
        if grad.shape != like.shape:
            grad = self.summed(grad, like.shape)
        if grad.dtype is not like.dtype:
            grad = grad.astype(like.dtype)
        if leaf and device.xp.may_share_memory(grad, given):
            grad = grad.copy()
        return grad

    def summed(self, grad, shape):
        """`grad` without what broadcasting repeated."""
        try:
            return shapes.unbroadcast(grad, shape)
        except (ValueError, IndexError, TypeError):
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient - got {list(grad.shape)} "
                f"but expected shape compatible with {list(shape)}"
            ) from None

    def checked(self, out, method, device=None):
        """`out` if it is an array of the device; NumPy's scalars become 0-d arrays."""
        device = device or self.device
        if isinstance(out, np.generic) and device.xp is np:
            return np.asarray(out)
        if not device.owns(out):
            found = f"{type(out).__module__}.{type(out).__name__}".removeprefix("builtins.")
            raise TypeError(
                f"{type(self).__name__}.{method} must return an array of {device}, not {found}"
            )
        return out

    def check_unchanged(self):
        """Raise if what backward needs has been written over since."""
        for i, memory in enumerate(self.__dict__.get("memories", ())):
            if memory[0] > self.number and self.reads(i):
                kept = self.inputs[i] if i < len(self.parents) and "output" != self.keeps else self.output
                kind = dtypes.legacy_name(dtypes.of(kept))
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an "
                    f"inplace operation: [{kind} {list(kept.shape)}], kept by {self.name()}\n"
                    "  Write x = x + 1 instead of x += 1, or change a .clone()."
                )

    def reads(self, i):
        """Whether backward needs what is kept at place `i`."""
        if self.keeps != "others":
            return True
        return any(p is not None for j, p in enumerate(self.parents) if j != i)

    def free(self):
        """Let go of the arrays that were kept for backward."""
        if self.keeps == "own":
            self.__dict__.clear()
        elif self.keeps:
            for name in ("inputs", "output", "memories"):
                self.__dict__.pop(name, None)
        self.freed = bool(self.keeps)

    @classmethod
    def misfit(cls, arrays, error):
        """The error that says in torch's words why operands don't fit."""
        fitting = [x.shape for x in arrays if hasattr(x, "shape")]
        text = shapes.mismatch(*fitting) if cls.promotes and len(fitting) == 2 else None
        return RuntimeError(text or str(error))

    def name(self):
        """What torch calls this node: AddBackward0."""
        return f"{self.title or type(self).__name__}Backward{self.variant}"

    def __repr__(self):
        return f"<{self.name()}>"


def number(x, op):
    """An operand that is no tensor, as a Python number, which never widens an array's dtype."""
    if type(x) in NUMBERS or x is None:
        return x
    if isinstance(x, np.generic) or isinstance(x, NUMBERS):
        return x.item() if isinstance(x, np.generic) else float(x) if isinstance(x, float) else int(x)
    hint = "\n  Make it a tensor: torch.as_tensor(x)" if isinstance(x, np.ndarray) else ""
    raise TypeError(
        f"unsupported operand type(s) for {op.__name__}: 'Tensor' and '{type(x).__name__}'{hint}"
    )


def promoted(arrays, target):
    """The operands in the dtype that they have in common; numbers stay as they are."""
    dtype = dtypes.common(arrays)
    if target is float and dtype.kind != "f":
        dtype = dtypes.get_default_dtype().np
    return [
        x.astype(dtype) if hasattr(x, "dtype") and x.dtype != dtype else x for x in arrays
    ]


def hooked(hook, g, device):
    """What a hook makes of the gradient `g`."""
    changed = hook(torch.Tensor(g, device))
    return g if changed is None else changed.array


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


@exercise("backward")
def backward(root, gradient=None, retain_graph=False):
    """Add to the .grad of every leaf its share of `gradient`, which is that of `root`."""
    if not root.requires_grad:
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn"
        )
    if gradient is None:
        if root.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        gradient = torch.ones_like(root)
    if gradient.shape != root.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} "
            f"and output[0] has a shape of {root.shape}."
        )
    if root.is_leaf:
        root.accumulate_grad(gradient.array.copy())
        return
    grads = {root.grad_fn: gradient.array}
    for node in torch.autograd.topological_order(root):
        if node not in grads:
            continue
        for parent, g in zip(node.parents, node.gradients(grads.pop(node)), strict=True):
            if g is None:
                continue
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(g)
            else:
                grads[parent] = grads[parent] + g if parent in grads else g
        if not retain_graph:
            node.free()


class block:
    """A `with` block, and a decorator, from a generator function that yields once in between."""

    def __init__(self, steps):
        self.steps, self.running = steps, []

    def __enter__(self):
        self.running.append(self.steps())
        next(self.running[-1])

    def __exit__(self, *error):
        next(self.running.pop(), None)

    def __call__(self, function):
        if isgeneratorfunction(function):
            return self._wrap_generator(function)

        @wraps(function)
        def wrapped(*args, **options):
            with block(self.steps):
                return function(*args, **options)

        return wrapped

    def _wrap_generator(self, function):
        @wraps(function)
        def wrapped(*args, **options):
            values, sent = function(*args, **options), None
            while True:
                with block(self.steps):  # left before each yield, or the caller would be in it
                    try:
                        value = values.send(sent)
                    except StopIteration as stop:
                        return stop.value
                sent = yield value

        return wrapped


class set_grad_enabled:
    """Record from here on, or don't; as a `with` block, to its end."""

    def __init__(self, mode):
        self.before = is_grad_enabled()
        _recording.set(bool(mode))

    def __enter__(self):
        pass

    def __exit__(self, *error):
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


@block
def _recorded():
    with set_grad_enabled(True):
        yield


def enable_grad():
    """Record again, within a block that records nothing."""
    return block(_recorded.steps)


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


def gradcheck(f, inputs, eps=1e-6, atol=1e-5, rtol=1e-3):
    """Whether backward agrees with central differences, or RuntimeError saying where it doesn't.

    The gradient that comes in is random. `inputs` are float64 tensors; those that require grad are
    looked at. Example: `gradcheck(torch.exp, torch.rand(3, dtype=torch.float64, requires_grad=True))`
    """
    inputs = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
    leaves = [x.detach().requires_grad_(x.requires_grad) for x in inputs]
    out = f(*leaves)
    given = torch.rand_like(out.detach())
    out.backward(given)
    for i, leaf in enumerate(leaves):
        if not leaf.requires_grad:
            continue

        def at(x, i=i):
            return (f(*leaves[:i], x, *leaves[i + 1 :]) * given).sum()

        numerical = numerical_gradient(at, leaf)
        ours = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        if not torch.allclose(ours, numerical, rtol=rtol, atol=atol):
            raise RuntimeError(
                f"Jacobian mismatch for output 0 with respect to input {i},\n"
                f"numerical:{numerical}\nanalytical:{ours}\n"
            )
    return True
