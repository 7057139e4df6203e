"""Pictures of lesson 7: batches, ways downhill, an epoch's traffic, and what a network reads."""

import math
import time

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
    listed,
    numbers,
    picture,
    short,
)  # fmt: skip

MARKS = "osD^"


class progress:
    """A loader that writes a line for each epoch, a # for each twentieth of it.

    Once in a second at most: what is written in pieces is shown in pieces by some.
    """

    def __init__(self, loader, name="epoch"):
        self.loader, self.name, self.epoch = loader, name, 0

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        self.epoch += 1
        line, last = f"{self.name} {self.epoch} ", time.monotonic()
        marks, n = 0, len(self.loader)
        for i, batch in enumerate(self.loader, 1):
            yield batch
            line, marks = line + "#" * (20 * i // n - marks), 20 * i // n
            if time.monotonic() > last + 1:
                print(line, end="", flush=True)
                line, last = "", time.monotonic()
        print(f"{line} {n} batches")


@picture(height=1.2)
def samples(figure, images, labels):
    """Images beside each other, each under its label."""
    shown, truth = numbers(images), numbers(labels)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, image, label in zip(panels, shown, truth, strict=True):
        _digit(axes, image, f"{label}")
    return f"Handwritten digits: {listed([str(label) for label in truth])}."


def a(digit):
    '''"a 7", "an 8"'''
    return f"{'an' if digit == 8 else 'a'} {digit}"


def _digit(axes, image, title):
    axes.imshow(image, cmap="Greys")
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


@picture(height=2.2)
def batches(figure, loader, epochs=2):
    """Which samples a loader hands out, batch by batch, in each epoch. Its samples are numbers."""
    axes, orders, said = figure.subplots(), [], []
    for epoch in range(epochs):
        found = [numbers(x).ravel().astype(int).tolist() for x, *_ in loader]
        _row(axes, -epoch, found)
        orders.append([sample for batch in found for sample in batch])
        sizes = listed([str(len(batch)) for batch in found]) if found else "none"
        said.append(f"Epoch {epoch}: batches of {sizes} samples, {_once(orders[-1], loader)}.")
    axes.set(xlim=(-1.2, max(map(len, orders)) + 2), ylim=(0.6 - epochs, 0.6))
    axes.axis("off")
    same = all(order == orders[0] for order in orders)
    return f"{' '.join(said)} The orders are {'the same' if same else 'different'}."


def _row(axes, y, found):
    """The batches of one epoch: boxes with a gap between batches."""
    axes.text(-0.7, y, f"epoch {-y}", color=INK, ha="right", va="center")
    x = 0
    for i, batch in enumerate(found):
        hatch = "" if i % 2 else "///"
        for sample in batch:
            axes.bar(x, 0.7, 0.9, y - 0.35, fc="white", ec=COLOURS[i % 4], hatch=hatch, lw=1.5)
            box = {"facecolor": "white", "pad": 1, "lw": 0}
            axes.text(x, y, sample, color=INK, fontsize=9, bbox=box, **CENTRED)
            x += 1
        x += 0.4


def _once(order, loader):
    n = len(loader.dataset)
    if sorted(order) == list(range(n)):
        return "each sample once"
    missing = sorted(set(range(n)) - set(order))
    return f"without {listed([str(i) for i in missing])}" if missing else "some of them twice"


@picture(height=3.4)
def descent(figure, ways, steps=30, steep=20.0, begin=(-4.0, 1.0)):
    """The ways down the bowl (x^2 + steep y^2) / 2 that the optimizers in `ways` take.

    ways: {name: function of a list of parameters that returns an optimizer}
    """
    axes = figure.subplots()
    x, y = np.meshgrid(np.linspace(-4.6, 2.2, 120), np.linspace(-1.35, 1.35, 80))
    height = (x**2 + steep * y**2) / 2
    axes.contour(x, y, height, [0.1, 0.5, 1.5, 3, 5, 8, 12, 16], colors=GREY, linewidths=0.6)
    said = []
    for i, (name, make) in enumerate(ways.items()):
        path = _path(make, steps, steep, begin)
        axes.plot(
            *path.T, color=COLOURS[i % 4], ls=DASHES[i % 4], marker=MARKS[i % 4], markevery=5,
            ms=5, lw=1.4, label=name,
        )  # fmt: skip
        said.append(f"{name} is {short(math.hypot(*path[-1]))} away")
    axes.plot(0, 0, "+", color=INK, ms=12)
    axes.set(xlim=(-4.6, 2.2), ylim=(-1.35, 1.35))
    axes.legend(edgecolor="none", framealpha=0.9, loc="upper right", fontsize=9)
    return f"After {steps} steps from {_point(begin)}, {listed(said)} from the lowest point."


def _point(at):
    return f"({', '.join(short(v) for v in at)})"


def _path(make, steps, steep, begin):
    """(steps + 1, 2): where an optimizer goes in the bowl."""
    p = torch.nn.Parameter(torch.tensor(begin, dtype=torch.float64))
    optimizer, path = make([p]), [numbers(p)]
    for _ in range(steps):
        p.grad = torch.tensor(numbers(p) * [1.0, steep])
        optimizer.step()
        path.append(numbers(p))
    return np.array(path)


@picture(height=2.8)
def first_steps(figure, ways, gradients=(0.01, 1.0, 100.0)):
    """How far the first step of each optimizer in `ways` goes, for small and large gradients."""
    axes, said, wide = figure.subplots(), [], 0.8 / len(ways)
    for i, (name, make) in enumerate(ways.items()):
        sizes = [_first(make, g) for g in gradients]
        at = np.arange(len(gradients)) + wide * (i - (len(ways) - 1) / 2)
        bars = axes.bar(
            at, sizes, 0.9 * wide, label=name, color="white", edgecolor=COLOURS[i % 4],
            hatch=("", "///", "...", "xx")[i % 4], lw=1.5,
        )  # fmt: skip
        axes.bar_label(bars, [short(size) for size in sizes], fontsize=9)
        said.append(f"{name} goes {listed([short(size) for size in sizes])}")
    axes.set_yscale("log")
    axes.margins(y=0.15)
    axes.set_xticks(range(len(gradients)), [short(g) for g in gradients])
    axes.set(xlabel="gradient", ylabel="first step")
    axes.legend(frameon=False)
    return f"At gradients of {listed([short(g) for g in gradients])}, {'; '.join(said)}."


def _first(make, gradient):
    p = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = make([p])
    p.grad = torch.full((1,), gradient, dtype=torch.float64)
    optimizer.step()
    return abs(float(numbers(p)[0]))


@picture(height=2.8)
def traffic(figure, ways, device="sim", count=5):
    """Copies up and down for each batch of an epoch. `ways`: {name: train_epoch function}."""
    panels = figure.subplots(1, len(ways), sharey=True, squeeze=False)[0]
    said = []
    for axes, (name, train_epoch) in zip(panels, ways.items(), strict=True):
        trips = np.array(_trips(train_epoch, device, count))
        at = np.arange(count)
        axes.bar(at - 0.2, trips[:, 0], 0.36, color=BLUE, label="up")
        axes.bar(
            at + 0.2, trips[:, 1], 0.36, color="white", edgecolor=ORANGE, hatch="///", label="down"
        )
        axes.set(title=name, xlabel="batch", xticks=at, ylim=(0, 1.4 * max(1, trips.max())))
        up, down = trips.sum(0)
        said.append(f"{name} makes {up} copies up and {down} down")
    panels[0].yaxis.get_major_locator().set_params(integer=True)
    panels[0].set_ylabel(f"copies, host and {device}")
    panels[0].legend(frameon=False, ncols=2, loc="upper left")
    return f"For {count} batches, {'; '.join(said)}."


def _trips(train_epoch, device, count):
    """[(copies up, copies down), ...] for each batch; what comes after the last belongs to it."""
    stats, marks = torch.device(device).stats, []

    def loader():
        for _ in range(count):
            marks.append((stats.h2d, stats.d2h))
            yield torch.ones(4, 3), torch.zeros(4, dtype=torch.int64)

    model = torch.nn.Linear(3, 2).to(device)
    optimizer = torch.optim.Optimizer(model.parameters())
    optimizer.step = lambda: None
    train_epoch(model, loader(), torch.nn.functional.cross_entropy, optimizer)
    marks.append((stats.h2d, stats.d2h))
    return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(marks, marks[1:], strict=False)]


