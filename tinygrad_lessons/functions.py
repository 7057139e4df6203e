"""Operations as functions: torch.add(x, y, out=z) is x.add(y), written into z."""

import inspect

import tinygrad_lessons as torch

from .tensor import ALONG, BINARY, PRODUCTS, REDUCTIONS, UNARY, Tensor

COMPUTED = """add argsort clamp flip gather masked_fill max mean min norm outer sort square std sub
sum topk tril triu var""".split()
COMPUTED += [*UNARY, *BINARY, *REDUCTIONS, *ALONG, *PRODUCTS]
OTHERS = """allclose clone diagonal equal flatten is_floating_point narrow nonzero numel
permute reshape split squeeze t trace transpose unbind unsqueeze""".split()
INPUT = inspect.Parameter("input", inspect.Parameter.POSITIONAL_OR_KEYWORD)
OUT = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)


def function(name):
    """The function that calls the method `name`, looked up at each call: it may be a student's."""

    def call(input, *inputs, **options):
        if not isinstance(input, Tensor):
            kind = f"{type(input).__module__}.{type(input).__name__}".removeprefix("builtins.")
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")
        return getattr(input, name)(*inputs, **options)

    return known_as(name, call)


def with_out(name):
    """The same, and with out=z the result is written into the tensor z, which is returned."""
    compute = function(name)

    def call(input, *inputs, out=None, **options):
        result = compute(input, *inputs, **options)
        if out is None:
            return result
        if torch.is_grad_enabled() and (result.requires_grad or out.requires_grad):
            raise RuntimeError(
                f"{name}(): functions with out=... arguments don't support automatic "
                "differentiation, but one of the arguments requires grad."
            )
        written = torch.write_out(result, out)
        out._wrote()
        return written

    return known_as(name, call, OUT)


def known_as(name, call, *more):
    """The function with the name, docstring and parameters of the method, and `more` of them."""
    method = getattr(Tensor, name)
    _, *rest = inspect.signature(method).parameters.values()
    call.__signature__ = inspect.Signature([INPUT, *rest, *more])
    call.__name__, call.__qualname__, call.__doc__ = name, name, method.__doc__
    return call


table = {name: with_out(name) for name in COMPUTED} | {name: function(name) for name in OTHERS}
