"""One training step of the 784-512-512-10 network, side by side with PyTorch."""

import json

import numpy as np
from side_by_side import alternate, fresh, heading, options, row, torch_or_none

GOALS = {  # (batch, optimizer): time over PyTorch's, with NumPy's own OpenBLAS
    (1, "SGD"): 1.6,
    (16, "SGD"): 1.5,
    (64, "SGD"): 1.15,
    (256, "SGD"): 1.2,
    (1024, "SGD"): 1.2,
    (64, "Adam"): 1.05,
}


def step(torch, batch, optimizer):
    """A function that does one step: forward, cross entropy, backward, update."""
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.random((batch, 784), np.float32))
    y = torch.tensor(rng.integers(0, 10, batch))
    nn = torch.nn
    hidden = nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU()
    model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(512, 10))
    loss_fn = nn.CrossEntropyLoss()
    optimizer = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3)

    def work():
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()

    return work


def measure(batch, optimizer, turns, repeats):
    import tinygrad_lessons

    torch = torch_or_none()
    theirs = step(torch, batch, optimizer) if torch else None
    return alternate(step(tinygrad_lessons, batch, optimizer), theirs, turns, repeats)


def main():
    given = options(__doc__)
    if given.case:
        return print(json.dumps(measure(**json.loads(given.case))))
    starts, turns, repeats = (1, 2, 20) if given.short else (3, 6, 40)
    print(heading(__doc__))
    for (batch, optimizer), goal in GOALS.items():
        case = {"batch": batch, "optimizer": optimizer, "turns": turns, "repeats": repeats}
        pairs = sum(fresh(__file__, case, starts), [])
        print(row(f"batch {batch}, {optimizer}", pairs, goal), flush=True)


if __name__ == "__main__":
    main()
