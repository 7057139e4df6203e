"""The operations that losses are made of: values, and gradients for random incoming ones."""

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
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="empty"):
        loss = ops.NLL.apply(log_p, torch.zeros(0, dtype=torch.int64))
    loss.backward()
    assert np.isnan(loss.item()) and log_p.grad.shape == (0, 3)
