"""One number at a time: arithmetic, functions, comparisons. The engine undoes broadcasting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import dtypes, shapes
from ..autograd import NUMBERS, Function
from ..exercise import exercise

if TYPE_CHECKING:
    from .._types import Array
    from ..devices import Device

NO_MINUS = (
    "{}, the `-` operator, {} is not supported. If you are trying to invert a mask, use the `~` or "
    "`logical_not()` operator instead."
)

# Two operands


class Add(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a + b

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g, g


class Sub(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        if type(b) not in NUMBERS and b.dtype.kind == "b":
            raise RuntimeError(NO_MINUS.format("Subtraction", "with two bool tensors"))
        return a - b

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g, -g


class Rsub(Sub):
    variant = 1


class Mul(Function):
    keeps, promotes = "others", True

    def forward(self, a: Array, b: Array) -> Array:
        return a * b

    @exercise("Mul-backward")
    def backward(self, g):
        """(da, db) for out = a * b, from g = dout."""
        a, b = self.inputs
        return g * b, g * a


class Div(Function):
    keeps, promotes = "inputs", float

    def forward(self, a: Array, b: Array) -> Array:
        return a / b

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        a, b = self.inputs
        return g / b, -g * a / (b * b) if self.needs(1) else None

    def reads(self, i: int) -> bool:
        return i == 1 or self.needs(1)


class Pow(Function):
    keeps, promotes = "inputs output", True

    def forward(self, a: Array, n: Array) -> Array:
        self.variant = 2 * (type(a) in NUMBERS) or int(type(n) not in NUMBERS)
        kind = (a if type(n) in NUMBERS else n).dtype.kind
        if kind == "b" and type(n) is not bool:
            raise NotImplementedError("\"pow\" not implemented for 'Bool'")
        if kind == "b":
            return a | (not n)
        if kind == "f" or type(n) in NUMBERS and n >= 0:
            return a**n
        if type(n) in NUMBERS:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return whole_power(self.xp, a, n)

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

    def reads(self, i: int) -> bool:
        return i < 2 and self.needs(0) or self.needs(1)


def whole_power(xp: Any, a: Array, n: Array) -> Array:
    """a ** n of whole numbers, cut like all division of theirs: 2 ** -1 is 0."""
    one_over = (a == 1) + (a == -1) * (1 - 2 * (n % 2))
    return xp.where(n < 0, one_over, a ** xp.where(n < 0, 0, n)).astype(n.dtype)


class Maximum(Function):
    keeps, promotes = "inputs", True

    def forward(self, a: Array, b: Array) -> Array:
        return self.xp.maximum(a, b)

    def backward(self, g: Array) -> tuple[Array, Array]:
        xp, (a, b) = self.xp, self.inputs
        g = xp.where(a == b, g / 2, g)  # where they are equal, each gets one half
        return xp.where(a < b, 0, g), xp.where(a > b, 0, g)


class Minimum(Maximum):
    def forward(self, a: Array, b: Array) -> Array:
        return self.xp.minimum(a, b)

    def backward(self, g: Array) -> tuple[Array, Array]:
        where_larger, where_smaller = Maximum.backward(self, g)
        return where_smaller, where_larger


class FloorDivide(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        refuse_zero(self.device, a, b)
        return floor_divide(self.device, a, b)

    def backward(self, g: Array) -> Array:
        raise RuntimeError("derivative for floor_divide is not implemented")


class DivFloor(FloorDivide):
    """a / b rounded down."""

    title = "Div"

    def backward(self, g: Array) -> tuple[Array, Array]:
        flat = self.xp.zeros_like(g)
        return flat, flat


class DivTrunc(DivFloor):
    """a / b rounded towards 0."""

    def forward(self, a: Array, b: Array) -> Array:
        if dtypes.result_type(a, b).is_floating_point:
            return self.xp.trunc(a / b)
        floor = FloorDivide.forward(self, a, b)
        return floor + ((floor < 0) & (floor * b != a))


def refuse_zero(device: Device, a: Array, b: Array) -> None:
    """Raise if whole numbers are divided by 0. On a GPU nobody looks, in PyTorch neither."""
    if device.type == "cpu" and not dtypes.result_type(a, b).is_floating_point:
        if not device.xp.all(b):
            raise RuntimeError("ZeroDivisionError")


def is_plain(device: Device, a: Array, b: Array) -> bool:
    """Whether the device's own // and % are right: of whole numbers, and NumPy's."""
    return device.type == "cpu" or not dtypes.result_type(a, b).is_floating_point


def floor_divide(device: Device, a: Array, b: Array) -> Array:
    """floor(a / b), exactly: from fmod, where a GPU rounds a / b first and has 10 for 1 // 0.1."""
    if is_plain(device, a, b):
        return a // b
    xp, rest = device.xp, device.xp.fmod(a, b)
    quotient = (a - rest) / b - other_side(rest, b)  # whole, but for rounding
    whole = xp.floor(quotient)
    whole = xp.where(quotient - whole > 0.5, whole + 1, whole)
    whole = xp.where(whole == 0, xp.copysign(whole, a / b), whole)
    return xp.where(b == xp.zeros_like(whole), a / b, whole).astype(quotient.dtype, copy=False)


