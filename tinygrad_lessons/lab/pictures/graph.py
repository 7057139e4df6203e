"""Lesson 6: the graph with values and gradients, slopes measured and derived, the way downhill."""

import math

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
    listed,
    numbers,
    picture,
    short,
)


@picture(height=3.4)
def graph(figure, backward=None, **named):
    """The graph behind the last of the named tensors; with `backward`, walked from there."""
    *_, root = named.values()
    edges = _edges(root, named)
    if backward is not None:
        for tensor in named.values():
            if tensor.requires_grad and not tensor.is_leaf:
                tensor.retain_grad()
        backward(root)
    _draw(figure.subplots(), edges, named, values=True)
    leaves = [n for n, t in named.items() if t.is_leaf and t.requires_grad]
    if backward is None:
        ops = [_title(thing) for thing in edges if isinstance(thing, torch.autograd.Function)]
        return f"From {listed(leaves)} the graph leads through {listed(ops)} to {list(named)[-1]}."
    grads = [f"{n} has the gradient {_values(named[n].grad)}" for n in leaves]
    return f"After the walk, {listed(grads)}.".replace("\n", ", ")


def _key(tensor):
    """What stands for a tensor in the graph: the node that made it, or the leaf itself."""
    return tensor if tensor.is_leaf else tensor.grad_fn


def _operands(thing, named):
    """The nodes and tensors that a node read."""
    if not isinstance(thing, torch.autograd.Function):
        return []
    found = [p for p in thing.parents if p is not None]
    arrays = getattr(thing, "inputs", None) or []
    plain = [t for t in named.values() if not t.requires_grad and not t.shape == ()]
    return found + [t for t in plain if any(a is t.array for a in arrays)]


def _edges(root, named):
    """{node or tensor: what it read}, in the order of their making."""
    edges, todo = {}, [_key(root)]
    while todo:
        before = _operands(todo[-1], named)
        missing = [p for p in before if p not in edges]
        if missing:
            todo += missing
        else:
            edges[todo.pop()] = before
    return edges


def _places(edges):
    """{thing: (x, y)}: as far right as the longest way to it; things of one column below others."""
    depths, columns = {}, {}
    for thing, before in edges.items():
        depths[thing] = 1 + max((depths[p] for p in before), default=-1)
        columns.setdefault(depths[thing], []).append(thing)
    return {
        thing: (depth, 0.9 * ((len(column) - 1) / 2 - i) / max(len(column), 2))
        for depth, column in columns.items()
        for i, thing in enumerate(column)
    }


def _draw(axes, edges, named, values):
    """Boxes and arrows; returns where each thing stands."""
    places, names = _places(edges), {id(_key(t)): name for name, t in named.items()}
    for thing, (x, y) in places.items():
        name = names.get(id(thing), "")
        _box(axes, x, y, thing, name, named.get(name) if values else None)
        for parent in edges[thing]:
            _line(axes, places[parent], (x, y))
    axes.set(xlim=(-0.4, max(x for x, _ in places.values()) + 0.4), ylim=(-0.6, 0.6))
    axes.axis("off")
    return places


def _box(axes, x, y, thing, name, tensor):
    """A leaf as a square box, an operation as a round one, with value and gradient below."""
    is_node = isinstance(thing, torch.autograd.Function)
    title = f"{name} = {_title(thing)}" if is_node and name else name or _title(thing)
    style = {"boxstyle": "round,pad=0.35" if is_node else "square,pad=0.35", "lw": 1}
    style |= {"facecolor": "white" if is_node else "#dce8f4", "edgecolor": INK}
    axes.text(x, y, title, color=INK, bbox=style, zorder=3, **CENTRED)
    if tensor is None:
        return
    below = {"ha": "center", "va": "top", "fontsize": 8}
    text = _values(tensor)
    axes.text(x, y - 0.075, text, color=BLUE, **below)
    if tensor.requires_grad and tensor._grad is not None:
        lines = 1 + text.count("\n")
        grad = f"grad {_values(tensor.grad)}"
        axes.text(x, y - 0.08 - 0.055 * lines, grad, color=ORANGE, **below)


def _title(node):
    return type(node).__name__


def _line(axes, start, end):
    """An arrow; in a bow where it would run behind a box between."""
    bow = 0.25 if start[1] == end[1] and end[0] - start[0] > 1 else 0
    arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 24, "shrinkB": 30, "lw": 1.2}
    arrow["connectionstyle"] = f"arc3,rad={bow}"
    axes.annotate("", end, start, arrowprops=arrow, zorder=1)


def _values(tensor):
    """A small tensor's numbers, row by row; a large one's shape."""
    if tensor is None:
        return "None"
    x = numbers(tensor)
    if x.size > 8 or x.ndim > 2:
        return f"{x.shape}"
    if x.ndim == 0:
        return short(float(x))
    rows = ["[" + ", ".join(short(float(v)) for v in row) + "]" for row in np.atleast_2d(x)]
    return "\n".join(rows)


