"""The operations: one class each, forward and backward side by side. `ops.Add` and so on."""
# ruff: noqa: F401, I001

from .elementwise import (
    Abs, Acos, Add, And, Asin, Atan, Ceil, Clamp, Cos, Div, DivFloor, DivTrunc, Eq, Exp, Floor,
    FloorDivide, Ge, Gt, IsFinite, IsInf, IsNan, Le, Log, Log1p, Log2, Log10, Lt, Maximum, Minimum,
    Mul, Ne, Neg, Not, Or, Pow, Reciprocal, ReLU, Remainder, Round, Rsub, Sigmoid, Sign, Sin, Sqrt,
    Sub, Tan, Tanh, Trunc, Where, Xor,
)  # fmt: skip
from .indexing import (
    Gather, Index, IndexPut, PickMax, PickMin, PickSorted, PickTopk, Select, outside, split_key,
)  # fmt: skip
from .loss import BCE, NLL, LogSigmoid
from .matmul import Linear, MatMul
from .movement import (
    Cast, Cat, Clone, Copy, Diagonal, Expand, Flip, Paste, Permute, Repeat, Reshape, Squeeze, Stack,
    T, Transfer, Transpose, Tril, Triu, Unsqueeze,
)  # fmt: skip
from .reduce import (
    All, Amax, Amin, Any, Argmax, Argmin, Argsort, Cumsum, LogSoftmax, Logsumexp, Max, Min, Norm,
    Prod, Softmax, Sum,
)  # fmt: skip
