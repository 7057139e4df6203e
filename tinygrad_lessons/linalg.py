"""Linear algebra: torch.linalg. Nothing here but `norm` has a gradient."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from .autograd import is_grad_enabled, one_device
from .shapes import dims, numpy_names
from .tensor import Tensor

if TYPE_CHECKING:
    from ._types import Dims


@numpy_names
def norm(
    x: Tensor, ord: float | str | None = None, dim: Dims = None, keepdim: bool = False
) -> Tensor:
    """The length of a vector, or of all numbers as one; of a matrix, with `ord`, that norm.

    Of a matrix, inf and -inf are the largest and smallest sum of |x| along a row, 1 and -1 along a
    column, "fro" the root of the sum of squares. NotImplementedError for 2, -2 and "nuc".
    """
    axes = dims(dim, x.ndim) or tuple(range(x.ndim))
    if ord is None or (dim is None and x.ndim != 2) or len(axes) == 1:
        return x.norm(2 if ord is None else ord, dim, keepdim)
    if len(axes) != 2:
        raise RuntimeError("linalg.matrix_norm: dim must be a 2-tuple.")
    if ord == "fro":
        return x.norm(2, axes, keepdim)
    if ord not in (1, -1, inf, -inf):
        raise NotImplementedError(
            f"linalg.norm: no ord={ord!r} of a matrix here\n"
            "  Its singular values are torch.linalg.svd(x)[1]."
        )
    rows, columns = axes
    summed, best = (rows, columns) if ord in (1, -1) else (columns, rows)
    sums = x.abs().sum(summed, keepdim=True)
    out = sums.amax(best, keepdim=True) if float(ord) > 0 else sums.amin(best, keepdim=True)
    return out if keepdim else out.squeeze(axes)


def solve(A: Tensor, B: Tensor) -> Tensor:
    """The X with A X = B. (n, n), (n,) or (n, k)"""
    return _on_device("solve", A, B)


def inv(A: Tensor) -> Tensor:
    """The matrix that undoes A."""
    return _on_device("inv", A)


def det(A: Tensor) -> Tensor:
    """By how much A enlarges volumes."""
    return _on_device("det", A)


def eigh(A: Tensor) -> tuple[Tensor, Tensor]:
    """(eigenvalues, smallest first; eigenvectors, as columns) of a symmetric matrix."""
    return _on_device("eigh", A)


def svd(A: Tensor, full_matrices: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """(U, S, Vh) with A = U diag(S) Vh; full_matrices=False leaves out what S makes 0.

    >>> import tinygrad_lessons as torch
    >>> svd(torch.tensor([[3.0, 0.0], [0.0, 2.0]]))[1]
    tensor([3., 2.])
    """
    return _on_device("svd", A, full_matrices=full_matrices)


def qr(A: Tensor) -> tuple[Tensor, Tensor]:
    """(Q, R) with A = Q R: orthonormal columns, and an upper triangle."""
    return _on_device("qr", A)


def _on_device(name: str, *tensors: Tensor, **options: Any) -> Any:
    """What the device's own function `name` gives, as tensors."""
    device = one_device(tensors)
    for x in tensors:
        if not x.is_floating_point():
            raise RuntimeError(
                f"linalg.{name}: Expected a floating point tensor as input. Got {x.dtype}"
            )
    if is_grad_enabled() and any(x.requires_grad for x in tensors):
        raise RuntimeError(
            f"linalg.{name} has no gradient in tinygrad_lessons\n"
            "  Call it inside `with torch.no_grad():`, or on x.detach()."
        )
    try:
        with device.linear_algebra():
            results = getattr(device.xp.linalg, name)(*(x.array for x in tensors), **options)
    except ValueError as error:  # NumPy's LinAlgError is one
        raise RuntimeError(f"linalg.{name}: {error}") from None
    if isinstance(results, tuple):
        return tuple(Tensor(x, device) for x in results)
    return Tensor(device.xp.asarray(results), device)
