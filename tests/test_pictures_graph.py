"""Lesson 6's pictures say what they show, of right functions and of wrong ones."""

import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.pictures import graph as pictures

G = torch.tensor([[1.0, 2.0], [10.0, 20.0]])


def network():
    x, w = torch.tensor([1.0, 2.0]), torch.tensor([[3.0], [4.0]], requires_grad=True)
    b = torch.tensor([-1.0], requires_grad=True)
    z = x @ w + b
    return {"x": x, "w": w, "b": b, "z": z}


def diamond():
    a = torch.tensor(2.0, requires_grad=True)
    b = a**2
    c = b * 3
    return {"a": a, "b": b, "c": c, "d": c + b}


def backwards(root):
    return torch.autograd.topological_order(root)[::-1]


DRAWN = {
    "a graph": (
        lambda: pictures.graph(**network()),
        "From w and b the graph leads through MatMul and Add to z.",
    ),
    "a graph that was walked": (
        lambda: pictures.graph(**network(), backward=torch.autograd.backward),
        "After the walk, w has the gradient [1], [2] and b has the gradient [1].",
    ),
    "a sum of what arrives": (
        lambda: pictures.stretched([5.0, 6.0], G, torch.shapes.unbroadcast),
        "Used in 2 rows, the bias gets the sum of what arrives at them: 11 and 22.",
    ),
    "a mean of what arrives": (
        lambda: pictures.stretched([5.0, 6.0], G, lambda g, shape: g.mean(axis=0)),
        "Your gradient, 5.5 and 11, is not the sum of what arrives.",
    ),
    "tangents": (
        lambda: pictures.tangents({"x ** 2": lambda x: x**2, "relu(x)": torch.relu}),
        "Slopes at -1, 0.5 and 2: x ** 2 has -2, 1 and 4; relu(x) has 0, 1 and 1.",
    ),
    "tangents of several operations": (
        lambda: pictures.tangents({"f": lambda x: 0.5 * x**2 + x}, at=(0.0, 1.0)),
        "Slopes at 0 and 1: f has 1 and 2.",
    ),
    "an order": (
        lambda: pictures.order(torch.autograd.topological_order, **diamond()),
        "Your order: Add, Mul, Pow. Each comes after all that use it.",
    ),
    "a wrong order": (
        lambda: pictures.order(backwards, **diamond()),
        "Your order: Pow, Mul, Add. Pow comes before Mul, which uses it.",
    ),
    "gradients that add up": (
        lambda: pictures.accumulated(torch.autograd.backward),
        "Never reset, w.grad is 4, 8 and 12; reset before each walk, 4, 4 and 4.",
    ),
    "a way down": (
        lambda: pictures.descent(lambda w: w[0] ** 2 + w[1] ** 2, (2.0, 1.0), 0.25, steps=2),
        "2 steps lead from (2, 1) to (0.5, 0.25); the loss goes from 5 to 0.312.",
    ),
    "losses": (
        lambda: pictures.losses(torch.nn.functional.binary_cross_entropy_with_logits),
        "At the logit -150 with target 1 your loss is 150; -log(sigmoid(z)) says inf. "
        "At 0, both targets cost 0.693.",
    ),
}


@pytest.mark.parametrize("what", DRAWN)
def test_a_picture_says_what_it_shows(what, recwarn):
    draw, sentence = DRAWN[what]
    drawn = draw()
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


def test_the_error_of_a_measured_slope_is_told():
    good = pictures.step_sizes(torch.autograd.numerical_gradient).sentence
    assert float(good.split()[-1].rstrip(".")) < 1e-8
    bad = pictures.step_sizes(lambda f, x: (f(x + 0.1) - f(x)).reshape(1) / 0.1).sentence
    assert float(bad.split()[-1].rstrip(".")) == 0.1


def test_what_is_unwritten_is_said():
    def unwritten(*args):
        raise NotImplementedError("backward is yours to write: lesson 06_autograd, exercise 10")

    sentence = "No picture yet: backward is yours to write: lesson 06_autograd, exercise 10."
    assert pictures.graph(**network(), backward=unwritten).sentence == sentence
    assert pictures.accumulated(unwritten).sentence == sentence
