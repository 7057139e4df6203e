"""Operations as functions: torch.add(x, y, out=z) is x.add(y), written into z.

Each is its method, found by name at each call: it may be a student's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

import tinygrad_lessons as torch  # for what builds on tensors: they are not there yet

from .shapes import refuse_repeated
from .tensor import Tensor
from .tensor.base import Base

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Computed(Protocol[P, R_co]):
    """A function of a tensor, which with out=z writes its result into the tensor z."""

    @overload
    def __call__(self, input: Base, /, *inputs: P.args, **options: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, input: Base, /, *inputs: Any, out: Tensor, **options: Any) -> Tensor: ...


def plain(method: Callable[Concatenate[Tensor, P], R]) -> Callable[Concatenate[Tensor, P], R]:
    """The function that calls the method of this name."""
    name = method.__name__

    def call(input: Any, *inputs: Any, **options: Any) -> Any:
        if not isinstance(input, Tensor):
            kind = f"{type(input).__module__}.{type(input).__name__}".removeprefix("builtins.")
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")
        return getattr(input, name)(*inputs, **options)

    return known_as(call, method)


def function(method: Callable[Concatenate[Tensor, P], R]) -> Computed[P, R]:
    """The same, and with out=z the result is written into the tensor z, which is returned."""
    compute = cast("Callable[..., Any]", plain(method))

    def call(input: Any, *inputs: Any, out: Tensor | None = None, **options: Any) -> Any:
        result = compute(input, *inputs, **options)
        return result if out is None else written(result, out, method.__name__)

    out = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)
    return cast("Computed[P, R]", known_as(call, method, out))


def written(result: Tensor, out: Tensor, name: str) -> Tensor:
    """`out`, after `result` was written into it."""
    if torch.is_grad_enabled() and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    refuse_repeated(out.array)
    torch.write_out(result, out)
    out._wrote()
    return out


def known_as(call: Any, method: Any, *more: inspect.Parameter) -> Any:
    """`call` with the method's name, docstring and source, its parameters and `more` of them."""
    tensor, *rest = inspect.signature(method).parameters.values()
    call.__signature__ = inspect.Signature([tensor.replace(name="input"), *rest, *more])
    call.__name__, call.__qualname__, call.__doc__ = (method.__name__,) * 2 + (method.__doc__,)
    call.__wrapped__ = method  # where `??` finds the source
    return call


def pow(input: Tensor | float, exponent: Tensor | float, *, out: Tensor | None = None) -> Tensor:
    """input to the power of exponent; one of the two may be a number."""
    if not isinstance(input, Tensor) and isinstance(exponent, Tensor):
        result = exponent.__rpow__(input)
        return result if out is None else written(result, out, "pow")
    compute: Callable[..., Tensor] = function(Tensor.pow)
    return compute(input, exponent, out=out)


# One number at a time

abs = function(Tensor.abs)
acos = function(Tensor.acos)
add = function(Tensor.add)
asin = function(Tensor.asin)
atan = function(Tensor.atan)
ceil = function(Tensor.ceil)
clamp = function(Tensor.clamp)
cos = function(Tensor.cos)
div = function(Tensor.div)
eq = function(Tensor.eq)
exp = function(Tensor.exp)
floor = function(Tensor.floor)
floor_divide = function(Tensor.floor_divide)
ge = function(Tensor.ge)
gt = function(Tensor.gt)
isfinite = function(Tensor.isfinite)
isinf = function(Tensor.isinf)
isnan = function(Tensor.isnan)
le = function(Tensor.le)
log = function(Tensor.log)
log1p = function(Tensor.log1p)
log2 = function(Tensor.log2)
log10 = function(Tensor.log10)
lt = function(Tensor.lt)
masked_fill = function(Tensor.masked_fill)
maximum = function(Tensor.maximum)
minimum = function(Tensor.minimum)
mul = function(Tensor.mul)
ne = function(Tensor.ne)
neg = function(Tensor.neg)
reciprocal = function(Tensor.reciprocal)
relu = function(Tensor.relu)
remainder = function(Tensor.remainder)
round = function(Tensor.round)
sigmoid = function(Tensor.sigmoid)
sign = function(Tensor.sign)
sin = function(Tensor.sin)
sqrt = function(Tensor.sqrt)
square = function(Tensor.square)
sub = function(Tensor.sub)
tan = function(Tensor.tan)
tanh = function(Tensor.tanh)
trunc = function(Tensor.trunc)

# Products

bmm = function(Tensor.bmm)
dot = function(Tensor.dot)
matmul = function(Tensor.matmul)
mm = function(Tensor.mm)
mv = function(Tensor.mv)
outer = function(Tensor.outer)

# Many numbers to one

all = function(Tensor.all)
amax = function(Tensor.amax)
amin = function(Tensor.amin)
any = function(Tensor.any)
argmax = function(Tensor.argmax)
argmin = function(Tensor.argmin)
argsort = function(Tensor.argsort)
cumsum = function(Tensor.cumsum)
log_softmax = function(Tensor.log_softmax)
logsumexp = function(Tensor.logsumexp)
max = function(Tensor.max)
mean = function(Tensor.mean)
min = function(Tensor.min)
norm = function(Tensor.norm)
prod = function(Tensor.prod)
softmax = function(Tensor.softmax)
sort = function(Tensor.sort)
std = function(Tensor.std)
sum = function(Tensor.sum)
topk = function(Tensor.topk)
trace = plain(Tensor.trace)
var = function(Tensor.var)

# Views, parts, copies

clone = plain(Tensor.clone)
diagonal = plain(Tensor.diagonal)
flatten = plain(Tensor.flatten)
flip = function(Tensor.flip)
gather = function(Tensor.gather)
narrow = plain(Tensor.narrow)
nonzero = plain(Tensor.nonzero)
permute = plain(Tensor.permute)
reshape = plain(Tensor.reshape)
split = plain(Tensor.split)
squeeze = plain(Tensor.squeeze)
t = plain(Tensor.t)
transpose = plain(Tensor.transpose)
tril = function(Tensor.tril)
triu = function(Tensor.triu)
unbind = plain(Tensor.unbind)
unsqueeze = plain(Tensor.unsqueeze)

# What a tensor is

allclose = plain(Tensor.allclose)
equal = plain(Tensor.equal)
is_floating_point = plain(Tensor.is_floating_point)
numel = plain(Tensor.numel)
