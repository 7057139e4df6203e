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
        lambda t: lambda ps: t.optim.RMSprop(ps),
        lambda t: lambda ps: t.optim.RMSprop(ps, 0.01, 0.9, 1e-6, 0.1, 0.5, centered=True),
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
        lambda t: t.nn.init.calculate_gain("sin"),
        lambda t: t.nn.init.kaiming_normal_(t.ones(2, 3), mode="in"),
        lambda t: t.nn.Linear(2, 2).train("yes"),
        lambda t: t.nn.Linear(2, 2).load_state_dict([]),
        lambda t: t.nn.Linear(2, 2).to(t.int64),
        lambda t: t.nn.Linear(2, 2).add_module("weight", t.nn.ReLU()),
        lambda t: t.nn.Linear(2, 2).add_module("a.b", t.nn.ReLU()),
        lambda t: t.nn.Linear(2, 2).add_module("", None),
        lambda t: t.nn.Linear(2, 2).add_module(3, None),
        lambda t: t.nn.Sequential(t.nn.ReLU())[1],
        lambda t: t.nn.Sequential(t.nn.ReLU()).pop(-2),
        lambda t: t.nn.ModuleList().extend(3),
        lambda t: t.nn.Sequential() + [t.nn.ReLU()],
        lambda t: t.nn.Embedding(3, 2)(t.tensor([3])),
        lambda t: t.nn.Embedding(3, 2, padding_idx=3),
        lambda t: t.nn.LayerNorm((3, 4))(t.ones(2, 4)),
        lambda t: t.nn.MSELoss(reduction="avg")(t.ones(1), t.ones(1)),
        lambda t: t.nn.BCELoss()(t.ones(2), t.ones(3)),
        lambda t: t.nn.functional.binary_cross_entropy(t.ones(2) * 2, t.ones(2)),
        lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]).float()),
        lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.zeros(2, 1).long()),
        lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 5]), ignore_index=2),
        lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([0, 1]), t.ones(2)),
        lambda t: t.nn.functional.one_hot(t.tensor([5]), 3),
        lambda t: t.nn.functional.one_hot(t.tensor([-1]), 3),
        lambda t: t.nn.functional.one_hot(t.tensor([1.0]), 3),
        lambda t: t.nn.functional.one_hot(t.zeros(0).long()),
        lambda t: t.optim.RMSprop([t.ones(1)], alpha=-1),
        lambda t: t.optim.lr_scheduler.StepLR(3, 2),
        lambda t: t.utils.data.DataLoader([1], num_workers=-1),
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


PROBABILITIES = {"binary_cross_entropy": lambda x: theirs.sigmoid(theirs.tensor(x)).numpy()}
OPTIONS = [  # function, shape of the input, shape or kind of the target, options by name
    ("cross_entropy", (5, 3), "labels", {"weight": 3}),
    ("cross_entropy", (5, 3), "labels", {"ignore_index": 1}),
    ("cross_entropy", (5, 3), "labels", {"ignore_index": 1, "weight": 3}),
    ("cross_entropy", (5, 3), "labels", {"label_smoothing": 0.2}),
    ("cross_entropy", (5, 3), "labels", {"label_smoothing": 0.2, "weight": 3, "ignore_index": 0}),
    ("cross_entropy", (5, 3), "some left out", {}),
    ("cross_entropy", (5, 3), "all left out", {}),
    ("cross_entropy", (5, 3), (5, 3), {}),
    ("cross_entropy", (5, 3), (5, 3), {"weight": 3, "label_smoothing": 0.1}),
    ("cross_entropy", (3,), "one", {}),
    ("cross_entropy", (3,), "one", {"weight": 3}),
    ("cross_entropy", (3,), (3,), {}),
    ("cross_entropy", (5, 3, 2), "labels", {}),
    ("cross_entropy", (5, 3, 2), "labels", {"weight": 3, "ignore_index": 2}),
    ("cross_entropy", (5, 3, 2), (5, 3, 2), {"weight": 3}),
    ("cross_entropy", (0, 3), "labels", {}),
    ("nll_loss", (5, 3), "labels", {"weight": 3, "ignore_index": 0}),
    ("nll_loss", (5, 3), "some left out", {}),
    ("nll_loss", (0, 3), "labels", {}),
    ("binary_cross_entropy_with_logits", (4, 3), (4, 3), {"weight": 3}),
    ("binary_cross_entropy_with_logits", (4, 3), (4, 3), {"pos_weight": 3}),
    ("binary_cross_entropy_with_logits", (4, 3), (4, 3), {"pos_weight": 3, "weight": 3}),
    ("binary_cross_entropy_with_logits", (0, 3), (0, 3), {}),
    ("binary_cross_entropy", (4, 3), (4, 3), {}),
    ("binary_cross_entropy", (4, 3), (4, 3), {"weight": 3}),
    ("mse_loss", (4, 3), (4, 3), {}),
    ("mse_loss", (0, 3), (0, 3), {}),
    ("l1_loss", (0, 3), (0, 3), {}),
]


