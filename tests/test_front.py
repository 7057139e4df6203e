"""`python -m tinygrad_lessons` in a folder that was given out, where there is NumPy and no more."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom.author import lesson, release

COURSE, NAME = Path("course"), "03_gram"
GRAM = '@complete("gram")\ndef gram(A):\n    return A.T @ A'
NUMPY_ALONE = """\
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in "nbformat nbclient IPython matplotlib typer rich".split():
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Block())
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The released folder, and one from which the packages above cannot be imported."""
    folder = tmp_path_factory.mktemp("given") / NAME
    folder.mkdir()
    lessons = lesson.load_all(COURSE)
    one = next(each for each in lessons if each.name == NAME)
    release.beside(folder, COURSE, one, lessons)
    nbformat.write(release.student_version(one), folder / f"{NAME}.ipynb")
    blocked = tmp_path_factory.mktemp("blocked")
    (blocked / "sitecustomize.py").write_text(NUMPY_ALONE)
    return folder, blocked


def run(made, *words, cwd=None):
    folder, blocked = made
    command = [sys.executable, "-m", "tinygrad_lessons", *words]
    environment = {"PYTHONPATH": f"{blocked}:{folder}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=cwd or folder, capture_output=True, text=True,
                          env=environment, timeout=120)  # fmt: skip


def change(folder, do):
    path = folder / f"{NAME}.ipynb"
    book = json.loads(path.read_text())
    book["cells"] = [cell for cell in book["cells"] if do(cell) is not None]
    path.write_text(json.dumps(book))


def test_an_evening(made):
    folder, _ = made
    status = run(made, "status")
    assert f"{NAME}  0 of 9" in status.stdout and "Next: transpose (" in status.stdout
    assert run(made, "status", cwd=folder.parent).stdout == status.stdout

    def write(cell):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "gram":
            cell["source"] = GRAM
        return cell

    change(folder, write)
    done = run(made, "check", NAME)
    assert "gram: 5 of 5 checks pass" in done.stdout and done.stderr == ""
    assert "pca is yours to write" in done.stdout and "1 of 9 exercises pass." in done.stdout
    assert done.returncode == 1 and run(made, "check", "03", "gram").returncode == 0
    assert f"{NAME}  1 of 9" in run(made, "status").stdout

    change(folder, lambda c: None if "".join(c["source"]).endswith('check("gram")') else c)
    gone = run(made, "check", NAME).stdout
    assert "gram: its check cell is missing. Bring it back with: python -m tinygrad_lessons" in gone
    assert "The check cell of gram is gone." in run(made, "status").stdout
    assert (
        "The check of gram in 03_gram is as it was." in run(made, "reset", "gram", "--check").stdout
    )
    assert "gram: 5 of 5 checks pass" in run(made, "check", NAME, "gram").stdout

    reset = run(made, "reset", "gram").stdout
    assert "gram in 03_gram is as it was. Your answer is kept in" in reset
    assert [p.read_text() for p in (folder / "answers").iterdir()] == [GRAM + "\n"]
    assert "gram is yours to write" in run(made, "check", NAME, "gram").stdout


def test_what_is_misspelt_or_elsewhere_is_said_in_a_sentence(made, tmp_path):
    assert "Did you mean gram?" in run(made, "reset", "gramm").stderr
    assert "There is no lesson '04' here. There are: 03_gram." in run(made, "check", "04").stderr
    nowhere = run(made, "status", cwd=tmp_path)
    assert nowhere.returncode == 2 and "There are no lessons in ./." in nowhere.stderr
