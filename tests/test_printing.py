"""Golden texts. Random tensors against PyTorch are in torch/test_core.py."""

import pytest

import tinygrad_lessons as torch

GOLDEN = [
    (lambda: torch.tensor(3.0), "tensor(3.)"),
    (lambda: torch.tensor([]), "tensor([])"),
    (lambda: torch.zeros(2, 0), "tensor([], size=(2, 0))"),
    (lambda: torch.zeros(0).long(), "tensor([], dtype=tinygrad_lessons.int64)"),
    (lambda: torch.tensor([1, 20, 300]), "tensor([  1,  20, 300])"),
    (lambda: torch.tensor([True, False]), "tensor([ True, False])"),
    (lambda: torch.tensor([1.0, 2.0]), "tensor([1., 2.])"),
    (lambda: torch.tensor([1.0, 2.5]), "tensor([1.0000, 2.5000])"),
    (lambda: torch.tensor([1.0, -2.5]), "tensor([ 1.0000, -2.5000])"),
    (lambda: torch.tensor([1e-5, 1.0]), "tensor([1.0000e-05, 1.0000e+00])"),
    (lambda: torch.tensor([1e9]), "tensor([1.0000e+09])"),
    (lambda: torch.tensor([1.0, float("nan"), float("-inf")]), "tensor([1., nan, -inf])"),
    (lambda: torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "tensor([[1., 2.],\n        [3., 4.]])"),
    (lambda: torch.zeros(2, 1, 1), "tensor([[[0.]],\n\n        [[0.]]])"),
    (lambda: torch.ones(1).double(), "tensor([1.], dtype=tinygrad_lessons.float64)"),
    (lambda: torch.ones(1, requires_grad=True), "tensor([1.], requires_grad=True)"),
    (lambda: torch.ones(1, requires_grad=True) + 1, "tensor([2.], grad_fn=<AddBackward0>)"),
    (lambda: torch.ones(1, device="sim"), "tensor([1.], device='sim')"),
    (lambda: torch.arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (
        lambda: torch.arange(20.0),
        "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,"
        "\n        14., 15., 16., 17., 18., 19.])",
    ),
]


@pytest.mark.parametrize("make, text", GOLDEN)
def test_texts(make, text):
    assert repr(make()) == str(make()) == text


def test_a_long_text_breaks_before_what_is_said_behind():
    x = torch.arange(16.0) / 3
    assert repr(x.double()).endswith("],\n       dtype=tinygrad_lessons.float64)")


def test_format():
    assert f"{torch.tensor(3)}" == "3" and f"{torch.tensor(1.23456):.2f}" == "1.23"
    assert f"{torch.tensor([1])}" == "tensor([1])"


def test_printing_is_one_transfer_that_nobody_asked_for():
    x = torch.ones(3, device="sim")
    before = x.device.stats.d2h
    repr(x)
    assert x.device.stats.d2h == before + 1
    with pytest.raises(RuntimeError, match=r"repr\(\)"), torch.devices.transfer_guard("disallow"):
        repr(x)


def test_a_large_tensor_on_a_device_is_copied_only_where_it_is_shown():
    x = torch.rand(300, 300, device="sim")
    x.device.stats.reset()
    shown = repr(x)
    assert x.device.stats.d2h_bytes == 36 * 4
    assert shown.replace(", device='sim'", "") == repr(x.cpu())
