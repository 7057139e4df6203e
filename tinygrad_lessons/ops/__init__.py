"""The operations: one class each, forward and backward side by side."""
# ruff: noqa: F401, I001

from .elementwise import (
    Abs, Acos, Add, And, Asin, Atan, Ceil, Clamp, Cos, Div, Eq, Exp, Expm1, Floor, FloorDivide, Ge,
    Gt, IsFinite, IsInf, IsNan, Le, Log, Log1p, Log2, Log10, LogicalAnd, LogicalNot, LogicalOr,
    LogicalXor, Lt, Maximum, Minimum, Mul, Ne, Neg, Not, Or, Pow, Reciprocal, ReLU, Remainder,
    Round, Rsqrt, Rsub, Sigmoid, Sign, Sin, Sqrt, Sub, Tan, Tanh, Trunc, Where, Xor,
)  # fmt: skip
from .loss import NLL, LogSigmoid
from .matmul import Linear, MatMul
from .movement import (
    Cast, Cat, Clone, Copy, Expand, Flip, Gather, Index, IndexPut, Paste, Permute, Pick, Repeat,
    Reshape, Roll, Select, Squeeze, Stack, T, Transfer, Transpose, Tril, Triu, Unsqueeze, split_key,
)  # fmt: skip
from .reduce import (
    All, Amax, Amin, Any, Argmax, Argmin, Argsort, Cumsum, LogSoftmax, Logsumexp, Max, Min, Norm,
    Prod, Softmax, Sum,
)  # fmt: skip
