"""Pictures of lesson 3: what A^T A says."""

import math

import numpy as np

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
)


@picture()
def matrices(figure, named):
    """Heat maps side by side. `named`: {title: matrix, or a function that returns it}."""
    found = {name: np.atleast_2d(numbers(M)) for name, M in named.items()}
    widths = [max(M.shape[1], 2) for M in found.values()]
    panels = figure.subplots(1, len(found), width_ratios=widths, squeeze=False)[0]
    for axes, (name, M) in zip(panels, found.items(), strict=True):
        heat_map(axes, M, f"{name}\n{M.shape[0]} by {M.shape[1]}")
    return "; ".join(f"{name} is {_described(M)}" for name, M in found.items()) + "."


def _described(M):
    size = f"{M.shape[0]} by {M.shape[1]}"
    if M.shape[0] != M.shape[1]:
        return size
    if np.allclose(M, np.eye(len(M)), atol=1e-5):
        return f"{size}, the identity"
    return f"{size}, {'symmetric' if np.allclose(M, M.T, rtol=1e-4) else 'not symmetric'}"


@picture()
def columns_and_gram(figure, A, gram=None):
    """The columns of A (2, n) as arrows, beside gram(A); without `gram`, the right one."""
    M = numbers(A)
    G = numbers(gram(A), (M.shape[1], M.shape[1])) if gram else M.T @ M
    left, right = figure.subplots(1, 2)
    plane(left, M.T, "columns of A")
    for j, column in enumerate(M.T):
        arrow(left, column, f"$a_{j}$", j)
    heat_map(right, G, "Gram matrix")
    lengths = listed([f"{short(math.sqrt(max(G[j, j], 0)))} for a_{j}" for j in range(len(G))])
    meets = [_meeting(G, i, j) for j in range(len(G)) for i in range(j)]
    return f"The diagonal holds squared lengths, so the lengths are {lengths}. " + " ".join(meets)


def _meeting(G, i, j):
    if abs(G[i, j]) <= 1e-5 * math.sqrt(abs(G[i, i] * G[j, j])):
        return f"a_{i} and a_{j} are at right angles: their entry is 0."
    how = "acute" if G[i, j] > 0 else "obtuse"
    return f"a_{i} and a_{j} meet at an {how} angle: their entry is {short(G[i, j])}."


@picture(height=3.2)
def memory(figure, x, views):
    """The memory of a contiguous tensor, and how x and `views`, {name: function}, walk it."""
    tape, found = x.array.ravel(), {"x": x} | {name: view() for name, view in views.items()}
    rows = [["memory"] * len(found), list(found)]
    axes = figure.subplot_mosaic(rows, height_ratios=[1, 2.6])
    heat_map(axes["memory"], tape[None], "memory, and the address of each number")
    axes["memory"].set_yticks([])
    return " ".join(_walk(axes[name], name, view.array, tape) for name, view in found.items())


def _walk(axes, name, array, tape):
    """Draw where each element of a matrix lies on the tape; say its strides."""
    step = array.itemsize
    strides = tuple(s // step for s in array.strides)
    start = (array.__array_interface__["data"][0] - tape.__array_interface__["data"][0]) // step
    for i, j in np.ndindex(array.shape):
        at = start + i * strides[0] + j * strides[1]
        where = f"@{at}" if 0 <= at < tape.size else "other"
        axes.text(j, i - 0.12, short(array[i, j]), color=INK, **CENTRED)
        axes.text(j, i + 0.28, where, color=BLUE, fontsize=8, **CENTRED)
    axes.set(xlim=(-0.5, array.shape[1] - 0.5), ylim=(array.shape[0] - 0.5, -0.5), aspect="equal")
    axes.set_xticks(np.arange(array.shape[1] + 1) - 0.5, [])
    axes.set_yticks(np.arange(array.shape[0] + 1) - 0.5, [])
    axes.grid(color=GREY, lw=0.6)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)
    axes.set_title(f"{name}\nstrides {strides}")
    if not np.shares_memory(array, tape):
        return f"{name} has memory of its own: it is a copy."
    return f"{name} goes {strides[0]} on for the next row, {strides[1]} for the next column."


@picture()
def layers(figure, a, b, product):
    """Column k of a times row k of b, for each k, and product(a, b)."""
    A, B, P = numbers(a), numbers(b), numbers(product(a, b))
    outer = [np.outer(A[:, k], B[k]) for k in range(A.shape[1])]
    panels = figure.subplots(1, len(outer) + 1)
    for k, (axes, layer) in enumerate(zip(panels, outer, strict=False)):
        heat_map(axes, layer, f"{'+' if k else ''}  column {k} × row {k}")
    right = P.shape == outer[0].shape and np.allclose(sum(outer), P, rtol=1e-4, atol=1e-6)
    heat_map(panels[-1], P, f"{'=' if right else '≠'}  your product")
    if not right:
        return "The layers do not add up to your product."
    terms = " + ".join(short(layer[0, 0]) for layer in outer)
    return f"The layers add up to the product. Its entry (0, 0): {terms} = {short(P[0, 0])}."


