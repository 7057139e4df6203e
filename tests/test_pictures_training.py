"""Lesson 7's pictures: what the student's loaders, optimizers and networks do, in a sentence."""

import math

import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import nn, optim, training
from tinygrad_lessons.lab.pictures import training as pictures
from tinygrad_lessons.utils.data import DataLoader, TensorDataset

TEN = TensorDataset(torch.arange(10))
IMAGES = torch.zeros(4, 5, 5)
IMAGES[0, 0, 0] = IMAGES[1, 0, 1] = IMAGES[2, 0, 2] = IMAGES[3, 0, 2] = 1.0
DATA = TensorDataset(IMAGES, torch.tensor([0, 1, 2, 8]))


def reader(sure=9.0):
    """A network that reads the place of the 1 in the first line."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(25, 10))
    with torch.no_grad():
        for p in net.parameters():
            p.zero_()
        for i in range(10):
            net[1].weight[i, i] = sure
    return net


def sgd(parameters):
    return optim.SGD(parameters, lr=0.1)


def half(parameters):
    return optim.SGD(parameters, lr=0.05)


DRAWN = {
    "samples": ((IMAGES, DATA.tensors[1]), "Handwritten digits: 0, 1, 2 and 8."),
    "batches": (
        (DataLoader(TEN, 4),),
        "Epoch 0: batches of 4, 4 and 2 samples, each sample once. "
        "Epoch 1: batches of 4, 4 and 2 samples, each sample once. The orders are the same.",
    ),
    "descent": (
        ({"half": half}, 1, 10.0, (-4.0, 1.0)),
        "After 1 steps from (-4, 1), half is 3.83 away from the lowest point.",
    ),
    "first_steps": (
        ({"SGD": sgd, "half": half},),
        "At gradients of 0.01, 1 and 100, SGD goes 0.001, 0.1 and 10; "
        "half goes 0.0005, 0.05 and 5.",
    ),
    "traffic": (
        ({"train_epoch": training.train_epoch}, "sim", 3),
        "For 3 batches, train_epoch makes 6 copies up and 1 down.",
    ),
    "curves": (
        ({"cpu": lambda: [(2.0, 0.5), (1.0, 0.75)]},),
        "cpu: loss from 2 to 1, accuracy 75.0%.",
    ),
    "confusion": (
        (reader, DATA, lambda: 0.75),
        "3 of 4 are right; your accuracy says 75.0%. "
        "The most frequent mistake: 1 times an 8 is read as a 2.",
    ),
    "worst": (
        (reader, DATA, 1),
        f"The largest losses: an 8 as a 2. Of the first the network was "
        f"{1 / (1 + 9 * math.exp(-9)):.0%} sure.",
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_what_it_shows(name, recwarn):
    arguments, sentence = DRAWN[name]
    drawn = getattr(pictures, name)(*arguments)
    assert drawn.sentence == sentence
    assert drawn.png.startswith(b"\x89PNG")
    assert not recwarn.list


class Loader(list):
    dataset = TEN


@pytest.mark.parametrize(
    "found, said",
    [
        ([[0, 1, 2, 3], [4, 5, 6, 7]], "without 8 and 9"),
        ([[*range(9)], [9, 9]], "some of them twice"),
    ],
)
def test_samples_that_are_missing_or_doubled_are_said(found, said):
    loader = Loader((torch.tensor(batch),) for batch in found)
    assert said in pictures.batches(loader, epochs=1).sentence


def test_a_network_that_makes_no_mistake_has_none_to_show():
    right = TensorDataset(IMAGES[:3], DATA.tensors[1][:3])
    assert pictures.confusion(reader, right).sentence == "3 of 3 are right."


@pytest.mark.parametrize("draw", [pictures.confusion, pictures.worst])
def test_a_network_that_is_not_trained_yet_is_no_error(draw):
    said = "No picture yet: first train the network in a cell above."
    assert draw(lambda: None, DATA).sentence == said


def test_progress_hands_on_each_batch_and_draws_twenty_marks_an_epoch(capsys):
    loader = pictures.progress(DataLoader(TEN, 3), "cpu, epoch")
    assert [len(x) for _ in range(2) for (x,) in loader] == [3, 3, 3, 1] * 2
    assert len(loader) == 4
    marks = "#" * 20
    assert capsys.readouterr().out == "".join(f"cpu, epoch {n} {marks} 4 batches\n" for n in (1, 2))


def test_progress_of_a_long_epoch_is_written_on_the_way(capsys, monkeypatch):
    seconds = iter(range(0, 100, 2))
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    for _ in pictures.progress(DataLoader(TEN, 5)):
        before = capsys.readouterr().out
    assert before == "epoch 1 ##########"
