"""Datasets: things with a length and samples. DataLoader: their samples in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.tensor import Tensor

if TYPE_CHECKING:
    from ..random import Generator


class Dataset:
    """A subclass writes `__getitem__(index)`, which gives one sample, and `__len__()`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__ method: write one.")


class TensorDataset(Dataset):
    """Sample i is (tensor[i] for each tensor). Raises ValueError for two lengths.

    >>> TensorDataset(torch.tensor([1., 2.]), torch.tensor([3, 4]))[1]
    (tensor(2.), tensor(4))
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        if any(len(t) != len(tensors[0]) for t in tensors):
            sizes = ", ".join(str(len(t)) for t in tensors)
            raise ValueError(f"Size mismatch between tensors\nTheir lengths are {sizes}.")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])


def default_collate(samples: list[Any]) -> Any:
    """A list of samples as one batch: tensors and numbers stacked, tuples and dicts by their parts.

    >>> default_collate([(torch.ones(2), 0), (torch.zeros(2), 1)])
    [tensor([[1., 1.],
            [0., 0.]]), tensor([0, 1])]
    """
    first = samples[0]
    if isinstance(first, Tensor):
        return torch.stack(samples)
    if isinstance(first, (str, bytes)):
        return samples
    if isinstance(first, dict):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        if any(len(sample) != len(first) for sample in samples):
            raise RuntimeError("each element in list of batch should be of equal size")
        return [default_collate(list(part)) for part in zip(*samples, strict=True)]
    return torch.as_tensor(samples, torch.float64 if isinstance(first, float) else None)


class DataLoader:
    """The samples of `dataset` in batches: an iterator over lists such as [images, labels].

    shuffle: another order in every epoch, drawn from `generator` or from `torch.manual_seed`'s.
    collate_fn: makes a batch of a list of samples, in the place of `default_collate`.
    drop_last: leave out a last batch that is shorter than the others.
    num_workers and pin_memory change nothing: one process loads, and no page is locked.

    >>> loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2)
    >>> [batch.tolist() for [batch] in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size!r}"
            )
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        if num_workers < 0:
            raise ValueError(
                "num_workers option should be non-negative; use num_workers=0 to disable "
                "multiprocessing."
            )
        self.num_workers, self.pin_memory = num_workers, pin_memory
        self.collate_fn, self.drop_last, self.generator = collate_fn, drop_last, generator

    def __len__(self) -> int:
        """How many batches an epoch has."""
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full if self.drop_last or not rest else full + 1

    @exercise("batches")
    def __iter__(self):
        """Every sample once, `batch_size` at a time, in order or in a freshly drawn one."""
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
        for i in range(len(self)):
            yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])

    def fetch(self, indices: Tensor) -> Any:
        """The batch of the samples at `indices`, a tensor of whole numbers."""
        dataset = self.dataset
        if type(dataset).__getitem__ is TensorDataset.__getitem__ and self.collate_fn is None:
            return [t[indices.to(t.device)] for t in dataset.tensors]  # at once, not one by one
        samples = [dataset[i] for i in indices.tolist()]
        return (self.collate_fn or default_collate)(samples)
