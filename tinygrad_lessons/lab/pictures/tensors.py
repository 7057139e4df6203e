"""Pictures of lesson 1: how tensors lie in memory, what they hold, how shapes meet."""

import math
from itertools import product

import numpy as np

from .frame import (
    BLUE,
    CENTRED,
    DASHES,
    GREY,
    INK,
    ORANGE,
    arrow,
    heat_map,
    legend,
    listed,
    numbers,
    picture,
    short,
)  # fmt: skip


def counted(n, thing):
    '''"1 number", "3 numbers"'''
    return f"{n} {thing}{'' if n == 1 else 's'}"


def by(shape):
    '''"2 by 3"'''
    return " by ".join(map(str, shape)) or "a single number"


@picture(height=2.6)
def anatomy(figure, x):
    """A matrix as it is indexed, and the same numbers as they lie in memory."""
    a = numbers(x)
    axes = figure.subplot_mosaic([["matrix", "memory"]], width_ratios=[a.shape[1], a.size])
    heat_map(axes["matrix"], a, f"x, shape {a.shape}")
    heat_map(axes["memory"], a.reshape(1, -1), "the same numbers in memory")
    axes["memory"].set_xticks(range(a.size), [f"[{i}, {j}]" for i, j in np.ndindex(a.shape)])
    axes["memory"].set_yticks([])
    size = a.itemsize
    return (
        f"x is {by(a.shape)}: {counted(a.size, 'number')} of {a.dtype}, {size} bytes each, "
        f"{a.nbytes} bytes side by side on the {x.device}."
    )


@picture(width=6)
def spread(figure, draw):
    """How often draw() lands in each tenth from 0 to 1."""
    first, second = numbers(draw).ravel(), numbers(draw).ravel()
    inside = (first >= 0) & (first < 1)
    share, edges = np.histogram(first[inside], 10, (0, 1))
    share = share / first.size
    axes = figure.subplots()
    axes.bar(edges[:-1], share, 0.1, align="edge", color=BLUE, edgecolor="white", label="drawn")
    axes.axhline(0.1, color=ORANGE, ls="--", label="one tenth of all")
    axes.set(xlabel="number", ylabel="share", xticks=edges[::2], ylim=(0, 1.35 * max(share)))
    axes.legend(frameon=False, loc="upper right", ncols=2)
    again = "the same again" if np.array_equal(first, second) else "other numbers"
    where = "All lie" if inside.all() else f"{counted(int((~inside).sum()), 'number')} do not lie"
    return (
        f"{first.size} numbers. {where} in [0, 1). Each tenth holds {short(100 * share.min())} to "
        f"{short(100 * share.max())}% of them. A second call gives {again}."
    )


@picture(height=2.6)
def ladder(figure, infer_dtype, samples):
    """Each of `samples`, nested lists, under the dtype that infer_dtype(sample) gives it."""
    kinds = {"bool": [], "int64": [], "float32": []}
    for sample in samples:
        kind = infer_dtype(sample)
        kinds.setdefault(str(getattr(kind, "name", kind)), []).append(str(sample))
    axes = figure.subplots()
    axes.set(xlim=(-0.5, len(kinds) - 0.5), ylim=(-0.4 - max(map(len, kinds.values())), 0.5))
    axes.set_axis_off()
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": BLUE, "lw": 1.5}
    for i, (kind, members) in enumerate(kinds.items()):
        axes.text(i, 0, kind, color=BLUE, fontweight="bold", bbox=box, **CENTRED)
        for row, text in enumerate(members, 1):
            axes.text(i, -row, text, color=INK, family="monospace", **CENTRED)
        if 0 < i < 3:
            arrow(axes, (i - 0.25, 0), "", 0, (i - 0.75, 0))
    return " ".join(f"{kind}: {listed(found)}." for kind, found in kinds.items() if found)


