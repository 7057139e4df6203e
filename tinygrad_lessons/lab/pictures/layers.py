"""Lesson 5: what layers do to shapes and numbers, where they begin, and what they guess."""

import math

import numpy as np

import tinygrad_lessons as torch

from .frame import BLUE, COLOURS, GREY, INK, ORANGE, heat_map, listed, numbers, picture
from .frame import short as three_digits


@picture()
def shapes(figure, stages):
    """One sample of each stage, drawn in its shape. `stages`: {name: tensor, or function}."""
    from matplotlib.patches import Rectangle

    found = {name: numbers(x).shape for name, x in stages.items()}
    axes, (across, up) = figure.subplots(), figure.get_size_inches()
    square = across / len(found) / (up / 1.75)  # as high on the page as 1 is wide
    for i, (name, shape) in enumerate(found.items()):
        high, wide = _extent(shape, square)
        for behind in reversed(range(min(shape[0], 3))):  # the batch: cards behind each other
            at = (i - wide / 2 + 0.05 * behind, -high / 2 + 0.05 * behind)
            card = {"facecolor": "#dce8f4", "edgecolor": INK, "lw": 0.8}
            axes.add_patch(Rectangle(at, wide, high, **card))
        axes.text(i, -0.62, f"{name}\n{tuple(shape)}", ha="center", va="top", color=INK)
        if i:
            line = {"arrowstyle": "-|>", "color": BLUE, "lw": 1.5}
            axes.annotate("", (i - 0.33, 0), (i - 0.62, 0), arrowprops=line)
    axes.set(xlim=(-0.5, len(found) - 0.5), ylim=(-1.0, 0.75))
    axes.axis("off")
    said = [f"{name} is {' by '.join(map(str, shape))}" for name, shape in found.items()]
    return f"{listed(said)}."


def _extent(shape, square):
    """Height and width of the card of one sample: grows with the logarithm of each size."""
    sizes = [math.log2(max(n, 1)) / 22 + 0.04 for n in shape[1:]] or [0.04]
    return (0.1, sizes[0]) if len(sizes) == 1 else (square * sizes[-2], sizes[-1])


@picture()
def bends(figure, activation):
    """The activation, and a line that two small layers draw with it and without it."""
    x = torch.tensor(np.linspace(-3, 4, 141))
    places = torch.tensor([1.0, -0.5, -2.0], dtype=torch.float64)
    slopes = torch.tensor([1.0, -2.0, 2.5], dtype=torch.float64)
    inside = x.reshape(141, 1) + places
    curve = numbers(activation(x), (141,))
    bent, straight = numbers(activation(inside) @ slopes, (141,)), numbers(inside @ slopes)
    left, right = figure.subplots(1, 2)
    left.plot(numbers(x), curve, color=BLUE)
    left.set_title("your activation")
    right.plot(numbers(x), straight, color=GREY, ls="--", label="two layers, nothing between")
    right.plot(numbers(x), bent, color=BLUE, label="with your activation between")
    corners = [i for i in range(1, 140) if abs(bent[i - 1] - 2 * bent[i] + bent[i + 1]) > 1e-3]
    right.plot(numbers(x)[corners], bent[corners], "o", color=ORANGE, ms=5)
    right.legend(frameon=False)
    for axes in (left, right):
        axes.axhline(0, color=GREY, lw=0.6, zorder=0)
        axes.axvline(0, color=GREY, lw=0.6, zorder=0)
    if not corners:
        return "With your activation, too, the line is straight: two layers do no more than one."
    if len(corners) > 6:
        return "With your activation the line bends everywhere."
    at = listed([three_digits(numbers(x)[i]) for i in corners])
    return f"Without an activation the line is straight; with yours it bends at x = {at}."


@picture(height=3.2)
def rows(figure, x, flatten):
    """Small images (n, h, w), and the matrix that flatten(x) makes of them."""
    images, flat = numbers(x), numbers(flatten(x))
    count = min(len(images), 3)
    names = [f"image {i}" for i in range(count)]
    axes = figure.subplot_mosaic([names, ["rows"] * count], height_ratios=[3, len(images)])
    for i, name in enumerate(names):
        heat_map(axes[name], images[i], name)
        axes[name].set(xticks=[], yticks=[])
    heat_map(axes["rows"], np.atleast_2d(flat), f"your rows: {' by '.join(map(str, flat.shape))}")
    axes["rows"].set_xticks([])
    if np.array_equal(flat, images.reshape(len(images), -1)):
        return f"Row i is image i, read line by line: {flat.shape[1]} numbers each."
    return "Your rows are not the images, read line by line."


