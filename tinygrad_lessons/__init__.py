"""A small torch on NumPy and CuPy."""
# ruff: noqa: E402, F401, I001

import warnings
from math import inf, nan, pi

from . import accelerator, autograd, cuda, devices, functions, linalg, ops
from .autograd import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .bridge import as_tensor, from_numpy, shares_memory, to_host
from .creation import (
    arange, cat, diag, empty, empty_like, eye, full, full_like, infer_dtype, is_tensor, linspace,
    ones, ones_like, rand_like, randn_like, stack, tensor, where, zeros, zeros_like,
)  # fmt: skip
from .devices import device
from .dtypes import (
    bool, can_cast, double, dtype, float, float16, float32, float64, half, int, int8, int16, int32,
    int64, long, promote_types, result_type, uint8,
)  # fmt: skip
from .gram_matrices import (
    angles, gram, is_orthonormal, least_squares, matmul_by_hand, outer_gram, principal_components,
)  # fmt: skip
from .random import Generator, manual_seed, rand, randint, randn, randperm
from .shapes import (
    Size, broadcast_shapes, contiguous_strides, resolve_shape, unbroadcast, write_out,
)  # fmt: skip
from .tensor import Tensor

globals().update(functions.table)  # abs, acos, add, ...

from . import nn, optim, utils  # they build on all of the above
from . import datasets, training

# PyTorch divides by zero in silence; NumPy would warn about lines of ours that nobody can mend.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tinygrad_lessons\.ops")
