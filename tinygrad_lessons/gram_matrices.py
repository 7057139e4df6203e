"""What A^T A says about the columns of A: lengths, angles, fits, and where the data spreads."""

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from .exercise import exercise


@exercise("matmul-by-hand")
def matmul_by_hand(a, b):
    """Sum over k of a[i, k] * b[k, j], without @. (..., m, k), (..., k, n) -> (..., m, n)"""
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(-2)


@exercise("gram")
def gram(A):
    """Inner products of A's columns, A^T A. (m, n) -> (n, n)"""
    return A.T @ A


@exercise("outer-gram")
def outer_gram(A):
    """Inner products of A's rows, A A^T. (m, n) -> (m, m)"""
    return A @ A.T


@exercise("angles")
def angles(A):
    """Angles between A's columns, in radians; a column of zeros raises. (m, n) -> (n, n)"""
    G = A.T @ A
    lengths = G.diagonal().sqrt()
    if (lengths == 0).any():
        raise ValueError("a column of zeros has no angle to the others")
    cosines = G / torch.outer(lengths, lengths)
    return torch.acos(cosines.clamp(-1, 1))  # rounding may leave 1.0000001


@exercise("is-orthonormal")
def is_orthonormal(Q, tol=1e-6):
    """Whether Q's columns have length 1 and are at right angles: all of |Q^T Q - I| <= tol."""
    off = Q.T @ Q - torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)
    return (off.abs() <= tol).all()


@exercise("least-squares")
def least_squares(A, b):
    """The x with the shortest A x - b: A^T A x = A^T b. (m, n), (m,) -> (n,) or (m, k) -> (n, k)"""
    return torch.linalg.solve(A.T @ A, A.T @ b)


@exercise("pca")
def principal_components(X, k):
    """Where the rows of X spread most: directions, one in a row, and variances, the largest first.

    C is X with its columns' means taken off; C^T C / (m - 1) has the variances as eigenvalues.
    (m, n) -> (k, n), (k,)
    """
    centred = X - X.mean(0)
    covariance = centred.T @ centred / (len(X) - 1)
    variances, directions = torch.linalg.eigh(covariance)  # the smallest first
    return directions.T.flip(0)[:k], variances.flip(0)[:k]
