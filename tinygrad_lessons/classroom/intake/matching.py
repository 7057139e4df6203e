"""Which cell of a submission stands for which of the lesson's, whatever happened to their marks."""

import re
from collections import defaultdict

DEFINED = re.compile(r"^(?:async )?(?:def|class) +(\w+)|^(\w+) *=", re.MULTILINE)


def marks(cell):
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell):
    name = marks(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_answer(cell):
    return bool(marks(cell).get("solution"))


def is_test(cell):
    return bool(marks(cell).get("grade")) and not is_answer(cell)


def changed(cell, copy):
    return copy.source.strip() != cell.source.strip()


def match(release, submitted, notes):
    """{place in the release: the student's cell that stands there}.

    By grade_id; where marks were lost by id, by text, and answers by what they define or by the
    place that is left.
    """
    taken = _by_mark(release, submitted, notes)
    unmarked = [c for c in submitted if grade_id(c) is None]
    for key in (_id, _text):
        _by(key, release, unmarked, taken)
    for place, cell in enumerate(release):
        if place not in taken and is_answer(cell):
            left = _unused(unmarked, taken)
            if found := _answer(cell, _between(place, left, submitted, taken), left):
                taken[place] = found
    if lost := [g for p, c in taken.items() if (g := grade_id(release[p])) and not grade_id(c)]:
        notes["Cells without their marks, known by their id, text or place"] += lost
    return dict(sorted(taken.items()))


def _by_mark(release, submitted, notes):
    copies = defaultdict(list)
    for cell in submitted:
        copies[grade_id(cell)].append(cell)
    return {
        place: _chosen(cell, copies[name], notes)
        for place, cell in enumerate(release)
        if (name := grade_id(cell)) is not None and copies[name]
    }


def _chosen(cell, copies, notes):
    """Of a cell's copies the one that counts: an answer's last changed one, the first of others."""
    if not is_answer(cell):
        return copies[0]
    if len(copies) > 1:
        notes["More than one copy of a cell, the last changed one counts"].append(grade_id(cell))
    return max(reversed(copies), key=lambda c: (c.cell_type == cell.cell_type, changed(cell, c)))


def _id(cell):
    return cell.get("id") or None


def _text(cell):
    return (cell.cell_type, cell.source) if cell.source.strip() else None


def _by(key, release, unmarked, taken):
    """Match what is left by a key, each cell once and in order."""
    copies = defaultdict(list)
    for cell in reversed(_unused(unmarked, taken)):
        copies[key(cell)].append(cell)
    for place, cell in enumerate(release):
        if place not in taken and key(cell) is not None and copies[key(cell)]:
            taken[place] = copies[key(cell)].pop()


def _unused(cells, taken):
    used = {id(c) for c in taken.values()}
    return [c for c in cells if id(c) not in used]


def _between(place, left, submitted, taken):
    """Of the cells that are `left` those between the neighbours of a place."""
    at = {id(c): i for i, c in enumerate(submitted)}
    start = max((at[id(c)] for p, c in taken.items() if p < place), default=-1)
    end = min((at[id(c)] for p, c in taken.items() if p > place), default=len(submitted))
    return [c for c in left if start < at[id(c)] < end]


def _answer(cell, near, left):
    """The cell in which an answer stands: by the names that its stub defines, or the only one."""
    if names := _defined(cell):
        for cells in (near, left):
            found = [c for c in cells if names & _defined(c) and c.cell_type == cell.cell_type]
            if found:
                return found[-1]
        return None
    same = [c for c in near if c.cell_type == cell.cell_type and c.source.strip()]
    return same[0] if len(same) == 1 else None


def _defined(cell):
    """The names that a code cell defines at its left margin, whether it is Python or nearly so."""
    if cell.cell_type != "code":
        return set()
    return {name for pair in DEFINED.findall(cell.source) for name in pair if name}
