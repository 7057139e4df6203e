"""Gradients as a whole: graphs, memory, modes, errors. Single operations are in test_ops.py."""

import contextlib
import gc
import threading
import tracemalloc
import warnings
import weakref

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import autograd

DEVICES = [str(device) for device in torch.devices.available()]


def leaf(*numbers, device="cpu"):
    return torch.tensor(numbers, dtype=torch.float64, device=device, requires_grad=True)


@pytest.mark.parametrize("device", DEVICES)
def test_a_long_and_a_short_way_to_one_node(device):
    x = leaf(2.0, device=device)
    y = x * 3
    z = y
    for _ in range(5):
        z = z * 2
    (y * z + y).sum().backward()  # 32 y^2 + y
    assert x.grad.tolist() == [3 * (64 * 6 + 1)]


def test_forty_doublings_take_forty_steps():
    x = leaf(1.0)
    y = x
    for _ in range(40):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**40


@pytest.mark.parametrize("device", DEVICES)
def test_a_gradient_of_no_axis_is_an_array_that_can_be_written(device):
    y = torch.tensor(3.0, device=device, requires_grad=True)
    d = y + y
    d = d + d
    d.backward()
    assert torch.nn.utils.clip_grad_norm_([y], 1.0).item() == 4
    assert y.grad.item() == pytest.approx(1) and y.device.owns(y.grad.array)
    y.grad.zero_()
    d = y * y
    d.retain_grad()
    for _ in range(2):
        d.backward(retain_graph=True)
    assert y.grad.item() == 12
    assert d.grad.zero_().item() == 0


def test_a_chain_of_100_000_operations():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1
    del y  # the graph goes without recursion, too


def test_a_chain_that_is_never_read_backward_is_freed_without_recursion():
    y = x = leaf(1.0)
    for _ in range(100_000):
        y = y + x
    del y


def test_every_order_of_operations_gives_the_same():
    x = leaf(1.0, 2.0)
    a, b = x * 2, x * 3
    (b + a).sum().backward()
    first, x.grad = x.grad, None
    a, b = x * 2, x * 3
    (a + b).sum().backward()
    assert first.tolist() == x.grad.tolist() == [5, 5]


def test_leaves_accumulate_and_keep_their_own_memory():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    g = torch.ones(2, dtype=torch.float64)
    (x + y).backward(g)
    x.grad += 5
    assert y.grad.tolist() == [1, 1] and g.tolist() == [1, 1]
    kept = x.grad
    (x * 1).sum().backward()
    assert kept is x.grad and x.grad.tolist() == [7, 7]


def test_an_operation_may_return_one_array_for_two_operands():
    class Twice(autograd.Function):
        def forward(self, a, b):
            return a + b

        def backward(self, g):
            share = g * 1
            return share, share

    x, y = leaf(1.0), leaf(2.0)
    Twice.apply(x, y).sum().backward()
    x.grad += 5
    assert y.grad.tolist() == [1]


def test_nothing_waits_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        y = x * 2
        v = y[0]
        v += 1
        y *= 2
        y.register_hook(lambda g: g)
        z = (y * y).exp().sum() + v
        z.backward(retain_graph=True)
        seen = [weakref.ref(t) for t in (x, y, v, z)]
        nodes = [weakref.ref(t.array) for t in (y, v, z)]
        del x, y, v, z
        assert not any(ref() is not None for ref in (*seen, *nodes))
        assert gc.collect() == 0 or not [o for o in gc.garbage if isinstance(o, torch.Tensor)]
    finally:
        gc.enable()


def test_memory_does_not_grow_from_step_to_step():
    w = torch.rand(50, 50, requires_grad=True)
    x = torch.rand(20, 50)

    def step():
        w.grad = None
        (x @ w).relu().sum().backward()
        with torch.no_grad():
            w.sub_(w.grad * 0.001)

    tracemalloc.start()
    for _ in range(10):
        step()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(50):
        step()
    gc.collect()
    assert tracemalloc.get_traced_memory()[0] - before < 2000
    tracemalloc.stop()


def test_backward_frees_what_it_has_read():
    x = leaf(*range(10))
    h = x * x
    array = weakref.ref(h.array)
    y = (h * h).sum()
    del h
    assert array() is not None
    y.backward()
    assert array() is None


