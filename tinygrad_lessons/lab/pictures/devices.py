"""Pictures of lesson 2: what crosses between host and device, and what waits for it."""

import math

import numpy as np

import tinygrad_lessons as torch

from .frame import (
    BLUE,
    CENTRED,
    GREY,
    INK,
    ORANGE,
    arrow,
    heat_map,
    listed,
    numbers,
    picture,
    plane,
    short,
)  # fmt: skip

UNITS = ("bytes", "kB", "MB", "GB")


def size(count):
    '''"48 bytes", "1.5 MB"'''
    power = min(int(math.log10(max(count, 1))) // 3, 3)
    return "1 byte" if count == 1 else f"{short(count / 1000**power)} {UNITS[power]}"


def seconds(t):
    '''"20 µs", "3.2 ms"'''
    for unit, name in ((1, "s"), (1e-3, "ms")):
        if t >= unit:
            return f"{short(t / unit)} {name}"
    return f"{short(t / 1e-6)} µs"


def counts(device):
    """What crossed so far: copies and bytes up and down, those unasked for, kernels."""
    stats = torch.device(device).stats
    names = ("h2d", "d2h", "h2d_bytes", "d2h_bytes", "implicit", "kernels")
    return {name: getattr(stats, name) for name in names}


def spent(function, device):
    """What one call of `function` cost on the device."""
    before = counts(device)
    function()
    return {name: n - before[name] for name, n in counts(device).items()}


@picture(height=2.2)
def crossings(figure, steps, device="sim"):
    """What crosses between host and device in each of `steps`, {line: function}, one by one."""
    axes = figure.subplots()
    axes.set(xlim=(-0.5, len(steps) - 0.5), ylim=(-0.25, 1.25), yticks=[0, 1])
    axes.set_yticklabels(["host", device])
    axes.set_xticks(range(len(steps)), list(steps), family="monospace", fontsize=8)
    for y in (0, 1):
        axes.axhline(y, color=GREY, lw=6, alpha=0.35, zorder=0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return " ".join(_step(axes, i, *step, device) for i, step in enumerate(steps.items()))


def _step(axes, at, line, function, device):
    cost, said = spent(function, device), []
    if cost["h2d"]:
        up = trip(cost["h2d"], cost["h2d_bytes"])
        arrow(axes, (at - 0.12, 0.97), "", 0, (at - 0.12, 0.03))
        axes.text(at - 0.17, 0.5, up, color=BLUE, ha="right", va="center")
        said.append(f"sends {up}")
    if cost["kernels"]:
        box = {"facecolor": "white", "edgecolor": INK, "boxstyle": "square,pad=0.3"}
        axes.text(at, 1, cost["kernels"], color=INK, bbox=box, **CENTRED)
        said.append(f"runs {cost['kernels']} kernel{'s' if cost['kernels'] > 1 else ''}")
    if cost["d2h"]:
        down = trip(cost["d2h"], cost["d2h_bytes"])
        arrow(axes, (at + 0.12, 0.03), "", 1, (at + 0.12, 0.97))
        axes.text(at + 0.17, 0.5, down, color=ORANGE, ha="left", va="center")
        said.append(f"fetches {down}")
    unasked = ", unasked" if cost["implicit"] else ""
    return f"{line} {listed(said) if said else 'moves nothing'}{unasked}."


def trip(copies, count):
    '''"48 bytes", "48 bytes in 2 copies"'''
    return size(count) + (f" in {copies} copies" if copies > 1 else "")


@picture(width=6)
def copying(figure, total, copies, latency=10e-6, rate=20e9):
    """How long `total` bytes take in few or many copies: copies * latency + total / rate."""
    n = np.logspace(0, 6, 200)
    axes = figure.subplots()
    axes.loglog(n, n * latency + total / rate, color=BLUE, lw=2, label="time")
    axes.axhline(total / rate, color=ORANGE, ls="--", label="the bytes alone")
    axes.plot(copies, times := [c * latency + total / rate for c in copies], "D", color=INK)
    for c, t in zip(copies, times, strict=True):
        axes.annotate(seconds(t), (c, t), (0, 8), textcoords="offset points", ha="center")
    axes.set(xlabel=f"copies that {size(total)} are cut into", ylabel="seconds", xlim=(0.4, 2e6))
    axes.legend(frameon=False)
    parts = [
        f"in {c:,} cop{'y' if c == 1 else 'ies'} {seconds(t)}"
        for c, t in zip(copies, times, strict=True)
    ]
    return f"{size(total)} take {listed(parts)}, at {seconds(latency)} a copy."


@picture(width=5)
def one_hot_rows(figure, labels, classes, one_hot):
    """one_hot(labels, classes), with each row's label beside it."""
    wanted = numbers(labels)
    rows = numbers(one_hot(labels, classes), (len(wanted), classes))
    axes = figure.subplots()
    heat_map(axes, rows, f"one_hot(labels, {classes})")
    axes.set_yticks(range(len(wanted)), [f"label {n}" for n in wanted])
    axes.set_xlabel("class")
    right = np.array_equal(rows, np.eye(classes)[wanted])
    good = "Each row holds a single 1, at its label"
    return f"{good if right else 'The ones are not where the labels say'}: {listed(_peaks(rows))}."


def _peaks(rows):
    return [str(int(row.argmax())) if row.any() else "none" for row in rows]


@picture(width=5, height=3.6)
def clipped(figure, gradients, limit, clip):
    """Gradients of two parameters as arrows, before and after clip(parameters, limit)."""
    axes = figure.subplots()
    after = [_clip(g, limit, clip) for g in gradients]
    turn = np.linspace(0, 2 * np.pi, 120)
    axes.plot(limit * np.cos(turn), limit * np.sin(turn), color=INK, lw=1, ls=":")
    plane(axes, [*gradients, (-limit, -limit), (limit, limit)], "grey: before; arrows: clipped")
    said = []
    for i, (g, c) in enumerate(zip(gradients, after, strict=True)):
        axes.plot([0, g[0]], [0, g[1]], color=GREY, lw=1)
        axes.plot(*g, "o", color=GREY, ms=4)
        arrow(axes, c, "", i)
        long, now = math.hypot(*g), math.hypot(*c)
        what = "stays" if abs(now - long) < 1e-3 * long else f"becomes {short(now)}"
        said.append(f"{short(long)} {what}")
    return f"The limit is {short(limit)}. Of the lengths, {listed(said)}."


def _clip(gradient, limit, clip):
    parameters = [torch.zeros(1, requires_grad=True) for _ in gradient]
    for p, g in zip(parameters, gradient, strict=True):
        p.grad = torch.ones(1) * g
    clip(parameters, limit)
    return [float(numbers(p.grad)[0]) for p in parameters]


@picture(height=3.2)
def epochs(figure, ways, device="sim", count=4):
    """Host and device over time, for each of `ways`, {name: mean_loss function}.

    What crosses is counted; the times are a model: 2 ms to make a batch, 1 for a copy up, 3 to
    compute. A copy back waits for the device.
    """
    panels = figure.subplots(len(ways), 1, sharex=True, squeeze=False)[:, 0]
    said = []
    for axes, (name, mean_loss) in zip(panels, ways.items(), strict=True):
        trips = _trips(mean_loss, device, count)
        end, busy = _schedule(axes, trips)
        axes.set_title(name, fontsize=10, loc="left")
        axes.set(yticks=[0, 1], ylim=(-0.5, 1.5))
        axes.set_yticklabels(["host", device])
        up, down = (sum(trip[way] for trip in trips) for way in ("h2d", "d2h"))
        said.append(
            f"{name}: {up} copies up, {down} down, {end} ms, of which the {device} works {busy}."
        )
    panels[-1].set_xlabel("milliseconds, if a batch takes 2 to make, 1 a copy up, 3 to compute")
    return " ".join(said)


def _trips(mean_loss, device, count):
    """What crossed for each batch, the end's belonging to the last."""
    marks = []

    def batches():
        for _ in range(count):
            marks.append(counts(device))
            yield torch.ones(8, 3), torch.ones(8, 3)

    mean_loss(lambda x: x * 2, batches(), device)
    marks.append(counts(device))
    return [
        {way: after[way] - before[way] for way in ("h2d", "d2h")}
        for before, after in zip(marks, marks[1:], strict=False)
    ]


def _schedule(axes, trips):
    """Draw the two lanes; returns the end and how long the device worked, in milliseconds."""
    host = free = busy = 0
    for i, trip in enumerate(trips):
        host = _block(axes, 0, host, 2, "make", BLUE)
        host = _block(axes, 0, host, trip["h2d"], "up", ORANGE, "///")
        free = _block(axes, 1, max(host, free), 3, f"batch {i}", BLUE)
        busy += 3
        if trip["d2h"]:
            host = _block(axes, 0, host, free - host, "wait", GREY, "...")
            axes.annotate("", (host, 0.3), (host, 0.7), arrowprops={"arrowstyle": "-|>"})
    return max(host, free), busy


def _block(axes, lane, start, long, name, colour, hatch=""):
    if long:
        look = {"facecolor": "white", "edgecolor": colour, "hatch": hatch, "lw": 1.5}
        axes.barh(lane, long, 0.6, start, **look)
        box = {"facecolor": "white", "pad": 1, "lw": 0}
        axes.text(start + long / 2, lane, name, color=INK, fontsize=8, bbox=box, **CENTRED)
    return start + long
