"""Random numbers: their range, their moments, their seed."""

import pytest

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]
on_every_device = pytest.mark.parametrize("device", DEVICES)
DRAWS = [
    lambda d: torch.rand(5, device=d),
    lambda d: torch.randn(5, device=d),
    lambda d: torch.randint(100, (5,), device=d),
    lambda d: torch.randperm(50, device=d),
    lambda d: torch.rand_like(torch.zeros(5, device=d)),
    lambda d: torch.zeros(5, device=d).normal_(),
    lambda d: torch.zeros(5, device=d).uniform_(-1, 1),
]


@on_every_device
@pytest.mark.parametrize("draw", DRAWS)
def test_a_seed_repeats_and_a_stream_goes_on(draw, device):
    torch.manual_seed(3)
    first, second = draw(device).tolist(), draw(device).tolist()
    torch.manual_seed(3)
    assert draw(device).tolist() == first != second
    torch.manual_seed(4)
    assert draw(device).tolist() != first


@on_every_device
def test_ranges_and_moments(device):
    torch.manual_seed(0)
    u, n = torch.rand(10_000, device=device), torch.randn(10_000, device=device)
    assert 0 <= u.min().item() and u.max().item() < 1 and abs(u.mean().item() - 0.5) < 0.02
    assert abs(n.mean().item()) < 0.05 and abs(n.std().item() - 1) < 0.05
    assert sorted(set(torch.randint(2, 5, (100,), device=device).tolist())) == [2, 3, 4]
    assert sorted(torch.randperm(20, device=device).tolist()) == list(range(20))
    w = torch.zeros(1000, device=device).uniform_(-2, 3)
    assert -2 <= w.min().item() and w.max().item() <= 3


def test_dtypes_and_shapes():
    assert torch.rand(2, 3).shape == (2, 3) == torch.rand((2, 3)).shape and torch.rand(()).ndim == 0
    assert torch.rand(2, dtype=torch.float64).dtype is torch.float64
    assert torch.randn(2, dtype=torch.float16).dtype is torch.float16
    assert torch.randint(3, (2,)).dtype is torch.int64


def test_a_generator_has_its_own_stream():
    one, two = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    torch.manual_seed(0)
    before = torch.rand(3).tolist()
    assert torch.rand(3, generator=one).tolist() == torch.rand(3, generator=two).tolist()
    assert torch.randperm(9, generator=one).tolist() == torch.randperm(9, generator=two).tolist()
    torch.manual_seed(0)
    assert torch.rand(3).tolist() == before and one.initial_seed() == 5


def test_errors():
    with pytest.raises(RuntimeError, match="random_ expects 'from' to be less than 'to'"):
        torch.randint(5, 5, (2,))
    with pytest.raises(RuntimeError, match="random numbers"):
        torch.rand(2, dtype=torch.int64)
