"""utils.data: each sample once an epoch, in batches that are copies."""

import pytest

import tinygrad_lessons as torch
from tinygrad_lessons.utils.data import (
    DataLoader,
    Dataset,
    TensorDataset,
    default_collate,
)


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        return index, torch.tensor([index**2])


def pairs(n):
    return TensorDataset(torch.arange(n), torch.arange(n) * 10)


def order(loader):
    return [i for x, _ in loader for i in x.tolist()]


@pytest.mark.parametrize("make", [pairs, Squares])
@pytest.mark.parametrize(
    "n, drop_last, sizes",
    [(7, False, [3, 3, 1]), (7, True, [3, 3]), (6, True, [3, 3]), (0, False, [])],
)
@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_hold_each_sample_once(make, n, drop_last, sizes, shuffle):
    loader = DataLoader(make(n), batch_size=3, shuffle=shuffle, drop_last=drop_last)
    assert [len(x) for x, _ in loader] == sizes and len(loader) == len(sizes)
    seen = order(loader)
    assert len(set(seen)) == len(seen) == sum(sizes)
    if not shuffle:
        assert seen == list(range(len(seen)))


@pytest.mark.parametrize("make", [pairs, Squares])
def test_labels_stay_with_their_samples_under_shuffling(make):
    factor = {pairs: lambda i: 10 * i, Squares: lambda i: i**2}[make]
    for x, y in DataLoader(make(50), batch_size=7, shuffle=True):
        assert y.flatten().tolist() == [factor(i) for i in x.tolist()]


def test_every_epoch_is_shuffled_anew_and_a_seed_repeats_them():
    def epochs(**options):
        loader = DataLoader(pairs(100), batch_size=8, shuffle=True, **options)
        return [order(loader) for _ in range(3)]

    torch.manual_seed(5)
    first = epochs()
    torch.manual_seed(5)
    assert epochs() == first
    assert first[0] != first[1] != first[2] and first[0] != list(range(100))
    seeded = [epochs(generator=torch.Generator().manual_seed(1)) for _ in range(2)]
    assert seeded[0] == seeded[1] != first


def test_a_batch_is_a_list_of_copies():
    data = pairs(4)
    batch = next(iter(DataLoader(data, batch_size=2)))
    assert isinstance(batch, list) and [type(t) for t in batch] == [torch.Tensor] * 2
    batch[0].zero_()
    assert data.tensors[0].tolist() == [0, 1, 2, 3]


def test_two_passes_over_one_loader_do_not_disturb_each_other():
    loader = DataLoader(pairs(4), batch_size=2)
    assert [(a[0].tolist(), b[0].tolist()) for a, b in zip(loader, loader, strict=True)] == [
        ([0, 1], [0, 1]),
        ([2, 3], [2, 3]),
    ]


def test_samples_of_a_dataset_on_the_device_stay_there():
    data = TensorDataset(torch.arange(5, device="sim"), torch.arange(5, device="sim"))
    for batch in DataLoader(data, batch_size=2, shuffle=True):
        assert {t.device.type for t in batch} == {"sim"}


def test_collate_stacks_the_parts_of_samples():
    got = default_collate(
        [{"x": (torch.ones(2), 1.5), "name": "a"}, {"x": (torch.zeros(2), 2.5), "name": "b"}]
    )
    assert got["x"][0].shape == (2, 2) and got["x"][1].tolist() == [1.5, 2.5]
    assert got["name"] == ["a", "b"]
    with pytest.raises(RuntimeError, match="should be of equal size"):
        default_collate([(1, 2), (1,)])
    assert [b for b in DataLoader(pairs(3), 2, collate_fn=len)] == [2, 1]


def test_mistakes_are_refused_in_pytorchs_words():
    with pytest.raises(
        ValueError, match="should be a positive integer value, but got batch_size=0"
    ):
        DataLoader(pairs(3), batch_size=0)
    with pytest.raises(ValueError, match="Size mismatch between tensors"):
        TensorDataset(torch.ones(2), torch.ones(3))
    with pytest.raises(NotImplementedError, match="Dataset has no __getitem__"):
        Dataset()[0]