def remainder(device: Device, a: Array, b: Array) -> Array:
    """a - floor(a / b) b, exactly, with the sign of b."""
    if is_plain(device, a, b):
        return a % b
    rest = device.xp.fmod(a, b)
    return device.xp.where(other_side(rest, b), rest + b, rest)


def other_side(rest: Array, b: Array) -> Array:
    """Whether the remainder of C's division lies beyond 0, seen from `b`."""
    return (rest != 0) & ((b < 0) != (rest < 0))


class Remainder(Function):
    keeps, promotes = "inputs", True

    def forward(self, a: Array, b: Array) -> Array:
        self.variant = int(type(b) not in NUMBERS)
        refuse_zero(self.device, a, b)
        return remainder(self.device, a, b)

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        a, b = self.inputs
        return g, -g * floor_divide(self.device, a, b) if self.needs(1) else None

    def reads(self, i: int) -> bool:
        return self.needs(1)


class Where(Function):
    """a where the array `condition` is true, else b."""

    keeps, promotes = "own", True

    def forward(self, a: Array, b: Array, condition: Array) -> Array:
        self.condition = condition
        return self.xp.where(condition, a, b)

    def backward(self, g: Array) -> tuple[Array, Array]:
        return self.xp.where(self.condition, g, 0), self.xp.where(self.condition, 0, g)

    def misfit(self, arrays: list[Any], error: ValueError) -> Exception:
        for x in arrays:
            if text := shapes.mismatch(self.condition.shape, getattr(x, "shape", ())):
                return RuntimeError(text)
        return Function.misfit(self, arrays, error)


# One operand


class Neg(Function):
    def forward(self, x: Array) -> Array:
        if x.dtype == bool:
            raise RuntimeError(NO_MINUS.format("Negation", "on a bool tensor"))
        return -x

    def backward(self, g: Array) -> Array:
        return -g


class Abs(Function):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return abs(x)

    def backward(self, g: Array) -> Array:
        return g * signs(self.inputs[0])


class ReLU(Function):
    keeps, title = "output", "Relu"

    @exercise("relu")
    def forward(self, x):
        """max(x, 0), as a new array of the same dtype; nan stays nan."""
        return self.xp.maximum(x, 0)

    @exercise("ReLU-backward")
    def backward(self, g):
        """dx for out = max(x, 0), from g = dout; 0 where x is 0."""
        return self.xp.where(self.output <= 0, 0, g)


class Clamp(Function):
    keeps, variant = "inputs", 1

    def forward(self, x: Array, min: Any = None, max: Any = None) -> Array:
        self.min, self.max = min, max
        return self.xp.clip(x, min, max)

    def backward(self, g: Array) -> Array:
        (x,) = self.inputs
        above = True if self.min is None else x >= self.min
        below = True if self.max is None else x <= self.max
        return self.xp.where(above & below, g, 0)


class Smooth(Function):
    """A function with a slope, which is a formula of what is kept: of x, or of the output y."""

    promotes = float

    def slope(self, known: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} has no slope")

    def backward(self, g: Array) -> Array:
        return g * self.slope(self.output if self.keeps_output else self.inputs[0])


