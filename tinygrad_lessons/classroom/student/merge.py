"""A newer release of a notebook with a student's work in it: merged by exercise."""

from difflib import SequenceMatcher

from ..intake import reading, rebuild


def merge(fresh, mine, base=None):
    """(notebook, notes): `fresh` with what the student did to `base`, the release they had.

    Answers and changed cells are the student's; what they left alone is the new release's.
    """
    became = _became(base, fresh) if base else {}
    known = {_key(cell): cell.source for cell in base.cells} if base else {}
    cells = [c for cell in mine.cells for c in _brought(cell, known, became)]
    notebook, notes = rebuild.rebuild(fresh, reading.new_notebook(cells), restore=True)
    return notebook, [*notes, *(_news(fresh, mine, base) if base else [])]


def written_in(release, mine):
    """The exercises whose cell in `mine` is not as it was released."""
    stubs = {rebuild.grade_id(c): c.source for c in release.cells if rebuild.is_answer(c)}
    found = [c for c in mine.cells if rebuild.grade_id(c) in stubs]
    changed = [c for c in found if c.source.strip() != stubs[rebuild.grade_id(c)].strip()]
    return list(dict.fromkeys(rebuild.grade_id(c) for c in changed))


def _key(cell):
    return rebuild.grade_id(cell) or cell.get("id")


def _became(base, fresh):
    """{key of a cell in base: the cell of `fresh` in its place}; others were dropped."""
    texts = [[(c.cell_type, c.source) for c in book.cells] for book in (base, fresh)]
    found = {}
    for kind, i, i_end, j, j_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind == "equal" or kind == "replace" and i_end - i == j_end - j:
            pairs = zip(base.cells[i:i_end], fresh.cells[j:j_end], strict=True)
            found |= {_key(old): new for old, new in pairs if not rebuild.grade_id(new)}
    return found | {_key(c): c for c in fresh.cells if rebuild.grade_id(c)}


def _brought(cell, known, became):
    """The student's cell as the new release is to find it; nothing where it was dropped."""
    key = _key(cell)
    if key not in known:
        return [cell]
    new, same = became.get(key), cell.source == known[key]
    if new is None and same:
        return []
    if same:
        cell.source = new.source
    if not rebuild.grade_id(cell):
        cell.id = new.id if new is not None else ""
    return [cell]


def _news(fresh, mine, base):
    """What the new release brings, in sentences."""
    now, before = (
        {rebuild.grade_id(c) for c in book.cells if rebuild.is_answer(c)} for book in (fresh, base)
    )
    kept = written_in(base, mine)
    texts = {c.source for c in base.cells}
    changed = sum(c.source not in texts for c in fresh.cells)
    if changed:
        yield f"New or changed cells of the lesson: {changed}."
    if now - before:
        yield f"New exercises: {', '.join(sorted(now - before))}."
    if gone := sorted((before - now) & set(kept)):
        yield f"No longer in the lesson, your answers are kept in it: {', '.join(gone)}."
    if kept:
        yield f"Your answers are in it: {', '.join(kept)}."
