"""The released notebook with a student's answers in it, whatever they did to its cells."""

from bisect import bisect_left
from collections import defaultdict
from copy import deepcopy
from itertools import count

from .reading import new_cell, new_notebook

MISSING = "This cell was missing from the submission."


def rebuild(release, submitted, restore=False):
    """(notebook, findings): the cells of `release` in its order, with the text of `submitted`.

    Answers are matched by grade_id, cells without one by id or text. What a cell is, what it is
    worth and the text of locked cells is the release's. All other cells of the student stay, in
    their order, before the cell that followed them. An answer that is missing stays empty, or comes
    back as released with `restore`.
    """
    notes = defaultdict(list)
    taken = _match(release.cells, submitted.cells, notes)
    places = {id(cell): place for place, cell in taken.items()}
    own = _own_before(submitted.cells, places, len(release.cells), release.cells, notes)
    cells = []
    for place, cell in enumerate(release.cells):
        cells += own[place]
        found = taken.get(place)
        cells.append(_filled(cell, found, notes) if found else _absent(cell, restore, notes))
    cells += own[len(release.cells)]
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


def grade_id(cell):
    name = _marks(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_answer(cell):
    return bool(_marks(cell).get("solution"))


def _marks(cell):
    marks = cell.metadata.get("nbgrader")
    return marks if isinstance(marks, dict) else {}


def _match(release, submitted, notes):
    """{place in the release: the student's cell that stands there}."""
    copies = defaultdict(list)
    for cell in submitted:
        for key in _keys(cell):
            copies[key].append(cell)
    taken, used = {}, set()
    for place, cell in enumerate(release):
        if grade_id(cell) is not None:
            found = _chosen(cell, copies[("grade_id", grade_id(cell))], notes)
        else:
            same = (c for key in _keys(cell) for c in copies[key])
            found = next((c for c in same if id(c) not in used), None)
        if found is not None:
            taken[place] = found
            used.add(id(found))
    return taken


def _keys(cell):
    """What a cell is recognised by, the surest first."""
    if grade_id(cell) is not None:
        return [("grade_id", grade_id(cell))]
    by_id = [("id", cell.id)] if cell.get("id") else []
    by_text = [("text", cell.cell_type, cell.source)] if cell.source.strip() else []
    return by_id + by_text


def _chosen(cell, copies, notes):
    """Of a cell's copies the one that counts: an answer's last changed one, the first of others."""
    if not copies:
        return None
    if not is_answer(cell):
        return copies[0]
    if len(copies) > 1:
        notes["More than one copy of a cell, the last changed one counts"].append(grade_id(cell))
    return max(reversed(copies), key=lambda c: (c.cell_type == cell.cell_type, _changed(cell, c)))


def _changed(cell, copy):
    return copy.source.strip() != cell.source.strip()


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
                or not _changed(cell_there, cell)
            ):
                continue
        elif grade_id(cell) in stubs and not _changed(stubs[grade_id(cell)], cell):
            continue  # an untouched copy would undo the answer
        own[place].insert(0, _plain(cell))
    return own


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
    if not theirs and _changed(cell, found):
        notes["Locked cells that were changed, the original counts"].append(name)
    if kind != found.cell_type:
        notes["Cells of another type, read as the lesson's"].append(name)
    return filled


def _absent(cell, restore, notes):
    """A cell that was deleted: back as released, but an ungraded answer stays empty."""
    name = grade_id(cell)
    if name is not None:
        what = "Missing answers" if is_answer(cell) else "Missing cells, put back"
        notes[what].append(name)
    if is_answer(cell) and not restore and not _marks(cell).get("grade"):
        # the released stub would undo an answer that stands in a cell of the student's own
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
