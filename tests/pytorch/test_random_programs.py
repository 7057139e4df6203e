"""Random programs, the same in both libraries: every value, every refusal, every gradient.

A program is a list of lines. It is written while PyTorch runs it, because only what has a shape
can be given the next line; then ours runs it. `python tests/pytorch/test_random_programs.py 2000`
tries that many.
"""

import sys
import traceback

import numpy as np
import pytest

import tinygrad_lessons as ours

theirs = pytest.importorskip("torch")
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

SHAPES = [
    (),
    (1,),
    (3,),
    (2, 3),
    (3, 2),
    (1, 3),
    (2, 1),
    (3, 3),
    (2, 1, 3),
    (2, 3, 2),
    (0, 3),
    (4,),
]
UNARY = """exp tanh sigmoid relu abs neg sin cos square log1p sqrt atan log reciprocal clone detach
contiguous""".split()
BINARY = "{a} + {b}|{a} - {b}|{a} * {b}|{a} / {b}|torch.maximum({a}, {b})|torch.minimum({a}, {b})"
BINARY += "|torch.where({a} > {b}, {a}, {b})|torch.add({a}, {b}, alpha={n})|{a} @ {b}|{a} ** 2"
REDUCED = "sum mean amax amin prod std var logsumexp softmax log_softmax cumsum norm".split()
VIEWS = """{a}.T|{a}.transpose({d}, {e})|{a}.unsqueeze({d})|{a}.squeeze()|{a}[{i}]|{a}[{i}:]
{a}[:, {i}]|{a}[..., {i}:]|{a}.reshape(-1)|{a}.view(-1)|{a}.flatten()
{a}.expand(2, *{a}.shape)|{a}[None]|{a}[::2]|{a}.diagonal()|{a}.permute(*range({a}.dim())[::-1])
{a}.unbind({d})[0]|{a}.split(1, {d})[0]"""
PICKED = """{a}[[0, 0]]|{a}[{a} > 0]|{a}.flip({d})|{a}.max({d})[0]|{a}.min({d})[0]|{a}.sort({d})[0]
{a}.max()|{a}.tril()|{a}.repeat(*[2] * {a}.dim())|torch.cat([{a}, {b}], {d})|torch.stack([{a}, {a}])
{a}.clamp(min={n})|{a}.masked_fill({a} > {n}, {n})|{a}.topk(1, {d})[0]
{a}.gather({d}, {a}.argsort({d}))"""
WRITES = """{a} += {b}|{a} -= {n}|{a} *= {b}|{a} /= {m}|{a}.add_({b}, alpha={n})|{a}.mul_({n})
{a}[{i}] = {b}|{a}[{i}:] = {n}|{a}[..., 0] = {n}|{a}.zero_()|{a}.fill_({n})|{a}.copy_({b})
{a}.clamp_(min={n})|{a}[{a} > {n}] = {n}|{a}.exp_()|{a}.tanh_()|{a}[[0]] = {b}|{a}.T[{i}:] *= {n}
{a}.detach().mul_({n})|{a}.relu_()|{a}.view(-1)[{i}:] = {n}|{a}.neg_()|{a} **= 2"""


# What PyTorch refuses and ours takes, as docs/supported.md says. It also refuses gradients where
# what it kept was written over and ours kept something else: there, differences are the judge.
REFUSED_THERE = (
    "is a view and its base or another view of its base has been modified inplace",
    "This view is the output of a function that returns multiple views",
    "some elements of the input tensor and the written-to tensor refer to a single memory",
    "missing 1 required positional argument",  # permute() and repeat() of no sizes
)
REFUSED_HERE = (
    "assignment destination is read-only",  # a write by a mask to an expanded tensor
    "list index out of range",  # transpose() of a single number
)


def forms(text):
    return [form for line in text.splitlines() for form in line.split("|")]


KINDS = [
    (4, [f"{{a}}.{name}()" for name in UNARY]),
    (4, forms(BINARY)),
    (3, [f"{{a}}.{name}({{d}})" for name in REDUCED]),
    (5, forms(VIEWS)),
    (3, forms(PICKED)),
]
WRITING = forms(WRITES)


def line(rng, names, number):
    """A line of a program: a new variable from old ones, or a write into one."""
    a, b = (str(rng.choice(names)) for _ in "ab")
    given = {"a": a, "b": b, "d": int(rng.integers(-2, 2)), "e": int(rng.integers(-2, 2))}
    given |= {"i": int(rng.integers(-2, 3)), "n": round(float(rng.uniform(-1, 1.5)), 2), "m": 1.7}
    if rng.random() < 0.3:
        return str(rng.choice(WRITING)).format(**given)
    weights = np.array([weight for weight, _ in KINDS], float)
    _, choices = KINDS[rng.choice(len(KINDS), p=weights / weights.sum())]
    return f"v{number} = " + str(rng.choice(choices)).format(**given)


def leaves(torch, seed, kind, device):
    """The variables that a program begins with."""
    rng, found = np.random.default_rng(seed), {"torch": torch}
    for i in range(3):
        array = rng.standard_normal(SHAPES[rng.integers(len(SHAPES))]).round(3)
        x = torch.tensor(array, dtype=getattr(torch, kind), device=device)
        found[f"x{i}"] = x.requires_grad_() if i < 2 else x
    return found


