"""Operations as functions: torch.add(x, y, out=z) is x.add(y), written into z.

Their names hide Python's abs, all, any, max, min, pow, round and sum in this file.
"""

import tinygrad_lessons as torch

from .tensor import BINARY, PRODUCTS, UNARY, Tensor

COMPUTED = """add all amax amin any argmax argmin argsort bitwise_not clamp cumsum div flip gather
log_softmax logsumexp masked_fill matmul max mean min
norm outer prod roll round softmax sort square std sub sum topk tril triu var"""
OTHERS = """allclose chunk clone diagonal equal flatten is_floating_point movedim narrow nonzero
numel permute reshape split squeeze t trace transpose unbind unsqueeze"""
SHORT = {
    "absolute": "abs", "multiply": "mul", "subtract": "sub", "divide": "div", "true_divide": "div",
    "negative": "neg", "clip": "clamp", "greater": "gt", "less": "lt", "swapaxes": "transpose",
}  # fmt: skip


def define(name, method, with_out):
    """The function that calls the method, looked up at each call: it may be a student's."""

    def function(input, *inputs, **options):
        if not isinstance(input, Tensor):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, "
                f"not {type(input).__module__}.{type(input).__name__}".replace("builtins.", "")
            )
        return getattr(input, method)(*inputs, **options)

    def function_with_out(input, *inputs, out=None, **options):
        result = function(input, *inputs, **options)
        return result if out is None else into(out, result, name)

    chosen = function_with_out if with_out else function
    chosen.__name__ = chosen.__qualname__ = name
    chosen.__doc__ = getattr(Tensor, method).__doc__
    globals()[name] = chosen


def into(out, result, name):
    """Write `result` into the tensor `out`, and return that."""
    if torch.is_grad_enabled() and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    written = torch.write_out(result, out)
    out._wrote()
    return written


for _name in (*COMPUTED.split(), *BINARY, *UNARY, *PRODUCTS):
    if not _name.startswith("_"):
        define(_name, _name, True)
for _name in OTHERS.split():
    define(_name, _name, False)
for _name, _method in SHORT.items():
    define(_name, _method, _name != "swapaxes")
