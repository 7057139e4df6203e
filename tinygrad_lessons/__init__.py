"""A small torch on NumPy and CuPy."""
# ruff: noqa: F401, I001

import warnings
from math import inf, nan, pi

from . import accelerator, autograd, cuda, devices, linalg, ops
from .autograd import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .bridge import as_tensor, from_numpy, shares_memory, to_host
from .creation import (
    arange, cat, diag, empty, empty_like, eye, full, full_like, infer_dtype, is_tensor,
    linspace, ones, ones_like, rand_like, randn_like, stack, tensor, where, zeros, zeros_like,
)  # fmt: skip
from .devices import device
from .dtypes import (
    bool, can_cast, double, dtype, float, float16, float32, float64, get_default_dtype, half, int,
    int8, int16, int32, int64, long, promote_types, result_type, short, uint8,
)  # fmt: skip
from .functions import (
    abs, absolute, acos, add, all, allclose, amax, amin, any, argmax, argmin, argsort, asin,
    atan, bitwise_and, bitwise_not, bitwise_or, bitwise_xor, bmm, ceil, chunk, clamp, clip,
    clone, cos, cumsum, diagonal, div, divide, dot, eq, equal, exp, expm1, flatten, flip,
    floor, floor_divide, gather, ge, greater, gt, is_floating_point, isfinite, isinf,
    isnan, le, less, log, log10, log1p, log2, log_softmax, logical_and, logical_not, logical_or,
    logical_xor, logsumexp, lt, masked_fill, matmul, max, maximum, mean, min, minimum, mm,
    movedim, mul, multiply, mv, narrow, ne, neg, negative, nonzero, norm, numel, outer, permute,
    pow, prod, reciprocal, relu, remainder, reshape, roll, round, rsqrt, sigmoid, sign,
    sin, softmax, sort, split, sqrt, square, squeeze, std, sub, subtract, sum, swapaxes,
    t, tan, tanh, topk, trace, transpose, tril, triu, true_divide, trunc, unbind, unsqueeze, var,
)  # fmt: skip
from .gram_matrices import (
    angles, gram, is_orthonormal, least_squares, matmul_by_hand, outer_gram, principal_components,
)  # fmt: skip
from .random import (
    Generator, bernoulli, manual_seed, normal, rand, randint, randn, randperm,
)  # fmt: skip
from .shapes import (
    Size, broadcast_shapes, contiguous_strides, resolve_shape, unbroadcast, write_out,
)  # fmt: skip
from .tensor import Tensor

from . import nn, optim, utils  # they build on all of the above
from . import datasets, training

# PyTorch divides by zero in silence; NumPy would warn about lines of ours that nobody can mend.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tinygrad_lessons\.ops")