def target(kind, shape):
    """What a loss compares with: probabilities of a shape, or labels for an input of `shape`."""
    if isinstance(kind, tuple):
        p = rng.random(kind)
        return p / p.sum(1, keepdims=True) if p.ndim > 1 and p.size else p
    labels = rng.integers(0, 3, (*shape[:1], *shape[2:]) if kind != "one" else ())
    if "left out" in kind:
        labels[slice(None) if kind[0] == "a" else slice(2)] = -100
    return labels


@pytest.mark.parametrize("name, shape, kind, options", OPTIONS)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_options_of_losses_give_the_same(name, shape, kind, options, reduction):
    x, y, found = rng.standard_normal(shape), target(kind, shape), []
    x = PROBABILITIES.get(name, lambda x: x)(x)
    weights = rng.random(3) + 0.5
    for torch in BOTH:
        t = torch.tensor(x, requires_grad=True)
        given = {k: torch.tensor(weights) if v == 3 else v for k, v in options.items()}
        loss = getattr(torch.nn.functional, name)(t, torch.tensor(y), reduction=reduction, **given)
        loss.sum().backward()
        found.append((values(loss), values(t.grad)))
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", ["MSELoss", "L1Loss"])
def test_losses_that_broadcast_warn_in_the_same_words(loss):
    said = []
    for torch in BOTH:
        with pytest.warns(UserWarning) as caught:
            getattr(torch.nn, loss)()(torch.ones(3, 1), torch.ones(3))
        said.append(str(caught[0].message).replace("tinygrad_lessons", "torch"))
        assert len(caught) == 1
    assert said[0] == said[1]


def edge(torch):
    p = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.5, 1e-30], requires_grad=True)
    y = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.25, 1.0])
    loss = torch.nn.functional.binary_cross_entropy(p, y, reduction="none")
    loss.sum().backward()
    return values(loss), values(p.grad)


def test_binary_cross_entropy_at_0_and_1_is_the_same():
    for mine, other in zip(edge(ours), edge(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5)


def layer_of(torch, name, args, options):
    layer, draw = getattr(torch.nn, name)(*args, **options), np.random.default_rng(3)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.tensor(draw.standard_normal(tuple(p.shape))))
    return layer


@pytest.mark.parametrize(
    "name, args, options, x",
    [
        ("Embedding", (5, 3), {}, rng.integers(0, 5, (2, 4))),
        ("Embedding", (5, 3), {"padding_idx": -2}, rng.integers(0, 5, (7,))),
        ("LayerNorm", (3,), {}, rng.standard_normal((2, 4, 3))),
        ("LayerNorm", ((4, 3),), {"eps": 0.1}, rng.standard_normal((2, 4, 3))),
        ("LayerNorm", (3,), {"elementwise_affine": False}, rng.standard_normal((2, 3))),
        ("LayerNorm", (3,), {"bias": False}, rng.standard_normal((2, 3))),
        ("LogSigmoid", (), {}, rng.standard_normal((2, 3))),
        ("Identity", (1,), {"any": 2}, rng.standard_normal((2, 3))),
    ],
)
def test_layers_with_parameters_are_the_same(name, args, options, x):
    found = []
    for torch in BOTH:
        layer, t = layer_of(torch, name, args, options), torch.tensor(x)
        t = t.float().requires_grad_() if t.is_floating_point() else t
        out = layer(t)
        (out * out).sum().backward()
        grads = [values(p.grad) for p in layer.parameters()]
        grads += [values(t.grad)] if t.requires_grad else []
        found.append([repr(layer), values(out), *grads])
    assert found[0][0] == found[1][0]
    for mine, other in zip(found[0][1:], found[1][1:], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


def row(torch):
    nn, seen = torch.nn, []
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.Tanh())
    seen += [repr(net * 2), repr(2 * net), repr(net + nn.Sequential(nn.Dropout(0.1, True)))]
    net[1] = nn.Sigmoid()
    net.insert(0, nn.Identity())
    net.extend([nn.ReLU()]).append(nn.LayerNorm(2))
    seen += [repr(net), repr(net.pop(1)), [name for name, _ in net.named_children()]]
    del net[0]
    del net[-2:]
    net *= 2
    net += nn.Sequential(nn.LazyLinear(3))
    seen += [repr(net), repr(net[1:3]), len(net), type(net(torch.ones(2, 2))).__name__, repr(net)]
    layers = nn.ModuleList([nn.ReLU(), nn.Tanh(), nn.Tanh()])
    layers[1] = nn.Sigmoid()
    layers.insert(1, nn.Tanh())
    del layers[0]
    layers += [nn.ReLU()]
    return [*seen, repr(layers), repr(layers + [nn.Tanh()]), repr(layers.pop(-1)), len(layers)]