@picture(height=3.4)
def tree(figure, make):
    """The modules of the network that `make()` returns, and how many numbers each one learns."""
    net = make()
    found = list(net.named_parameters())
    axes = figure.subplots()
    lines = _lines(net, type(net).__name__, 0)
    longest = max(p.numel() for _, p in found) if found else 1
    for y, (depth, label, parameter) in enumerate(lines):
        is_found = any(parameter is p for _, p in found)
        weight = "normal" if parameter is not None else "bold"
        axes.text(0.035 * depth, -y, label, color=INK, va="center", fontweight=weight)
        if depth:
            axes.plot([0.035 * depth - 0.022, 0.035 * depth - 0.006], [-y, -y], color=GREY, lw=1)
        if is_found:
            bar = 0.35 * math.log10(1 + parameter.numel()) / math.log10(1 + longest)
            axes.barh(-y, bar, left=0.5, height=0.6, color=BLUE)
            axes.text(0.51 + bar, -y, f"{parameter.numel():,}", color=INK, va="center")
        elif parameter is not None:
            axes.text(0.5, -y, "not found", color=ORANGE, va="center")
    axes.set(xlim=(-0.01, 1), ylim=(-len(lines) + 0.3, 0.7))
    axes.axis("off")
    total = sum(p.numel() for _, p in found)
    if not found:
        return f"{type(net).__name__} has no parameters that your function finds."
    most = max(found, key=lambda pair: pair[1].numel())
    return (
        f"{type(net).__name__} learns {total:,} numbers in {len(found)} parameters; "
        f"most of them, {most[1].numel():,}, are in {most[0]}."
    )


def _lines(module, label, depth):
    """[(depth, label, parameter or None), ...] of a module and all inside it."""
    lines = [(depth, label, None)]
    for name, value in vars(module).items():
        if isinstance(value, torch.nn.Module):
            lines += _lines(value, f"{name}: {type(value).__name__}", depth + 1)
        elif isinstance(value, torch.nn.Parameter):
            lines.append((depth + 1, f"{name}  {tuple(value.shape)}", value))
    return lines


@picture(height=3.2)
def weights(figure, init):
    """How init(weight) spreads the weights for 4, 64 and 1024 inputs, and the outputs with them."""
    fans, spreads = (4, 64, 1024), []
    *panels, last = figure.subplots(1, 4)
    for i, (axes, fan) in enumerate(zip(panels, fans, strict=True)):
        weight = torch.nn.Parameter(torch.zeros(16384 // fan, fan))
        init(weight)
        w = numbers(weight)
        axes.hist(w.ravel(), bins=30, range=(-0.6, 0.6), color=COLOURS[i], density=True)
        for k in (-(fan**-0.5), fan**-0.5):
            axes.axvline(k, color=INK, ls="--", lw=1)
        axes.set(title=f"{fan} inputs", yticks=[])
        x = np.random.default_rng(fan).standard_normal((fan, 200))
        spreads.append(float((w @ x).std()))
    axes.set_xlabel("dashed: k and -k", loc="right")
    bars = last.bar([str(fan) for fan in fans], spreads, color=COLOURS[:3], edgecolor=INK)
    last.bar_label(bars, [three_digits(s) for s in spreads])
    last.margins(y=0.15)
    last.set_title("spread of\nthe outputs")
    last.set_xlabel("inputs")
    return (
        f"For inputs of spread 1, the outputs of layers with {listed([str(f) for f in fans])} "
        f"inputs have spreads of {listed([three_digits(s) for s in spreads])}."
    )


@picture()
def temperatures(figure, logits, softmax, temperatures=(0.25, 1, 4)):
    """softmax(logits / t) as bars, for each temperature t."""
    x, said = numbers(logits), []
    first, *panels = figure.subplots(1, len(temperatures) + 1)
    first.bar(range(len(x)), x, color="white", edgecolor=INK, hatch="//")
    first.set_title("logits")
    for axes, t in zip(panels, temperatures, strict=True):
        p = numbers(softmax(logits / t, dim=0), x.shape)
        top = int(p.argmax())
        bars = axes.bar(
            range(len(p)), p, color=[ORANGE if i == top else BLUE for i in range(len(p))]
        )
        axes.bar_label(bars, [f"{v:.2f}" for v in p], fontsize=8)
        axes.set(title=f"logits / {t:g}", ylim=(0, 1.1))
        said.append(f"{p[top]:.2f} at temperature {t:g}")
    for axes in (first, *panels):
        axes.set_xticks(range(len(x)))
        axes.set_xlabel("class")
    return f"Class {int(x.argmax())} has the largest logit. Its probability is {listed(said)}."


@picture(height=3.4)
def guesses(figure, make, images, labels):
    """Images, and the probabilities that the network that `make()` returns gives each class."""
    net = make()
    p = numbers(torch.softmax(net(images), dim=1), (len(images), 10))
    truth, pictures = numbers(labels), numbers(images)
    above, below = figure.subplots(2, len(p), height_ratios=[1.3, 1])
    for i in range(len(p)):
        top = int(p[i].argmax())
        above[i].imshow(pictures[i], cmap="Greys")
        above[i].set(title=f"a {truth[i]}, guessed {top}", xticks=[], yticks=[])
        above[i].spines[:].set_visible(False)
        colours = [ORANGE if c == top else BLUE for c in range(10)]
        below[i].bar(range(10), p[i], color=colours)
        below[i].set(xticks=range(10), ylim=(0, max(0.3, 1.1 * p.max())))
        below[i].tick_params(labelsize=7)
        below[i].text(top, p[i, top], "▾", color=ORANGE, ha="center", va="bottom")
    hits, sure = int((p.argmax(1) == truth).sum()), p.max(1)
    said = f"{hits} of {len(p)} guesses {'is' if hits == 1 else 'are'} right."
    if sure.max() < 0.3:
        between = f"The probabilities lie between {p.min():.2f} and {p.max():.2f}"
        return f"{said} {between}: near one tenth for each class is no opinion."
    return f"{said} What it guessed has a probability of {sure.min():.2f} to {sure.max():.2f}."
