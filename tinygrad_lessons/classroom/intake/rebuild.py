"""The released notebook with a student's answers in it, whatever they did to its cells."""

from bisect import bisect_left
from collections import defaultdict
from copy import deepcopy
from itertools import count

from .matching import changed, grade_id, is_answer, is_test, marks, match
from .reading import new_cell, new_notebook

MISSING = "This cell was missing from the submission."


def rebuild(release, submitted, restore=False):
    """(notebook, findings): the cells of `release` in its order, with the text of `submitted`.

    What a cell is, what it is worth and the text of locked cells is the release's. All other cells
    of the student stay, in their order, before the cell that followed them; before a test that was
    deleted, where its answer was, too. An answer that is missing stays empty, or comes back as
    released with `restore`.
    """
    notes = defaultdict(list)
    taken = match(release.cells, submitted.cells, notes)
    places = {id(cell): place for place, cell in taken.items()}
    own = _own_before(submitted.cells, places, len(release.cells), release.cells, notes)
    kinds = {c.cell_type for group in own.values() for c in group if c.source.strip()}
    cells = []
    for place, cell in enumerate(release.cells):
        cells += own.get(place, [])
        found = taken.get(place)
        new = _filled(cell, found, notes) if found else _absent(cell, kinds, restore, notes)
        cells.append(new)
    cells += own.get(len(release.cells), [])
    _number_own_cells(cells, {c.get("id") for c in release.cells})
    notebook = new_notebook(cells, deepcopy(release.metadata))
    return notebook, [f"{kind}: {', '.join(ids)}." for kind, ids in notes.items()]


def unread_notebook(release, findings):
    """The released notebook of someone whose submission could not be read, and why on top of it."""
    notebook, _ = rebuild(release, new_notebook(), restore=True)
    why = new_cell("markdown", "\n\n".join(findings))
    why.id = "findings"
    notebook.cells.insert(0, why)
    return notebook


def _own_before(submitted, places, end, release, notes):
    """{place: the student's own cells that come before it}; cells that were moved are no guide."""
    known = [places[id(c)] for c in submitted if id(c) in places]
    steady = _longest_rise(known)
    if moved := [grade_id(release[p]) for p in known if p not in steady and grade_id(release[p])]:
        notes["Moved cells, put back in the lesson's order"] += moved
    stubs = {grade_id(c): c for c in release if grade_id(c) is not None}
    own, place = defaultdict(list), end
    for cell in reversed(submitted):
        if id(cell) in places:
            at = places[id(cell)]
            place = at if at in steady else place
            cell_there = release[at]
            if (
                is_answer(cell_there)
                or grade_id(cell_there) is None
                or not changed(cell_there, cell)
            ):
                continue
        elif grade_id(cell) in stubs and not changed(stubs[grade_id(cell)], cell):
            continue  # an untouched copy would undo the answer
        own[place].insert(0, _plain(cell))
    return {_turn(steady, p, release, set(places.values())): cells for p, cells in own.items()}


def _turn(steady, place, release, there):
    """Where own cells before `place` go: before a deleted test whose answer was deleted, too."""
    start = max((p for p in steady if p < place), default=-1) + 1
    absent = [p for p in range(start, place) if p not in there]
    answers = [p for p in absent if is_answer(release[p])]
    tests = [p for p in absent if is_test(release[p]) and answers and p > answers[0]]
    return tests[0] if tests else place


def _longest_rise(numbers):
    """The members of a longest rising subsequence of distinct numbers."""
    tails, ends, before = [], [], {}
    for n in numbers:
        at = bisect_left(tails, n)
        before[n] = ends[at - 1] if at else None
        tails[at : at + 1], ends[at : at + 1] = [n], [n]
    rise, n = set(), ends[-1] if ends else None
    while n is not None:
        rise.add(n)
        n = before[n]
    return rise


def _plain(cell):
    """A copy without nbgrader's marks."""
    copy = new_cell(cell.cell_type, cell.source)
    if "attachments" in cell:
        copy["attachments"] = cell["attachments"]
    return copy


def _filled(cell, found, notes):
    """The release's cell with the student's text where that is theirs to write."""
    name = grade_id(cell)
    theirs = name is None or is_answer(cell)
    kind = found.cell_type if name is None else cell.cell_type
    filled = _as_released(cell, kind, found.source if theirs else cell.source)
    if theirs and kind == "markdown" and "attachments" in found:
        filled["attachments"] = found["attachments"]
    if not theirs and changed(cell, found):
        notes["Locked cells that were changed, the original counts"].append(name)
    if kind != found.cell_type:
        notes["Cells of another type, read as the lesson's"].append(name)
    return filled


def _absent(cell, kinds, restore, notes):
    """A cell that was deleted: back as released, but an answer stays empty where it may stand in
    one of the student's own cells, which are of these `kinds`."""
    name = grade_id(cell)
    if name is not None:
        what = "Missing answers" if is_answer(cell) else "Missing cells, put back"
        notes[what].append(name)
    elsewhere = cell.cell_type in kinds or not marks(cell).get("grade")
    if is_answer(cell) and elsewhere and not restore:
        # the stub would undo the answer; and a person looks for it where a person gives the points
        comment = "# " if cell.cell_type == "code" else ""
        return _as_released(cell, cell.cell_type, comment + MISSING)
    return _as_released(cell, cell.cell_type, cell.source)


def _as_released(cell, kind, source):
    new = new_cell(kind, source)
    new.id = cell.get("id") or ""
    new.metadata = deepcopy(cell.metadata)
    if kind == "markdown" and kind == cell.cell_type and "attachments" in cell:
        new["attachments"] = cell["attachments"]
    return new


def _number_own_cells(cells, taken):
    """Give each cell without a released id one of its own, the same on every run."""
    free = (i for n in count(1) if (i := f"own-{n}") not in taken)
    for cell in cells:
        if not cell.id or cell.id not in taken:
            cell.id = next(free)