def test_a_second_backward():
    x = leaf(1.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 4
    with pytest.raises(
        RuntimeError,
        match="Trying to backward through the graph a second time .*Specify retain_graph=True",
    ):
        y.backward()
    assert repr(y) == "tensor([1.], dtype=tinygrad_lessons.float64, grad_fn=<MulBackward0>)"


@pytest.mark.parametrize(
    "go, words",
    [
        (lambda: torch.ones(2).sum().backward(), "element 0 of tensors does not require grad"),
        (lambda: (leaf(1.0, 2.0) * 2).backward(), "grad can be implicitly created only for scalar"),
        (
            lambda: (leaf(1.0, 2.0) * 2).backward(torch.ones(3)),
            "Mismatch in shape: grad_output.0. has",
        ),
        (lambda: torch.tensor([1, 2], requires_grad=True), "nly Tensors of floating point"),
        (
            lambda: setattr(leaf(1.0) * 2, "requires_grad", False),
            "only change requires_grad flags of",
        ),
        (lambda: setattr(leaf(1.0), "grad", torch.ones(3)), "assign a gradient of size"),
    ],
)
def test_errors(go, words):
    with pytest.raises(RuntimeError, match=words):
        go()


def test_only_leaves_keep_a_gradient_and_others_say_so():
    x = leaf(1.0)
    y = x * 2
    y.backward()
    with pytest.warns(UserWarning, match="grad attribute of a Tensor that is not a leaf Tensor"):
        assert y.grad is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x.grad is not None and torch.ones(2).grad is None
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    assert y.grad.tolist() == [4]


def test_hooks_see_and_replace_gradients():
    x = leaf(1.0)
    y = x * 3
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    x.register_hook(lambda g: g * 10)
    (y * 2).sum().backward()
    assert seen == [2] and x.grad.item() == 60


def test_a_hook_can_be_taken_away():
    x = leaf(1.0)
    y = x * 3
    handles = [x.register_hook(lambda g: g * 10), y.register_hook(lambda g: g * 100)]
    for handle in handles:
        handle.remove()
    y.backward()
    assert x.grad.tolist() == [3]


def test_integers_and_comparisons_are_not_recorded():
    x = leaf(1.0, 2.0)
    for y in (x > 1, x.argmax(), x.long(), x.isnan(), x.detach(), x.data):
        assert not y.requires_grad and y.grad_fn is None


def test_a_gradient_crosses_dtypes_and_devices():
    x = torch.ones(2, requires_grad=True)
    y = (x.double() * 2).to("sim") * 3
    y.sum().backward()
    assert x.grad.tolist() == [6, 6] and x.grad.dtype is torch.float32
    assert str(x.grad.device) == "cpu"


# Modes


def test_no_grad_nests_and_survives():
    x = leaf(1.0)
    with torch.no_grad():
        with torch.no_grad():
            pass
        assert not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
        assert not torch.is_grad_enabled()
    with contextlib.suppress(ZeroDivisionError), torch.no_grad():
        1 / 0  # noqa: B018
    assert torch.is_grad_enabled()


def test_one_no_grad_object_may_be_entered_twice():
    off = torch.no_grad()
    with off, off:
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    with off:
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_no_grad_decorates_functions_and_generators():
    @torch.no_grad()
    def modes(n):
        if n:
            return [torch.is_grad_enabled(), *modes(n - 1)]
        return [torch.is_grad_enabled()]

    @torch.no_grad()
    def each():
        got = yield torch.is_grad_enabled()
        yield got, torch.is_grad_enabled()
        return 5

    assert modes(2) == [False] * 3 and torch.is_grad_enabled()
    walk = each()
    assert next(walk) is False and torch.is_grad_enabled()
    assert walk.send("a") == ("a", False) and torch.is_grad_enabled()
    with pytest.raises(StopIteration, match="5"):
        next(walk)


def test_a_decorated_generator_can_be_closed_and_thrown_into():
    closed = []

    @torch.no_grad()
    def each():
        try:
            while True:
                try:
                    yield torch.is_grad_enabled()
                except KeyError:
                    yield "caught"
        finally:
            closed.append(torch.is_grad_enabled())

    walk = each()
    next(walk)
    assert walk.throw(KeyError()) == "caught"
    walk.close()
    assert closed == [False]


def test_the_mode_is_the_threads_own():
    seen = []

    def other():
        seen.append(torch.is_grad_enabled())
        torch.set_grad_enabled(False)

    with torch.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == [True] and torch.is_grad_enabled()


def test_set_grad_enabled_acts_at_once_and_in_a_block():
    torch.set_grad_enabled(False)
    assert not torch.is_grad_enabled()
    with torch.set_grad_enabled(True):
        assert torch.is_grad_enabled()
    assert not torch.is_grad_enabled()
    torch.set_grad_enabled(True)


# Checks of gradients


@pytest.mark.parametrize("device", DEVICES)
def test_numerical_gradient(device):
    x = torch.rand(2, 3, device=device)
    before = x.tolist()
    g = autograd.numerical_gradient(lambda x: (x**3).sum(), x)
    np.testing.assert_allclose(g.tolist(), 3 * np.array(before) ** 2, 1e-6, 1e-9)
    assert x.tolist() == before and g.dtype is torch.float64
    assert autograd.numerical_gradient(lambda x: x * x, torch.tensor(3.0)).item() == pytest.approx(
        6
    )


def test_gradcheck_accepts_right_and_names_wrong():
    x = torch.rand(3, dtype=torch.float64, requires_grad=True)
    y = torch.rand(3, dtype=torch.float64)
    assert autograd.gradcheck(lambda x, y: (x * y).exp(), (x, y))
    assert x.grad is None

    class Wrong(autograd.Function):
        keeps = "inputs"

        def forward(self, x):
            return x * x

        def backward(self, g):
            return g * self.inputs[0]

    with pytest.raises(
        RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0"
    ):
        autograd.gradcheck(Wrong.apply, x)


def test_topological_order_puts_users_first():
    x = leaf(1.0)
    a = x * 2
    b = a * a
    c = b + a
    order = autograd.topological_order(c)
    assert order == [c.grad_fn, b.grad_fn, a.grad_fn]
    assert c.grad_fn.parents == [b.grad_fn, a.grad_fn] and a.grad_fn.parents[0] is x


@pytest.mark.parametrize("device", DEVICES)
def test_retain_grad_keeps_what_the_tensor_had_in_the_end(device):
    h = torch.ones(1, requires_grad=True, device=device) * 3
    h.retain_grad()
    h.retain_grad()  # twice is once
    h.register_hook(lambda g: g * 10)  # a later hook is seen
    (h * h).sum().backward()
    assert h.grad.tolist() == [60.0]
    a = torch.ones(1, requires_grad=True, device=device).clone()
    a.retain_grad()
    a.mul_(2)  # the gradient is that of the new value
    (a * 5).sum().backward()
    assert a.grad.tolist() == [5.0]
    b = torch.ones(3, requires_grad=True, device=device) * 1
    b.retain_grad()
    b[0] = 7.0
    (b * b).sum().backward()
    assert b.grad.tolist() == [14.0, 2.0, 2.0]


def test_std_of_one_number_warns_and_is_nan():
    with pytest.warns(UserWarning, match=r"std\(\): degrees of freedom is <= 0"):
        assert torch.ones(1).std().isnan()


def test_grad_leaves_grad_alone_and_says_what_it_cannot():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    unused = torch.ones(1, requires_grad=True)
    h = x * 3
    for_x, for_h = autograd.grad((h * h).sum(), [x, h], retain_graph=True)
    assert for_x.tolist() == [18, 36] and for_h.tolist() == [6, 12] and x.grad is None
    two = autograd.grad([h.sum(), (h * h).sum()], x, retain_graph=True)
    assert two[0].tolist() == [21, 39]
    assert autograd.grad(h.sum(), [unused], allow_unused=True, retain_graph=True) == (None,)
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        autograd.grad(h.sum(), unused, retain_graph=True)
    with pytest.raises(RuntimeError, match="does not require grad"):
        autograd.grad(h.sum(), torch.ones(2))
    with pytest.raises(NotImplementedError, match="create_graph=True is not here"):
        autograd.grad(h.sum(), x, create_graph=True)
    y = x.exp()
    autograd.grad(y.sum(), x)
    with pytest.raises(RuntimeError, match="second time"):
        y.sum().backward()


class Gate(autograd.Function):
    """w times x, as PyTorch's books write a Function."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w, g * x


@pytest.mark.parametrize("device", DEVICES)
def test_a_function_with_static_methods_has_gradients(device):
    x, w = leaf(1.0, 2.0, device=device), leaf(3.0, 4.0, device=device)
    assert autograd.gradcheck(Gate.apply, (x, w))
    assert repr(Gate.apply(x, w).grad_fn) == "<GateBackward>"
    h = w * 1
    out = Gate.apply(x, h)
    h.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


def test_a_function_with_static_methods_gives_one_tensor():
    class Two(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x, x

    with pytest.raises(TypeError, match="must return one tensor, not tuple"):
        Two.apply(torch.ones(1))
