"""What A^T A says, on every device, against NumPy's linear algebra."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]
on_every_device = pytest.mark.parametrize("device", DEVICES)


def drawn(*shape, device="cpu", dtype=np.float64, seed=0):
    a = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    return a, torch.tensor(a, device=device)


@on_every_device
def test_products(device):
    (a, A), (b, B) = drawn(5, 3, device=device), drawn(3, 4, device=device, seed=1)
    for ours, theirs in (
        (torch.gram(A), a.T @ a),
        (torch.outer_gram(A), a @ a.T),
        (torch.matmul_by_hand(A, B), a @ b),
        (torch.matmul_by_hand(A.T, A), a.T @ a),
    ):
        np.testing.assert_allclose(ours.cpu().numpy(), theirs, 1e-12)
        assert str(ours.device) == device


@on_every_device
def test_angles(device):
    a, A = drawn(4, 3, device=device)
    unit = a / np.linalg.norm(a, axis=0)
    expected = np.arccos((unit.T @ unit).clip(-1, 1))
    np.testing.assert_allclose(torch.angles(A).cpu().numpy(), expected, 1e-6, 1e-7)


@on_every_device
def test_angles_of_parallel_opposite_and_right(device):
    A = torch.tensor([[1.0, 3.0, -2.0, -1.0], [1.0, 3.0, -2.0, 1.0]], device=device)
    quarter = math.pi / 2
    expected = [[0, 0, math.pi, quarter], [0, 0, math.pi, quarter], [math.pi] * 2 + [0, quarter]]
    np.testing.assert_allclose(torch.angles(A)[:3].cpu().numpy(), expected, atol=1e-3)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_angles_are_never_nan(seed):
    _, A = drawn(3, 4, dtype=np.float32, seed=seed)
    parallel = torch.cat([A, A * 3, -A], 1)
    assert torch.angles(parallel).isfinite().all()


@on_every_device
def test_a_zero_column_has_no_angle(device):
    with pytest.raises(ValueError, match="zero"):
        torch.angles(torch.tensor([[1.0, 0.0], [1.0, 0.0]], device=device))


@on_every_device
def test_is_orthonormal(device):
    a, _ = drawn(5, 5)
    q = np.linalg.qr(a)[0]
    for matrix, answer in (
        (q, True),
        (q[:, :2], True),
        (q[:2], False),
        (q * 1.01, False),
        (np.eye(3)[:, ::-1], True),
        (a, False),
        (-q, True),
        (np.ones((2, 1)), False),
        (np.full((1, 1), -1.0), True),
    ):
        assert torch.is_orthonormal(torch.tensor(matrix.copy(), device=device)).item() is answer
    near = torch.tensor(q + 1e-4, device=device)
    assert not torch.is_orthonormal(near).item() and torch.is_orthonormal(near, tol=1e-2).item()


@on_every_device
def test_least_squares(device):
    (a, A), (b, B), (c, C) = (
        drawn(*s, device=device, seed=i) for i, s in enumerate([(6, 3), (6,), (6, 2)])
    )
    for right, tensor in ((b, B), (c, C)):
        expected = np.linalg.lstsq(a, right, rcond=None)[0]
        np.testing.assert_allclose(torch.least_squares(A, tensor).cpu().numpy(), expected, 1e-9)


@on_every_device
def test_principal_components(device):
    x, X = drawn(40, 4, device=device)
    x = x * [5, 1, 3, 0.5] + [10, -3, 0, 2]
    X = torch.tensor(x, device=device)
    directions, variances = torch.principal_components(X, 2)
    _, s, vh = np.linalg.svd(x - x.mean(0))
    np.testing.assert_allclose(variances.cpu().numpy(), (s**2 / 39)[:2], 1e-9)
    cosines = (directions.cpu().numpy() * vh[:2]).sum(1)
    np.testing.assert_allclose(abs(cosines), 1, 1e-9)
    assert directions.shape == (2, 4) and X.tolist() == x.tolist()


@on_every_device
def test_no_transfer(device):
    _, A = drawn(5, 3, device=device)
    with torch.devices.transfer_guard("disallow_explicit"):
        torch.gram(A), torch.outer_gram(A), torch.matmul_by_hand(A, A.T), torch.is_orthonormal(A)
        torch.least_squares(A, A[:, 0]), torch.principal_components(A, 2)


def test_products_are_recorded():
    _, A = drawn(3, 2)
    A.requires_grad_()
    torch.gram(A).sum().backward()
    first, A.grad = A.grad, None
    torch.matmul_by_hand(A.T, A).sum().backward()
    np.testing.assert_allclose(first.numpy(), A.grad.numpy())


def test_linalg():
    a, A = drawn(3, 3)
    s = a @ a.T
    np.testing.assert_allclose(torch.linalg.inv(A).numpy(), np.linalg.inv(a), 1e-9)
    np.testing.assert_allclose(torch.linalg.det(A).item(), np.linalg.det(a), 1e-9)
    values, vectors = torch.linalg.eigh(A @ A.T)
    np.testing.assert_allclose((vectors * values @ vectors.T).numpy(), s, 1e-9)
    u, d, vh = torch.linalg.svd(A[:, :2], full_matrices=False)
    np.testing.assert_allclose((u * d @ vh).numpy(), a[:, :2], 1e-9)
    with pytest.raises(RuntimeError, match="linalg.solve: Singular matrix"):
        torch.linalg.solve(A * 0, A)
    with pytest.raises(RuntimeError, match="linalg.inv has no gradient"):
        torch.linalg.inv(A.requires_grad_())
    with pytest.raises(RuntimeError, match="linalg.inv: Expected a floating point"):
        torch.linalg.inv(torch.eye(2).long())
