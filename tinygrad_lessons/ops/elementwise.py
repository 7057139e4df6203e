"""One number at a time: arithmetic, functions, comparisons. The engine undoes broadcasting."""

import math
import operator

from .. import dtypes, shapes
from ..autograd import NUMBERS, Function
from ..exercise import exercise

# Two operands


class Add(Function):
    promotes = True

    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Sub(Function):
    promotes = True

    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return g, -g


class Rsub(Sub):
    variant = 1


class Mul(Function):
    keeps, promotes = "others", True

    def forward(self, a, b):
        return a * b

    @exercise("Mul-backward")
    def backward(self, g):
        """(da, db) for out = a * b, from g = dout."""
        a, b = self.inputs
        return g * b, g * a


class Div(Function):
    keeps, promotes = "inputs", float

    def forward(self, a, b):
        return a / b

    def backward(self, g):
        a, b = self.inputs
        return g / b, -g * a / (b * b) if self.needs(1) else None

    def reads(self, i):
        return i == 1 or self.needs(1)


class Pow(Function):
    keeps, promotes = "inputs output", True

    def forward(self, a, n):
        self.variant = 2 * (type(a) in NUMBERS) or int(type(n) not in NUMBERS)
        return a**n

    @exercise("Pow-backward")
    def backward(self, g):
        """(da, dn) for out = a ** n, from g = dout."""
        a, n = self.inputs
        for_a = for_n = None
        if self.needs(0):
            for_a = g * n * a ** (n - 1 + (n == 0))  # a ** 0 is flat, at a = 0 too
        if self.needs(1):
            log_a = self.xp.log(a + (a == 0) * (n >= 0))  # 0 ** n is flat for n >= 0
            for_n = g * self.output * log_a
        return for_a, for_n

    def reads(self, i):
        return i < 2 and self.needs(0) or self.needs(1)


class Maximum(Function):
    keeps, promotes = "inputs", True

    def forward(self, a, b):
        return self.xp.maximum(a, b)

    def backward(self, g):
        a, b = self.inputs
        half = (a == b) * 0.5  # where they are equal, each gets one half
        return g * ((a > b) + half), g * ((a < b) + half)


class Minimum(Maximum):
    def forward(self, a, b):
        return self.xp.minimum(a, b)

    def backward(self, g):
        return Maximum.backward(self, g)[::-1]


class FloorDivide(Function):
    promotes = True

    def forward(self, a, b):
        refuse_zero(self.device, a, b)
        return a // b

    def backward(self, g):
        raise RuntimeError("derivative for floor_divide is not implemented")


def refuse_zero(device, a, b):
    """Raise if whole numbers are divided by 0. On a GPU nobody looks, in PyTorch neither."""
    if device.type == "cpu" and not dtypes.result_type(a, b).is_floating_point:
        if not device.xp.all(b):
            raise RuntimeError("ZeroDivisionError")


