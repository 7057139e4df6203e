"""Pictures of the words that lesson 3 needs: inner product, variance along a line, eigenvector."""

import numpy as np

from .frame import BLUE, GREY, INK, ORANGE, arrow, listed, numbers, picture, plane, short


@picture(width=5, height=2.8)
def inner_product(figure, a, b):
    """Two vectors of the plane; b's shadow on a, whose length times that of a is a · b."""
    a, b = numbers(a), numbers(b)
    product, length = float(a @ b), float(np.linalg.norm(a))
    shadow = product / length**2 * a
    axes = figure.subplots()
    plane(axes, [a, b, shadow])
    axes.plot(*zip(b, shadow, strict=True), color=GREY, ls=":", lw=1.5)
    axes.plot(*zip((0, 0), shadow, strict=True), color=ORANGE, lw=5, alpha=0.5)
    arrow(axes, a, "a", 0)
    arrow(axes, b, "b", 1)
    terms = " + ".join(f"{short(x)} × {short(y)}" for x, y in zip(a, b, strict=True))
    long = product / length
    side = "falls on a" if product > 0 else "points away from a" if product < 0 else "is a point"
    return (
        f"a · b = {terms} = {short(product)}. The shadow of b (thick) {side}: {short(long)} long, "
        f"times the length {short(length)} of a."
    )


@picture(height=3.0)
def variance_along(figure, X, directions):
    """The samples X (m, 2), and their shadows on a line through the middle, for each direction."""
    samples, said = numbers(X), []
    middle = samples.mean(0)
    for axes, v in zip(figure.subplots(1, len(directions)), directions, strict=True):
        v = np.asarray(v, float) / np.linalg.norm(v)
        along = (samples - middle) @ v
        shadows = middle + along[:, None] * v
        variance = (along**2).sum() / (len(samples) - 1)
        for sample, shadow in zip(samples, shadows, strict=True):
            axes.plot(*zip(sample, shadow, strict=True), color=GREY, lw=0.5)
        axes.plot(*samples.T, "o", color=GREY, ms=3)
        axes.plot(*shadows.T, "o", color=BLUE, ms=4)
        plane(axes, samples, f"variance {short(variance)}")
        said.append(f"along ({short(v[0])}, {short(v[1])}) it is {short(variance)}")
    return f"The variance of the shadows (blue): {listed(said)}."


@picture(width=5, height=3.2)
def eigenvectors(figure, M):
    """What a symmetric matrix (2, 2) makes of unit vectors; two of them keep their line."""
    M = numbers(M)
    values, vectors = np.linalg.eigh(M)
    axes = figure.subplots()
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    image = M @ circle
    plane(axes, [*image.T, *circle.T])
    for x, y in zip(circle.T, image.T, strict=True):
        axes.plot(*zip(x, y, strict=True), color=GREY, lw=0.8)
    axes.plot(*circle, "o", color=INK, ms=3)
    for i, (value, v) in enumerate(zip(values[::-1], vectors.T[::-1], strict=True)):
        arrow(axes, value * v, f"{short(value)} times", i)
    return (
        "Dots: vectors x of length 1; each grey line leads from x to Mx, mostly aside. Two lines "
        f"go straight out: along them M multiplies by {listed([short(v) for v in values[::-1]])}."
    )
