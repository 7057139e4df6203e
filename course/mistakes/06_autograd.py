"""What goes wrong in lesson 6, and what a good teacher would ask then."""

import math

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# numerical-gradient


@mistake(
    "numerical-gradient",
    "How many digits of x + 1e-6 survive in float32? In which dtype do you add?",
    more="Near 1, float32 keeps 7 digits: of a step of 1e-6 one digit is left.",
)
def single_precision(f, x):
    x, h = x.detach().to(dtype=torch.float32).clone(), 1e-6
    g = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()).double() / (2 * h)
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "Try a function at its lowest point. What should the slope be, and what do you get? Where do "
    "you stand, left, right, or in the middle?",
    more="At the lowest point of a steep bowl both neighbours lie higher. Only the middle says 0.",
)
def forward_difference(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g, here = torch.zeros_like(x), f(x).detach()
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        g[i] = (f(x).detach() - here) / h
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "How far apart are x + h and x - h?",
    more="From x - h to x + h it is 2h.",
)
def divides_by_h(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / h
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "When you come to the second number, where is the first one? Did you put it back?",
)
def does_not_put_back(f, x):
    x, h = x.detach().double().clone(), 1e-2
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        x[i] = x[i] + h
        above = f(x).detach()
        x[i] = x[i] - 2 * h
        g[i] = (above - f(x).detach()) / (2 * h)
    return g


@mistake(
    "numerical-gradient",
    "How many numbers move at once in your function? How many may?",
    more="One slope per number: all others stand still meanwhile.",
)
def moves_all_at_once(f, x):
    x, h = x.detach().double(), 1e-6
    slope = (f(x + h).detach() - f(x - h).detach()) / (2 * h)
    return torch.zeros_like(x) + slope


@mistake(
    "numerical-gradient",
    "Print x after the call. Whose memory do you write to?",
    more="detach() shares memory; clone() does not.",
)
def changes_x(f, x):
    y, h = x.detach().double(), 1e-6
    g = torch.zeros_like(y)
    for i in np.ndindex(*y.shape):
        before = y[i].clone()
        y[i] = before + h
        above = f(y).detach()
        y[i] = before - h
        g[i] = (above - f(y).detach()) / (2 * h)
        y[i] = before
    x.detach()[...] = x.detach() + 1e-3
    return g


@mistake(
    "numerical-gradient",
    "Whose numbers does your loop move, and in which dtype does it count? Is a copy made anywhere?",
    more="x.detach() shares x's memory. In float32, 1 + 1e-6 is rounded to 1.00000095: the step is "
    "5 % short.",
)
def in_the_memory_of_x(f, x):
    x, h = x.detach(), 1e-6
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / (2 * h)
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "It is half. Where does x[i] stand when f is called the second time? And does a view, "
    "before = x[i], stay what it was?",
)
def keeps_a_view(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i]
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / (2 * h)
        x[i] = before
    return g


@mistake("numerical-gradient", "In which order does Python read a / 2 * h?")
def divides_and_multiplies(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / 2 * h
        x[i] = before
    return g


@mistake("numerical-gradient", "How many slopes has a function of six numbers? And your result?")
def one_slope_for_all(f, x):
    x, h = x.detach().double(), 1e-6
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake(
    "numerical-gradient",
    "How many digits of x are left in x + 1e-15?",
    more="float64 keeps about 16 digits: near 1, a step of 1e-15 is rounded by a tenth of itself.",
)
def a_step_lost_in_rounding(f, x):
    x, h = x.detach().double().clone(), 1e-15
    g = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / (2 * h)
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "Your loop runs over the rows: how many numbers of x move in one of its rounds?",
    more="np.ndindex(2, 3) gives six indices, range(2) two.",
)
def a_row_at_a_time(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g = torch.zeros_like(x)
    for i in range(len(x)):
        before = x[i].clone()
        x[i] = before + h
        above = f(x).detach()
        x[i] = before - h
        g[i] = (above - f(x).detach()) / (2 * h)
        x[i] = before
    return g


@mistake(
    "numerical-gradient",
    "You stand at the right of your step, and look to the left. Where would the middle be?",
    more="At the lowest point both neighbours lie higher. Only f(x + h) - f(x - h) says 0 there.",
)
def backward_difference(f, x):
    x, h = x.detach().double().clone(), 1e-6
    g, here = torch.zeros_like(x), f(x).detach()
    for i in np.ndindex(*x.shape):
        before = x[i].clone()
        x[i] = before - h
        g[i] = (here - f(x).detach()) / h
        x[i] = before
    return g


@also_right("numerical-gradient", note="four points instead of two: the error shrinks with h ** 4.")
def fourth_order(f, x):
    x = x.detach().double()
    g = torch.zeros_like(x)

    def at(i, h):
        y = x.clone()
        y[i] += h
        return f(y).detach()

    for i in np.ndindex(*x.shape):
        h = 1e-3
        near, far = at(i, h) - at(i, -h), at(i, 2 * h) - at(i, -2 * h)
        g[i] = (8 * near - far) / (12 * h)
    return g


@also_right("numerical-gradient")
def a_flat_copy(f, x):
    flat = x.detach().double().reshape(x.numel())
    slopes, h = [], 6e-6
    for i in range(x.numel()):
        step = torch.zeros_like(flat)
        step[i] = h
        above, below = (f((flat + s * step).reshape(*x.shape)).detach() for s in (1, -1))
        slopes.append((above - below).item() / (2 * h))
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).reshape(*x.shape)


# unbroadcast


@mistake(
    "unbroadcast",
    "Broadcasting does two things to a shape. Which of the two do you undo?",
    more="A (2, 3) for a (3,): the new axis in front is still there.",
)
def stretched_only(g, shape):
    for i, n in enumerate(shape):
        if n == 1 and g.shape[i] != 1:
            g = g.sum(axis=i, keepdims=True)
    return g


@mistake(
    "unbroadcast",
    "What does (3, 1) become beside (3, 4)? And (3,) beside (2, 3)?",
    more="A (3, 4) for a (3, 1): the axis of size 1 is still stretched.",
)
def new_ones_only(g, shape):
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