class Remainder(Function):
    keeps, promotes = "inputs", True

    def forward(self, a, b):
        self.variant = int(type(b) not in NUMBERS)
        refuse_zero(self.device, a, b)
        return a % b

    def backward(self, g):
        a, b = self.inputs
        return g, -g * (a // b) if self.needs(1) else None


class Where(Function):
    """a where the array `condition` is true, else b."""

    keeps, promotes = "own", True

    def forward(self, a, b, condition):
        return self.xp.where(condition, a, b)

    def backward(self, g):
        return g * self.condition, g * ~self.condition

    def misfit(self, arrays, error):
        for x in arrays:
            if text := shapes.mismatch(self.condition.shape, getattr(x, "shape", ())):
                return RuntimeError(text)
        return Function.misfit(self, arrays, error)


# One operand


class Neg(Function):
    def forward(self, x):
        return -x

    def backward(self, g):
        return -g


class Abs(Function):
    keeps = "inputs"

    def forward(self, x):
        return abs(x)

    def backward(self, g):
        return g * self.xp.sign(self.inputs[0])


class ReLU(Function):
    keeps, title = "output", "Relu"

    @exercise("relu")
    def forward(self, x):
        """max(x, 0), as a new array of the same dtype; nan stays nan."""
        return self.xp.maximum(x, 0)

    @exercise("ReLU-backward")
    def backward(self, g):
        """dx for out = max(x, 0), from g = dout; 0 where x is 0."""
        return g * (self.output > 0)


class Clamp(Function):
    keeps, variant = "inputs", 1

    def forward(self, x, min=None, max=None):
        return self.xp.clip(x, min, max)

    def backward(self, g):
        (x,) = self.inputs
        above = True if self.min is None else x >= self.min
        below = True if self.max is None else x <= self.max
        return g * (above & below)


def smooth(name, keeps, slope, forward=None):
    """The op of the library's function `name`, from its slope as a function of x or of f(x)."""

    def forward_(self, x):
        return getattr(self.xp, name)(x) if forward is None else forward(self.xp, x)

    def backward(self, g):
        known = self.output if keeps == "output" else self.inputs[0]
        return g * slope(self.xp, known)

    body = {"keeps": keeps, "promotes": float, "forward": forward_, "backward": backward}
    return type(name.title(), (Function,), body)


Exp = smooth("exp", "output", lambda xp, y: y)
Log = smooth("log", "inputs", lambda xp, x: 1 / x)
Log1p = smooth("log1p", "inputs", lambda xp, x: 1 / (x + 1))
Log2 = smooth("log2", "inputs", lambda xp, x: 1 / (x * math.log(2)))
Log10 = smooth("log10", "inputs", lambda xp, x: 1 / (x * math.log(10)))
Sqrt = smooth("sqrt", "output", lambda xp, y: 0.5 / y)
Reciprocal = smooth("reciprocal", "output", lambda xp, y: -y * y, lambda xp, x: 1 / x)
Sin = smooth("sin", "inputs", lambda xp, x: xp.cos(x))
Cos = smooth("cos", "inputs", lambda xp, x: -xp.sin(x))
Tan = smooth("tan", "output", lambda xp, y: 1 + y * y)
Asin = smooth("asin", "inputs", lambda xp, x: 1 / xp.sqrt(1 - x * x), lambda xp, x: xp.arcsin(x))
Acos = smooth("acos", "inputs", lambda xp, x: -1 / xp.sqrt(1 - x * x), lambda xp, x: xp.arccos(x))
Atan = smooth("atan", "inputs", lambda xp, x: 1 / (1 + x * x), lambda xp, x: xp.arctan(x))
Tanh = smooth("tanh", "output", lambda xp, y: 1 - y * y)
Sigmoid = smooth(  # by tanh, because exp(-x) overflows
    "sigmoid", "output", lambda xp, y: y * (1 - y), lambda xp, x: 0.5 * xp.tanh(0.5 * x) + 0.5
)


def step(name):
    """The op of the library's function `name`, a step: its slope is 0 wherever it has one."""

    def forward(self, x):
        return getattr(self.xp, name)(x).astype(x.dtype, copy=False)

    def backward(self, g):
        return self.xp.zeros_like(g)

    return type(name.title(), (Function,), {"forward": forward, "backward": backward})


Floor, Ceil, Round, Sign = map(step, ("floor", "ceil", "round", "sign"))

# Nothing to differentiate


def plain(name, function, promotes=True):
    """An op without a gradient, from a function of the library and the operands."""
    body = {"promotes": promotes, "forward": lambda self, *operands: function(self.xp, *operands)}
    return type(name, (Function,), body)


Eq = plain("Eq", lambda xp, a, b: a == b)
Ne = plain("Ne", lambda xp, a, b: a != b)
Lt = plain("Lt", lambda xp, a, b: a < b)
Le = plain("Le", lambda xp, a, b: a <= b)
Gt = plain("Gt", lambda xp, a, b: a > b)
Ge = plain("Ge", lambda xp, a, b: a >= b)
IsNan = plain("IsNan", lambda xp, x: xp.isnan(x), promotes=float)
IsInf = plain("IsInf", lambda xp, x: xp.isinf(x), promotes=float)
IsFinite = plain("IsFinite", lambda xp, x: xp.isfinite(x), promotes=float)


def bitwise(name, function):
    """An op of whole numbers and truth values."""

    def forward(self, a, *other):
        kind = dtypes.result_type(a, *other)
        if kind.is_floating_point and not other:
            text = "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
            raise TypeError(text)
        if kind.is_floating_point:
            text = f'"bitwise_{name.lower()}_cpu" not implemented for {kind.legacy!r}'
            raise NotImplementedError(f"{text}\n  Compare first: (x > 0) & (x < 1)")
        return function(a, *other)

    return type(name, (Function,), {"promotes": True, "forward": forward})


And, Or = bitwise("And", operator.and_), bitwise("Or", operator.or_)
Xor, Not = bitwise("Xor", operator.xor), bitwise("Not", operator.invert)
