"""Which dtype comes out. The whole table against PyTorch is in torch/test_core.py."""

import pickle

import pytest

import tinygrad_lessons as torch

f16, f32, f64, u8, i32, i64, b = (
    torch.float16,
    torch.float32,
    torch.float64,
    torch.uint8,
    torch.int32,
    torch.int64,
    torch.bool,
)


def of(dtype, *shape):
    return torch.ones(shape, dtype=dtype)


@pytest.mark.parametrize(
    "left, right, result",
    [
        (of(f32, 2), of(f64, 2), f64),
        (of(f32, 2), of(f64), f32),
        (of(f32), of(f64), f64),
        (of(i64, 2), of(f32, 2), f32),
        (of(i64, 2), of(f64), f64),
        (of(i64, 2), of(f16), f16),
        (of(i32, 2), of(i64), i32),
        (of(i32, 2), of(i64, 2), i64),
        (of(u8, 2), of(torch.int8, 2), torch.int16),
        (of(b, 2), of(b, 2), b),
        (of(b, 2), of(i32), i32),
        (of(b, 2), 2, i64),
        (of(b, 2), 2.0, f32),
        (of(i64, 2), 2.5, f32),
        (of(u8, 2), 2, u8),
        (of(f16, 2), 2.5, f16),
        (of(f64), 2.5, f64),
        (of(i64), of(f64, 2), f64),
        (of(f32, 2), True, f32),
    ],
)
def test_promotion(left, right, result):
    assert (left + right).dtype is (right + left).dtype is result
    assert (left == right).dtype is b


@pytest.mark.parametrize(
    "make, dtype",
    [
        (lambda: of(i64, 2) / of(i64, 2), f32),
        (lambda: of(i64, 2) // 2, i64),
        (lambda: of(i64, 2) ** 2, i64),
        (lambda: of(i64, 2) ** 0.5, f32),
        (lambda: of(i64, 2).sqrt(), f32),
        (lambda: of(b, 2).exp(), f32),
        (lambda: of(i32, 2).sum(), i64),
        (lambda: of(b, 2).sum(), i64),
        (lambda: of(u8, 2).cumsum(0), i64),
        (lambda: of(f16, 2).sum(), f16),
        (lambda: of(i64, 2).max(), i64),
        (lambda: of(i64, 2).argmax(), i64),
        (lambda: of(f64, 2).mean(), f64),
        (lambda: of(i64, 2).abs(), i64),
        (lambda: of(i64, 2).relu(), i64),
        (lambda: of(i64, 2).clamp(0, 2.5), f32),
        (lambda: of(f32, 2).long(), i64),
        (lambda: of(f32, 2).bool(), b),
        (lambda: of(f32, 2).sum(dtype=f64), f64),
        (lambda: of(f32, 2).to(f16), f16),
    ],
)
def test_results(make, dtype):
    assert make().dtype is dtype


def test_a_dtype_says_what_it_is():
    assert (
        repr(f32) == "tinygrad_lessons.float32"
        and f32.is_floating_point
        and not i64.is_floating_point
    )
    assert torch.float is f32 and torch.double is f64 and torch.long is i64 and torch.int is i32
    assert f64.itemsize == 8 and pickle.loads(pickle.dumps(f64)) is f64
    assert torch.result_type(of(i64, 2), 1.0) is f32 and torch.promote_types(i64, f16) is f16
    assert torch.can_cast(i64, f32) and not torch.can_cast(f32, i64)


def test_mean_of_integers_is_refused():
    with pytest.raises(RuntimeError, match="mean.*floating"):
        of(i64, 2).mean()


def test_complex_numbers_are_refused():
    with pytest.raises(TypeError):
        of(f32, 2) * 1j


def test_products_take_one_dtype():
    with pytest.raises(RuntimeError, match="to have the same dtype, but got: float != double"):
        of(f32, 2, 2) @ of(f64, 2, 2)
