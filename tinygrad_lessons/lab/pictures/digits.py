"""Pictures of digits as they are read: by a network that is given (lesson 1), by a learner that
finds its weights in one step (lesson 3)."""

import numpy as np

import tinygrad_lessons as torch

from .frame import BLUE, GREY, ORANGE, listed, numbers, picture, short


@picture(height=1.6)
def network(figure, first=0, count=8):
    """Digits that a small network has never seen, what it reads, and how sure it is.

    The network is given here, in plain NumPy: 64 pixels, 32 numbers between, 10 scores.
    """
    train, test = torch.datasets.Digits(size=8), torch.datasets.Digits(train=False, size=8)
    weights = _trained(_rows(train), numbers(train.labels))
    sure = _chances(_rows(test), weights)
    right = (sure.argmax(1) == numbers(test.labels)).mean()
    shown = slice(first, first + count)
    images, labels = numbers(test.images)[shown], numbers(test.labels)[shown]
    for axes, image, chances, label in zip(
        figure.subplots(1, len(images)), images, sure[shown], labels, strict=True
    ):
        _guess(axes, image, int(chances.argmax()), label)
        axes.set_xlabel(f"{chances.max():.0%} sure", fontsize=9)
    guesses = [str(guess) for guess in sure[shown].argmax(1)]
    return (
        f"The network reads {listed(guesses)}. Of {len(sure)} digits that it has never seen, it "
        f"reads {right:.0%} right."
    )


def _rows(digits):
    """One image in a row, as plain numbers of the host."""
    images = numbers(digits.images)
    return images.reshape(len(images), -1)


def _chances(x, weights):
    """What the network gives each class: two products, relu between, softmax at the end."""
    inner, outer = weights
    scores = np.maximum(x @ inner, 0) @ outer
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _trained(x, labels, epochs=25, batch=50, rate=0.2):
    """The two matrices of the network, by steps down the gradient of the cross entropy."""
    rng, wanted = np.random.default_rng(0), np.eye(10)[labels]
    inner, outer = 0.2 * rng.standard_normal((64, 32)), 0.2 * rng.standard_normal((32, 10))
    for i in np.tile(np.arange(0, len(x), batch), epochs):
        some = slice(i, i + batch)
        off = (_chances(x[some], (inner, outer)) - wanted[some]) / batch
        hidden = np.maximum(x[some] @ inner, 0)
        back = (off @ outer.T) * (hidden > 0)
        inner, outer = inner - rate * x[some].T @ back, outer - rate * hidden.T @ off
    return inner, outer


def _guess(axes, image, guess, label):
    """A digit under the guess; where it is wrong the truth stands beside it."""
    right = guess == label
    axes.imshow(image, cmap="Greys")
    title = f"{guess}" if right else f"{guess} ✗ ({label})"
    axes.set_title(title, fontsize=11, color=BLUE if right else ORANGE)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=GREY)


@picture(height=2.9)
def learned(figure, learn, size=7):
    """The weights that learn(images, labels) finds, one picture a class, and what they read.

    `learn` gives a matrix (pixels, 10). A weight counts by how much its pixel varies.
    """
    train, test = (torch.datasets.Digits(train=part, size=size) for part in (True, False))
    pixels = size * size
    W = numbers(learn(train.images, train.labels), (pixels, 10))
    guesses, labels = (_rows(test) @ W).argmax(1), numbers(test.labels)
    above, below = figure.subfigures(2, 1)
    speaks = W * _rows(train).std(0)[:, None]
    top = abs(speaks).max() or 1
    for digit, axes in enumerate(above.subplots(1, 10)):
        axes.imshow(speaks[:, digit].reshape(size, size), cmap="PuOr", vmin=-top, vmax=top)
        axes.set_title(f"for {digit}", fontsize=9)
        axes.set(xticks=[], yticks=[])
    above.suptitle("your weights: purple pixels speak for the digit, orange ones against it")
    wrong = np.flatnonzero(guesses != labels)
    for i, axes in zip([*range(7), *wrong[:3]], below.subplots(1, 10), strict=False):
        _guess(axes, numbers(test.images)[i], int(guesses[i]), labels[i])
    below.suptitle("digits that it has never seen, and its guesses; at the right some that fail")
    right = (guesses == labels).mean()
    return (
        f"Your {pixels * 10} weights read {short(100 * right)}% of {len(labels)} digits that they "
        f"have never seen; whoever guesses gets 10%."
    )
