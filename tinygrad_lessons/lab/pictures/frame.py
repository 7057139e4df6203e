"""Pictures for the notebooks: each on one white frame, with a sentence that says the same.

A picture is a function of a figure that draws and returns the sentence; `@picture` makes the rest.
Functions among its arguments are the student's: they are called here, and may be unwritten.
"""

import functools
import io
from html import escape

import numpy as np

INK, BLUE, ORANGE, GREY = "#1a1a1a", "#0057a8", "#d45500", "#8a8a8a"
COLOURS = (BLUE, ORANGE, "#00755e", "#7d3c98")
DASHES = ("-", "--", ":", "-.")  # a colour never stands alone
STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": GREY,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}
CENTRED = {"ha": "center", "va": "center"}
DPI, INCH = 144, 96  # dots of the file, and of the page, to an inch
left_out = ""  # where nothing is drawn, as at grading: the sentence in every picture's place


class Picture:
    """An image, and the sentence that says the same; the sentence alone where nothing was drawn."""

    def __init__(self, sentence, png=None, width=0):
        self.sentence, self.png, self.width = sentence, png, width

    def __repr__(self):
        return self.sentence

    def picture(self):
        """Itself: `_.picture()` may be run a second time."""
        return self

    def _ipython_display_(self):
        from IPython.display import display

        if self.png:
            about = {"alt": self.sentence, "width": self.width}
            image = {"image/png": self.png, "text/plain": "(picture)"}
            display(image, raw=True, metadata={"image/png": about})
        sentence = {"text/html": f"<p>{escape(self.sentence)}</p>", "text/plain": self.sentence}
        display(sentence, raw=True)


def picture(width=7.5, height=3.0):
    """Make of `draw(figure, ...) -> sentence` a function `(...) -> Picture`."""

    def decorate(draw):
        @functools.wraps(draw)
        def drawn(*args, **options):
            if left_out:
                return Picture(left_out)
            import matplotlib
            from matplotlib.figure import Figure

            file = io.BytesIO()
            with matplotlib.rc_context(STYLE):
                figure = Figure(figsize=(width, height), layout="constrained")
                try:
                    sentence = draw(figure, *args, **options)
                except NotImplementedError as e:
                    return Picture(f"No picture yet: {str(e) or 'a function is unwritten'}.")
                except Exception as e:
                    return Picture(f"No picture: {type(e).__name__}: {e}. What does the check say?")
                figure.savefig(file, dpi=DPI, format="png")
            return Picture(sentence, file.getvalue(), round(width * INCH))

        return drawn

    return decorate


def numbers(x, shape=None):
    """A host array with the numbers of a tensor, of nested lists, or of what a function returns.

    Another shape than `shape` raises ValueError.
    """
    x = x() if callable(x) else x
    array = x.device.peek(x.array) if hasattr(x, "array") else np.asarray(x)
    if shape and array.shape != shape:
        raise ValueError(f"your function gives the shape {array.shape} instead of {shape}")
    return array


def short(x):
    """A number in three digits, without a minus before zero."""
    return f"{x + 0.0 if abs(x) > 1e-6 else 0.0:.3g}"


def listed(words):
    '''"a, b and c"'''
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def legend(axes, text):
    """What a pattern means, small below the axes."""
    axes.set_xlabel(text, fontsize=8, color=INK)


def heat_map(axes, M, title):
    """The numbers of a matrix on the shade of their magnitude; negative ones are hatched."""
    from matplotlib.patches import Rectangle

    top = abs(M[np.isfinite(M)]).max(initial=0) or 1
    axes.imshow(abs(M), cmap="Blues", vmin=0, vmax=1.8 * top)
    for (i, j), v in np.ndenumerate(M):
        hatch = "///" if v < 0 else ""
        edge = {"fill": False, "edgecolor": GREY, "linewidth": 0.3}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, hatch=hatch, **edge))
        if M.size <= 64:
            box = {"facecolor": "white", "alpha": 0.75, "pad": 1, "lw": 0} if v < 0 else None
            axes.text(j, i, short(v), color=INK, fontsize=9, bbox=box, **CENTRED)
    axes.set_title(title)
    axes.set_xticks(range(M.shape[1]))
    axes.set_yticks(range(M.shape[0]))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if (M < 0).any():
        legend(axes, "hatched: below 0")


def arrow(axes, tip, name, i, start=(0, 0)):
    """An arrow with its name at the tip, in the i-th colour and dash."""
    from matplotlib.patches import FancyArrowPatch

    start, tip, colour = np.asarray(start, float), np.asarray(tip, float), COLOURS[i % 4]
    way = (tip - start) / (np.linalg.norm(tip - start) or 1)
    axes.plot(*zip(start, tip, strict=True), color=colour, ls=DASHES[i % 4], lw=2)
    head = {"arrowstyle": "-|>", "mutation_scale": 14, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tip - 1e-3 * (tip - start), tip, color=colour, **head))
    axes.annotate(name, tip, 11 * way, textcoords="offset points", color=colour, **CENTRED)


def plane(axes, points, title=""):
    """Equal scales around all points and the origin, with the two axes drawn."""
    axes.update_datalim([(0, 0), *np.reshape(points, (-1, 2))])
    axes.margins(0.2)
    axes.autoscale_view()
    axes.set_aspect("equal", adjustable="datalim")
    axes.axhline(0, color=GREY, lw=0.6, zorder=0)
    axes.axvline(0, color=GREY, lw=0.6, zorder=0)
    axes.set_title(title)