@picture()
def walk(figure, shape, contiguous_strides):
    """Where contiguous_strides(shape) puts each element, and how far a step along each dim goes."""
    strides, size = tuple(contiguous_strides(shape)), math.prod(shape)
    if len(strides) != len(shape):
        raise ValueError(f"your function gives {counted(len(strides), 'stride')} for {shape}")
    held = {}
    for index in np.ndindex(*shape):
        address = sum(i * s for i, s in zip(index, strides, strict=True))
        held.setdefault(address, []).append(",".join(map(str, index)))
    axes = figure.subplots()
    axes.set(xlim=(-0.7, max(size - 1, *held) + 0.7), ylim=(-0.9, 1 + len(shape)))
    axes.set(xticks=sorted({*range(size), *held}), yticks=[], xlabel="address")
    axes.spines["left"].set_visible(False)
    for address, indices in held.items():
        _slot(axes, address, indices)
    for dim, (n, step) in enumerate(zip(shape, strides, strict=True)):
        if n > 1:
            _leap(axes, step, len(shape) - dim, f"dim {dim}: {step} on", dim)
    steps = [f"{step} along dim {dim}" for dim, step in enumerate(strides)]
    return f"One step goes {listed(steps)}. {_use(held, size)}"


def _slot(axes, address, indices):
    from matplotlib.patches import Rectangle

    crowded = len(indices) > 1
    look = {"facecolor": "white", "edgecolor": GREY, "hatch": "///" if crowded else ""}
    axes.add_patch(Rectangle((address - 0.5, -0.5), 1, 1, **look))
    box = {"facecolor": "white", "pad": 1, "lw": 0}
    axes.text(address, 0, "\n".join(indices[:3]), color=INK, fontsize=8, bbox=box, **CENTRED)


def _leap(axes, step, height, name, i):
    """A step from address 0, drawn as a bridge of its own height."""
    colour, top = (BLUE, ORANGE, "#00755e", "#7d3c98")[i % 4], 0.55 + 0.75 * height
    axes.plot([0, 0, step], [0.6, top, top], color=colour, ls=DASHES[i % 4], lw=2)
    head = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (step, 0.55), (step, top), arrowprops=head)
    box = {"facecolor": "white", "pad": 1, "lw": 0}
    axes.text(step + 0.15, top, name, color=colour, ha="left", va="center", bbox=box, zorder=3)


def _use(held, size):
    crowded = sorted(address for address, indices in held.items() if len(indices) > 1)
    outside = sorted(address for address in held if not 0 <= address < size)
    if crowded:
        return f"At address {crowded[0]} lie {counted(len(held[crowded[0]]), 'element')} at once."
    if outside:
        one, at = len(outside) == 1, listed([str(address) for address in outside])
        where = f"Address {at} lies" if one else f"Addresses {at} lie"
        return f"{where} outside the {counted(size, 'number')}."
    return f"Every address from 0 to {size - 1} holds one element."


@picture(height=2.6)
def rectangles(figure, size, resolve_shape):
    """The shapes that resolve_shape((rows, -1), size) finds, for rows from 1 to `size`."""
    found, refused = [], []
    for rows in range(1, size + 1):
        try:
            found.append(tuple(resolve_shape((rows, -1), size)))
        except NotImplementedError:
            raise
        except Exception:
            refused.append(str(rows))
    axes, at = figure.subplots(), 0
    for shape in found:
        _grid(axes, at, shape)
        at += shape[1] + 1.5
    axes.set(xlim=(-0.5, max(at, 1)), ylim=(-0.3, size + 1.2), aspect="equal")
    axes.set_axis_off()
    wrong = next((shape for shape in found if math.prod(shape) != size), None)
    if wrong:
        return f"{by(wrong)} holds {math.prod(wrong)} numbers, not {size}."
    no = f" {listed(refused)} rows are refused." if refused else ""
    return f"{size} numbers fill {listed([by(s) for s in found]) if found else 'no shape'}.{no}"


def _grid(axes, left, shape):
    """A rectangle of unit cells, with its shape above."""
    rows, columns = shape
    for i, j in product(range(rows + 1), range(columns + 1)):
        axes.plot([left, left + columns], [i, i], color=BLUE, lw=0.8)
        axes.plot([left + j, left + j], [0, rows], color=BLUE, lw=0.8)
    axes.text(left + columns / 2, rows + 0.3, f"{rows}, {columns}", color=INK, fontsize=8,
              ha="center", va="bottom")  # fmt: skip