@picture(height=3.2)
def step_sizes(figure, numerical_gradient):
    """The error of both differences for exp at 1, for steps h from 0.1 to 1e-15; and yours."""
    h = np.logspace(-1, -15, 57)
    truth = math.e
    forward = abs((np.exp(1 + h) - np.exp(1)) / h - truth) + 1e-17
    central = abs((np.exp(1 + h) - np.exp(1 - h)) / (2 * h) - truth) + 1e-17
    x = torch.tensor([1.0], dtype=torch.float64)
    yours = abs(float(numbers(numerical_gradient(lambda x: x.exp().sum(), x), (1,))[0]) - truth)
    axes = figure.subplots()
    axes.loglog(h, forward, color=ORANGE, ls="--", label="(f(x + h) - f(x)) / h")
    axes.loglog(h, central, color=BLUE, label="(f(x + h) - f(x - h)) / 2h")
    axes.axhline(yours + 1e-17, color=INK, ls=":", label="your function")
    axes.set(xlabel="h", ylabel="error", title="the slope of exp at 1, measured in float64")
    axes.invert_xaxis()
    axes.legend(frameon=False)
    best = [
        f"{error.min():.0e} with h near {h[error.argmin()]:.0e}" for error in (forward, central)
    ]
    return (
        f"At best, one-sided differences are off by {best[0]}, central ones by {best[1]}; "
        f"smaller steps lose digits to rounding. Yours is off by {yours:.0e}."
    )


@picture(height=2.6)
def stretched(figure, bias, g, unbroadcast):
    """A bias (n,) as broadcasting repeats it, the gradient g (m, n) that arrives, and its sum."""
    b, arrived = numbers(bias), numbers(g)
    array = unbroadcast(g.array, b.shape)
    yours = numbers(torch.Tensor(g.device.xp.asarray(array), g.device))
    panels = figure.subplots(1, 4)
    shown = {
        "the bias": b,
        "as it is used": np.broadcast_to(b, arrived.shape),
        "g arrives": arrived,
        "your gradient": yours,
    }
    for axes, (title, M) in zip(panels, shown.items(), strict=True):
        heat_map(axes, np.atleast_2d(M), f"{title}\n{M.shape}")
        axes.set(xticks=[], yticks=[])
    found = listed([short(float(v)) for v in np.ravel(yours)])
    if yours.shape == b.shape and np.allclose(yours, arrived.sum(0)):
        rows = len(arrived)
        return f"Used in {rows} rows, the bias gets the sum of what arrives at them: {found}."
    return f"Your gradient, {found}, is not the sum of what arrives."


@picture()
def tangents(figure, functions, at=(-1.0, 0.5, 2.0)):
    """Curves, and tangents with the slopes that the operations' rules give."""
    x, said = np.linspace(-2, 2.5, 181), []
    panels = figure.subplots(1, len(functions), squeeze=False)[0]
    for axes, (name, f) in zip(panels, functions.items(), strict=True):
        points = torch.tensor(np.array(at), requires_grad=True)
        out = f(points)
        slopes = sum(numbers(s) for s in _slopes(out, points))
        axes.plot(x, numbers(f(torch.tensor(x))), color=BLUE)
        for p, y, slope in zip(at, numbers(out), slopes, strict=True):
            run = np.array([-0.9, 0.9]) / (1 + abs(slope)) ** 0.5
            axes.plot(p + run, y + slope * run, color=ORANGE, ls="--")
            axes.plot(p, y, "o", color=INK, ms=4)
            slope = f"slope {short(float(slope))}"
            box = {"facecolor": "white", "alpha": 0.8, "pad": 1, "lw": 0}
            beside = {"textcoords": "offset points", "fontsize": 8, "bbox": box}
            axes.annotate(slope, (p, y), (7, -9), **beside)
        axes.set_title(name)
        said.append(f"{name} has {listed([short(float(s)) for s in slopes])}")
    return f"Slopes at {listed([short(p) for p in at])}: {'; '.join(said)}."


def _slopes(out, points):
    """Each share that reaches `points`; rules of one operation, or a walk if there are more."""
    if all(p is points or p is None for p in out.grad_fn.parents):
        return torch.autograd.one_step(out, torch.ones_like(out))
    out.backward(torch.ones_like(out))
    return [points.grad]


@picture(height=2.8)
def order(figure, topological_order, **named):
    """The graph of the last of the named tensors, with the place of each node in your order."""
    *_, root = named.values()
    found = list(topological_order(root))
    axes = figure.subplots()
    for thing, (x, y) in _draw(axes, _edges(root, named), named, values=False).items():
        if thing in found:
            number = str(found.index(thing) + 1)
            axes.text(x, y + 0.15, number, color=ORANGE, fontsize=14, **CENTRED)
    said = ", ".join(_title(node) for node in found)
    early = [
        f"{_title(parent)} comes before {_title(node)}, which uses it"
        for i, node in enumerate(found)
        for parent in node.parents
        if parent in found[:i]
    ]
    return f"Your order: {said}. {early[0] if early else 'Each comes after all that use it'}."


