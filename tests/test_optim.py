"""optim against the formulas, written out in NumPy; in place, in blocks, options by group."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import optim

STEPS = 5


def trained(make, device="cpu", shape=(3, 2), seed=0, steps=STEPS):
    """[parameter after each step], with the same gradients for every optimizer."""
    rng = np.random.default_rng(seed)
    p = torch.nn.Parameter(torch.tensor(rng.standard_normal(shape), device=device))
    optimizer, found = make([p]), [p.detach().cpu().numpy().copy()]
    for _ in range(steps):
        p.grad = torch.tensor(rng.standard_normal(shape), device=device)
        optimizer.step()
        found.append(p.detach().cpu().numpy().copy())
    return found


def by_formula(update, shape=(3, 2), seed=0, steps=STEPS):
    rng = np.random.default_rng(seed)
    found, memory = [rng.standard_normal(shape)], {}
    for t in range(1, steps + 1):
        found.append(update(found[-1], rng.standard_normal(shape), memory, t))
    return found


def sgd(lr, momentum=0.0, decay=0.0):
    def update(p, g, memory, t):
        memory["v"] = momentum * memory.get("v", 0) + g + decay * p
        return p - lr * memory["v"]

    return update


def adam(lr, b1=0.9, b2=0.999, eps=1e-8, decay=0.0, apart=0.0):
    def update(p, g, memory, t):
        g = g + decay * p
        memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * g**2
        m, v = memory["m"] / (1 - b1**t), memory["v"] / (1 - b2**t)
        return p - lr * apart * p - lr * m / (np.sqrt(v) + eps)

    return update


CASES = [
    (lambda ps: optim.SGD(ps, lr=0.1), sgd(0.1)),
    (lambda ps: optim.SGD(ps, 0.1, 0.9), sgd(0.1, 0.9)),
    (lambda ps: optim.SGD(ps, 0.1, weight_decay=0.3), sgd(0.1, decay=0.3)),
    (lambda ps: optim.SGD(ps, 0.1, momentum=0.5, weight_decay=0.3), sgd(0.1, 0.5, 0.3)),
    (lambda ps: optim.Adam(ps, lr=0.1), adam(0.1)),
    (lambda ps: optim.Adam(ps, 0.1, (0.5, 0.8), 0.1, 0.3), adam(0.1, 0.5, 0.8, 0.1, 0.3)),
    (lambda ps: optim.AdamW(ps, lr=0.1), adam(0.1, apart=0.01)),
    (lambda ps: optim.AdamW(ps, lr=0.1, weight_decay=0.3), adam(0.1, apart=0.3)),
]


@pytest.mark.parametrize("make, update", CASES)
@pytest.mark.parametrize(
    "device, shape", [("cpu", (3, 2)), ("sim", (3, 2)), ("cpu", ()), ("cpu", (0, 3))]
)
def test_steps_follow_the_formula(make, update, device, shape):
    for got, want in zip(trained(make, device, shape), by_formula(update, shape), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10)


@pytest.mark.parametrize("make, update", CASES)
def test_blocks_cover_every_number_of_a_large_parameter(make, update):
    shape = (7, optim.CACHE // 3)
    got, want = trained(make, shape=shape, steps=2)[-1], by_formula(update, shape, steps=2)[-1]
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(300, 200), (1, optim.CACHE + 1), (optim.CACHE + 1,)])
def test_a_step_is_in_place_for_any_layout_and_leaves_the_gradient_alone(shape):
    flipped = np.ones(shape[::-1], np.float32)
    p = torch.from_numpy(flipped.T).requires_grad_()
    p.grad = torch.full(shape, 2.0)
    optim.SGD([p], lr=0.25, weight_decay=0.5).step()
    np.testing.assert_array_equal(flipped, 1 - 0.25 * 2.5)
    assert (p.grad == 2).all()


def test_parameters_without_gradient_stay_and_zero_grad_forgets():
    a, b = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    for make in (optim.SGD, optim.Adam, optim.AdamW):
        optimizer = make([a, b])
        a.grad = torch.ones(2)
        optimizer.step()
        optimizer.zero_grad()
        assert a.grad is None and b.tolist() == [1, 1]
    assert a.is_leaf and a.requires_grad and a.grad_fn is None


def test_groups_have_options_of_their_own_that_may_change_between_steps():
    a, b = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    optimizer = optim.SGD([{"params": [a], "lr": 1.0}, {"params": [b]}], lr=0.5)
    a.grad = b.grad = torch.ones(1)
    optimizer.step()
    optimizer.param_groups[1]["lr"] = 2.0
    optimizer.step()
    assert (a.item(), b.item()) == (-2.0, -2.5)


def test_float32_parameters_stay_float32_with_a_numpy_learning_rate():
    p = torch.nn.Parameter(torch.ones(3))
    for make in (optim.SGD, optim.Adam, optim.AdamW):
        p.grad = torch.ones(3)
        make([p], lr=np.float64(0.1)).step()
        assert p.dtype is torch.float32


def test_a_step_between_forward_and_backward_is_noticed():
    p = torch.nn.Parameter(torch.ones(2))
    loss = (p * p).sum()
    p.grad = torch.ones(2)
    optim.SGD([p], lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_an_optimizer_neither_records_nor_transfers():
    p = torch.nn.Parameter(torch.ones(2, device="sim"))
    for make in (lambda ps: optim.SGD(ps, momentum=0.9), optim.Adam, optim.AdamW):
        p.grad = torch.ones(2, device="sim")
        with torch.devices.transfer_guard("disallow"):
            make([p]).step()
    assert p.grad_fn is None


@pytest.mark.parametrize(
    "params, options, error, text",
    [
        ([], {}, ValueError, "optimizer got an empty parameter list"),
        ([1.0], {}, TypeError, "can only optimize Tensors, but one of the params is float"),
        ("twice", {}, ValueError, "more than one parameter group"),
        ("inner", {}, ValueError, "can't optimize a non-leaf Tensor"),
        ("one", {"lr": -1}, ValueError, "Invalid learning rate: -1"),
        ("one", {"weight_decay": -1}, ValueError, "Invalid weight_decay value: -1"),
    ],
)
def test_mistakes_are_refused_in_pytorchs_words(params, options, error, text):
    p = torch.nn.Parameter(torch.ones(2))
    params = {"one": [p], "twice": [{"params": [p]}, {"params": [p]}], "inner": [p * 2]}.get(
        params if isinstance(params, str) else None, params
    )
    for make in (optim.SGD, optim.Adam, optim.AdamW):
        with pytest.raises(error, match=text):
            make(params, **options)


def test_one_tensor_is_refused_but_a_group_may_have_one():
    p = torch.nn.Parameter(torch.ones(2))
    with pytest.raises(TypeError, match="iterable of Tensors or dicts"):
        optim.SGD(p)
    p.grad = torch.ones(2)
    optim.SGD([{"params": p, "lr": 0.5}]).step()
    assert p.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("betas, text", [((1.0, 0.9), "index 0: 1.0"), ((0.9, -0.1), "index 1")])
def test_betas_lie_in_0_to_1(betas, text):
    with pytest.raises(ValueError, match=f"Invalid beta parameter at {text}"):
        optim.Adam([torch.nn.Parameter(torch.ones(2))], betas=betas)


def test_an_optimizer_prints_its_options():
    optimizer = optim.SGD([{"params": [torch.ones(1)], "lr": 0.5}, {"params": []}], lr=0.1)
    assert repr(optimizer) == (
        "SGD (\nParameter Group 0\n    lr: 0.5\n    momentum: 0.0\n    weight_decay: 0.0\n"
        "Parameter Group 1\n    lr: 0.1\n    momentum: 0.0\n    weight_decay: 0.0\n)"
    )


@pytest.mark.parametrize("make", [lambda ps: optim.SGD(ps, momentum=0.9), optim.Adam])
def test_a_model_that_moved_is_told_from_what_its_optimizer_kept(make):
    layer = torch.nn.Linear(2, 1)
    optimizer, x = make(layer.parameters()), torch.ones(1, 2)
    layer(x).sum().backward()
    optimizer.step()
    layer.to("sim")
    layer(x.to("sim")).sum().backward()
    with pytest.raises(RuntimeError, match="at least two devices, sim and cpu.*\n.* on cpu. Move"):
        optimizer.step()


def test_a_learning_rate_is_halved_by_a_schedule():
    optimizer = optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.8)
    scheduler, rates = optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5), []
    for _ in range(5):
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    assert rates == [0.8, 0.8, 0.4, 0.4, 0.2]


def test_a_step_returns_the_loss_of_its_closure():
    p = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = optim.SGD([p], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    assert [optimizer.step(closure).item() for _ in range(2)] == [4, 1] and p.item() == 0.5
    assert optimizer.step() is None and p.item() == 0


@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop"])
def test_a_state_is_numbered_and_copied(kind):
    p, q = (torch.nn.Parameter(torch.ones(2)) for _ in "pq")
    one, two = (getattr(optim, kind)([r], lr=0.1) for r in (p, q))
    p.grad = q.grad = torch.tensor([1.0, 2.0])
    for _ in range(3):
        one.step()
    with torch.no_grad():
        q.copy_(p)
    two.load_state_dict(one.state_dict())
    for optimizer in (one, two):
        optimizer.step()
    assert p.tolist() == q.tolist() and one.state_dict()["param_groups"][0]["params"] == [0]
    with pytest.raises(ValueError, match="different number of parameter groups"):
        two.load_state_dict({"param_groups": [], "state": {}})


def clip(grads, limit, device="cpu"):
    ps = [torch.nn.Parameter(torch.zeros(len(g), device=device)) for g in grads]
    for p, g in zip(ps, grads, strict=True):
        p.grad = torch.tensor(g, device=device)
    with torch.devices.transfer_guard("disallow"):
        norm = torch.nn.utils.clip_grad_norm_(ps, limit)
    assert norm.device is ps[0].device
    return norm.item(), [p.grad.cpu().tolist() for p in ps]


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_clipping_scales_all_gradients_as_one_vector_and_only_down(device):
    norm, (a, b) = clip([[3.0], [0.0, 4.0]], 1.0, device)
    assert norm == 5 and np.allclose([*a, *b], [0.6, 0, 0.8])
    assert clip([[3.0], [0.0, 4.0]], 6.0, device) == (5, [[3], [0, 4]])
    assert clip([[0.0]], 1.0, device) == (0, [[0]])


def test_clipping_writes_in_place_takes_one_tensor_and_skips_those_without_gradient():
    p, q = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    p.grad = torch.tensor([2.0])
    held = p.grad
    torch.nn.utils.clip_grad_norm_(iter([p, q]), 1.0)
    assert p.grad is held and abs(held.item() - 1) < 1e-5 and q.grad is None
    assert torch.nn.utils.clip_grad_norm_(p, 0.5).item() == pytest.approx(1)
    assert torch.nn.utils.clip_grad_norm_([q], 0.5).item() == 0
