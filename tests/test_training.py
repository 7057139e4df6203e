"""training: the numbers of an epoch, what it transfers, and that it learns."""

import gc
import tracemalloc

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import datasets, nn, training
from tinygrad_lessons.utils.data import DataLoader, TensorDataset

SIM = torch.device("sim")
rng = np.random.default_rng(0)


def data(n=10, classes=3):
    x = rng.standard_normal((n, 4)).astype(np.float32)
    return TensorDataset(torch.tensor(x), torch.tensor(rng.integers(0, classes, n)))


def transfers(device=SIM):
    return device.stats.h2d, device.stats.d2h


def test_mean_loss_weighs_every_number_the_same_whatever_its_batch():
    x, y = torch.arange(5.0), torch.tensor([1.0, 1, 1, 1, 10])
    batches = DataLoader(TensorDataset(x, y), batch_size=2)
    want = ((2 * x - y) ** 2).sum().item() / 5
    assert training.mean_loss(lambda x: 2 * x, batches, "cpu") == pytest.approx(want)


def test_mean_loss_uploads_each_batch_once_and_downloads_once():
    batches = [(torch.ones(4), torch.zeros(4))] * 6
    SIM.stats.reset()
    assert training.mean_loss(lambda x: x, batches, SIM) == 1
    assert transfers() == (12, 1)


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_an_epoch_is_a_step_a_batch_and_gives_the_mean_over_samples(device):
    samples = data()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3)).to(device).eval()
    frozen = torch.optim.SGD(model.parameters(), lr=0.0)
    loss = training.train_epoch(model, DataLoader(samples, 4), nn.CrossEntropyLoss(), frozen)
    x, y = (t.to(device) for t in samples.tensors)
    assert loss == pytest.approx(nn.functional.cross_entropy(model(x), y).item(), rel=1e-5)
    assert isinstance(loss, float) and model.training


def test_an_epoch_takes_the_same_steps_as_a_loop_by_hand():
    samples, models = data(), []
    for by_hand in (False, True):
        torch.manual_seed(0)
        model = nn.Linear(4, 3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
        loader = DataLoader(samples, 4)
        if by_hand:
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
        else:
            training.train_epoch(model, loader, nn.functional.cross_entropy, optimizer)
        models.append(model)
    for a, b in zip(*(m.parameters() for m in models), strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())


def test_an_epoch_uploads_each_batch_once_and_downloads_once():
    model = nn.Linear(4, 3).to(SIM)
    optimizer = torch.optim.Adam(model.parameters())
    SIM.stats.reset()
    training.train_epoch(model, DataLoader(data(), 4), nn.CrossEntropyLoss(), optimizer)
    assert transfers() == (6, 1)
    SIM.stats.reset()
    training.accuracy(model, DataLoader(data(), 4))
    assert transfers() == (6, 1)


def test_accuracy_is_exact_with_a_short_last_batch_and_records_nothing():
    class Echo(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(1))
            self.seen = []

        def forward(self, x):
            out = x * self.w
            self.seen.append((out.requires_grad, self.training))
            return out

    scores = torch.eye(3)[torch.tensor([0, 1, 2, 0, 1, 2, 0])]
    labels = torch.tensor([0, 1, 2, 0, 1, 1, 1])
    model = Echo()
    accuracy = training.accuracy(model, DataLoader(TensorDataset(scores, labels), 3))
    assert accuracy == 5 / 7 and model.seen == [(False, False)] * 3


@pytest.mark.parametrize("device", ["cpu", "sim"])
@pytest.mark.parametrize(
    "make", [lambda p: torch.optim.SGD(p, 0.1, 0.9), lambda p: torch.optim.Adam(p, 0.01)]
)
def test_a_small_network_learns_digits(device, make):
    torch.manual_seed(0)
    train, test = datasets.Digits(train=True, size=8), datasets.Digits(train=False, size=8)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer, loss = make(model.parameters()), nn.CrossEntropyLoss()
    loader = DataLoader(train, batch_size=50, shuffle=True)
    losses = [training.train_epoch(model, loader, loss, optimizer) for _ in range(8)]
    assert losses[-1] < 0.3 * losses[0]
    assert training.accuracy(model, DataLoader(test, 100)) > 0.85


def test_a_few_samples_can_be_learned_by_heart():
    torch.manual_seed(0)
    few = DataLoader(TensorDataset(*datasets.Digits()[:20]), batch_size=20)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        training.train_epoch(model, few, nn.CrossEntropyLoss(), optimizer)
    assert training.accuracy(model, few) == 1


def test_training_leaves_nothing_behind_not_even_for_the_garbage_collector():
    model, samples = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)), data()
    optimizer, loader = torch.optim.Adam(model.parameters()), DataLoader(samples, 4)
    tracemalloc.start()
    gc.disable()
    try:
        sizes = []
        for _ in range(3):
            for _ in range(5):
                training.train_epoch(model, loader, nn.CrossEntropyLoss(), optimizer)
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        gc.enable()
        tracemalloc.stop()
    assert sizes[2] - sizes[1] < 500


def test_fit_gives_loss_and_accuracy_on_other_samples_after_each_epoch():
    train, test = DataLoader(data(), 4), DataLoader(data(6), 4)
    cross_entropy = nn.functional.cross_entropy
    one, two = (nn.Linear(4, 3) for _ in range(2))
    two.load_state_dict(one.state_dict())
    by_fit, by_hand = (torch.optim.SGD(m.parameters(), lr=0.5) for m in (one, two))
    assert training.fit(one, train, test, cross_entropy, by_fit, epochs=3) == [
        (training.train_epoch(two, train, cross_entropy, by_hand), training.accuracy(two, test))
        for _ in range(3)
    ]
    assert training.fit(one, train, test, cross_entropy, by_fit, epochs=0) == []