@picture()
def stretched_circle(figure, A, gram):
    """The unit circle under A (2, 2), and x^T gram(A) x for x around it."""
    M, G = numbers(A), numbers(gram(A), (2, 2))
    turn = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    image, form = M @ circle, np.einsum("in,ij,jn->n", circle, G, circle)
    left, right = figure.subplots(1, 2)
    plane(left, image.T, "x on the circle, Ax on the ellipse")
    left.plot(*circle, color=GREY, ls="--", label="x")
    left.plot(*image, color=BLUE, label="Ax")
    right.plot(np.degrees(turn), form, color=BLUE, lw=3, label="$x^T G x$")
    right.plot(np.degrees(turn), (image**2).sum(0), color=ORANGE, ls="--", label=r"$\|Ax\|^2$")
    right.axhline(0, color=GREY, lw=0.6)
    right.set(xlabel="direction of x, degrees", xticks=range(0, 361, 90))
    right.legend(frameon=False)
    low, *_, high = np.linalg.eigvalsh((G + G.T).astype(float) / 2)  # between what is drawn, too
    return (
        f"As x goes round, x^T G x runs from {short(low)} to {short(high)}"
        f"{', never below 0' if low > -1e-6 else ''}."
    )


@picture(width=5)
def angles_between(figure, A, angles):
    """The columns of A (2, n), with the angle between neighbours that angles(A) gives."""
    M = numbers(A)
    found = np.degrees(numbers(angles(A), (M.shape[1], M.shape[1])))
    axes = figure.subplots()
    plane(axes, M.T)
    for j, column in enumerate(M.T):
        arrow(axes, column, f"$a_{j}$", j)
    pairs = [(j, j + 1) for j in range(M.shape[1] - 1)]
    for i, j in pairs:
        start, turn = math.atan2(*M[::-1, i]), _turn(M[:, i], M[:, j])
        radius = 0.45 * np.linalg.norm(M[:, [i, j]], axis=0).min()
        arc = start + turn * np.linspace(0, 1, 40)
        axes.plot(radius * np.cos(arc), radius * np.sin(arc), color=INK, lw=1)
        at = 1.25 * radius * np.array([math.cos(start + turn / 2), math.sin(start + turn / 2)])
        axes.text(*at, f"{found[i, j]:.0f}°", color=INK, **CENTRED)
    said = [f"{found[i, j]:.0f}° between a_{i} and a_{j}" for i, j in pairs]
    return f"Your angles: {listed(said)}."


def _turn(u, v):
    return math.atan2(u[0] * v[1] - u[1] * v[0], u @ v)


@picture()
def line_fit(figure, A, b, solve):
    """The line x0 + x1 t near the points (t, b); the columns of A are 1 and t."""
    M, B, x = numbers(A), numbers(b), numbers(solve(A, b), (2,))
    fit, t = M @ x, M[:, 1]
    residual = B - fit
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    left.vlines(t, fit, B, color=ORANGE, ls="--", label="residual")
    left.plot(t, fit, color=BLUE, label=f"{short(x[0])} + {short(x[1])} t")
    left.plot(t, B, "o", color=INK, label="b")
    left.set(xlabel="t")
    left.legend(frameon=False)
    products = M.T @ residual
    right.bar(["1", "t"], M.T @ B, color="white", edgecolor=GREY, hatch="//", label="b")
    if np.allclose(products, 0, atol=1e-4 * abs(M.T @ B).max()):
        products = np.zeros(2)
    shown = [short(product) for product in products]
    bars = right.bar(["1", "t"], products, color=BLUE, label="residual", width=0.5)
    box = {"facecolor": "white", "pad": 1, "lw": 0}
    right.bar_label(bars, shown, color=BLUE, padding=3, bbox=box)
    right.axhline(0, color=GREY, lw=0.6)
    right.set(title="inner products with\nthe columns of A")
    right.legend(frameon=False)
    return (
        f"The line is {short(x[0])} + {short(x[1])} t. The residual's inner products with "
        f"the columns are {listed(shown)}."
    )


@picture(width=5)
def principal_axes(figure, X, pca):
    """The samples X (m, 2), and the directions that pca(X, 2) finds, as long as two deviations."""
    samples = numbers(X)
    directions, variances = pca(X, 2)
    directions, variances = numbers(directions, (2, 2)), numbers(variances, (2,))
    axes, middle = figure.subplots(), samples.mean(0)
    axes.plot(*samples.T, "o", color=GREY, ms=4)
    plane(axes, samples)
    arms = 2 * np.sqrt(variances)[:, None] * directions
    turn = np.linspace(0, 2 * np.pi, 100)
    ellipse = middle[:, None] + arms.T @ np.stack([np.cos(turn), np.sin(turn)])
    axes.plot(*ellipse, color=INK, lw=1, ls=":")
    for i, arm in enumerate(arms):
        arrow(axes, middle + arm, f"{i}", i, middle)
    share = variances[0] / variances.sum()
    return (
        f"Direction 0 has variance {short(variances[0])}, direction 1 {short(variances[1])}: "
        f"the first alone keeps {share:.0%} of the spread."
    )
