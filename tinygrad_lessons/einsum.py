"""Sums of products by their letters: torch.einsum."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tensor import Tensor


def einsum(equation: str, *operands: Tensor) -> Tensor:
    """The sum of products that the letters say, each of which names an axis.

    What stands on the right of -> stays, the rest is summed over: "ik,kj->ij" is a product of
    matrices, "ij->ji" a transpose, "ij,ij->" an inner product, "bik,bkj->bij" a batch of products.
    Without -> the letters that occur once stay, in the alphabet's order.

    >>> import tinygrad_lessons as torch
    >>> torch.einsum("ik,kj->ij", torch.tensor([[1, 2]]), torch.tensor([[3], [4]]))
    tensor([[11]])
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in equation:
        raise NotImplementedError("einsum(): no '...' here\n  Write a letter for each axis.")
    if len(terms) != len(operands):
        raise RuntimeError(
            f"einsum(): {len(terms)} operands in the equation, but {len(operands)} were given"
        )
    parts = [diagonals(term, x) for term, x in zip(terms, operands, strict=True)]
    sizes: dict[str, int] = {}
    for letters, x in parts:
        for letter, size in zip(letters, x.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise RuntimeError(
                    f"einsum(): subscript {letter} has size {size}, but size {sizes[letter]} "
                    "elsewhere"
                )
    kept = right if arrow else "".join(sorted(c for c in set(left) - {","} if left.count(c) == 1))
    if wrong := set(kept) - set(sizes):
        raise RuntimeError(f"einsum(): output subscript {wrong.pop()} is in no operand")
    letters, out = parts[0]
    for i, (others, x) in enumerate(parts[1:], 2):
        wanted = set(kept).union(*(rest for rest, _ in parts[i:]))
        letters, out = product(letters, out, others, x, wanted)
    letters, out = without(letters, out, set(kept))
    return out.permute([letters.index(c) for c in kept])


def diagonals(letters: str, x: Tensor) -> tuple[str, Tensor]:
    """An operand and its letters, each only once: of "ii" the diagonal is left."""
    if len(letters) != x.ndim:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(letters)}) does not match "
            f"the number of dimensions ({x.ndim}) for an operand"
        )
    for c in letters:
        while (first := letters.find(c)) != (last := letters.rfind(c)):
            x = x.diagonal(0, first, last)
            letters = letters[:first] + letters[first + 1 : last] + letters[last + 1 :] + c
    return letters, x


def without(letters: str, x: Tensor, wanted: set[str]) -> tuple[str, Tensor]:
    """The operand summed over the letters that nobody wants."""
    lost = [i for i, c in enumerate(letters) if c not in wanted]
    return "".join(c for c in letters if c in wanted), x.sum(lost) if lost else x


def product(
    a_letters: str, a: Tensor, b_letters: str, b: Tensor, wanted: set[str]
) -> tuple[str, Tensor]:
    """Two operands as one, by a batch of products of matrices. (batch, m, k), (batch, k, n)"""
    a_letters, a = without(a_letters, a, wanted | set(b_letters))
    b_letters, b = without(b_letters, b, wanted | set(a_letters))
    batch = [c for c in a_letters if c in b_letters and c in wanted]
    summed = [c for c in a_letters if c in b_letters and c not in wanted]
    rows = [c for c in a_letters if c not in b_letters]
    columns = [c for c in b_letters if c not in a_letters]
    shape = dict(zip(a_letters + b_letters, (*a.shape, *b.shape), strict=True))

    def matrices(letters: str, x: Tensor, *groups: list[str]) -> Tensor:
        order = [letters.index(c) for group in groups for c in group]
        return x.permute(order).reshape([math.prod(shape[c] for c in group) for group in groups])

    out = matrices(a_letters, a, batch, rows, summed) @ matrices(
        b_letters, b, batch, summed, columns
    )
    letters = [*batch, *rows, *columns]
    return "".join(letters), out.reshape([shape[c] for c in letters])
