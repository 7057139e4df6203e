"""Modules: what they find, print, save, load and move."""

import copy
import warnings

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import nn


def values(t):
    return t.detach().cpu().numpy()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2, bias=False))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.stack(self.flatten(x)) * self.scale


NET_TEXT = """Net(
  (flatten): Flatten(start_dim=1, end_dim=-1)
  (stack): Sequential(
    (0): Linear(in_features=6, out_features=4, bias=True)
    (1): ReLU()
    (2): Linear(in_features=4, out_features=2, bias=False)
  )
)"""


def test_parameters_are_named_own_ones_first_then_in_order_of_definition():
    names = [name for name, _ in Net().named_parameters()]
    assert names == ["scale", "stack.0.weight", "stack.0.bias", "stack.2.weight"]
    assert [p.shape for p in Net().parameters()] == [(1,), (4, 6), (4,), (2, 4)]


def test_a_shared_parameter_is_named_once_and_a_replaced_one_is_gone():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    old = net[1].weight
    net[1].weight = net[0].weight
    assert [n for n, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert not any(p is old for p in net.parameters())
    net[0].bias = None
    assert [n for n, _ in net.named_parameters()] == ["0.weight", "1.bias"]


def test_parameters_equal_in_value_are_not_taken_for_one():
    net = nn.Module()
    net.a, net.b = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
    assert len(list(net.parameters())) == 2


def test_modules_are_listed_outer_ones_first_and_each_once():
    relu = nn.ReLU()
    net = nn.Sequential(nn.Sequential(relu), relu)
    assert [name for name, _ in net.named_modules()] == ["", "0", "0.0"]
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    assert [name for name, _ in nn.Sequential(relu, relu).named_children()] == ["0"]


@pytest.mark.parametrize(
    "module, text",
    [
        (Net(), NET_TEXT),
        (nn.Module(), "Module()"),
        (nn.Sequential(), "Sequential()"),
        (nn.Dropout(0.3), "Dropout(p=0.3, inplace=False)"),
        (nn.Softmax(dim=1), "Softmax(dim=1)"),
        (nn.LogSoftmax(dim=-1), "LogSoftmax(dim=-1)"),
        (nn.CrossEntropyLoss(), "CrossEntropyLoss()"),
        (nn.ModuleList([nn.ReLU(), nn.Tanh()]), "ModuleList(\n  (0): ReLU()\n  (1): Tanh()\n)"),
        (
            nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()]),
            "ModuleList(\n  (0-1): 2 x ReLU()\n  (2): Tanh()\n)",
        ),
    ],
)
def test_a_module_prints_as_in_pytorch(module, text):
    assert repr(module) == text


def test_modules_in_a_plain_container_are_warned_of_when_set_and_when_filled_later():
    net = nn.Module()
    for container in ([nn.ReLU()], (nn.ReLU(),), {"a": nn.ReLU()}, [nn.Parameter(torch.ones(1))]):
        with pytest.warns(UserWarning, match=r"Module\.layers .*nn\.ModuleList"):
            net.layers = container
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.layers = []
        net.sizes = [3, 4]
        list(net.parameters())
    net.layers.append(nn.Linear(2, 2))
    with pytest.warns(UserWarning, match=r"Module\.layers"):
        assert list(net.parameters()) == []


