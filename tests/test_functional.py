"""nn.functional against formulas written in NumPy's float64."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.nn import functional as F

rng = np.random.default_rng(0)


def values(t):
    return t.detach().cpu().numpy()


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def leaf(array):
    return torch.tensor(array, requires_grad=True)


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_one_hot_is_made_on_the_device_of_the_labels(device):
    labels = torch.tensor([[2, 0], [1, 2]], device=device)
    with torch.devices.transfer_guard("disallow"):
        hot = F.one_hot(labels, 3)
    assert hot.device is labels.device and hot.dtype is torch.int64
    np.testing.assert_array_equal(values(hot), np.eye(3)[[[2, 0], [1, 2]]])
    assert F.one_hot(labels[:0], 3).shape == (0, 2, 3)


def test_standardized_rows_have_mean_zero_and_variance_one():
    x = 100 + 5 * rng.standard_normal((4, 50))
    for dim in (0, 1, -1):
        z = values(F.standardize(torch.tensor(x), dim))
        np.testing.assert_allclose(z.mean(axis=dim), 0, atol=1e-12)
        np.testing.assert_allclose(z.std(axis=dim), 1)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, -1e-30])
def test_standardize_gives_zeros_for_constant_rows_whatever_rounding_does(constant):
    x = torch.full((3, 7), constant)
    np.testing.assert_array_equal(values(F.standardize(x, 1)), np.zeros((3, 7)))


@pytest.mark.parametrize("scale", [1, 1e4])
def test_cross_entropy_and_its_gradient(scale):
    logits, labels = scale * rng.standard_normal((5, 3)), np.array([0, 2, 1, 1, 2])
    z = leaf(logits)
    loss = F.cross_entropy(z, torch.tensor(labels))
    loss.backward()
    np.testing.assert_allclose(loss.item(), -log_softmax(logits)[range(5), labels].mean())
    want = (np.exp(log_softmax(logits)) - np.eye(3)[labels]) / 5
    np.testing.assert_allclose(values(z.grad), want, atol=1e-15)


def test_cross_entropy_is_finite_in_float32_for_any_finite_logits():
    z = leaf(np.array([[3e38, -3e38], [-3e38, 3e38]], np.float32) / 2)
    loss = F.cross_entropy(z, torch.tensor([0, 1]))
    loss.backward()
    assert loss.item() == 0 and not values(z.grad).any()


@pytest.mark.parametrize(
    "logits, labels, error, text",
    [
        ((2, 3), [0, 3], IndexError, "Target 3 is out of bounds."),
        ((2, 3), [0, -1], IndexError, "Target -1 is out of bounds."),
        ((3, 3), [0, 1], ValueError, r"input batch_size \(3\) to match target batch_size \(2\)"),
        (
            (2, 3),
            [0.0, 1.0],
            RuntimeError,
            "expected target dtype to be Long or Byte, but got Float",
        ),
    ],
)
def test_labels_that_do_not_fit_are_refused(logits, labels, error, text):
    with pytest.raises(error, match=text):
        F.cross_entropy(torch.ones(*logits), torch.tensor(labels))


def test_binary_cross_entropy_with_logits_and_its_gradient_at_ties_and_extremes():
    logits = np.array([0.0, -0.0, 1.5, -2.0, 800.0, -800.0])
    targets = np.array([0.0, 1.0, 0.3, 1.0, 0.0, 1.0])
    z = leaf(logits)
    loss = F.binary_cross_entropy_with_logits(z, torch.tensor(targets))
    loss.backward()
    want = np.logaddexp(0, logits) - targets * logits
    np.testing.assert_allclose(loss.item(), want.mean())
    sigmoid = np.exp(-np.logaddexp(0, -logits))
    np.testing.assert_allclose(values(z.grad), (sigmoid - targets) / 6, atol=1e-17)
    with pytest.raises(ValueError, match=r"Target size \(.*Size\(\[1\]\)\) must be the same"):
        F.binary_cross_entropy_with_logits(z, torch.ones(1))


@pytest.mark.parametrize(
    "loss, formula",
    [(F.mse_loss, lambda a, b: (a - b) ** 2), (F.l1_loss, lambda a, b: abs(a - b))],
)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_distances(loss, formula, reduction):
    a, b = rng.standard_normal((2, 4, 3))
    want = formula(a, b)
    want = want if reduction == "none" else getattr(np, reduction)(want)
    np.testing.assert_allclose(
        values(loss(torch.tensor(a), torch.tensor(b), reduction=reduction)), want
    )


def test_the_classes_of_losses_take_the_reductions_too():
    logits, labels = rng.standard_normal((4, 3)), np.array([0, 1, 2, 2])
    single = -log_softmax(logits)[range(4), labels]
    for reduction, want in (("mean", single.mean()), ("sum", single.sum()), ("none", single)):
        loss = torch.nn.CrossEntropyLoss(reduction=reduction)
        np.testing.assert_allclose(values(loss(torch.tensor(logits), torch.tensor(labels))), want)
    with pytest.raises(ValueError, match="avg is not a valid value for reduction"):
        torch.nn.MSELoss(reduction="avg")


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_losses_stay_on_the_device(device):
    with torch.devices.transfer_guard("disallow"):
        z = torch.zeros(4, 3, device=device, requires_grad=True)
        F.cross_entropy(z, torch.arange(4, device=device) % 3).backward()
        F.binary_cross_entropy_with_logits(z, torch.ones(4, 3, device=device)).backward()
    assert z.grad.device.type == device
