"""The picture of a failed check: yours, what was expected, and the difference."""

import numpy as np

from ..compare import Tensor
from .frame import Picture, heat_map, picture, short


def array(x):
    """The array of an observed value; None when it holds none."""
    x = x.array if isinstance(x, Tensor) else x
    return x if isinstance(x, np.ndarray) else None


def drawn(report):
    """The failure that a Report shows, as a Picture."""
    verdict = report.shown
    if verdict is None:
        return Picture("Every check passes: there is no difference to draw.")
    finding = verdict.first
    yours, expected = (array(finding.yours), array(finding.expected)) if finding else (None, None)
    if yours is None or expected is None or not yours.size or not expected.size:
        return Picture(f"No picture, there are no two arrays to draw: {verdict.why}.")
    return difference(yours, expected, verdict.why)


@picture(height=3.2)
def difference(figure, yours, expected, why):
    """Two arrays side by side, and where they have one shape what the one has over the other."""
    parts = {"yours": yours, "expected": expected}
    with np.errstate(all="ignore"):
        if yours.shape == expected.shape:
            parts["yours - expected"] = gap = yours.astype(float) - expected.astype(float)
    sheets = {name: sheet(part) for name, part in parts.items()}
    widths = [max(s.shape[1], 2) for s in sheets.values()]
    panels = figure.subplots(1, len(sheets), width_ratios=widths, squeeze=False)[0]
    for axes, (name, s) in zip(panels, sheets.items(), strict=True):
        heat_map(axes, s, f"{name}\n{_size(parts[name].shape)}")
    return f"{why}.{_largest(gap) if len(parts) == 3 else ''}"


def _size(shape):
    return " by ".join(map(str, shape)) if len(shape) > 1 else f"shape {shape}"


def sheet(x):
    """An array of any shape as a matrix of floats: its last dimension goes to the right."""
    return np.atleast_1d(x).reshape(-1, x.shape[-1] if x.ndim else 1).astype(float)


def _largest(gap):
    size = np.where(np.isfinite(gap), abs(gap), 0)
    if gap.size == 1 or not size.any():
        return ""
    at = tuple(int(i) for i in np.unravel_index(size.argmax(), size.shape))
    return f" The largest difference is {short(gap[at])}, at [{', '.join(map(str, at))}]."
