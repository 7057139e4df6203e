"""The folder around a student's own package, as one would show it: what is theirs, what it can."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ...exercise import PACKAGE
from ...lab.pictures import training
from ..author import editions
from ..storage import write_file
from . import demo_digit

MINE = re.compile(r"^([ \t]*)# mine: .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """A function of the student's in the package: where it stands, and how long it is."""

    exercise: str
    lesson: str
    name: str
    path: str
    line: int
    lines: int


def mark(out, parts):
    """Put a comment above each function that is the student's. Returns [Written, ...]."""
    mine = {part.exercise: part.lesson for part in parts if part.state == "yours"}
    found = []
    for path in sorted((Path(out) / PACKAGE).rglob("*.py")):
        text = MINE.sub("", path.read_text(encoding="utf-8"))
        marked = [(id, node) for id, node in editions.marked(text) if id in mine]
        lines = text.splitlines()
        for id, node in reversed(marked):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            lines.insert(first - 1, f"{' ' * node.col_offset}# mine: {id}, lesson {mine[id]}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        where = path.relative_to(out).as_posix()
        for count, (id, node) in enumerate(marked, 1):
            long = node.end_lineno - node.lineno + 1
            found.append(Written(id, mine[id], node.name, where, node.lineno + count, long))
    order = {part.exercise: number for number, part in enumerate(parts)}
    return sorted(found, key=lambda w: order[w.exercise])


def publish(out, parts, trained=None):
    """Write what makes the folder one to show. `trained`: the lines of training and the counts."""
    out = Path(out)
    written = mark(out, parts)
    counts = trained[1] if trained else None
    picture = training.counted(counts) if counts is not None else None
    if picture is not None and picture.png:
        write_file(out / "confusion.png", picture.png)
    write_file(out / "README.md", readme(written, len(parts), picture, counts))
    write_file(out / "LICENSE", (Path(__file__).parent / "licence.txt").read_text("utf-8"))
    write_file(out / "pyproject.toml", PROJECT)
    write_file(out / ".gitignore", "__pycache__/\n.ipynb_checkpoints/\n")
    write_file(out / "digit.py", Path(demo_digit.__file__).read_text("utf-8"))
    write_file(out / "your_own_digit.ipynb", nbformat.writes(demo()) + "\n")


PROJECT = f"""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "my-torch"
version = "0.1.0"
description = "A small torch on NumPy, written exercise by exercise"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
dependencies = ["numpy>=2.0"]

[project.optional-dependencies]
notebook = ["matplotlib>=3.8", "jupyterlab>=4.2"]

[tool.setuptools.packages.find]
include = ["{PACKAGE}*"]

[tool.setuptools.package-data]
{PACKAGE} = ["**/*.gz"]
"""


def readme(written, exercises, picture, counts):
    """The README: what it is, what it can, which functions are the student's, and what is not."""
    lines = sum(w.lines for w in written)
    score = ""
    if counts is not None:
        right, tried = int(counts.trace()), int(counts.sum())
        score = (
            f"With it a network of 669,706 numbers learned to read handwritten digits: it reads "
            f"{right / tried:.1%} of {tried} that it had never seen.\n\n"
            f"![{picture.sentence}](confusion.png)\n\n"
        )
    return f"""\
# My own torch

A small PyTorch on NumPy: tensors, devices, layers, gradients, optimizers. I wrote {len(written)} of
its {exercises} central functions, {lines} lines; the frame around them is the course's,
`tinygrad_lessons`.

{score}## Try it

```
pip install -e '.[notebook]'
jupyter lab your_own_digit.ipynb      # draw a digit, and see whether my network reads it
```

```python
import {PACKAGE} as torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
(x * x).sum().backward()
print(x.grad)
```

## What is mine

Each is marked `# mine` in the code.

{_table(written)}
## What is not

Everything without that mark is from the course, under the same licence (see LICENSE). The digits
in `{PACKAGE}/data` are E. Alpaydin's and C. Kaynak's, Optical Recognition of Handwritten Digits
(1998), doi.org/10.24432/C50P49, CC BY 4.0.
"""


def _table(written):
    rows = [
        f"| {w.lesson} | [`{w.name}`]({w.path}#L{w.line}) | {w.exercise} | {w.lines} |"
        for w in written
    ]
    head = ["| lesson | function | exercise | lines |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


DRAWING = '''\
drawing = """
. . . . . . . . . . . .
. . . # # # # # # . . .
. . . . . . . . # . . .
. . . . . . . # . . . .
. . . . . . # . . . . .
. . . . . # # # # . . .
. . . . . . . . # # . .
. . . . . . . . . # . .
. . . . . . . . # # . .
. . . # # # # # # . . .
. . . . . . . . . . . .
"""
image = digit.prepare(digit.from_text(drawing))
digit.show(image, *digit.read(net, image))'''

HOW = """\
**Draw with `#`**, as large or small as you like, and run the cell. The images that it learned from
fill the height of their frame and are blurred, 8 by 8 enlarged: yours is cut out, centred and sized
in the same way first. What you see is what the network sees."""
DEMO = [
    (
        "markdown",
        "# Draw your own digit\n\nMy network learns to read digits, which takes some seconds; "
        "then it reads one of yours.",
    ),
    ("code", "import tinygrad_lessons as torch\n\nimport digit"),
    ("code", "net, right = digit.learn(epochs=4)\nprint(f'{right:.1%} of new digits')"),
    ("markdown", HOW),
    ("code", DRAWING),
    ("markdown", "An image from a file: one digit, dark ink on light paper or light on dark."),
    (
        "code",
        "# image = digit.prepare(digit.from_file('my_digit.png'))\n"
        "# digit.show(image, *digit.read(net, image))",
    ),
]


def demo():
    """The notebook in which somebody draws a digit and the network reads it."""
    make = {"markdown": new_markdown_cell, "code": new_code_cell}
    book = new_notebook(cells=[make[kind](text) for kind, text in DEMO])
    for number, cell in enumerate(book.cells):
        cell.id = f"digit-{number}"
    book.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3"
    }  # fmt: skip
    return book