def test_rows_of_modules_are_changed_as_lists_are():
    for mine, other in zip(row(ours), row(theirs), strict=True):
        assert mine == other


def resumed(torch, make):
    """Three steps, the state into a new optimizer, two more steps."""
    p = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    other = torch.nn.Parameter(torch.tensor([3.0], dtype=torch.float64))
    first, second = (
        make(torch.optim, [{"params": [p], "lr": 0.05}, {"params": [other]}]) for _ in "ab"
    )
    for optimizer, steps in ((first, 3), (second, 2)):
        if optimizer is second:
            second.load_state_dict(first.state_dict())
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=False)
            ((p * p).sum() + (other**3).sum()).backward()
            optimizer.step()
    return [*values(p), *values(other)], [g["lr"] for g in second.param_groups]


@pytest.mark.parametrize(
    "make",
    [
        lambda optim, ps: optim.SGD(ps, lr=0.1, momentum=0.9),
        lambda optim, ps: optim.Adam(ps, lr=0.1),
        lambda optim, ps: optim.RMSprop(ps, lr=0.1, momentum=0.5),
    ],
)
def test_an_optimizer_goes_on_from_its_state(make):
    (mine, rates), (other, right) = resumed(ours, make), resumed(theirs, make)
    np.testing.assert_allclose(mine, other, rtol=1e-10)
    assert rates == right


SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 2, 5]}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}),
    ("LambdaLR", {"lr_lambda": [lambda epoch: 0.9**epoch, lambda epoch: epoch]}),
    ("CosineAnnealingLR", {"T_max": 4, "eta_min": 0.01}),
]


@pytest.mark.parametrize("name, options", SCHEDULES)
def test_learning_rates_follow_the_same_schedule(name, options):
    found = []
    for torch in BOTH:
        groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": lr} for lr in (1.0, 0.3)]
        optimizer = torch.optim.SGD(groups, lr=0.1)
        scheduler, rates = getattr(torch.optim.lr_scheduler, name)(optimizer, **options), []
        for epoch in range(9):
            rates.append([scheduler.get_last_lr(), [g["lr"] for g in optimizer.param_groups]])
            optimizer.step()
            scheduler.step()
            if epoch == 5:
                state = scheduler.state_dict()
                scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
                scheduler.load_state_dict(state)
        found.append(rates)
    np.testing.assert_allclose(*found, rtol=1e-12, atol=1e-15)


def closed(torch):
    p = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = torch.optim.SGD([p], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        return [optimizer.step(closure).item() for _ in range(3)], p.item()


def test_a_step_evaluates_its_closure_and_returns_its_loss():
    assert closed(ours) == closed(theirs)


def test_a_state_that_fits_in_part_is_loaded_in_part():
    said = []
    for torch in BOTH:
        layer = torch.nn.Linear(2, 3)
        loaded = layer.load_state_dict({"bias": torch.ones(3), "more": 1}, strict=False)
        said.append([list(loaded[0]), list(loaded[1]), values(layer.bias).tolist()])
        said[-1].append(repr(layer.load_state_dict(layer.state_dict())))
    assert said[0] == said[1]
