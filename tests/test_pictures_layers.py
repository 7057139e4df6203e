"""Lesson 5's pictures say what they show, of right functions and of wrong ones."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import nn
from tinygrad_lessons.lab.pictures import layers as pictures

X = torch.arange(12).reshape(2, 2, 3)


class Small(nn.Module):
    """A network whose weights are given."""

    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 10, bias=False))
        for p in self.parameters():
            nn.init.zeros_(p)

    def forward(self, x):
        return self.stack(self.flatten(x))


DRAWN = {
    "shapes": (
        ({"x": X, "rows": lambda: X.reshape(2, 6)},),
        "x is 2 by 2 by 3 and rows is 2 by 6.",
    ),
    "bends": (
        (torch.relu,),
        "Without an activation the line is straight; with yours it bends at x = -1, 0.5 and 2.",
    ),
    "rows": ((X, nn.Flatten()), "Row i is image i, read line by line: 6 numbers each."),
    "tree": (
        (Small,),
        "Small learns 45 numbers in 3 parameters; most of them, 30, are in stack.2.weight.",
    ),
    "weights": (
        (lambda weight: nn.init.constant_(weight, 0),),
        "For inputs of spread 1, the outputs of layers with 4, 64 and 1024 inputs have spreads "
        "of 0, 0 and 0.",
    ),
    "temperatures": (
        (torch.log(torch.tensor([1.0, 3.0])), torch.softmax, (1, 1000)),
        "Class 1 has the largest logit. Its probability is 0.75 at temperature 1 and 0.50 at "
        "temperature 1000.",
    ),
    "guesses": (
        (Small, torch.ones(2, 2, 2), torch.tensor([0, 7])),
        "1 of 2 guesses is right. The probabilities lie between 0.10 and 0.10: near one tenth "
        "for each class is no opinion.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


WRONG = {
    "bends": (
        (lambda x: 2 * x,),
        "With your activation, too, the line is straight: two layers do no more than one.",
    ),
    "rows": (
        (X, lambda x: x.transpose(1, 2).reshape(2, 6)),
        "Your rows are not the images, read line by line.",
    ),
    "tree": ((nn.ReLU,), "ReLU has no parameters that your function finds."),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_picture_of_something_else_says_so(name):
    arguments, sentence = WRONG[name]
    assert getattr(pictures, name)(*arguments).sentence == sentence


def test_smooth_activations_bend_everywhere():
    assert pictures.bends(torch.tanh).sentence == "With your activation the line bends everywhere."


def test_initial_weights_keep_the_spread():
    torch.manual_seed(0)
    spreads = pictures.weights(nn.init.uniform_fan_in_).sentence.split("spreads of ")[1]
    numbers = [float(word) for word in spreads.rstrip(".").replace(" and", ",").split(", ")]
    assert np.allclose(numbers, 3**-0.5, rtol=0.05)


def test_an_image_is_drawn_as_a_square_and_a_row_lies():
    high, wide = pictures._extent((3, 28, 28), 1.0)
    assert high == wide
    high, wide = pictures._extent((3, 784), 1.0)
    assert high < wide


def test_a_network_that_has_learned_is_not_said_to_have_no_opinion():
    images, labels = 20 * torch.eye(10)[:3].reshape(3, 2, 5), torch.tensor([0, 1, 7])
    said = pictures.guesses(lambda: nn.Flatten(), images, labels).sentence
    assert said == "2 of 3 guesses are right. What it guessed has a probability of 1.00 to 1.00."


def unwritten(*args):
    raise NotImplementedError("relu is yours to write: lesson 05_mlp, exercise 1")


@pytest.mark.parametrize(
    "draw", [lambda: pictures.bends(unwritten), lambda: pictures.tree(unwritten)]
)
def test_what_is_unwritten_is_said(draw):
    sentence = "No picture yet: relu is yours to write: lesson 05_mlp, exercise 1."
    assert draw().sentence == sentence
