"""The operations that losses are made of: values, and gradients for random incoming ones."""

import subprocess
import sys

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import ops

rng = np.random.default_rng(1)


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize(
    "op, x, others",
    [
        (ops.LogSigmoid, 3 * rng.standard_normal((3, 4)), ()),
        (ops.NLL, rng.standard_normal((4, 3)), (np.array([0, 2, 2, 1]),)),
    ],
)
def test_gradients_agree_with_central_differences(op, x, others, device):
    t = torch.tensor(x, device=device, requires_grad=True)
    others = [torch.tensor(a, device=device) for a in others]
    out = op.apply(t, *others)
    g = torch.tensor(rng.standard_normal(tuple(out.shape)), device=device)
    out.backward(g)
    want, h = np.zeros(x.shape), 1e-6
    for i in np.ndindex(x.shape):
        moved = np.zeros(x.shape)
        moved[i] = h
        up, down = (op.apply(torch.tensor(x + s * moved, device=device), *others) for s in (1, -1))
        want[i] = ((up - down) * g).sum().item() / (2 * h)
    np.testing.assert_allclose(t.grad.cpu().numpy(), want, atol=1e-7)


def test_log_sigmoid_is_right_far_from_zero():
    x = np.array([-1e30, -90.0, 0.0, 20.0, 1e30], np.float32)
    got = ops.LogSigmoid.apply(torch.tensor(x)).numpy()
    np.testing.assert_allclose(got, -np.logaddexp(0, -x.astype(np.float64)), rtol=1e-6)
    assert got.dtype == np.float32


def test_an_empty_batch_has_an_empty_gradient():
    log_p = torch.zeros(0, 3, requires_grad=True)
    with np.errstate(all="ignore"):
        loss = ops.NLL.apply(log_p, torch.zeros(0, dtype=torch.int64))
    loss.backward()
    assert np.isnan(loss.item()) and log_p.grad.shape == (0, 3)


EMPTY = """
import tinygrad_lessons as torch
F, x, none = torch.nn.functional, torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64)
print(F.cross_entropy(x, none), F.nll_loss(x, none), F.mse_loss(x, x), F.l1_loss(x, x))
print(F.binary_cross_entropy(x, x), F.binary_cross_entropy_with_logits(x, x))
print(F.cross_entropy(torch.zeros(1, 3), torch.tensor([-100])))
print(F.binary_cross_entropy(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0])))
"""


def test_numpy_says_nothing_of_the_mean_of_no_losses():
    done = subprocess.run([sys.executable, "-c", EMPTY], capture_output=True, text=True, check=True)
    assert done.stderr == "" and done.stdout.split() == ["tensor(nan)"] * 7 + ["tensor(0.)"]


LABELS = np.array([0, 2, 1, 2])
ROWS = np.array([[0.0, 1.0, 2.0], [3.0, 1.0, 0.0], [0.5, 0.5, 0.5], [-1.0, 0.0, 4.0]])


def by_hand(weights=(1.0, 1.0, 1.0), kept=(0, 1, 2, 3), smoothing=0.0):
    """Cross entropy by its formula: a weighted mean over the samples that count."""
    log_p = ROWS - np.log(np.exp(ROWS).sum(1, keepdims=True))
    weights, kept = np.array(weights), list(kept)
    own = -(weights[LABELS] * log_p[range(4), LABELS])[kept].sum()
    spread = -(weights * log_p)[kept].sum() / 3
    return ((1 - smoothing) * own + smoothing * spread) / weights[LABELS][kept].sum()


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize(
    "options, want",
    [
        ({"weight": [1.0, 2.0, 0.5]}, by_hand((1.0, 2.0, 0.5))),
        ({"ignore_index": 2}, by_hand(kept=(0, 2))),
        ({"ignore_index": 0, "weight": [1.0, 2.0, 0.5]}, by_hand((1.0, 2.0, 0.5), (1, 2, 3))),
        ({"label_smoothing": 0.3}, by_hand(smoothing=0.3)),
    ],
)
def test_options_of_cross_entropy_follow_the_formula(device, options, want):
    logits, labels = torch.tensor(ROWS, device=device), torch.tensor(LABELS, device=device)
    if "weight" in options:
        weight = torch.tensor(options["weight"], dtype=torch.float64, device=device)
        options = options | {"weight": weight}
    loss = torch.nn.CrossEntropyLoss(**options).to(device)
    assert loss(logits, labels).item() == pytest.approx(want)


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_labels_of_minus_100_do_not_count(device):
    labels = torch.tensor(np.where([0, 1, 0, 1], -100, LABELS), device=device)
    logits = torch.tensor(ROWS, device=device, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    assert loss.item() == pytest.approx(by_hand(kept=(0, 2)))
    assert (logits.grad[1::2] == 0).all() and (logits.grad[::2] != 0).any(dim=1).all()


@pytest.mark.parametrize("loss", ["mse_loss", "l1_loss"])
def test_a_distance_warns_of_two_sizes(loss):
    with pytest.warns(UserWarning, match=r"target size .*\[3\]\)\) that is different to the input"):
        getattr(torch.nn.functional, loss)(torch.ones(3, 1), torch.ones(3))


def test_half_precision_losses_have_wide_sums():
    log_p = torch.full((300, 2), -500.0, dtype=torch.float16)
    loss = torch.nn.functional.nll_loss(log_p, torch.zeros(300, dtype=torch.int64))
    assert loss.item() == 500 and loss.dtype is torch.float16
