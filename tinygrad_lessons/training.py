"""Going through the data: an epoch of steps, and what the network is worth after it."""

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise


@exercise("epoch-loss")
def mean_loss(model, batches, device):
    """The mean of (model(x) - y)^2 over all numbers in `batches` of (x, y). Returns a float.

    Each batch crosses to `device` once; one number comes back, at the end.
    """
    total, count = 0, 0
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        total = total + ((model(x) - y) ** 2).sum().detach()
        count += y.numel()
    return (total / count).item()


@exercise("train-epoch")
def train_epoch(model, loader, loss_fn, optimizer):
    """A step of `optimizer` for each batch of `loader`. Returns the mean loss over all samples.

    In train mode. Each batch crosses to the model's device once; one number comes back, at the end.
    """
    model.train()
    device = next(model.parameters()).device
    total, count = 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@exercise("accuracy")
def accuracy(model, loader):
    """The share of samples whose largest logit is at their label; in eval mode, without a graph."""
    model.eval()
    device = next(model.parameters()).device
    right, count = 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(dim=1) == y.to(device)).sum()
            count += len(x)
    return right.item() / count


@exercise("capstone")
def fit(model, loader, test, loss_fn, optimizer, epochs):
    """Train on `loader`. Returns [(mean loss, accuracy on `test`), ...], a pair for each epoch."""
    history = []
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
    return history