@picture(height=3.0)
def curves(figure, runs):
    """Loss and accuracy over the epochs. `runs`: {name: function that trains and returns them}."""
    left, right = figure.subplots(1, 2)
    said = []
    for i, (name, run) in enumerate(runs.items()):
        history = np.array(run(), dtype=float).reshape(-1, 2)
        look = {"color": COLOURS[i % 4], "ls": DASHES[i % 4], "marker": MARKS[i % 4]}
        look |= {"label": name, "ms": 9 - 3 * (i % 3), "fillstyle": "none"}
        for axes, values in zip((left, right), history.T, strict=True):
            axes.plot(range(1, len(values) + 1), values, **look)
        (first, _), (last, share) = history[0], history[-1]
        said.append(f"{name}: loss from {short(first)} to {short(last)}, accuracy {share:.1%}")
    left.set(title="mean loss", xlabel="epoch", ylim=(0, None))
    right.set(title="accuracy on new digits", xlabel="epoch", ylim=(0, 1.02))
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
    right.legend(frameon=False, loc="lower right")
    return f"{'; '.join(said)}."


def _answers(net, data):
    """Guesses, labels, the probability of the guess, and each sample's loss, on the host."""
    net = net() if callable(net) and not isinstance(net, torch.nn.Module) else net
    if net is None:
        raise NotImplementedError("first train the network in a cell above")
    net.eval()
    images, labels = data.tensors
    with torch.no_grad():
        log_p = numbers(net(images.to(next(net.parameters()).device)).log_softmax(1))
    truth = numbers(labels)
    return log_p.argmax(1), truth, np.exp(log_p.max(1)), -log_p[np.arange(len(truth)), truth]


