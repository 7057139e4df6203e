"""Pictures of lesson 4: whose numbers lie where, and what is copied."""

import numpy as np

import tinygrad_lessons as torch

from .frame import (
    BLUE,
    CENTRED,
    COLOURS,
    DASHES,
    GREY,
    INK,
    ORANGE,
    heat_map,
    legend,
    listed,
    numbers,
    picture,
    short,
)  # fmt: skip


def array(x):
    """The array itself, not a copy, of a tensor, of an array, or of what a function returns."""
    x = x() if callable(x) else x
    found = getattr(x, "array", x)
    if not isinstance(found, np.ndarray):
        raise TypeError(f"this is {type(found).__name__}, not an array of the CPU")
    return found


def root(a):
    """The array whose memory `a` looks into."""
    while isinstance(a.base, np.ndarray):
        a = a.base
    return a


def start(a):
    return a.__array_interface__["data"][0]


def addresses(a, tape):
    """Where on the tape each element of `a` lies, in the order of its indices."""
    first = (start(a) - start(tape)) // tape.itemsize
    steps = [s // tape.itemsize for s in a.strides]
    return [
        first + sum(i * s for i, s in zip(at, steps, strict=True)) for at in np.ndindex(a.shape)
    ]


@picture(height=2.8)
def tape(figure, names):
    """Memory as a row of cells; under it each of `names`, {name: tensor, array or function}.

    The small numbers say in which order a name visits the cells.
    """
    found = {name: array(x) for name, x in names.items()}
    memories = {}  # start of a memory -> (its array, the names that look into it)
    for name, a in found.items():
        whole = root(a)
        memories.setdefault(start(whole), (whole, []))[1].append(name)
    axes, y, said = figure.subplots(), 0, []
    longest = max(whole.size for whole, _ in memories.values())
    for whole, inside in memories.values():
        _cells(axes, whole, y)
        for name in inside:
            y -= 1
            _visits(axes, name, addresses(found[name], whole), y, list(found).index(name))
        y -= 1.6
        shared = f"{listed(inside)} share one memory" if inside[1:] else f"{inside[0]} lies alone"
        said += [f"{shared}.", *(_way(name, found[name], whole) for name in inside)]
    axes.set(xlim=(-1, longest), ylim=(y + 1, 0.7))
    axes.axis("off")
    return " ".join(filter(None, said))


def _cells(axes, whole, y):
    from matplotlib.patches import Rectangle

    for i, value in enumerate(whole.ravel(order="K")):
        look = {"facecolor": "#dce8f4", "edgecolor": INK, "lw": 0.8}
        axes.add_patch(Rectangle((i - 0.5, y - 0.4), 1, 0.8, **look))
        axes.text(i, y, short(value), color=INK, **CENTRED)
    axes.text(-0.7, y, "memory", color=GREY, ha="right", va="center")


def _visits(axes, name, places, y, i):
    """One name: a line over the cells that it reaches, and the order of its visits."""
    colour = COLOURS[i % 4]
    axes.text(-0.7, y, name, color=colour, ha="right", va="center")
    if places:
        axes.plot([min(places), max(places)], [y, y], color=colour, ls=DASHES[i % 4], lw=1.5)
    for place in dict.fromkeys(places):
        order = ",".join(str(k) for k, at in enumerate(places) if at == place)
        box = {"facecolor": "white", "edgecolor": colour, "boxstyle": "round,pad=0.2", "lw": 0.8}
        axes.text(place, y, order, color=colour, fontsize=8, bbox=box, **CENTRED)


def _way(name, a, whole):
    """How `a` walks, where that is not from the first cell to the next and the next."""
    places = addresses(a, whole)
    if not places or places == list(range(places[0], places[0] + len(places))):
        return "" if places[:1] == [0] else f"{name} begins at cell {(places or [0])[0]}."
    steps = listed([str(s // a.itemsize) for s in a.strides])
    return f"{name} begins at cell {places[0]} and steps by {steps}."


@picture(height=3.2)
def overlaps(figure, x, views, shares_memory):
    """Where in the matrix x each of `views`, {name: tensor}, lies; and shares_memory of each pair.

    Where your answer and memory disagree, the cell is crossed.
    """
    whole, found = array(x), {name: array(view) for name, view in views.items()}
    left, right = figure.subfigures(1, 2, width_ratios=[1.6, 1])
    table, grids = right.subplots(), left.subplots(-(-len(found) // 2), 2, squeeze=False).ravel()
    left.suptitle("hatched: where in x each name looks", fontsize=10)
    for axes in grids[len(found) :]:
        axes.set_axis_off()
    for i, (axes, (name, a)) in enumerate(zip(grids, found.items(), strict=False)):
        _inside(axes, name, a, whole, COLOURS[i % 4])
    pairs, wrong = [], []
    names, many = list(found), len(found)
    for i, j in np.ndindex(many, many):
        said = bool(shares_memory(views[names[i]], views[names[j]]))
        right = said == np.shares_memory(found[names[i]], found[names[j]])
        mark = "yes" if said else "no"
        table.text(j, i, mark if right else f"{mark} ✗", color=BLUE if said else GREY, **CENTRED)
        if i < j:
            pairs += [f"{names[i]} shares with {names[j]}"] if said else []
        wrong += [] if right else [f"{names[i]} and {names[j]}"]
    table.set(xlim=(-0.5, many - 0.5), ylim=(many - 0.5, -0.5), title="your answers")
    table.set_xticks(range(many), names, rotation=40, ha="right")
    table.set_yticks(range(many), names)
    table.tick_params(length=0)
    if wrong:
        return f"Memory says otherwise of {wrong[0]}."
    return f"By your answers {listed(pairs)}." if pairs else "By your answers nobody shares."


def _inside(axes, name, a, whole, colour):
    """The cells of the matrix that `a` looks into, hatched."""
    from matplotlib.patches import Rectangle

    reached = set(addresses(a, whole)) if np.shares_memory(a, whole) else set()
    for (i, j), value in np.ndenumerate(whole):
        hit = i * whole.shape[1] + j in reached
        look = {"facecolor": "white", "edgecolor": colour if hit else GREY}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, hatch="///" if hit else "", **look))
        box = {"facecolor": "white", "pad": 1, "lw": 0}
        axes.text(j, i, short(value), color=INK, fontsize=8, bbox=box, **CENTRED)
    size = {"xlim": (-0.6, whole.shape[1] - 0.4), "ylim": (whole.shape[0] - 0.4, -0.6)}
    axes.set(aspect="equal", xticks=[], yticks=[], **size)
    axes.set_title(name if reached else f"{name}\nelsewhere", fontsize=9)
    axes.spines[:].set_visible(False)


@picture(height=2.4)
def byte_order(figure, value, from_numpy):
    """The four bytes of a whole number in both orders, and which of them from_numpy takes."""
    axes, said = figure.subplots(), []
    kinds = {"<i4": "smallest first", ">i4": "largest first"}
    for y, (kind, name) in enumerate(kinds.items()):
        a = np.array([value], kind)
        for x, byte in enumerate(a.tobytes()):
            box = {"boxstyle": "square,pad=0.6", "facecolor": "white", "edgecolor": INK}
            axes.text(x, -y, f"{byte:02x}", color=INK, family="monospace", bbox=box, **CENTRED)
        axes.text(-0.7, -y, f"{kind}: {name}", color=INK, ha="right", va="center")
        swapped = int(a.view(np.dtype(kind).newbyteorder())[0])
        said.append(f"{kind} is {'taken' if _takes(from_numpy, a) else 'refused'}")
        axes.text(3.7, -y, said[-1].split()[-1], color=BLUE, va="center")
        axes.text(5.1, -y, f"{value}; the other way {swapped}", color=GREY, va="center")
    axes.set(xlim=(-3, 9.6), ylim=(-1.6, 0.6))
    axes.axis("off")
    return (
        f"The same four bytes that are {value} in one order are {swapped} in the other. "
        f"By your function {listed(said)}."
    )


def _takes(from_numpy, a):
    try:
        from_numpy(a)
    except NotImplementedError:
        raise
    except Exception:
        return False
    return True


@picture(height=2.6)
def into_place(figure, x, other, add):
    """A copy of the matrix x, `other` as it is repeated, and the copy after add(copy, other)."""
    before, small, kept = numbers(x), numbers(other), x.clone()
    result = add(kept, other)
    after = numbers(kept)
    left, middle, right = figure.subplots(1, 3)
    heat_map(left, before, f"x {before.shape}")
    _repeated(middle, small, before.shape, f"+=  other {small.shape}")
    heat_map(right, after, "x afterwards")
    times = [
        f"{n} times along dim {dim}"
        for dim, n in enumerate(before.shape)
        if n > ((1, 1) + small.shape)[dim - 2]
    ]
    repeats = f"repeated {listed(times)}" if times else "not repeated"
    done = np.allclose(after, before + small)
    what = "x holds the sum" if done else "x does not hold the sum"
    gave = "x itself" if result is kept else f"another {type(result).__name__}"
    return f"other is {repeats}. Afterwards {what}; your function returns {gave}."


def _repeated(axes, small, shape, title):
    """The numbers of `small` on the grid of `shape`: its own shaded, their repeats hatched."""
    from matplotlib.patches import Rectangle

    own = ((1, 1) + small.shape)[-2:]
    for (i, j), value in np.ndenumerate(np.broadcast_to(small, shape)):
        mine = i < own[0] and j < own[1]
        look = {"facecolor": "#c6dbef"} if mine else {"fill": False, "hatch": "///"}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, edgecolor=GREY, lw=0.5, **look))
        box = None if mine else {"facecolor": "white", "alpha": 0.85, "pad": 1, "lw": 0}
        axes.text(j, i, short(value), color=INK, fontsize=9, bbox=box, **CENTRED)
    axes.set(title=title, xlim=(-0.5, shape[1] - 0.5), ylim=(shape[0] - 0.5, -0.5), aspect="equal")
    axes.set(xticks=range(shape[1]), yticks=range(shape[0]))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if np.prod(shape) > small.size:
        legend(axes, "hatched: repeated, not stored")


@picture(height=2.6)
def bridges(figure, source, calls):
    """What each of `calls`, {line: function}, makes of `source`: another name, or a copy."""
    axes, said, width = figure.subplots(), [], 3.2
    for y, (line, call) in enumerate(calls.items()):
        result = call()
        shares = result.device.type == "cpu" and np.shares_memory(result.array, array(source))
        what = f"{result.dtype.name} on {result.device}"
        axes.text(0, -y, line, color=INK, family="monospace", fontsize=9, va="center")
        axes.plot(
            [width, width + 1], [-y, -y], color=BLUE if shares else ORANGE,
            ls="-" if shares else "--", lw=5 if shares else 2,
        )  # fmt: skip
        word = "shares" if shares else "copies"
        axes.text(width + 0.5, -y + 0.3, word, color=INK, fontsize=8, ha="center")
        axes.text(width + 1.15, -y, what, color=INK, va="center")
        said.append(f"{line} {word} and gives {what}")
    axes.set(xlim=(-0.1, width + 2.6), ylim=(0.4 - len(calls), 0.7))
    axes.axis("off")
    return f"{'; '.join(said)}."


@picture(height=2.4)
def doors(figure, ways, device="sim"):
    """How many copies from the device each of `ways`, {line: function}, makes, and of what size."""
    stats, found = torch.device(device).stats, {}
    for line, way in ways.items():
        before = stats.d2h, stats.d2h_bytes
        way()
        found[line] = stats.d2h - before[0], stats.d2h_bytes - before[1]
    axes = figure.subplots()
    counts = [count for count, _ in found.values()]
    bars = axes.barh(list(found), counts, color=BLUE, edgecolor=INK, height=0.5)
    axes.bar_label(bars, [f" {n} × {size // max(n, 1)} bytes" for n, size in found.values()])
    axes.set(xlabel=f"copies from {device} to the host", xlim=(0, 1.35 * max(1, *counts)))
    axes.invert_yaxis()
    said = [
        f"{line} makes {n} cop{'y' if n == 1 else 'ies'} of {size // max(n, 1)} bytes"
        for line, (n, size) in found.items()
    ]
    return f"{'; '.join(said)}."
