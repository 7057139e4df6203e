"""The digits that lesson 1 opens with, and those that a student's least squares reads."""

import re

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.pictures import digits


def percent(sentence):
    return float(re.search(r"([\d.]+)%", sentence)[1])


@pytest.mark.parametrize("first", [0, 100])
def test_the_given_network_reads_digits_and_shows_what_it_reads(first):
    picture = digits.network(first)
    labels = torch.datasets.Digits(train=False).labels.tolist()[first : first + 8]
    guesses = [int(n) for n in re.findall(r"\d", picture.sentence.split(".")[0])]
    assert picture.png and len(guesses) == 8
    assert sum(guess == label for guess, label in zip(guesses, labels, strict=True)) >= 6
    assert percent(picture.sentence) >= 88


def learn(images, labels):
    A, B = images.numpy().reshape(len(images), -1), np.eye(10)[labels.numpy()]
    return np.linalg.lstsq(A.astype(float), B, rcond=None)[0]


def test_a_layer_that_learned_by_least_squares_reads_most():
    picture = digits.learned(learn)
    assert picture.png.startswith(b"\x89PNG")
    assert 85 <= percent(picture.sentence) <= 90


def test_one_that_learned_nothing_reads_a_tenth():
    nothing = digits.learned(lambda images, labels: np.zeros((49, 10)))
    assert percent(nothing.sentence) < 15


def test_what_is_unwritten_or_of_another_shape_is_said():
    def unwritten(images, labels):
        raise NotImplementedError("least-squares is yours to write")

    assert "least-squares is yours to write" in digits.learned(unwritten).sentence
    wrong = digits.learned(lambda images, labels: np.zeros((10, 49)))
    assert "(10, 49) instead of (49, 10)" in wrong.sentence


def test_with_blank_pixels_the_normal_equations_say_so():
    def least_squares(images, labels):
        A = images.reshape(len(images), -1).to(torch.float64)
        return torch.least_squares(A, torch.nn.functional.one_hot(labels, 10).to(torch.float64))

    assert "Singular" in digits.learned(least_squares, size=8).sentence
