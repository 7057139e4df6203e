"""Every example of docs/supported.md in PyTorch: the same numbers, dtypes, shapes and gradients."""

import numpy as np
import pytest
import supported

import tinygrad_lessons as ours

theirs = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
EXAMPLES = [
    (name, example)
    for title, rows in supported.rows().items()
    for name, _, example, _ in rows
    if not title.startswith("Only here")
]
OTHERWISE = {"F.one_hot"}  # float32 here


@pytest.mark.parametrize("name, example", EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_pytorch_gives_the_same(name, example):
    mine, right = supported.run(ours, example), supported.run(theirs, example)
    if not isinstance(right, theirs.Tensor):
        plain = (bool, int, float, str, list, tuple)
        assert not isinstance(right, plain) or isinstance(mine, list) or mine == right
        return
    assert str(mine.dtype).rpartition(".")[2] == str(right.dtype).rpartition(".")[2]
    assert mine.shape == tuple(right.shape) and mine.requires_grad == right.requires_grad
    if not supported.RANDOM.search(example):
        np.testing.assert_allclose(ours.to_host(mine), right.detach().numpy(), 1e-5, 1e-6)


def test_only_here_is_only_here():
    space = supported.names(theirs) | {"optim": theirs.optim, "Tensor": theirs.Tensor}
    for name, *_ in supported.rows()["Only here"]:
        try:
            eval(name, space)
        except AttributeError:
            continue
        assert name == "torch.autograd.Function"  # a class there, too, which works otherwise