@picture(width=6, height=2.6)
def accumulated(figure, backward):
    """w.grad of w * w at w = 2 after one, two and three walks, with and without a reset."""
    kept, reset = [], []
    for grads, forget in ((kept, False), (reset, True)):
        w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        for _ in range(3):
            if forget:
                w.grad = None
            backward(w * w)
            grads.append(float(numbers(w.grad)))
    axes = figure.subplots()
    places = np.arange(3)
    bars = axes.bar(places - 0.2, kept, 0.38, color=BLUE, label="never reset")
    axes.bar_label(bars, [short(v) for v in kept])
    bars = axes.bar(
        places + 0.2, reset, 0.38, color="white", edgecolor=INK, hatch="//", label="w.grad = None"
    )
    axes.bar_label(bars, [short(v) for v in reset])
    axes.set(ylabel="w.grad", ylim=(0, 1.2 * max(kept)), title="the loss is w * w, at w = 2")
    axes.set_xticks(places, ["1 walk", "2 walks", "3 walks"])
    axes.legend(frameon=False)
    return (
        f"Never reset, w.grad is {listed([short(v) for v in kept])}; "
        f"reset before each walk, {listed([short(v) for v in reset])}."
    )


@picture(height=3.4)
def descent(figure, loss, start, rate, steps=20):
    """The loss of two weights as a map, and the way that steps against the gradient take."""
    w = torch.tensor(np.array(start, float), requires_grad=True)
    way, losses = [numbers(w)], []
    for _ in range(steps):
        w.grad = None
        value = loss(w)
        value.backward()
        losses.append(float(numbers(value)))
        with torch.no_grad():
            w.add_(w.grad, alpha=-rate)
        way.append(numbers(w))
    way = np.array(way)
    losses.append(float(numbers(loss(w))))
    left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
    _map(left, loss, way, start)
    right.semilogy(np.maximum(losses, 1e-12), color=BLUE, marker="o", ms=3)
    right.set(xlabel="step", title="loss")
    end = ", ".join(short(float(v)) for v in way[-1])
    return (
        f"{steps} steps lead from ({', '.join(short(v) for v in start)}) to ({end}); "
        f"the loss goes from {short(losses[0])} to {short(losses[-1])}."
    )


def _map(axes, loss, way, start):
    reach = 1.2 * max(abs(v) for v in start)
    side = np.linspace(-reach, reach, 60)
    grid = torch.tensor(np.stack(np.meshgrid(side, side)))
    axes.contour(side, side, numbers(loss(grid)), levels=12, colors=GREY, linewidths=0.7)
    axes.plot(*way.T, color=BLUE, marker="o", ms=3)
    axes.plot(*way[0], "s", color=ORANGE, label="start")
    axes.plot(*way[-1], "*", color=ORANGE, ms=10, label="end")
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), title="loss, and the way down")
    axes.set(xlabel="w[0]", ylabel="w[1]")
    axes.legend(edgecolor="none", framealpha=0.9)


@picture()
def losses(figure, bce):
    """Your loss for one logit and both targets; beside it, where log(sigmoid(z)) breaks."""
    z, wide = np.linspace(-6, 6, 61), np.linspace(-200, 200, 41)
    left, right = figure.subplots(1, 2)
    for i, target in enumerate((1.0, 0.0)):
        left.plot(
            z, _each(bce, z, target), color=COLOURS[i], ls=DASHES[i], label=f"target {target:.0f}"
        )
    yours = _each(bce, wide, 1.0)
    with np.errstate(all="ignore"):
        naive = -np.log(1 / (1 + np.exp(-wide.astype(np.float32))))
    right.plot(wide, yours, color=BLUE, label="yours, target 1")
    right.plot(wide, naive, color=ORANGE, ls="--", marker="x", ms=4, label="-log(sigmoid(z))")
    left.set(xlabel="logit", title="your loss")
    right.set(xlabel="logit", title="far out, in float32")
    for axes in (left, right):
        axes.legend(frameon=False)
    at = int(abs(wide + 150).argmin())
    return (
        f"At the logit -150 with target 1 your loss is {short(float(yours[at]))}; "
        f"-log(sigmoid(z)) says {short(float(naive[at]))}. At 0, both targets cost "
        f"{short(float(_each(bce, [0.0], 1.0)[0]))}."
    )


def _each(bce, z, target):
    """The loss of each logit by itself."""
    logits = torch.tensor(np.asarray(z, np.float32))
    single = [bce(logits[i : i + 1], logits[i : i + 1] * 0 + target) for i in range(len(logits))]
    return np.array([float(numbers(loss)) for loss in single])