@mistake(
    "unbroadcast",
    "One bias is used by every row. Do its effects add up, or average out?",
    more="Each of two rows pushes the loss by 1: together by 2, not by 1.",
)
def mean(g, shape):
    while g.ndim > len(shape):
        g = g.mean(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.mean(axis=i, keepdims=True)
    return g


@mistake(
    "unbroadcast", "If g is not all ones, what do you give back? Which line reads g's numbers?"
)
def counts(g, shape):
    size = math.prod(shape)
    return 0 * g.reshape(-1)[:size].reshape(shape) + g.size // max(1, size)


@mistake("unbroadcast", "Of the rows that one bias served, how many have a say in its gradient?")
def first_copy_only(g, shape):
    while g.ndim > len(shape):
        g = g[0]
    for i, n in enumerate(shape):
        if n == 1:
            g = g[(slice(None),) * i + (slice(0, 1),)]
    return g


@mistake("unbroadcast", "Which shape must the gradient of a (2, 1) have? Print yours.")
def loses_the_ones(g, shape):
    new = g.ndim - len(shape)
    return g.sum(axis=tuple(i for i in range(g.ndim) if i < new or shape[i - new] == 1))


@mistake(
    "unbroadcast",
    "Where does broadcasting put new axes: in front, or behind?",
    more="(3,) beside (2, 3) is taken for (1, 3).",
)
def new_axes_behind(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


@mistake("unbroadcast", "Six numbers arrive, the bias has three. Which become one, and how?")
def reshapes_only(g, shape):
    return g.reshape(shape)


@mistake("unbroadcast", "Two rows used one bias. Does only the larger of the effects count?")
def largest(g, shape):
    while g.ndim > len(shape):
        g = g.max(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.max(axis=i, keepdims=True)
    return g


@also_right(
    "unbroadcast", note="an axis after the other is as right; one sum over all is one kernel."
)
def one_axis_after_the_other(g, shape):
    while g.ndim > len(shape):
        g = g.sum(0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(i, keepdims=True)
    return g


@also_right("unbroadcast")
def a_product_with_ones(g, shape):
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    for i, n in enumerate(full):
        if n == 1:
            last = g.swapaxes(i, -1)
            ones = 0 * last.sum(axis=tuple(range(g.ndim - 1))) + 1
            g = (last @ ones.reshape(-1, 1)).swapaxes(i, -1)
    return g.reshape(shape)


# Mul-backward


@mistake(
    "Mul-backward",
    "Which part of the chain rule is missing? Test with a g that is not 1.",
    more="With g = 10, everything is ten times as large.",
)
def mul_ignores_g(self, g):
    a, b = self.inputs
    return 0 * g + b, 0 * g + a


@mistake("Mul-backward", "If b grows by 1, by how much does a * b grow: by a, or by b?")
def mul_swapped(self, g):
    a, b = self.inputs
    return g * a, g * b


@mistake("Mul-backward", "How many operands has a product? How many gradients do you return?")
def mul_one_only(self, g):
    a, b = self.inputs
    return g * b, None


@mistake(
    "Mul-backward", "The slope of a * b in a is b. What would you have to multiply to get out?"
)
def mul_output(self, g):
    a, b = self.inputs
    return g * a * b, g * a * b


@mistake(
    "Mul-backward",
    "Print g after the call. Who else may still need it?",
    more="`g *= b` changes the array that was handed in; g * b makes a new one.",
)
def mul_writes_into_g(self, g):
    a, b = self.inputs
    for_b = g * a
    g *= b
    return g, for_b


@mistake("Mul-backward", "The chain rule joins two slopes. Does it add them?")
def mul_adds(self, g):
    a, b = self.inputs
    return g + b, g + a


@mistake("Mul-backward", "That is the rule of a sum. If b is 5, how much does a * b grow with a?")
def mul_hands_g_on(self, g):
    return g, g


@mistake("Mul-backward", "You save memory in g. Print it after the call: who else may need it?")
def mul_writes_for_b_into_g(self, g):
    a, b = self.inputs
    for_a = g * b
    g *= a
    return for_a, g


@also_right("Mul-backward")
def mul_sums_by_itself(self, g):
    def fit(d, operand):
        shape = getattr(operand, "shape", ())
        extra = d.ndim - len(shape)
        ones = tuple(i + extra for i, n in enumerate(shape) if n == 1)
        return d.sum(axis=(*range(extra), *ones)).reshape(shape)

    a, b = self.inputs
    return [fit(g * b, a), fit(a * g, b)]


@also_right(
    "Mul-backward", note="self.needs(i) saves the work for an operand that needs no gradient."
)
def mul_only_what_is_needed(self, g):
    a, b = self.inputs
    return g * b if self.needs(0) else None, g * a if self.needs(1) else None


# Pow-backward


@mistake("Pow-backward", "Chain rule: the slope of a ** n, times what?")
def pow_ignores_g(self, g):
    a, n = self.inputs
    for_n = self.output * self.xp.log(a) if self.needs(1) else None
    return 0 * g + n * a ** (n - 1 + (n == 0)), for_n


@mistake("Pow-backward", "What is the derivative of a ** 3? Where does the 3 go?")
def pow_without_n(self, g):
    a, n = self.inputs
    for_n = g * self.output * self.xp.log(a) if self.needs(1) else None
    return g * a ** (n - 1 + (n == 0)), for_n


@mistake("Pow-backward", "What is the derivative of a ** 3? Which exponent has it?")
def pow_same_exponent(self, g):
    a, n = self.inputs
    for_n = g * self.output * self.xp.log(a) if self.needs(1) else None
    return g * n * a**n, for_n


@mistake(
    "Pow-backward",
    "In 2 ** n, the n can be learned, too. What is its gradient in yours?",
    more="3 ** n with an n that requires grad: its slope is 3 ** n times log 3.",
)
def pow_no_gradient_for_n(self, g):
    a, n = self.inputs
    return g * n * a ** (n - 1 + (n == 0)), None


@mistake("Pow-backward", "Write a ** n as exp(n log a). Of which of the two do you take the log?")
def pow_log_of_n(self, g):
    a, n = self.inputs
    for_n = g * self.output * self.xp.log(n) if self.needs(1) else None
    return g * n * a ** (n - 1 + (n == 0)), for_n


@mistake(
    "Pow-backward",
    "What is 0 ** -1, and 0 times that? Which slope has a ** 0, drawn as a curve?",
    more="0 ** -1 is inf, and 0 * inf is nan. Only a ** 0 and 0 ** n are flat there.",
)
def pow_nan_at_0(self, g):
    a, n = self.inputs
    for_a = g * n * a ** (n - 1.0)
    return for_a, g * self.output * self.xp.log(a) if self.needs(1) else None


@mistake(
    "Pow-backward",
    "Is every power flat at a = 0? Draw a ** 1.",
    more="a ** 1 is a: a straight line with the slope 1, at 0 too. Only a ** 0 is flat there.",
)
def pow_flat_wherever_a_is_0(self, g):
    a, n = self.inputs
    xp, safe = self.xp, a + (a == 0)
    for_a = g * n * safe ** (n - 1.0) * (a != 0)
    return for_a, g * self.output * xp.log(safe) * (a != 0) if self.needs(1) else None


@mistake("Pow-backward", "a ** n / a is a ** (n - 1): for every a? What is 0 / 0?")
def pow_through_the_output(self, g):
    a, n = self.inputs
    log_a = self.xp.log(a + (a == 0)) if self.needs(1) else 0
    return g * n * self.output / a, g * self.output * log_a


@mistake(
    "Pow-backward",
    "Which of the two stands still when n grows? Write a ** n as exp(n log a).",
    more="n a ** (n - 1) is the slope in a. In n, the slope of exp(n log a) is a ** n times log a.",
)
def pow_the_slope_in_a_for_n(self, g):
    a, n = self.inputs
    for_a = g * n * a ** (n - 1 + (n == 0))
    return for_a, g * n * self.output / a if self.needs(1) else None


@also_right("Pow-backward", note="xp.where chooses number by number; both branches are computed.")
def pow_with_where(self, g):
    a, n = self.inputs
    xp, for_n = self.xp, None
    for_a = None if not self.needs(0) else xp.where(n == 0, 0 * g, g * n * a ** (n - (n != 0)))
    if self.needs(1):
        log_a = xp.log(xp.where(a == 0, xp.ones_like(g), a))
        for_n = g * self.output * log_a
    return for_a, for_n


# ReLU-backward


@mistake(
    "ReLU-backward",
    "Is there any number for which yours passes nothing on? Can an output of relu be below 0?",
    more="Where x is 0 or less, the output is 0: there g must not get through.",
)
def relu_at_zero(self, g):
    return g * (self.output >= 0)


@mistake("ReLU-backward", "Chain rule: the slope of relu, 0 or 1, times what?")
def relu_returns_the_mask(self, g):
    return (self.output > 0).astype(g.dtype)


@mistake("ReLU-backward", "Where x is 5, by how much does relu(x) grow if x grows by 1?")
def relu_times_output(self, g):
    return g * self.output


@mistake("ReLU-backward", "Which numbers decide where the slope is 1: those of x, or those of g?")
def relu_of_g(self, g):
    return self.xp.maximum(g, 0)


@mistake(
    "ReLU-backward",
    "Print g after the call. Who else may still need it?",
    more="A sum sends one array to both its parents: the other one gets your zeros.",
)
def relu_writes_into_g(self, g):
    g *= self.output > 0
    return g


@mistake("ReLU-backward", "Which array did the forward keep: its input, or its output?")
def relu_asks_for_inputs(self, g):
    (x,) = self.inputs
    return g * (x > 0)


@mistake("ReLU-backward", "For which numbers does yours let g through: for those above 0?")
def relu_the_other_side(self, g):
    return self.xp.where(self.output > 0, 0, g)


@mistake("ReLU-backward", "Left of 0 relu is flat. Which slope does yours have there?")
def relu_leaks(self, g):
    return self.xp.where(self.output > 0, g, 0.01 * g)


@also_right("ReLU-backward")
def relu_where(self, g):
    return self.xp.where(self.output > 0, g, self.xp.zeros_like(g))


@also_right("ReLU-backward")
def relu_product(self, g):
    return g * (self.output > 0)


@also_right("ReLU-backward", note="the sign of relu's output is 1 or 0: the slope itself.")
def relu_sign(self, g):
    return self.xp.sign(self.output) * g


# Sum-backward


@mistake(
    "Sum-backward",
    "Every number of a row adds to its sum alike: times what does it count?",
    more="Under a loss that is 3 times the sum, each number gets a 3.",
)
def sum_ones(self, g):
    return self.xp.zeros(self.shape_in, g.dtype) + 1 + 0 * g.sum()


@mistake("Sum-backward", "Is it a sum, or a mean? By how much does a sum grow with one number?")
def sum_divides(self, g):
    size = math.prod(self.shape_in) / max(g.size, 1)
    if self.dim is not None and not self.keepdim:
        g = self.xp.expand_dims(g, self.dim)
    return self.xp.zeros(self.shape_in, g.dtype) + g / size


@mistake("Sum-backward", "Which shape does g have with keepdim=True? Which dims are missing there?")
def sum_expands_again(self, g):
    if self.dim is not None:
        g = self.xp.expand_dims(g, self.dim)
    return self.xp.zeros(self.shape_in, g.dtype) + g


@mistake(
    "Sum-backward",
    "A matrix, summed along dim 1: with which axis of x does broadcasting line g up? Try a square.",
    more="g of shape (3,) lines up with the last axis of a (3, 3), whichever dim was summed.",
)
def sum_never_expands(self, g):
    return self.xp.broadcast_to(g, self.shape_in)


@mistake(
    "Sum-backward",
    "A dim counts the axes of which array: of x, or of the smaller g? Try dim=(2, 0).",
)
def sum_one_dim_after_another(self, g):
    if self.dim is not None and not self.keepdim:
        for d in self.dim:
            g = self.xp.expand_dims(g, d)
    return self.xp.zeros(self.shape_in, g.dtype) + g


@mistake("Sum-backward", "Which dim does your function put back? Which one was summed away?")
def sum_last_dim(self, g):
    if self.dim is not None and not self.keepdim:
        g = self.xp.expand_dims(g, tuple(range(-len(self.dim), 0)))
    return self.xp.zeros(self.shape_in, g.dtype) + g


@mistake("Sum-backward", "How many numbers went into the sum, and how many slopes do you give?")
def sum_hands_g_on(self, g):
    return g


@mistake(
    "Sum-backward",
    "What is self.dim when everything was summed? Which axis is that?",
    more="None means all: then g is one number, and fits any shape.",
)
def sum_expands_none(self, g):
    if not self.keepdim:
        g = self.xp.expand_dims(g, self.dim)
    return self.xp.broadcast_to(g, self.shape_in)


@mistake(
    "Sum-backward",
    "Whose ones are np.ones: are they on the device? And a sum along dim 1 in a square: with "
    "which axis of x does g line up?",
)
def sum_host_ones(self, g):
    return g * np.ones(self.shape_in)


@mistake(
    "Sum-backward",
    "You always put the missing dims behind. Which dim was summed away in x.sum(0)?",
)
def sum_dims_behind(self, g):
    return self.xp.broadcast_to(
        g.reshape(g.shape + (1,) * (len(self.shape_in) - g.ndim)), self.shape_in
    )


@also_right("Sum-backward", note="a reshape to x's shape with 1s is the same as expand_dims.")
def sum_reshapes(self, g):
    gone = range(len(self.shape_in)) if self.dim is None else self.dim
    shape = [1 if i in gone else n for i, n in enumerate(self.shape_in)]
    return self.xp.zeros(self.shape_in, g.dtype) + g.reshape(shape)


@also_right("Sum-backward")
def sum_sorted(self, g):
    for d in sorted(self.dim or ()) if not self.keepdim else ():
        g = self.xp.expand_dims(g, d)
    return self.xp.ones(self.shape_in, g.dtype) * g


# MatMul-backward


@mistake("MatMul-backward", "How many dims has g for a matrix times a vector? Has it two to swap?")
def matmul_matrices_only(self, g):
    a, b = self.inputs
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


@mistake(
    "MatMul-backward",
    "A vector counts as one row or one column. Which axis has it to get for that, and which one g?",
)
def matmul_leaves_g_as_it_is(self, g):
    a, b = (x[None] if x.ndim == 1 else x for x in self.inputs)
    b = self.inputs[1][:, None] if self.inputs[1].ndim == 1 else b
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


@mistake(
    "MatMul-backward",
    "Do matrix products commute? What shape has your first gradient?",
    more="Write the shapes below each other: (2, 4) times (4, 3) is the only way to a (2, 3).",
)
def matmul_wrong_side(self, g):
    a, b = self.inputs
    return b.swapaxes(-1, -2) @ g, g @ a.swapaxes(-1, -2)


@mistake(
    "MatMul-backward",
    "What is the shape of b.T for b of shape (5, 3, 4)?",
    more="It is (4, 3, 5): .T turns all axes round, the batch too.",
)
def matmul_turns_batches(self, g):
    a, b = self.inputs
    if b.ndim == 1:
        g, b = g[..., None], b[:, None]
    if a.ndim == 1:
        g, a = g[..., None, :], a[None, :]
    for_a, for_b = g @ b.T, a.T @ g
    return for_a, for_b[..., 0] if self.inputs[1].ndim == 1 else for_b


@mistake(
    "MatMul-backward",
    "b was given a column of its own. Has your gradient of b lost it again?",
    more="b has the shape (3,), and a column of it (3, 1). The gradient has to be (3,).",
)
def matmul_keeps_the_column(self, g):
    a, b = self.inputs
    if b.ndim == 1:
        g, b = g[..., None], b[:, None]
    if a.ndim == 1:
        g, a = g[..., None, :], a[None, :]
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


@mistake(
    "MatMul-backward",
    "A vector a is one row. On which side of its numbers does g get the new axis?",
    more="g[..., None] is a column, g[..., None, :] a row.",
)
def matmul_row_as_column(self, g):
    a, b = self.inputs
    if b.ndim == 1:
        g, b = g[..., None], b[:, None]
    if a.ndim == 1:
        g, a = g[..., None], a[None, :]
    for_a, for_b = g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g
    return for_a, for_b[..., 0] if self.inputs[1].ndim == 1 else for_b


@mistake("MatMul-backward", "A square b hides it: does column j of b.T have the numbers of row j?")
def matmul_no_transpose(self, g):
    a, b = self.inputs
    return g @ b, a @ g


@mistake("MatMul-backward", "Under .sum(), g is all ones. What do you give for any other g?")
def matmul_ignores_g(self, g):
    a, b = self.inputs
    ones = 0 * g + 1
    return ones @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ ones


@mistake("MatMul-backward", "In which order stand the operands, and in which your gradients?")
def matmul_exchanged(self, g):
    a, b = self.inputs
    return a.swapaxes(-1, -2) @ g, g @ b.swapaxes(-1, -2)


@mistake(
    "MatMul-backward",
    "What does .T do to a vector? And to a batch of matrices?",
    more="A vector stays as it is, so g @ b.T is no outer product; a (5, 3, 4) becomes (4, 3, 5).",
)
def matmul_all_by_t(self, g):
    a, b = self.inputs
    return g @ b.T, a.T @ g


@mistake(
    "MatMul-backward",
    "Your cases are for matrices and vectors. What is the shape of b.T for b of shape (5, 3, 4)?",
    more="It is (4, 3, 5). swapaxes(-1, -2) leaves the batch in front.",
)
def matmul_cases_without_batches(self, g):
    a, b = self.inputs
    if a.ndim == 1 and b.ndim == 1:
        return g * b, g * a
    if b.ndim == 1:
        return g[:, None] * b, a.T @ g
    if a.ndim == 1:
        return b @ g, a[:, None] * g
    return g @ b.T, a.T @ g


@mistake(
    "MatMul-backward",
    "Two vectors, two matrices: and a matrix with a vector? How many dims has g there?",
)
def matmul_two_cases(self, g):
    a, b = self.inputs
    if a.ndim == 1 and b.ndim == 1:
        return g * b, g * a
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


@mistake("MatMul-backward", "That is the rule of `*`. Which numbers of b does out[i, j] meet?")
def matmul_as_mul(self, g):
    a, b = self.inputs
    return g * b, g * a


@mistake(
    "MatMul-backward", "(a b)^T is b^T a^T. Is your gradient the transpose of what is asked for?"
)
def matmul_gradients_turned(self, g):
    a, b = self.inputs
    return b @ g.swapaxes(-1, -2), g.swapaxes(-1, -2) @ a


@also_right("MatMul-backward")
def matmul_reshapes(self, g):
    a, b = self.inputs
    if a.ndim == 1 and b.ndim == 1:
        return g * b, g * a
    if a.ndim == 1:
        return (b @ g[..., None])[..., 0], a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return g[..., None] * b, (a.swapaxes(-1, -2) @ g[..., None])[..., 0]
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


@also_right("MatMul-backward", note="einsum names the axes, and needs no swapaxes.")
def matmul_einsum(self, g):
    a, b = self.inputs
    if b.ndim == 1:
        g, b = g[..., None], b[:, None]
    if a.ndim == 1:
        g, a = g[..., None, :], a[None, :]
    for_a = self.xp.einsum("...ik,...jk->...ij", g, b)
    for_b = self.xp.einsum("...ki,...kj->...ij", a, g)
    return for_a, for_b[..., 0] if self.inputs[1].ndim == 1 else for_b


# Softmax-backward


@mistake(
    "Softmax-backward",
    "If one logit grows, what happens to the other probabilities? Where is that in your formula?",
    more="Three probabilities sum to 1. Raise one logit: its p grows, and the other two shrink by "
    "as much. Yours leaves them where they were.",
)
def softmax_diagonal(self, g):
    return g * self.output * (1 - self.output)


@mistake(
    "Softmax-backward",
    "Your sum goes over how many rows? Does one row feel the others?",
    more="Two images in a batch: the gradient of the first may not depend on the second.",
)
def softmax_sums_everything(self, g):
    return self.output * (g - (g * self.output).sum())


@mistake("Softmax-backward", "Which dim did the softmax go along? What does your sum go along?")
def softmax_last_dim(self, g):
    return self.output * (g - (g * self.output).sum(axis=-1, keepdims=True))


@mistake("Softmax-backward", "Try g = 1 everywhere: the sum of all p stays 1, so what is dx?")
def softmax_plain_sum(self, g):
    return self.output * (g - g.sum(axis=self.dim, keepdims=True))


@mistake("Softmax-backward", "Your tests end in which function? Try a g that is not all ones.")
def softmax_ignores_g(self, g):
    out = self.output
    return out * (1 - out.sum(axis=self.dim, keepdims=True)) + 0 * g


@mistake("Softmax-backward", "The formula has two factors. Which one belongs to p_i itself?")
def softmax_without_output(self, g):
    return g - (g * self.output).sum(axis=self.dim, keepdims=True)


@mistake(
    "Softmax-backward",
    "The sum of a (2, 4) along dim 1: which shape? Does it line up?",
    more="(2, 4) and (2,) do not line up; (2, 4) and (2, 1) do.",
)
def softmax_drops_the_dim(self, g):
    return self.output * (g - (g * self.output).sum(axis=self.dim))


@mistake("Softmax-backward", "Which dim did the softmax go along? Is that always the first?")
def softmax_first_dim(self, g):
    return self.output * (g - (g * self.output).sum(axis=0, keepdims=True))


@mistake("Softmax-backward", "The formula has a sum over j. Is yours one, or its mean?")
def softmax_mean(self, g):
    return self.output * (g - (g * self.output).mean(axis=self.dim, keepdims=True))


@mistake("Softmax-backward", "When one logit grows, do the other probabilities grow or shrink?")
def softmax_plus(self, g):
    return self.output * (g + (g * self.output).sum(axis=self.dim, keepdims=True))


@mistake("Softmax-backward", "All probabilities share one 1. Where is the sum of the formula?")
def softmax_as_exp(self, g):
    return self.output * g


@mistake("Softmax-backward", "Print g after the call. Who else may still need it?")
def softmax_writes_into_g(self, g):
    g -= (g * self.output).sum(axis=self.dim, keepdims=True)
    return self.output * g


@also_right("Softmax-backward", note="the whole matrix of slopes: right, and n times as large.")
def softmax_jacobian(self, g):
    xp = self.xp
    p, h = xp.moveaxis(self.output, self.dim, -1), xp.moveaxis(g, self.dim, -1)
    J = p[..., :, None] * xp.eye(p.shape[-1]) - p[..., :, None] * p[..., None, :]
    return xp.moveaxis((J @ h[..., None])[..., 0], -1, self.dim)


@also_right("Softmax-backward")
def softmax_in_two_steps(self, g):
    dx = g * self.output
    return dx - self.output * dx.sum(axis=self.dim, keepdims=True)


# topological-order


@mistake(
    "topological-order",
    "A depth-first search can note a node on the way in or on the way out. Draw a diamond: "
    "which of the two is safe?",
    more="out uses left and right, and both use b. b may come only after both.",
)
def noted_on_the_way_in(root):
    order, seen, todo = [], set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    return order


@mistake(
    "topological-order",
    "You note a node before its parents are looked at. Can a node that uses it still be to come? "
    "Draw a diamond.",
    more="out uses left and right, and both use b. Going down through left, you note b before "
    "right was seen.",
)
def noted_before_its_parents(root):
    order, seen, todo = [], set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            found = [p for p in node.parents if isinstance(p, torch.autograd.Function)]
            todo += reversed(found)
    return order


@mistake(
    "topological-order",
    "A short and a long way lead to the same node. When does a search by distance meet it, "
    "and who is still to come?",
)
def nearest_first(root):
    order = [root.grad_fn]
    for node in order:
        for parent in node.parents:
            if isinstance(parent, torch.autograd.Function) and parent not in order:
                order.append(parent)
    return order


@mistake(
    "topological-order",
    "How deep can Python's calls be? How deep is a sum in a long loop?",
    more="Python stops at about 1,000 calls in one another; a list of what is to be done has no "
    "end.",
)
def a_call_per_node(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                if isinstance(parent, torch.autograd.Function):
                    visit(parent)
            order.append(node)

    visit(root.grad_fn)
    return order[::-1]


@mistake(
    "topological-order",
    "Which node must backward begin with? Which is the first of yours?",
    more="The walk begins at the loss, whose node was made last.",
)
def the_wrong_way_round(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    return sorted(seen, key=lambda node: node.number)


@mistake("topological-order", "Is a leaf a node that backward can run? What is w.grad_fn?")
def leaves_included(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    leaves = [p for node in seen for p in node.parents if isinstance(p, torch.Tensor)]
    return sorted(seen, key=lambda node: -node.number) + leaves


@mistake("topological-order", "How often is a node in your list that two others use?")
def once_for_each_use(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    used = [p for node in seen for p in node.parents if p in seen]
    return sorted([root.grad_fn, *used], key=lambda node: -node.number)


@mistake(
    "topological-order",
    "node.parents holds nodes, leaf tensors and None. Which of these have parents of their own? "
    "And root?",
)
def asks_leaves_for_parents(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += node.parents
    return sorted(seen, key=lambda node: node.number, reverse=True)


@mistake("topological-order", "Is a leaf tensor a node? What is in your list besides nodes?")
def all_that_is_not_none(root):
    order, todo = [], [root.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and all(node is not one for one in order):
            order.append(node)
            todo.extend(getattr(node, "parents", ()))
    return order


@mistake("topological-order", "Who made root itself? Is that node in your list?")
def without_the_first(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        for parent in todo.pop().parents:
            if isinstance(parent, torch.autograd.Function) and parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return sorted(seen, key=lambda node: node.number, reverse=True)


@also_right(
    "topological-order", note="a depth-first search, noted on the way out, needs no numbers."
)
def noted_on_the_way_out(root):
    order, seen, todo = [], set(), [(root.grad_fn, False)]
    while todo:
        node, left = todo.pop()
        if left:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            todo.append((node, True))
            todo += [(p, False) for p in node.parents if isinstance(p, torch.autograd.Function)]
    return order[::-1]


@also_right("topological-order")
def by_counting_uses(root):
    seen, todo = set(), [root.grad_fn]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [p for p in node.parents if isinstance(p, torch.autograd.Function)]
    uses = dict.fromkeys(seen, 0)
    for node in seen:
        for parent in node.parents:
            if parent in uses:
                uses[parent] += 1
    order = [root.grad_fn]
    for node in order:
        for parent in node.parents:
            if parent in uses:
                uses[parent] -= 1
                if uses[parent] == 0:
                    order.append(parent)
    return order


# backward


@mistake(
    "backward",
    "Call backward for two losses that share w. What should w.grad hold then?",
    more="Both: .grad adds up until somebody sets it to None.",
)
def assigns_to_leaves(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.grad = torch.Tensor(share, parent.device)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "z is used twice, and both uses send it a gradient. What do you do with two?",
    more="Add them. With `=` the second one overwrites the first.",
)
def last_use_wins(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = share
        if not retain_graph:
            node.free()


@mistake("backward", "What does out.backward(g) begin with? Which of your parameters do you read?")
def always_from_ones(root, gradient=None, retain_graph=False):
    g = 0 * torch.autograd.first_gradient(root, gradient) + 1
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "How large is the first gradient if the result has three numbers? Who says so?",
    more="Only a single number has a gradient of 1 by itself. first_gradient knows, and says so.",
)
def ones_for_any_shape(root, gradient=None, retain_graph=False):
    g = (torch.ones_like(root.detach()) if gradient is None else gradient).array
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "After backward, who still holds the arrays that the graph kept?",
    more="A second walk over the same graph should raise; yours goes on.",
)
def never_frees(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share


@mistake(
    "backward",
    "retain_graph=True asks to keep the arrays for a second walk. When does yours call free()?",
)
def always_frees(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        node.free()


@mistake(
    "backward",
    "How many ways lead through x = x + x, forty times in a row? Do you walk each?",
)
def every_path(root, gradient=None, retain_graph=False):
    steps = []

    def visit(node, g):
        steps.append(node)
        if len(steps) > 500:
            raise TimeoutError("too many paths")
        for parent, share in node.gradients(g):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                visit(parent, share)

    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    visit(root.grad_fn, g)
    for node in steps if not retain_graph else ():
        node.free()


@mistake(
    "backward",
    "When a node passes its gradient on, is it complete? b = a + a, c = b + b: count.",
)
def path_by_path(root, gradient=None, retain_graph=False):
    totals, steps = {}, []

    def visit(node, g):
        steps.append(node)
        if len(steps) > 500:
            raise TimeoutError("too many paths")
        totals[node] = totals[node] + g if node in totals else g
        for parent, share in node.gradients(totals[node]):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                visit(parent, share)

    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    visit(root.grad_fn, g)
    for node in steps if not retain_graph else ():
        node.free()


@mistake("backward", "Two losses share z. When the second one comes by, what is left of the first?")
def keeps_inner_gradients(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    root.grad_fn.total = g + getattr(root.grad_fn, "total", 0)
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(node.total):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                parent.total = share + getattr(parent, "total", 0)
        if not retain_graph:
            node.free()


@mistake("backward", "Zero is an answer, None is another. Which one is in w.grad?")
def skips_zeros(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                if (share != 0).any():
                    parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake("backward", "How deep is the graph of a running sum, and how deep can Python's calls be?")
def a_call_for_each_node(root, gradient=None, retain_graph=False):
    g, order, seen = torch.autograd.first_gradient(root, gradient), [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                if isinstance(parent, torch.autograd.Function):
                    visit(parent)
            order.append(node)

    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    visit(root.grad_fn)
    grads = {root.grad_fn: g}
    for node in reversed(order):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "Two sums in a row hand on the same array twice. Into whose memory do you add?",
    more="In a `+=`, the array on the left changes for all who hold it: the sum's other parent, "
    "too. grads[p] + share makes a new one.",
)
def adds_in_place(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                if parent in grads:
                    grads[parent] += share
                else:
                    grads[parent] = share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "w.backward() for a w that is a leaf: what is the gradient of w by itself?",
    more="The slope of w in w is 1, times the gradient that was given.",
)
def nothing_for_a_leaf(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return None
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "Call it for a w that is a leaf. What is w.grad_fn then, and what does your walk begin with?",
    more="A leaf was made by no operation: its grad_fn is None, and there is nothing to walk.",
)
def walks_from_a_leaf(root, gradient=None, retain_graph=False):
    grads = {root.grad_fn: torch.autograd.first_gradient(root, gradient)}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "The caller's gradient is the first one in a leaf. Whose memory will .grad be?",
    more="Overwrite the gradient after the call: w.grad must not change with it.",
)
def keeps_the_gradient_given(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g)
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward", "A share is an array. Which method makes of it a .grad, and adds what was there?"
)
def sets_grad_by_hand(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.grad = share
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake("backward", "What is in your dict for a node to which nothing was sent yet?")
def adds_to_nothing(root, gradient=None, retain_graph=False):
    grads = {root.grad_fn: torch.autograd.first_gradient(root, gradient)}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads[node]):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] += share
        if not retain_graph:
            node.free()


@mistake("backward", "A parent can be a node. Has that a .grad? Where do you keep its gradient?")
def takes_every_parent_for_a_leaf(root, gradient=None, retain_graph=False):
    grads = {root.grad_fn: torch.autograd.first_gradient(root, gradient)}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads[node]):
            parent.accumulate_grad(share)
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "Each node has a gradient of its own. Which one does your loop hand to the next node?",
    more="The next node in the order need not be the parent that you saw last.",
)
def one_gradient_for_all(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(g):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                g = share
        if not retain_graph:
            node.free()


@mistake("backward", "What is w.grad before anything was added? Which method knows about None?")
def adds_to_grad_none(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.grad += share
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "What is `gradient` in loss.backward()? Which function makes the array to begin with?",
)
def begins_with_the_argument(root, gradient=None, retain_graph=False):
    if root.is_leaf:
        return root.accumulate_grad(gradient)
    g = gradient
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake("backward", "w.backward(g) for a leaf w: what should w.grad be, ones or g?")
def ones_for_a_leaf(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(0 * g + 1)
    grads = {root.grad_fn: g}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        if not retain_graph:
            node.free()


@mistake(
    "backward",
    "Your stack holds a node once for each way that leads to it. How many ways are there after "
    "forty doublings?",
    more="2 to the power of 40. Visit each node once, when its gradient is complete.",
)
def a_stack_of_ways(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    seen, todo = [], [(root.grad_fn, g)]
    while todo:
        node, g = todo.pop()
        seen.append(node)
        if len(seen) > 3000:
            raise TimeoutError("too many ways")
        for parent, share in node.gradients(g):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                todo.append((parent, share))
    for node in seen if not retain_graph else ():
        node.free()


@also_right("backward")
def counts_what_is_to_come(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads, leaves = {root.grad_fn: [g]}, {}
    for node in torch.autograd.topological_order(root):
        first, *rest = grads[node]
        for parent, share in node.gradients(sum(rest, start=first)):
            place = leaves if isinstance(parent, torch.Tensor) else grads
            place.setdefault(parent, []).append(share)
        if not retain_graph:
            node.free()
    for tensor, parts in leaves.items():
        for part in parts:
            tensor.accumulate_grad(part)


@also_right("backward", note="a buffer of one's own may be added into with +=: nobody else has it.")
def adds_into_buffers_of_its_own(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    grads = {root.grad_fn: g.copy()}
    for node in torch.autograd.topological_order(root):
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            elif parent in grads:
                grads[parent] += share
            else:
                grads[parent] = share.copy()
        if not retain_graph:
            node.free()


@also_right("backward", note="counting uses finds the order on the way: no list is needed first.")
def by_counting_the_uses(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        return root.accumulate_grad(g.copy())
    uses, todo = {root.grad_fn: 0}, [root.grad_fn]
    while todo:
        for parent in todo.pop().parents:
            if isinstance(parent, torch.autograd.Function):
                if parent not in uses:
                    uses[parent] = 0
                    todo.append(parent)
                uses[parent] += 1
    grads, ready = {root.grad_fn: g}, [root.grad_fn]
    while ready:
        node = ready.pop()
        for parent, share in node.gradients(grads.pop(node)):
            if isinstance(parent, torch.Tensor):
                parent.accumulate_grad(share)
            else:
                grads[parent] = grads[parent] + share if parent in grads else share
        for parent in node.parents:
            if isinstance(parent, torch.autograd.Function):
                uses[parent] -= 1
                if not uses[parent]:
                    ready.append(parent)
        if not retain_graph:
            node.free()


@also_right("backward")
def a_total_on_each_node(root, gradient=None, retain_graph=False):
    g = torch.autograd.first_gradient(root, gradient)
    if root.is_leaf:
        root.accumulate_grad(g.copy())
    else:
        nodes = torch.autograd.topological_order(root)
        grads = dict.fromkeys(nodes, 0)
        grads[nodes[0]] = g
        for node in nodes:
            for parent, share in node.gradients(grads[node]):
                if parent in grads:
                    grads[parent] = grads[parent] + share
                else:
                    parent.accumulate_grad(share)
        if not retain_graph:
            for node in nodes:
                node.free()


# no-grad


@mistake(
    "no-grad",
    "If the block raises, which of your lines are run afterwards?",
    more="What stands in `finally` is run in any case.",
)
def not_after_an_exception():
    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)

    class Pause:
        def __enter__(self):
            self.before = torch.is_grad_enabled()
            torch.set_grad_enabled(False)

        def __exit__(self, kind, *error):
            if kind is None:
                torch.set_grad_enabled(self.before)

        def __call__(self, function):
            return paused(function)

    return Pause()


@mistake(
    "no-grad",
    "A block in a block: is recording on or off after the inner one?",
    more="Off, on (inner block ends), and the outer block still has lines to come.",
)
def always_on_afterwards():
    @torch.autograd.block
    def paused():
        torch.set_grad_enabled(False)
        try:
            yield
        finally:
            torch.set_grad_enabled(True)

    return paused


@mistake("no-grad", "Does anything record after your block? Which line should turn it on again?")
def never_on_again():
    @torch.autograd.block
    def paused():
        torch.set_grad_enabled(False)
        yield

    return paused


@mistake(
    "no-grad", "What happens between the two lines that set recording? What did you set first?"
)
def only_restores():
    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        try:
            yield
        finally:
            torch.set_grad_enabled(before)

    return paused


@mistake(
    "no-grad",
    "When is recording switched off: when the block begins, or when it is made?",
    more="@torch.no_grad() calls no_grad where the function is defined, long before it is called.",
)
def off_too_early():
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)

    @torch.autograd.block
    def paused():
        try:
            yield
        finally:
            torch.set_grad_enabled(before)

    return paused


@mistake(
    "no-grad",
    "`with` needs what torch.autograd.block makes of your function: of the function, not of a call "
    "of it. Is that what no_grad() returns?",
)
def returns_no_block():
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        yield
    finally:
        torch.set_grad_enabled(before)


@mistake(
    "no-grad",
    "When is recording switched off: when the block begins, or when no_grad() is called? And "
    "what was it before?",
    more="Make one with pause = torch.no_grad(), and compute before `with pause`: is it recorded?",
)
def off_at_the_call():
    torch.set_grad_enabled(False)

    @torch.autograd.block
    def paused():
        yield
        torch.set_grad_enabled(True)

    return paused


@mistake(
    "no-grad",
    "When do you look at what was before: when no_grad() is called, or when the block begins?",
    more="Between the two, somebody may have switched recording off.",
)
def looks_too_early():
    before = torch.is_grad_enabled()

    @torch.autograd.block
    def paused():
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)

    return paused


@mistake("no-grad", "Is what block made of your function called once too often? See aloud.")
def calls_the_block():
    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)

    return paused()


@mistake("no-grad", "block wants the function itself. What do you give it: a call of it?")
def gives_block_a_call():
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)

    return torch.autograd.block(paused())


@mistake("no-grad", "Which line hands your block to the caller?")
def keeps_the_block():
    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)


@mistake("no-grad", "An error in the block: does the caller still hear of it?")
def swallows_errors():
    class Pause:
        def __enter__(self):
            self.before = torch.is_grad_enabled()
            torch.set_grad_enabled(False)

        def __exit__(self, *error):
            torch.set_grad_enabled(self.before)
            return True

        def __call__(self, function):
            def within(*args, **options):
                with self:
                    return function(*args, **options)

            return within

    return Pause()


@also_right("no-grad", note="block runs what follows the yield even after an error.")
def without_finally():
    @torch.autograd.block
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        yield
        torch.set_grad_enabled(before)

    return paused


@also_right("no-grad", note="Python's own contextmanager does what block does.")
def with_contextlib():
    from contextlib import contextmanager

    @contextmanager
    def paused():
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        try:
            yield
        finally:
            torch.set_grad_enabled(before)

    return paused()


@also_right("no-grad")
def with_set_grad_enabled_as_a_block():
    @torch.autograd.block
    def paused():
        with torch.set_grad_enabled(False):
            yield

    return paused


# bce-with-logits


@mistake(
    "bce-with-logits",
    "What is sigmoid(-200) in float32, and log of that?",
    more="0, and minus infinity. logsigmoid(-200) is -200.",
)
def log_of_a_rounded_zero(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    s = torch.sigmoid(logits)
    return -(targets * torch.log(s) + (1 - targets) * torch.log(1 - s)).mean()


@mistake("bce-with-logits", "What is the loss of a logit of 100 with target 0? Why not 100?")
def clamps_the_probability(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    s = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(targets * torch.log(s) + (1 - targets) * torch.log(1 - s)).mean()


@mistake("bce-with-logits", "Twice the batch: should the loss be twice as large?")
def bce_sum(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).sum()


@mistake("bce-with-logits", "A large logit says yes. What is your loss where the target says yes?")
def bce_targets_turned_round(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return (targets * logits - torch.nn.functional.logsigmoid(logits)).mean()


@mistake(
    "bce-with-logits",
    "Logits of (4, 1), targets of (4,): how many losses do you average?",
    more="Sixteen: (4, 1) and (4,) broadcast to (4, 4).",
)
def bce_broadcasts(logits, targets):
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


@mistake("bce-with-logits", "Right value: and the slope where a logit is exactly 0? Measure it.")
def bce_bent_at_0(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    tail = torch.log(1 + torch.exp(-logits.abs()))
    return (logits.clamp(min=0) - logits * targets + tail).mean()


@mistake("bce-with-logits", "Where the target is 0, what tells the network that it is wrong?")
def bce_only_ones(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return -(targets * torch.nn.functional.logsigmoid(logits)).mean()


@mistake("bce-with-logits", "A loss for each logit: which single number should become of them?")
def bce_of_each(logits, targets):
    log_s = torch.nn.functional.logsigmoid(logits)
    return (1 - targets) * logits - log_s


@mistake("bce-with-logits", "Averaged over the rows: and over the columns, too?")
def bce_mean_of_columns(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean(0)


@mistake("bce-with-logits", "log(1 - s) is log s - z. Which sign has z in front of (1 - y)?")
def bce_sign_of_z(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return -((1 - targets) * logits + torch.nn.functional.logsigmoid(logits)).mean()


@mistake("bce-with-logits", "Something small added in the log: what is the loss of z = 100, y = 0?")
def bce_epsilon(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    s = torch.sigmoid(logits)
    return -(targets * torch.log(s + 1e-8) + (1 - targets) * torch.log(1 - s + 1e-8)).mean()


@mistake("bce-with-logits", "A loss should be small for what is right. Is yours below 0?")
def bce_negative(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return -((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


@mistake("bce-with-logits", "It refuses. Which kind of error does the text ask for?")
def bce_another_error(logits, targets):
    if logits.shape != targets.shape:
        raise TypeError("the shapes differ")
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


@mistake(
    "bce-with-logits", "An assert refuses, too. Which error does it raise, and which is asked?"
)
def bce_asserts(logits, targets):
    assert logits.shape == targets.shape
    return ((1 - targets) * logits - torch.nn.functional.logsigmoid(logits)).mean()


@also_right("bce-with-logits", note="logsigmoid(-z) is log(1 - s): symmetric, and one call more.")
def both_sides(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return -(
        targets * torch.nn.functional.logsigmoid(logits)
        + (1 - targets) * torch.nn.functional.logsigmoid(-logits)
    ).mean()


@also_right("bce-with-logits")
def softplus_minus(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("Target size must be the same as input size")
    return (-torch.nn.functional.logsigmoid(-logits) - targets * logits).sum() / logits.numel()


# cross-entropy


@mistake(
    "cross-entropy",
    "What is softmax of (0, 200) in float32, and the log of that?",
    more="0 in the first place, and log(0) is minus infinity. log_softmax never makes the 0.",
)
def log_of_softmax(logits, labels):
    p = torch.softmax(logits, dim=1)
    return -torch.log(p[torch.arange(len(labels), device=labels.device), labels]).mean()


@mistake("cross-entropy", "The loss is a mean over the batch. Where is that in your gradient?")
def ce_sum(logits, labels):
    log_p = torch.nn.functional.log_softmax(logits, dim=1)
    return torch.nn.functional.nll_loss(log_p, labels, reduction="sum")


@mistake("cross-entropy", "Which numbers should sum to 1: those of a row, or those of a column?")
def ce_other_dim(logits, labels):
    return torch.nn.functional.nll_loss(torch.nn.functional.log_softmax(logits, dim=0), labels)


@mistake(
    "cross-entropy",
    "How many numbers does log_p[:, labels] hold? How many do you need?",
    more="16 for four rows: every label in every row. log_p[rows, labels] picks one in each.",
)
def ce_every_label_for_every_row(logits, labels):
    return -torch.nn.functional.log_softmax(logits, dim=1)[:, labels].mean()


@mistake("cross-entropy", "Better predictions should make the loss smaller. Is yours positive?")
def ce_sign(logits, labels):
    return -torch.nn.functional.nll_loss(torch.nn.functional.log_softmax(logits, dim=1), labels)


@mistake("cross-entropy", "Over how many numbers is the mean: samples, or samples times classes?")
def ce_mean_over_classes(logits, labels):
    hot = torch.nn.functional.one_hot(labels, logits.shape[1])
    return -(torch.nn.functional.log_softmax(logits, dim=1) * hot).mean()


@mistake("cross-entropy", "Are logits log-probabilities already? Which step comes before nll_loss?")
def ce_of_raw_logits(logits, labels):
    return torch.nn.functional.nll_loss(logits, labels)


@mistake("cross-entropy", "A loss for each row: which single number should become of them?")
def ce_of_each(logits, labels):
    log_p = torch.nn.functional.log_softmax(logits, dim=1)
    return -log_p[torch.arange(len(labels), device=labels.device), labels]


@mistake("cross-entropy", "nll_loss wants logs of probabilities. What do you give it?")
def ce_without_the_log(logits, labels):
    return torch.nn.functional.nll_loss(torch.softmax(logits, dim=1), labels)


@mistake("cross-entropy", "Can backward walk through a Python number? Where does yours begin?")
def ce_in_python_numbers(logits, labels):
    log_p = torch.nn.functional.log_softmax(logits, dim=1).tolist()
    rows = zip(log_p, labels.tolist(), strict=True)
    return -sum(row[label] for row, label in rows) / len(log_p)


@mistake(
    "cross-entropy",
    "What is softmax of (0, 200) in float32, and the log of that?",
    more="It is 0 in the first place, and log(0) is minus infinity. log_softmax never makes the 0.",
)
def nll_of_log_of_softmax(logits, labels):
    return torch.nn.functional.nll_loss(torch.log(torch.softmax(logits, dim=1)), labels)


@mistake(
    "cross-entropy",
    "You add something small so that the log stays finite. What is the loss of a row that is "
    "surely wrong, and what should it be?",
    more="It can't pass -log(1e-9), which is 20.7, and there the slope is 0: nothing is learned.",
)
def ce_epsilon(logits, labels):
    return torch.nn.functional.nll_loss(torch.log(torch.softmax(logits, dim=1) + 1e-9), labels)


@mistake("cross-entropy", "Can a loss teach the logits if they were detached from their history?")
def ce_detached(logits, labels):
    log_p = torch.nn.functional.log_softmax(logits.detach(), dim=1)
    return torch.nn.functional.nll_loss(log_p, labels)


@mistake(
    "cross-entropy", "Which of a row's probabilities should count? What do you do with labels?"
)
def ce_without_labels(logits, labels):
    return -torch.nn.functional.log_softmax(logits, dim=1).mean()


@also_right(
    "cross-entropy",
    note="multiplying by one-hot rows picks the label too; indexing reads fewer numbers.",
)
def ce_one_hot(logits, labels):
    hot = torch.nn.functional.one_hot(labels, logits.shape[1])
    top = logits.amax(1, keepdim=True).detach()
    log_sum = torch.log(torch.exp(logits - top).sum(1, keepdim=True)) + top
    return ((log_sum - logits) * hot).sum() / len(labels)


@also_right("cross-entropy")
def ce_picks(logits, labels):
    rows = torch.arange(len(labels), device=labels.device)
    return -torch.nn.functional.log_softmax(logits, 1)[rows, labels].mean()


# What mutants change without changing anything


equivalent("numerical-gradient", "x[i] = h + before", "a sum has no order")
equivalent("numerical-gradient", "g[i] = (above - f(x).detach()) / (h * 2)", "nor has a product")
for line in ("return (b * g, g * a)", "return (g * b, a * g)"):
    equivalent("Mul-backward", line, "a product of numbers has no order")
for line in (
    "for_a = a ** (n - 1 + (n == 0)) * (g * n)",
    "for_a = n * g * a ** (n - 1 + (n == 0))",
    "for_a = g * n * a ** ((n == 0) + (n - 1))",
    "for_n = log_a * (g * self.output)",
    "for_n = self.output * g * log_a",
    "log_a = self.xp.log((a == 0) * (n >= 0) + a)",
    "log_a = self.xp.log(a + (n >= 0) * (a == 0))",
):
    equivalent("Pow-backward", line, "sums and products of numbers have no order")
for line in ("if True:", "if self.needs(-2):", "if self.needs(-1):"):
    equivalent("Pow-backward", line, "what no operand needs is thrown away; there are two operands")
equivalent(
    "Pow-backward",
    "log_a = self.xp.log(a + (a == 0) * (n >= -2))",
    "0 to a negative power is infinite and has no slope",
)
for line in (
    "for_a = g @ b.swapaxes(-2, -1)",
    "for_b = a.swapaxes(-2, -1) @ g",
    "return (for_a, for_b[..., 0] if self.inputs[-1].ndim == 1 else for_b)",
):
    equivalent("MatMul-backward", line, "swapping has no order; there are two operands")
for line in (
    "return (g - (g * out).sum(axis=self.dim, keepdims=True)) * out",
    "return out * (g - (out * g).sum(axis=self.dim, keepdims=True))",
):
    equivalent("Softmax-backward", line, "a product of numbers has no order")
equivalent("backward", "if True:", "each node gets a gradient from a node before it")
equivalent(
    "backward",
    "grads[parent] = share + grads[parent] if parent in grads else share",
    "a sum has no order",
)
equivalent(
    "bce-with-logits",
    "return (logits * (1 - targets) - torch.nn.functional.logsigmoid(logits)).mean()",
    "a product of numbers has no order",
)
equivalent(
    "cross-entropy",
    "log_p = torch.nn.functional.log_softmax(logits, dim=-1)",
    "a matrix has two dims",
)


# what the exercises' texts ask for, and the mistake that breaks it

demands(
    "numerical-gradient",
    {
        "in float64": single_precision,
        "from both sides": forward_difference,
        "x must stay as it is": changes_x,
        "each number by itself": moves_all_at_once,
    },
)
demands(
    "unbroadcast",
    {
        "new axes in front": stretched_only,
        "axes of size 1 that were stretched": new_ones_only,
        "summed": mean,
        "of the shape of the operand": loses_the_ones,
    },
)
demands(
    "Mul-backward",
    {
        "a gradient for each": mul_one_only,
        "in their order": mul_swapped,
        "from g": mul_ignores_g,
        "do not write into g": mul_writes_into_g,
    },
)
demands(
    "Pow-backward",
    {
        "from g": pow_ignores_g,
        "a gradient of n where it needs one": pow_no_gradient_for_n,
        "log a": pow_log_of_n,
        "no nan where a is 0": pow_nan_at_0,
        "a ** 1 has slope 1 at 0": pow_flat_wherever_a_is_0,
    },
)
demands(
    "ReLU-backward",
    {
        "0 where x is 0": relu_at_zero,
        "from g": relu_returns_the_mask,
    },
)
demands(
    "Sum-backward",
    {
        "from g": sum_ones,
        "a dim that went is put back": sum_never_expands,
        "keepdim kept it": sum_expands_again,
        "several dims": sum_one_dim_after_another,
        "None for all": sum_expands_none,
    },
)
demands(
    "MatMul-backward",
    {
        "vectors": matmul_matrices_only,
        "g gets the axis, too": matmul_leaves_g_as_it_is,
        "batches": matmul_turns_batches,
        "da = g b^T": matmul_wrong_side,
    },
)
demands(
    "Softmax-backward",
    {
        "every logit moves every probability": softmax_diagonal,
        "along dim": softmax_last_dim,
        "from g": softmax_ignores_g,
        "each sum by itself": softmax_sums_everything,
    },
)
demands(
    "topological-order",
    {
        "each after all that use it": noted_on_the_way_in,
        "each node once": once_for_each_use,
        "without a call for each": a_call_per_node,
        "nodes only": leaves_included,
    },
)
demands(
    "backward",
    {
        "shares add up in a leaf": assigns_to_leaves,
        "shares add up in a node": last_use_wins,
        "begins with the gradient that is given": always_from_ones,
        "an error where ones will not do": ones_for_any_shape,
        "free() afterwards": never_frees,
        "unless retain_graph": always_frees,
        "each node once": every_path,
        "leaves only": keeps_inner_gradients,
        "a root that is a leaf": nothing_for_a_leaf,
        "without a call for each": a_call_for_each_node,
        "nobody writes into a shared gradient": adds_in_place,
    },
)
demands(
    "no-grad",
    {
        "what was before, not on": always_on_afterwards,
        "also when the block raises": not_after_an_exception,
        "when the block begins, not when it is called": off_too_early,
        "for with and as a decorator": returns_no_block,
        "nothing is recorded": only_restores,
    },
)
demands(
    "bce-with-logits",
    {
        "right for every z": log_of_a_rounded_zero,
        "shapes that differ raise": bce_broadcasts,
        "a ValueError": bce_another_error,
        "averaged": bce_sum,
        "over all": bce_of_each,
    },
)
demands(
    "cross-entropy",
    {
        "safe for every logit": log_of_softmax,
        "averaged": ce_sum,
        "the label of each row": ce_every_label_for_every_row,
        "dim 1": ce_other_dim,
    },
)