def tensors(space):
    return [name for name in space if name[0] in "xv"]


def outcome(space, code):
    """None, or the exception that a line raises."""
    try:
        exec(code, space)
    except Exception as error:
        return error


def last(torch, space, seed):
    """Backward from the sum of all variables, each times random numbers: (gradients, or error)."""
    try:
        total = summed(torch, space, seed)
        if not isinstance(total, torch.Tensor):
            return {}
        total.backward()
    except RuntimeError as error:
        return error
    return {f"{n}.grad": space[n].grad for n in ("x0", "x1") if space[n].grad is not None}


def summed(torch, space, seed):
    """The sum of all variables that require a gradient, each times random numbers; or 0."""
    rng, total = np.random.default_rng(seed + 1), 0
    for name in tensors(space):
        x = space[name]
        g = torch.tensor(rng.standard_normal(tuple(x.shape)), dtype=x.dtype, device=x.device)
        if x.requires_grad:
            total = total + (x * g).sum()
    return total


def agrees_with_differences(seed, program, grads, h=1e-6):
    """Whether ours is right where PyTorch refuses: its slope along a random direction."""
    if any("detach" in code for code in program):
        return True  # what it cuts off, a difference sees
    ends, slope = [], 0
    for sign in (-1, 1):
        space, rng = leaves(ours, seed, "float64", "cpu"), np.random.default_rng(seed + 2)
        for name in ("x0", "x1"):
            u = ours.tensor(rng.standard_normal(tuple(space[name].shape)))
            space[name].data += sign * h * u
            slope += (
                (u * grads[f"{name}.grad"].cpu()).sum().item() if f"{name}.grad" in grads else 0
            )
        for code in program:
            outcome(space, code)
        ends.append(summed(ours, space, seed).item())
    found = (ends[1] - ends[0]) / (2 * h)
    return not np.isfinite(found) or abs(slope / 2 - found) <= 1e-3 * (1 + abs(found))


def run(seed, kind, device, length=14):
    """What differs first, as (program, line, ours, PyTorch's), or None."""
    rng, program = np.random.default_rng(seed), []
    mine = leaves(ours, seed, kind, device)
    right = leaves(theirs, seed, kind, "cpu")
    for number in range(length):
        code = line(rng, tensors(right), number)
        program.append(code)
        wrong, error = outcome(mine, code), outcome(right, code)
        if any(text in str(error or wrong) for text in (*REFUSED_THERE, *REFUSED_HERE)):
            return None  # from here on they are two programs
        if (wrong is None) != (error is None):
            return program, code, wrong, error
        for name in tensors(right):
            if not same(mine[name], right[name], kind):
                return program, name, mine[name], right[name]
    found, wanted = last(ours, mine, seed), last(theirs, right, seed)
    if "modified by an inplace operation" in str(wanted) and not isinstance(found, Exception):
        if kind == "float32" or agrees_with_differences(seed, program, found):
            return None
    if any(text in str(wanted) for text in REFUSED_THERE):
        return None
    if isinstance(found, Exception) or isinstance(wanted, Exception):
        return None if type(found) is type(wanted) else (program, "backward", found, wanted)
    for name in wanted.keys() | found.keys():
        if name not in found or name not in wanted or not same(found[name], wanted[name], kind, 10):
            return program, name, found.get(name), wanted.get(name)
    return None


def same(mine, right, kind, factor=1):
    """Shape, dtype, whether a gradient is asked for, and numbers that rounding alone sets apart."""
    if not isinstance(mine, ours.Tensor):
        return False
    a, b = mine.detach().cpu().numpy(), right.detach().numpy()
    close = {"float64": 1e-8, "float32": 2e-3}[kind] * factor
    scale = np.nanmax(np.abs(b), initial=1, where=np.isfinite(b))
    return (
        a.shape == b.shape
        and a.dtype == b.dtype
        and mine.requires_grad == right.requires_grad
        and np.allclose(a, b, rtol=close, atol=close * scale, equal_nan=True)
    )


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(60))
def test_a_random_program_gives_the_same(seed, kind, device):
    difference = run(seed, kind, device)
    assert difference is None, report(difference)


def report(difference):
    program, where, mine, right = difference
    return "\n".join([*program, "", f"{where}:", f"ours: {mine!r}", f"PyTorch: {right!r}"])


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    first, count = (int(sys.argv[2]) if len(sys.argv) > 2 else 1000), int(sys.argv[1])
    differing = 0
    for seed in range(first, first + count):
        for kind, device in (("float64", "cpu"), ("float32", "cpu"), ("float64", "sim")):
            try:
                difference = run(seed, kind, device)
            except Exception:
                difference = ["?"], "crash", traceback.format_exc(), ""
            if difference:
                differing += 1
                print(f"--- seed {seed}, {kind}, {device}\n{report(difference)}\n", flush=True)
    print(f"{differing} of {3 * count} differ")