class Exp(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        return self.xp.exp(x)

    def slope(self, y: Array) -> Array:
        return y


class Log(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.log(x)

    def slope(self, x: Array) -> Array:
        return 1 / x


class Log1p(Smooth):
    keeps, title = "inputs", "Log1P"

    def forward(self, x: Array) -> Array:
        return self.xp.log1p(x)

    def slope(self, x: Array) -> Array:
        return 1 / (x + 1)


class Log2(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.log2(x)

    def slope(self, x: Array) -> Array:
        return 1 / (x * math.log(2))


class Log10(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.log10(x)

    def slope(self, x: Array) -> Array:
        return 1 / (x * math.log(10))


class Sqrt(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        return self.xp.sqrt(x)

    def slope(self, y: Array) -> Array:
        return 0.5 / y


class Reciprocal(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        return 1 / x

    def slope(self, y: Array) -> Array:
        return -y * y


class Sin(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.sin(x)

    def slope(self, x: Array) -> Array:
        return self.xp.cos(x)


class Cos(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.cos(x)

    def slope(self, x: Array) -> Array:
        return -self.xp.sin(x)


class Tan(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        return self.xp.tan(x)

    def slope(self, y: Array) -> Array:
        return 1 + y * y


class Asin(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.arcsin(x)

    def slope(self, x: Array) -> Array:
        return 1 / self.xp.sqrt(1 - x * x)


class Acos(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.arccos(x)

    def slope(self, x: Array) -> Array:
        return -1 / self.xp.sqrt(1 - x * x)


class Atan(Smooth):
    keeps = "inputs"

    def forward(self, x: Array) -> Array:
        return self.xp.arctan(x)

    def slope(self, x: Array) -> Array:
        return 1 / (1 + x * x)


class Tanh(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        return self.xp.tanh(x)

    def slope(self, y: Array) -> Array:
        return 1 - y * y


class Sigmoid(Smooth):
    keeps = "output"

    def forward(self, x: Array) -> Array:
        e = self.xp.exp(-abs(x))  # never of more than 0: exp(-x) would overflow
        return self.xp.where(x < 0, e, 1) / (1 + e)

    def slope(self, y: Array) -> Array:
        return y * (1 - y)


class Step(Function):
    """A function whose slope is 0 wherever it has one."""

    def backward(self, g: Array) -> Array:
        return self.xp.zeros_like(g)


class Floor(Step):
    def forward(self, x: Array) -> Array:
        return self.xp.floor(x).astype(x.dtype, copy=False)


class Ceil(Step):
    def forward(self, x: Array) -> Array:
        return self.xp.ceil(x).astype(x.dtype, copy=False)


class Trunc(Step):
    def forward(self, x: Array) -> Array:
        return self.xp.trunc(x).astype(x.dtype, copy=False)


class Round(Step):
    def forward(self, x: Array, decimals: int = 0) -> Array:
        return self.xp.round(x, decimals).astype(x.dtype, copy=False)


class Sign(Step):
    def forward(self, x: Array) -> Array:
        return signs(x)


def signs(x: Array) -> Array:
    """-1, 0 or 1; of nan 0, and of truth values these themselves."""
    return (x > 0).astype(x.dtype) if x.dtype == bool else (x > 0).astype(x.dtype) - (x < 0)


# Nothing to differentiate


class Eq(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a == b


class Ne(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a != b


class Lt(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a < b


class Le(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a <= b


class Gt(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a > b


class Ge(Function):
    promotes = True

    def forward(self, a: Array, b: Array) -> Array:
        return a >= b


class IsNan(Function):
    promotes = float

    def forward(self, x: Array) -> Array:
        return self.xp.isnan(x)


class IsInf(Function):
    promotes = float

    def forward(self, x: Array) -> Array:
        return self.xp.isinf(x)


class IsFinite(Function):
    promotes = float

    def forward(self, x: Array) -> Array:
        return self.xp.isfinite(x)


class Bitwise(Function):
    """An operation of whole numbers and truth values."""

    promotes = True

    def refuse_floats(self, *operands: Any) -> None:
        kind, name = dtypes.result_type(*operands), type(self).__name__.lower()
        if kind.is_floating_point:
            raise NotImplementedError(
                f'"bitwise_{name}_cpu" not implemented for {kind.legacy!r}\n'
                "  Compare first: (x > 0) & (x < 1)"
            )


class And(Bitwise):
    def forward(self, a: Array, b: Array) -> Array:
        self.refuse_floats(a, b)
        return a & b


class Or(Bitwise):
    def forward(self, a: Array, b: Array) -> Array:
        self.refuse_floats(a, b)
        return a | b


class Xor(Bitwise):
    def forward(self, a: Array, b: Array) -> Array:
        self.refuse_floats(a, b)
        return a ^ b


class Not(Function):
    def forward(self, x: Array) -> Array:
        if x.dtype.kind == "f":
            text = "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
            raise TypeError(text)
        return ~x
