"""The operations: one class each, forward and backward side by side. `ops.Add` and so on."""

from ..autograd import Function
from . import elementwise, indexing, loss, matmul, movement, reduce
from .indexing import outside, split_key

__all__ = ["named", "outside", "split_key"]

named = {}  # "isnan" -> IsNan: what methods call them
for _file in (elementwise, reduce, matmul, movement, indexing, loss):
    for _name, _op in vars(_file).items():
        if isinstance(_op, type) and issubclass(_op, Function):
            globals()[_name] = named[_name.lower()] = _op
