"""One training step of the 784-512-512-10 network, side by side with PyTorch.

"apart": each library in a process of its own. What one does to the heap helps the other, too.
Where PyTorch is not installed, beside the same step of SGD written out in NumPy.
--device cuda: each step to its end on the GPU, which is waited for.
"""

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


def step(torch, batch, optimizer, device="cpu"):
    """A function that does one step: forward, cross entropy, backward, update."""
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.random((batch, 784), np.float32), device=device)
    y = torch.tensor(rng.integers(0, 10, batch), device=device)
    nn = torch.nn
    hidden = nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU()
    model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(512, 10)).to(device)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3)

    def work():
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return work


def step_in_numpy(batch, optimizer, device):
    """The same by hand, for SGD on the CPU, else None."""
    if optimizer != "SGD" or device != "cpu":
        return None
    rng = np.random.default_rng(0)
    x, y, rows = rng.random((batch, 784), np.float32), rng.integers(0, 10, batch), np.arange(batch)
    sizes = [(512, 784), (512, 512), (10, 512)]
    weights = [rng.uniform(-0.04, 0.04, size).astype(np.float32) for size in sizes]
    biases = [np.zeros(len(w), np.float32) for w in weights]

    def work():
        inputs = [x]
        for w, b in zip(weights, biases, strict=True):
            out = inputs[-1] @ w.T + b
            inputs.append(np.maximum(out, 0))
        p = np.exp(out - out.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        g = p / np.float32(batch)
        for i in (2, 1, 0):
            for_weight, for_bias = g.T @ inputs[i], g.sum(0)
            if i:
                g = (g @ weights[i]) * (inputs[i] > 0)
            weights[i] -= np.float32(1e-3) * for_weight
            biases[i] -= np.float32(1e-3) * for_bias

    return work


def ours(*case):
    import tinygrad_lessons

    return step(tinygrad_lessons, *case)


def theirs(*case):
    torch = torch_or_none()
    return step(torch, *case) if torch else step_in_numpy(*case)


def measure(batch, optimizer, device, turns, repeats, alone=None):
    """Pairs of seconds, by turns; `alone` 0 or 1: only ours or theirs, the other isn't imported."""
    works = [
        make(batch, optimizer, device) if alone in (None, place) else None
        for place, make in enumerate((ours, theirs))
    ]
    return alternate(*works, turns, repeats)


def apart(case):
    """The same from two processes, each of which has one library only."""
    (one,), (other,) = (fresh(__file__, {**case, "alone": place}, 1) for place in (0, 1))
    return [[a, b] for (a, _), (_, b) in zip(one, other, strict=True)]


def main():
    given = options(__doc__, ("cpu", "cuda"))
    if given.case:
        return print(json.dumps(measure(**json.loads(given.case))))
    starts, turns, repeats = (1, 2, 20) if given.short else (3, 6, 40)
    print(heading(__doc__, "NumPy", given.device))
    common = {"device": given.device, "turns": turns, "repeats": repeats}
    for (batch, optimizer), goal in GOALS.items():
        pairs = sum(fresh(__file__, {"batch": batch, "optimizer": optimizer, **common}, starts), [])
        on_cpu = goal if given.device == "cpu" else None
        print(row(f"batch {batch}, {optimizer}", pairs, on_cpu), flush=True)
    for optimizer in ("SGD", "Adam"):
        case = {"batch": 64, "optimizer": optimizer, **common}
        pairs = sum((apart(case) for _ in range(starts)), [])
        print(row(f"batch 64, {optimizer}, apart", pairs), flush=True)


if __name__ == "__main__":
    main()
