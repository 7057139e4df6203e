"""A small torch on NumPy and CuPy."""
# Written `as` the name that they have, so that a type checker takes them for names of this package.
# ruff: noqa: E402, F401, I001

import warnings
from math import inf as inf, nan as nan, pi as pi

from . import (
    accelerator as accelerator, autograd as autograd, cuda as cuda, devices as devices,
    functions as functions, linalg as linalg, ops as ops, return_types as return_types,
)  # fmt: skip
from .autograd import (
    enable_grad as enable_grad, is_grad_enabled as is_grad_enabled, no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)  # fmt: skip
from .bridge import (
    as_tensor as as_tensor, from_numpy as from_numpy, shares_memory as shares_memory,
    to_host as to_host,
)  # fmt: skip
from .creation import (
    BoolTensor as BoolTensor, ByteTensor as ByteTensor, CharTensor as CharTensor,
    DoubleTensor as DoubleTensor, FloatTensor as FloatTensor, HalfTensor as HalfTensor,
    IntTensor as IntTensor, LongTensor as LongTensor, ShortTensor as ShortTensor, arange as arange,
    broadcast_tensors as broadcast_tensors, cat as cat, diag as diag, empty as empty,
    empty_like as empty_like, eye as eye, full as full, full_like as full_like,
    infer_dtype as infer_dtype, is_tensor as is_tensor, linspace as linspace, ones as ones,
    ones_like as ones_like, rand_like as rand_like, randn_like as randn_like, stack as stack,
    tensor as tensor, where as where, zeros as zeros, zeros_like as zeros_like,
)  # fmt: skip
from .devices import device as device
from .dtypes import (
    bool as bool, can_cast as can_cast, double as double, dtype as dtype, float as float,
    float16 as float16, float32 as float32, float64 as float64, half as half, int as int,
    int16 as int16, int32 as int32, int64 as int64, int8 as int8, long as long,
    promote_types as promote_types, result_type as result_type, uint8 as uint8,
)  # fmt: skip
from .einsum import einsum as einsum
from .files import load as load, save as save
from .functions import (
    abs as abs, acos as acos, add as add, all as all, allclose as allclose, amax as amax,
    amin as amin, any as any, argmax as argmax, argmin as argmin, argsort as argsort, asin as asin,
    atan as atan, bmm as bmm, ceil as ceil, clamp as clamp, clone as clone, cos as cos,
    cumsum as cumsum, diagonal as diagonal, div as div, dot as dot, eq as eq, equal as equal,
    exp as exp, flatten as flatten, flip as flip, floor as floor, floor_divide as floor_divide,
    gather as gather, ge as ge, gt as gt, is_floating_point as is_floating_point,
    isfinite as isfinite, isinf as isinf, isnan as isnan, le as le, log as log, log10 as log10,
    log1p as log1p, log2 as log2, log_softmax as log_softmax, logsumexp as logsumexp, lt as lt,
    masked_fill as masked_fill, matmul as matmul, max as max, maximum as maximum, mean as mean,
    min as min, minimum as minimum, mm as mm, mul as mul, mv as mv, narrow as narrow, ne as ne,
    neg as neg, nonzero as nonzero, norm as norm, numel as numel, outer as outer,
    permute as permute, pow as pow, prod as prod, reciprocal as reciprocal, relu as relu,
    remainder as remainder, reshape as reshape, round as round, sigmoid as sigmoid, sign as sign,
    sin as sin, softmax as softmax, sort as sort, split as split, sqrt as sqrt, square as square,
    squeeze as squeeze, std as std, sub as sub, sum as sum, t as t, tan as tan, tanh as tanh,
    topk as topk, trace as trace, transpose as transpose, tril as tril, triu as triu,
    trunc as trunc, unbind as unbind, unsqueeze as unsqueeze, var as var,
)  # fmt: skip
from .gram_matrices import (
    angles as angles, gram as gram, is_orthonormal as is_orthonormal,
    least_squares as least_squares, matmul_by_hand as matmul_by_hand, outer_gram as outer_gram,
    principal_components as principal_components,
)  # fmt: skip
from .random import (
    Generator as Generator, manual_seed as manual_seed, multinomial as multinomial, rand as rand,
    randint as randint, randn as randn, randperm as randperm,
)  # fmt: skip
from .shapes import (
    Size as Size, broadcast_shapes as broadcast_shapes, contiguous_strides as contiguous_strides,
    resolve_shape as resolve_shape, unbroadcast as unbroadcast, write_out as write_out,
)  # fmt: skip
from .tensor import Tensor as Tensor

from . import nn as nn, optim as optim, utils as utils  # they build on all of the above
from . import datasets as datasets, training as training

# PyTorch divides by zero in silence; NumPy would warn about lines of ours that nobody can mend.
_OURS = r"tinygrad_lessons\.(ops|tensor|autograd|creation)"
warnings.filterwarnings("ignore", category=RuntimeWarning, module=_OURS)


def __getattr__(name: str) -> str:
    """The version, which takes long to find out."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("tinygrad-lessons")
