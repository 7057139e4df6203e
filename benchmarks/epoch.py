"""An epoch over 8,000 images in batches of 64, loading included, side by side with PyTorch.

The images are MNIST's where the environment variable TINYGRAD_LESSONS_MNIST names a folder that
holds its test set, else the package's own digits, repeated.
"""

import json
import os

import numpy as np
from side_by_side import alternate, fresh, heading, options, row, torch_or_none

import tinygrad_lessons

IMAGES = 8_000
GOAL = 0.95


def images():
    """(8000, 28, 28) float32 and (8000,) int64 arrays."""
    folder = os.environ.get("TINYGRAD_LESSONS_MNIST")
    datasets = tinygrad_lessons.datasets
    data = datasets.MNIST(folder, train=False) if folder else datasets.Digits(train=None)
    some = np.arange(IMAGES) % len(data)
    return data.images.numpy()[some], data.labels.numpy()[some]


def epoch(torch, x, y):
    """A function that trains for one epoch, shuffled."""
    nn, data = torch.nn, torch.utils.data
    hidden = nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU()
    model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(512, 10))
    loss_fn, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1)
    dataset = data.TensorDataset(torch.tensor(x), torch.tensor(y))
    loader = data.DataLoader(dataset, batch_size=64, shuffle=True)

    def work():
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total = total + loss.detach()
        return (total / len(loader)).item()

    return work


def measure(turns, repeats):
    torch, (x, y) = torch_or_none(), images()
    if torch:
        import torch.utils.data  # noqa: F401
    theirs = epoch(torch, x, y) if torch else None
    return alternate(epoch(tinygrad_lessons, x, y), theirs, turns, repeats, warm_up=1)


def main():
    given = options(__doc__)
    if given.case:
        return print(json.dumps(measure(**json.loads(given.case))))
    starts, turns, repeats = (1, 2, 2) if given.short else (3, 4, 3)
    print(heading(__doc__))
    case = {"turns": turns, "repeats": repeats}
    print(row("an epoch", sum(fresh(__file__, case, starts), []), GOAL))


if __name__ == "__main__":
    main()
