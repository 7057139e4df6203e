"""Lesson 2's pictures: what crosses is counted, and said."""

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.lab.pictures import devices as pictures

X = torch.ones(3, 4, device="sim")


def impatient(model, batches, device):
    for x, y in batches:
        float((model(x.to(device)) - y.to(device)).sum())


def each_alone(parameters, limit):
    for p in parameters:
        p.grad = p.grad.clamp(-limit, limit)


DRAWN = {
    "crossings": (
        (
            {
                "up": lambda: torch.ones(3, 4).to("sim"),
                "twice": lambda: [torch.ones(1).to("sim") for _ in range(2)],
                "x + 1": lambda: X + 1,
                "x.shape": lambda: X.shape,
                "float": lambda: float(X.sum()),
                "down": lambda: (X > 0)[0, 0].to("cpu"),
            },
        ),
        "up sends 48 bytes. twice sends 8 bytes in 2 copies. x + 1 runs 1 kernel. "
        "x.shape moves nothing. float runs 1 kernel and fetches 4 bytes, unasked. "
        "down runs 1 kernel and fetches 1 byte.",
    ),
    "copying": (
        (64e6, [1, 100_000]),
        "64 MB take in 1 copy 3.21 ms and in 100,000 copies 1 s, at 10 µs a copy.",
    ),
    "one_hot_rows": (
        (torch.tensor([2, 0, 1], device="sim"), 3, torch.nn.functional.one_hot),
        "Each row holds a single 1, at its label: 2, 0 and 1.",
    ),
    "clipped": (
        ([(3, 4), (0.3, 0.4)], 1.0, torch.nn.utils.clip_grad_norm_),
        "The limit is 1. Of the lengths, 5 becomes 1 and 0.5 stays.",
    ),
    "epochs": (
        ({"mean_loss": torch.training.mean_loss, "impatient": impatient},),
        "mean_loss: 8 copies up, 1 down, 19 ms, of which the sim works 12. "
        "impatient: 8 copies up, 4 down, 28 ms, of which the sim works 12.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


def test_clipping_each_number_shows_in_the_lengths():
    drawn = pictures.clipped([(3, 4)], 1.0, each_alone)
    assert drawn.sentence == "The limit is 1. Of the lengths, 5 becomes 1.41."


def test_ones_in_the_wrong_place_are_seen():
    drawn = pictures.one_hot_rows(np.array([1, 0]), 2, lambda labels, n: np.eye(n))
    assert drawn.sentence == "The ones are not where the labels say: 0 and 1."


def test_what_is_unwritten_is_said():
    def unwritten(*arguments):
        raise NotImplementedError("to is yours to write: lesson 02_devices, exercise 3")

    for drawn in (
        pictures.crossings({"x.to": unwritten}),
        pictures.epochs({"mean_loss": unwritten}),
        pictures.clipped([(1, 1)], 1.0, unwritten),
    ):
        assert drawn.sentence.startswith("No picture yet: to is yours to write")


@pytest.mark.parametrize("count, text", [(1, "1 byte"), (999, "999 bytes"), (1e6, "1 MB")])
def test_sizes_in_words(count, text):
    assert pictures.size(count) == text