@picture(width=5.5, height=4.4)
def confusion(figure, net, data, share=None):
    """How often each digit (row) is read as each (column). `share`: function, its accuracy."""
    guesses, truth, _, _ = _answers(net, data)
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (truth, guesses), 1)
    return _counted(figure, counts, f"; your accuracy says {share():.1%}" if share else "")


@picture(width=5.5, height=4.4)
def counted(figure, counts):
    """The same of counts, (10, 10): how often each digit (row) was read as each (column)."""
    return _counted(figure, counts, "")


def _counted(figure, counts, more):
    axes = figure.subplots()
    axes.imshow(np.sqrt(counts), cmap="Blues", vmax=1.5 * math.sqrt(max(counts.max(), 1)))
    for (i, j), n in np.ndenumerate(counts):
        look = {"color": INK, "fontweight": "normal"} if i == j else {"color": ORANGE}
        look = {"fontweight": "bold"} | look
        if n:
            box = None if i == j else {"facecolor": "white", "edgecolor": ORANGE, "pad": 1.5}
            axes.text(j, i, n, bbox=box, fontsize=9, **look, **CENTRED)
    axes.set(xlabel="read as", ylabel="is", xticks=range(10), yticks=range(10))
    axes.tick_params(length=0)
    said = f"{int(counts.trace())} of {int(counts.sum())} are right{more}"
    wrong = counts - np.diag(counts.diagonal())
    if not wrong.any():
        return f"{said}."
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{said}. The most frequent mistake: {wrong[i, j]} times {a(i)} is read as {a(j)}."


@picture(height=1.6)
def worst(figure, net, data, count=8):
    """The images with the largest loss: what each is, what it is taken for, and how surely."""
    guesses, truth, sure, loss = _answers(net, data)
    order = np.argsort(-loss)[:count]
    said = []
    panels = figure.subplots(1, len(order), squeeze=False)[0]
    for axes, k in zip(panels, order, strict=True):
        title = f"{a(truth[k])}, read\n{guesses[k]}: {sure[k]:.0%}"
        _digit(axes, numbers(data.tensors[0][int(k)]), title)
        said.append(f"{a(truth[k])} as {a(guesses[k])}")
    first = f"{sure[order[0]]:.0%}"
    return f"The largest losses: {listed(said)}. Of the first the network was {first} sure."
