"""A student's folder of lessons: which there are, what each holds, an exercise as it was."""

import difflib
import gzip
import json
import re
import time
from pathlib import Path

from . import files

RECORD = "observations.json.gz"  # beside a notebook: what the checks saw of the reference
FORMAT = 1  # of the record
RELEASED = ".released.ipynb"  # beside it: the notebook as it was last given out
LESSON = re.compile(r"\d\d_\w+")
CHECK = re.compile(r'^check\("([\w-]+)"\)\s*\Z', re.MULTILINE)


class Missing(LookupError):
    """Something that is not where it should be; its text says what helps."""


def lessons(folder):
    """The folders of the lessons in `folder`, in order of their lessons; or `folder` itself."""
    folder = Path(folder)
    if name(folder):
        return [folder.resolve()]
    for place in (folder, folder / "lessons"):
        if inside := [p for p in place.glob("*") if p.is_dir() and name(p)]:
            return sorted(inside, key=lambda p: (name(p), str(p)))
    raise Missing(f"There are no lessons in {folder}/. Name the folder that has them: --in FOLDER")


def name(place):
    """The lesson that lies in a folder, which may be called otherwise; "" where none does."""
    place = Path(place).resolve()
    known = (f"{place.name}.ipynb", RELEASED, RECORD)
    if LESSON.fullmatch(place.name) and any((place / n).exists() for n in known):
        return place.name
    stems = [p.stem for p in place.glob("*.ipynb")] if (place / RECORD).exists() else []
    return next(filter(LESSON.fullmatch, sorted(stems)), "")


def notebook(place):
    return Path(place) / f"{name(place) or Path(place).name}.ipynb"


def record(place):
    """{exercise: [{check, device, seed, seen, mistakes}, ...]}; empty where there is none.

    Raises ValueError where another version of the package made it.
    """
    path = Path(place) / RECORD
    if not path.exists():
        return {}
    found = json.loads(gzip.decompress(path.read_bytes()))
    if found.get("format") == FORMAT:
        return found["exercises"]
    raise ValueError(
        f"{RECORD} was made by another version of the package ({found.get('version', '0.1.0')}). "
        "Open the notebook in the folder that it came in, with everything that came with it."
    )


def load(place):
    """The notebook of a lesson's folder, as JSON. Raises Missing in words."""
    path = notebook(place)
    if not path.exists():
        others = sorted(p.name for p in path.parent.glob("[!.]*.ipynb") if ".before-" not in p.name)
        rename = [f"There is {n}. To go on with it, rename it to {path.name}." for n in others]
        raise Missing(" ".join([f"There is no notebook {path}.", *rename]))
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        [source(cell) for cell in book["cells"]]
        return book
    except (ValueError, TypeError, KeyError) as e:
        raise Missing(f"{path} cannot be read: {e}.") from None


def source(cell):
    """The text of a cell, which may lie in lines."""
    return "".join(cell["source"])


def exercise_of(cell):
    """The exercise that a cell checks, or None."""
    found = CHECK.search(source(cell)) if cell["cell_type"] == "code" else None
    return found and found[1]


def uncheckable(place, cells):
    """The exercises of a lesson of which no cell has the check."""
    there = {exercise_of(cell) for cell in cells}
    return [exercise for exercise in record(place) if exercise not in there]


def find(folder, exercise):
    """The lesson's folder that has an exercise. Raises Missing, with a guess."""
    known = {id: place for place in lessons(folder) for id in record(place)}
    if exercise not in known:
        near = difflib.get_close_matches(exercise, known, 1, 0.4)
        guess = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."
        raise Missing(f"There is no exercise {exercise!r}. {guess}")
    return known[exercise]


def reset(place, exercise, answer=True):
    """Give an exercise back as it was released, its check cell included.

    Returns the file with the old answer, or None. `answer=False`: only the check cell.
    """
    from . import progress

    place, given = Path(place), record(place)[exercise][0]
    book, kept = load(place), None
    if answer:
        mine = [c for c in book["cells"] if _answers(c, exercise)]
        kept = _keep(place, exercise, [source(c) for c in mine if source(c) != given["stub"]])
        _put(book["cells"], mine, given["stub"], exercise, lambda c: exercise_of(c) == exercise)
    checks = [
        c for c in book["cells"] if exercise_of(c) == exercise or _named(c, f"check-{exercise}")
    ]
    _put(book["cells"], checks, given["cell"], f"check-{exercise}", None)
    files.write(
        place / f"{place.name}.ipynb", json.dumps(book, indent=1, ensure_ascii=False) + "\n"
    )
    progress.forget(place, exercise)
    return kept


def _named(cell, grade_id):
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") == grade_id


def _answers(cell, exercise):
    if cell["cell_type"] != "code":
        return False
    return _named(cell, exercise) or f'@complete("{exercise}")' in source(cell)


def _put(cells, mine, text, grade_id, before):
    """Give cells a text and no output; where there is none, a new one, before another or last."""
    if not mine:
        at = next((i for i, c in enumerate(cells) if before and before(c)), len(cells))
        solution = not grade_id.startswith("check-")
        marks = {"grade_id": grade_id, "grade": not solution, "solution": solution,
                 "locked": not solution, "schema_version": 3, "task": False}  # fmt: skip
        mine = [{"cell_type": "code", "id": grade_id, "metadata": {"nbgrader": marks}}]
        cells.insert(at, mine[0])
    for cell in mine:
        cell |= {"source": text, "outputs": [], "execution_count": None}


def _keep(place, exercise, texts):
    """The file in which old answers are kept; None where nothing was written."""
    if not texts:
        return None
    stem = f"{exercise}-{time.strftime('%Y-%m-%d-%H%M%S')}"
    names = (
        place / "answers" / f"{stem}{more}.py" for more in ("", *(f"-{n}" for n in range(2, 1000)))
    )
    kept = next(path for path in names if not path.exists())
    kept.parent.mkdir(exist_ok=True)
    files.write(kept, "\n\n".join(texts) + "\n")
    return kept