@picture()
def broadcast(figure, a, b, broadcast_shapes):
    """a, b and a + b on the grid of broadcast_shapes(a.shape, b.shape); repeats are hatched."""
    A, B = numbers(a), numbers(b)
    shape = tuple(broadcast_shapes(A.shape, B.shape))
    panels = figure.subplots(1, 3)
    _repeated(panels[0], A, shape, f"a {A.shape}")
    _repeated(panels[1], B, shape, f"+  b {B.shape}")
    heat_map(panels[2], np.broadcast_to(A, shape) + np.broadcast_to(B, shape), f"=  {shape}")
    copies = [f"{name} {times}" for name, x in (("a", A), ("b", B)) if (times := _times(x, shape))]
    return f"{A.shape} and {B.shape} give {shape}: {listed(copies) if copies else 'no repeats'}."


def _times(x, shape):
    """How often broadcasting repeats x along each dim of `shape`, in words."""
    sizes = (1,) * (len(shape) - x.ndim) + x.shape
    found = [
        f"{to} times along dim {dim}"
        for dim, (size, to) in enumerate(zip(sizes, shape, strict=True))
        if size != to
    ]
    return f"is repeated {listed(found)}" if found else ""


def _repeated(axes, x, shape, title):
    """The numbers of x on the grid of `shape`: its own shaded, their repeats hatched."""
    from matplotlib.patches import Rectangle

    sizes = (1,) * (2 - x.ndim) + x.shape
    full = np.broadcast_to(x, shape)
    axes.imshow(np.zeros(full.shape), cmap="Blues", vmin=0, vmax=1)
    for (i, j), value in np.ndenumerate(full):
        own = i < sizes[0] and j < sizes[1]
        look = {"facecolor": "#c6dbef"} if own else {"fill": False, "hatch": "///"}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, edgecolor=GREY, lw=0.5, **look))
        box = None if own else {"facecolor": "white", "alpha": 0.85, "pad": 1, "lw": 0}
        axes.text(j, i, short(value), color=INK, fontsize=9, bbox=box, **CENTRED)
    axes.set(title=title, xticks=range(full.shape[1]), yticks=range(full.shape[0]))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if full.size > x.size:
        legend(axes, "hatched: repeated, not stored")


@picture(width=5)
def margins(figure, x, mean):
    """A matrix with mean(x, 0) below it, mean(x, 1) to its right, mean(x) in the corner."""
    a = numbers(x)
    rows, columns = a.shape
    below, beside = numbers(mean(x, 0), (columns,)), numbers(mean(x, 1), (rows,))
    corner = numbers(mean(x), ())
    axes = figure.subplot_mosaic(
        [["x", "beside"], ["below", "corner"]], width_ratios=[columns, 1], height_ratios=[rows, 1]
    )
    heat_map(axes["x"], a, f"x {a.shape}")
    heat_map(axes["beside"], beside[:, None], "dim 1")
    heat_map(axes["below"], below[None], "")
    heat_map(axes["corner"], corner.reshape(1, 1), "")
    axes["below"].set_xlabel("dim 0")
    axes["corner"].set_xlabel("all")
    for name in ("beside", "below", "corner"):
        axes[name].set(xticks=[], yticks=[])
    return (
        f"Along dim 0 the rows go, and {counted(columns, 'mean')} stay: "
        f"{listed([short(v) for v in below])}. Along dim 1 the columns go, and {rows} stay: "
        f"{listed([short(v) for v in beside])}. The mean of all is {short(float(corner))}."
    )


@picture()
def before_and_after(figure, X, standardize):
    """The columns of X (m, n) and of standardize(X, 0), with mean and deviation of each."""
    before = numbers(X)
    after = numbers(standardize(X, 0), before.shape)
    said = []
    for axes, data, title in zip(
        figure.subplots(1, 2), (before, after), ("X", "standardized"), strict=True
    ):
        for j, column in enumerate(data.T):
            middle, far = column.mean(), column.std()
            axes.plot(np.full(len(column), j), column, "o", color=GREY, ms=4)
            axes.errorbar(j + 0.2, middle, far, fmt="D", color=BLUE, capsize=6, ms=5)
            said.append(f"{short(middle)} ± {short(far)}")
        axes.set(title=title, xticks=range(data.shape[1]), xlim=(-0.5, data.shape[1] - 0.2))
        axes.set_xlabel("column; diamond and bar: mean ± deviation")
    n = before.shape[1]
    pairs = [f"column {j} from {said[j]} to {said[n + j]}" for j in range(n)]
    return f"{listed(pairs).capitalize()}."
