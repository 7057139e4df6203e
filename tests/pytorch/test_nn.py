"""Networks, losses, optimizers, data: the same numbers as PyTorch's, and the same words."""

import numpy as np
import pytest

import tinygrad_lessons as ours

theirs = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
BOTH = ours, theirs

rng = np.random.default_rng(0)


def values(t):
    return t.detach().numpy()


def network(torch, dtype="float64"):
    """The same network in either library, with the same numbers in it."""
    nn, rng = torch.nn, np.random.default_rng(7)
    net = nn.Sequential(
        nn.Flatten(),
        nn.Linear(12, 8),
        nn.Tanh(),
        nn.Linear(8, 8, bias=False),
        nn.ReLU(),
        nn.Linear(8, 3),
    ).to(dtype=getattr(torch, dtype))
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.tensor(rng.standard_normal(tuple(p.shape)) / 3))
    return net


def step_through(torch, make, steps):
    """Parameters after `steps` steps of an optimizer on data that both libraries get."""
    rng = np.random.default_rng(8)
    net, loss_fn = network(torch), torch.nn.CrossEntropyLoss()
    optimizer = make(torch)(net.parameters())
    for _ in range(steps):
        x, y = rng.standard_normal((5, 3, 4)), rng.integers(0, 3, 5)
        optimizer.zero_grad()
        loss_fn(net(torch.tensor(x)), torch.tensor(y)).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.8)
        optimizer.step()
    return [values(p) for p in net.parameters()]


@pytest.mark.parametrize(
    "make",
    [
        lambda t: lambda ps: t.optim.SGD(ps, lr=0.1),
        lambda t: lambda ps: t.optim.SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.01),
        lambda t: lambda ps: t.optim.Adam(ps),
        lambda t: lambda ps: t.optim.Adam(ps, 0.01, (0.8, 0.9), 1e-6, weight_decay=0.1),
        lambda t: lambda ps: t.optim.AdamW(ps, 0.01, weight_decay=0.1),
    ],
)
def test_a_hundred_steps_end_at_the_same_parameters(make):
    for mine, other in zip(*(step_through(t, make, 100) for t in BOTH), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-9)


def test_gradients_of_a_network_are_the_same():
    x, y = rng.standard_normal((6, 3, 4)), rng.integers(0, 3, 6)
    grads = []
    for torch in BOTH:
        net, t = network(torch), torch.tensor(x, requires_grad=True)
        torch.nn.functional.cross_entropy(net(t), torch.tensor(y)).backward()
        grads.append([values(t.grad), *(values(p.grad) for p in net.parameters())])
    for mine, other in zip(*grads, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-14)


LOSSES = {
    "CrossEntropyLoss": lambda: (rng.standard_normal((4, 3)), rng.integers(0, 3, 4)),
    "NLLLoss": lambda: (-rng.random((4, 3)), rng.integers(0, 3, 4)),
    "BCEWithLogitsLoss": lambda: (9 * rng.standard_normal((4, 3)), rng.random((4, 3))),
    "MSELoss": lambda: rng.standard_normal((2, 4, 3)),
    "L1Loss": lambda: rng.standard_normal((2, 4, 3)),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_and_their_gradients_are_the_same(name, reduction):
    (x, y), found = LOSSES[name](), []
    for torch in BOTH:
        t = torch.tensor(x, requires_grad=True)
        loss = getattr(torch.nn, name)(reduction=reduction)(t, torch.tensor(y))
        loss.sum().backward()
        found.append((values(loss), values(t.grad)))
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    "layer, args",
    [
        ("Sigmoid", ()),
        ("Tanh", ()),
        ("ReLU", ()),
        ("Softmax", (1,)),
        ("LogSoftmax", (-1,)),
        ("Flatten", ()),
        ("Flatten", (0, 1)),
    ],
)
def test_layers_without_parameters_are_the_same(layer, args):
    x, found = 5 * rng.standard_normal((3, 4, 2)), []
    g = rng.standard_normal(values(getattr(theirs.nn, layer)(*args)(theirs.tensor(x))).shape)
    for torch in BOTH:
        t = torch.tensor(x, requires_grad=True)
        out = getattr(torch.nn, layer)(*args)(t)
        out.backward(torch.tensor(g))
        found.append((values(out), values(t.grad)))
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-13)


def nested(torch):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.own = nn.Parameter(torch.ones(2))
            self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU()])
            self.head = nn.Sequential(nn.Dropout(0.1), nn.Softmax(dim=1))
            self.tied = self.layers[0]
            self.register_buffer("seen", torch.zeros(1))
            self.late = nn.Parameter(torch.ones(1))

    return nn.Sequential(Block(), nn.Sequential(), nn.CrossEntropyLoss())


def test_names_state_and_text_of_a_nested_module_are_the_same():
    mine, other = nested(ours), nested(theirs)
    assert repr(mine) == repr(other)
    for method in ("named_parameters", "named_modules", "named_children", "named_buffers"):
        names = [[name for name, _ in getattr(net, method)()] for net in (mine, other)]
        assert names[0] == names[1], method
    assert list(mine.state_dict()) == list(other.state_dict())


def test_errors_are_in_the_same_words():
    def first_line(call, torch):
        with pytest.raises(Exception) as error:
            call(torch)
        text = str(error.value).replace("tinygrad_lessons.", "").replace("torch.", "")
        return type(error.value), text.splitlines()[0]

    def bad_state(torch):
        layer = torch.nn.Linear(2, 3)
        layer.load_state_dict({"weight": torch.ones(2, 2), "more": torch.ones(1)})

    for call in (
        bad_state,
        lambda t: t.optim.SGD([], lr=0.1),
        lambda t: t.optim.SGD([t.ones(1)], lr=-0.1),
        lambda t: t.optim.Adam([t.ones(1)], lr=-0.1),
        lambda t: t.optim.SGD([t.ones(1, requires_grad=True) * 2], lr=0.1),
        lambda t: t.nn.Dropout(1.5),
        lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 3])),
        lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1, 1])),
        lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.ones(2), t.ones(3)),
        lambda t: t.nn.Linear(3, 2)(t.ones(4, 5)),
        lambda t: t.utils.data.DataLoader(t.utils.data.TensorDataset(t.ones(3)), batch_size=0),
        lambda t: t.nn.init.xavier_uniform_(t.ones(3)),
    ):
        assert first_line(call, ours) == first_line(call, theirs)


@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_are_the_same(drop_last):
    found = []
    for torch in BOTH:
        data = torch.utils.data.TensorDataset(torch.arange(7), torch.ones(7, 2))
        loader = torch.utils.data.DataLoader(data, batch_size=3, drop_last=drop_last)
        found.append([(type(batch), [t.tolist() for t in batch]) for batch in loader])
    assert found[0] == found[1]


def test_clipping_gives_the_same_norm_and_gradients():
    found = []
    for torch in BOTH:
        ps = [torch.nn.Parameter(torch.zeros(3)), torch.nn.Parameter(torch.zeros(2, 2))]
        for p, n in zip(ps, (1.0, 2.0), strict=True):
            p.grad = torch.full(tuple(p.shape), n)
        norm = torch.nn.utils.clip_grad_norm_(ps, 1.5)
        found.append((norm.item(), [p.grad.flatten().tolist() for p in ps]))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-6)
    for mine, other in zip(found[0][1], found[1][1], strict=True):
        assert mine == pytest.approx(other, rel=1e-6)