def test_assigning_before_init_or_over_a_parameter_is_refused_in_pytorchs_words():
    class Hasty(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    with pytest.raises(
        AttributeError, match=r"cannot assign module before Module.__init__\(\) call"
    ):
        Hasty()
    layer = nn.Linear(2, 2)
    with pytest.raises(
        TypeError, match="as parameter 'weight' .torch.nn.Parameter or None expected"
    ):
        layer.weight = layer.weight - 1
    with pytest.raises(TypeError, match="is not a Module subclass"):
        nn.Sequential(abs)


def test_a_call_hands_its_arguments_to_forward_and_a_missing_forward_is_named():
    class Add(nn.Module):
        def forward(self, x, *, y):
            return x + y

    assert Add()(1, y=2) == 3
    with pytest.raises(NotImplementedError, match="Module .Module. is missing the required"):
        nn.Module()(1)


@pytest.mark.parametrize("shape", [(5,), (2, 5), (0, 5), (3, 1, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_a_product_and_a_sum_for_any_number_of_leading_dims(shape, bias):
    layer = nn.Linear(5, 3, bias=bias, dtype=torch.float64)
    x = np.random.default_rng(0).standard_normal(shape)
    want = x @ values(layer.weight).T + (values(layer.bias) if bias else 0)
    got = layer(torch.tensor(x))
    assert got.shape == (*shape[:-1], 3)
    np.testing.assert_allclose(values(got), want)


@pytest.mark.parametrize(
    "dims, shape, flat",
    [
        ((), (2, 3, 4), (2, 12)),
        ((), (0, 3, 4), (0, 12)),
        ((), (1, 4), (1, 4)),
        ((0,), (2, 3, 4), (24,)),
        ((1, 2), (2, 3, 4, 5), (2, 12, 5)),
        ((-2,), (2, 3, 4), (2, 12)),
    ],
)
def test_flatten_joins_dims_in_row_major_order(dims, shape, flat):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    np.testing.assert_array_equal(values(nn.Flatten(*dims)(torch.tensor(x))), x.reshape(flat))


def test_sequential_runs_in_order_again_and_again_and_is_the_identity_when_empty():
    x = torch.tensor([[-1.0, 2.0]])
    assert nn.Sequential()(x) is x
    relu = nn.ReLU()
    twice = nn.Sequential(nn.Tanh(), relu, relu, nn.Tanh())
    want = np.tanh(np.maximum(np.tanh(values(x)), 0))
    for _ in range(2):
        np.testing.assert_allclose(values(twice(x)), want, rtol=1e-6)
    named = nn.Sequential({"first": nn.Tanh(), "last": relu})
    assert [name for name, _ in named.named_children()] == ["first", "last"]
    assert [name for name, _ in named[1:].named_children()] == ["last"]
    assert len(twice) == 4 and twice[-1] is twice[3] and len(named.append(relu)) == 3


def test_module_list_is_indexed_sliced_and_grown():
    layers = nn.ModuleList([nn.Linear(2, 2)])
    layers.append(nn.ReLU()).extend([nn.Tanh()])
    assert [type(m).__name__ for m in layers] == ["Linear", "ReLU", "Tanh"]
    assert isinstance(layers[1:], nn.ModuleList) and len(layers[1:]) == 2
    assert [n for n, _ in layers.named_parameters()] == ["0.weight", "0.bias"]


def test_dropout_drops_a_share_and_keeps_the_mean_and_is_the_identity_in_evaluation():
    torch.manual_seed(0)
    layer, x = nn.Dropout(0.25), torch.ones(100_000, requires_grad=True)
    out = layer(x)
    out.sum().backward()
    dropped = values(out) == 0
    assert abs(dropped.mean() - 0.25) < 0.01
    np.testing.assert_allclose(values(out)[~dropped], 4 / 3, rtol=1e-6)
    np.testing.assert_array_equal(values(x.grad), values(out))
    assert layer.eval()(x) is x
    assert values(nn.Dropout(1.0)(x)).sum() == 0
    with pytest.raises(ValueError, match="between 0 and 1, but got 2"):
        nn.Dropout(2)


def test_train_and_eval_reach_every_module():
    net = Net().eval()
    assert [m.training for m in net.modules()] == [False] * 6
    assert all(m.training for m in net.train().modules())


def test_state_is_shared_until_loaded_and_loading_writes_in_place():
    net, other = Net(), Net()
    before = [p for p in net.parameters()]
    net.load_state_dict(other.state_dict())
    for mine, theirs, old in zip(net.parameters(), other.parameters(), before, strict=True):
        assert mine is old and mine is not theirs and mine.requires_grad
        np.testing.assert_array_equal(values(mine), values(theirs))
    with torch.no_grad():
        other.scale.add_(1)
    assert net.scale.item() == 1
    assert other.state_dict()["scale"].item() == 2
    assert not other.state_dict()["scale"].requires_grad


def test_everything_wrong_with_a_state_is_said_at_once_and_nothing_is_loaded():
    net = nn.Linear(3, 2)
    old = values(net.bias).copy()
    state = {"bias": torch.zeros(2), "wieght": torch.zeros(2, 3)}
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Linear:\n"
        '\tMissing key(s) in state_dict: "weight". \n'
        '\tUnexpected key(s) in state_dict: "wieght". '
    )
    np.testing.assert_array_equal(values(net.bias), old)
    with pytest.raises(
        RuntimeError, match=r"size mismatch for bias: .*Size\(\[1\]\) from checkpoint"
    ):
        net.load_state_dict({"bias": torch.zeros(1), "weight": torch.zeros(2, 3)})
    np.testing.assert_array_equal(values(net.bias), old)


def test_a_shared_layer_is_saved_under_both_names():
    layer = nn.Linear(2, 2, bias=False)
    assert list(nn.Sequential(layer, layer).state_dict()) == ["0.weight", "1.weight"]


def test_buffers_are_saved_and_moved_but_not_learned():
    net = nn.Module()
    net.register_buffer("mean", torch.zeros(2))
    net.register_buffer("nothing", None)
    assert list(net.state_dict()) == ["mean"] and list(net.parameters()) == []
    net.mean = torch.ones(2)
    assert net.double().state_dict()["mean"].dtype is torch.float64


def test_to_changes_the_same_parameters_in_place_gradients_too():
    sim = torch.device("sim")
    net = Net()
    net(torch.ones(3, 2, 3)).sum().backward()
    before = list(net.parameters())
    assert net.to(sim) is net
    assert all(a is b for a, b in zip(net.parameters(), before, strict=True))
    assert all(p.device is sim and p.grad.device is sim for p in net.parameters())
    assert all(p.is_leaf and p.requires_grad for p in net.parameters())
    assert net(torch.ones(3, 2, 3, device=sim)).device is sim
    assert {p.dtype for p in net.to("cpu", torch.float64).parameters()} == {torch.float64}
    assert {p.dtype for p in net.float().parameters()} == {torch.float32}
    net.register_buffer("count", torch.tensor([3]))
    assert {p.dtype for p in net.to(torch.float64).parameters()} == {torch.float64}
    assert net.count.dtype is torch.int64


def test_zero_grad_forgets_and_apply_visits_inner_modules_first():
    net = Net()
    net(torch.ones(1, 6)).sum().backward()
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    seen = []
    net.apply(lambda module: seen.append(type(module).__name__))
    assert seen == ["Flatten", "Linear", "ReLU", "Linear", "Sequential", "Net"]
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())


def test_a_deep_copy_is_independent():
    net = Net()
    twin = copy.deepcopy(net)
    with torch.no_grad():
        twin.scale.add_(1)
    assert net.scale.item() == 1 and repr(twin) == repr(net)
    assert twin.scale.device is net.scale.device


def test_a_parameter_prints_as_one_and_its_results_are_plain_tensors():
    p = nn.Parameter(torch.ones(2))
    assert repr(p) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert type(p * 2) is torch.Tensor and type(p.detach()) is torch.Tensor
    with pytest.raises(RuntimeError, match="floating point and complex dtype can require grad"):
        nn.Parameter(torch.ones(2, dtype=torch.int64))


def test_layer_norm_has_mean_0_and_variance_1_along_its_dims():
    x = np.random.default_rng(0).standard_normal((5, 4, 3)) * 3 + 7
    out = values(nn.LayerNorm((4, 3), eps=0, dtype=torch.float64)(torch.tensor(x)))
    np.testing.assert_allclose(out.mean((1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(out.var((1, 2)), 1)


def test_an_embedding_gives_rows_and_its_padding_learns_nothing():
    layer = nn.Embedding(4, 2, padding_idx=1)
    out = layer(torch.tensor([[3, 1], [1, 0]]))
    np.testing.assert_array_equal(values(out), values(layer.weight)[[[3, 1], [1, 0]]])
    assert (values(out)[0, 1] == 0).all()
    out.sum().backward()
    assert values(layer.weight.grad).tolist() == [[1, 1], [0, 0], [0, 0], [1, 1]]


def test_a_lazy_layer_takes_its_inputs_from_the_first_x_and_keeps_its_parameters():
    net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(2))
    held = list(net.parameters())
    assert repr(net[0]) == "LazyLinear(in_features=0, out_features=4, bias=True)"
    assert net(torch.ones(3, 5)).shape == (3, 2)
    assert [type(m) for m in net] == [nn.Linear, nn.ReLU, nn.Linear]
    assert all(a is b for a, b in zip(held, net.parameters(), strict=True))
    assert net[0].weight.shape == (4, 5) and abs(values(net[0].weight)).max() <= 1 / 5**0.5


def test_a_layer_without_inputs_adds_its_bias():
    assert nn.Linear(0, 2)(torch.ones(3, 0)).tolist() == [[0, 0]] * 3


def test_a_deleted_module_is_gone_and_those_after_it_move_up():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    del net[1]
    assert [name for name, _ in net.named_parameters()] == [
        "0.weight", "0.bias", "1.weight", "1.bias",
    ]  # fmt: skip
    assert net.pop(0).in_features == 2 and len(net) == 1


def test_a_name_that_is_taken_is_refused_and_none_keeps_it_free():
    net = nn.Module()
    net.add_module("later", None)
    net.add_module("later", nn.ReLU())
    net.register_parameter("w", nn.Parameter(torch.ones(1)))
    with pytest.raises(KeyError, match="attribute 'w' already exists"):
        net.add_module("w", nn.ReLU())
    with pytest.raises(TypeError, match="torch.nn.Parameter or None required"):
        net.register_parameter("x", torch.ones(1))


def test_a_buffer_that_is_not_persistent_moves_but_is_not_saved():
    net = nn.Module()
    net.register_buffer("seen", torch.zeros(1))
    net.register_buffer("scratch", torch.zeros(1), persistent=False)
    assert list(net.state_dict()) == ["seen"]
    assert net.to("sim").scratch.device.type == "sim"
