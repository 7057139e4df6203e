"""What an instructor sees while a lesson is graded, and at its end."""

from collections import Counter
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from ..intake.reading import shown


@contextmanager
def progress(console, total):
    """A bar with the time left and running totals; gives what takes each Row or None."""
    columns = TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    counts = {"full marks": 0, "not": 0, "wait for a person": 0, "with findings": 0}
    with Progress(*columns, TextColumn("{task.fields[counts]}"), console=console) as bar:
        task = bar.add_task("", total=total, counts="")

        def take(row):
            if row is None:
                return
            counts[_kind(row)] += 1
            counts["with findings"] += bool(row.findings)
            told = ", ".join(f"{count} {what}" for what, count in counts.items())
            bar.update(task, advance=1, counts=told)

        yield take


def _kind(row):
    if row.by_hand:
        return "wait for a person"
    return "full marks" if row.score is not None and row.score >= row.max else "not"


def absent(rows):
    """The students who handed in nothing."""
    return [r.student for r in rows if r.score is None and not r.trouble]


def table(rows):
    """Student, score of maximum, what went wrong, findings; of those who handed in anything."""
    found = _by_student("Score", "What went wrong", "Findings")
    without = set(absent(rows))
    for row in sorted((r for r in rows if r.student not in without), key=lambda r: r.student):
        wrong = row.trouble or few(row.wrong, 4)
        found.add_row(*map(escape, (shown(row.student), points(row), wrong, few(row.findings, 2))))
    return found


def _by_student(*columns):
    """A table whose first column never cuts a name short."""
    return Table(Column("Student", overflow="fold"), *columns, header_style="bold")


def few(texts, most):
    """The first texts on a line each, and how many more there are."""
    more = [f"and {len(texts) - most} more"] if len(texts) > most else []
    return "\n".join([*texts[:most], *more])


def points(row):
    """Such as "3.5/7 + 1 by hand"."""
    if row.score is None:
        return "-"
    by_hand = f" + {row.by_hand} by hand" if row.by_hand else ""
    return f"{_points(row.score)}/{row.max:g}{by_hand}"


def _points(score):
    return f"{round(score, 2):g}"


def closing_line(rows, grading, seconds):
    """How many, how fast, and what is left to do."""
    new = sum(r.new for r in rows)
    failed = sum(bool(r.trouble) for r in rows)
    none = len(absent(rows))
    done = f"{grading.total} submissions: {new} graded in {seconds:.1f} s, {grading.kept} as before"
    parts = [
        done,
        failed and f"{failed} without a grade",
        none and f"{none} handed in nothing",
    ]
    return "; ".join(filter(None, parts)) + "."


def changes(changes, total):
    """Whose score would change, from what to what, and where."""
    if not changes:
        return f"No score of {total} submissions would change."
    found = _by_student("Score", "Would be", "Change", "Cells")
    for c in changes:
        before = "-" if c.before is None else _points(c.before)
        cells = [f"{x} (a score given by hand stays)" if x in c.by_hand else x for x in c.cells]
        by = f"{round(c.after - (c.before or 0), 2):+g}"
        row = shown(c.student), before, _points(c.after), by, few(cells, 6)
        found.add_row(*map(escape, row))
    found.caption = f"{len(changes)} of {total} submissions would change."
    return found


def collected(done):
    """What became of each student's notebook."""
    found = Table(Column("Student", overflow="fold"), Column("In the download", overflow="fold"),
                  "Notebook", "Handed in", "Findings", header_style="bold")  # fmt: skip
    for one in done:
        row = shown(one.student), shown(one.names), one.what, _when(one), few(one.findings, 3)
        found.add_row(*map(escape, row))
    return found


def _when(one):
    if one.when:
        return f"{one.when.astimezone():%Y-%m-%d %H:%M}"
    if one.what == "nothing":
        return "-"
    return "late" if one.late else "not known"


def left_out(found, course, dry_run=False):
    """Sentences: who is not known, what was left out, how many came, which times are missing."""
    yield from (f"Left out: {sentence}" for sentence in found.refused)
    if found.unknown:
        names = ", ".join(map(shown, found.unknown))
        yield (
            f"On no roster, left out: {names}\n  To take them as new students: --new. "
            "To add a class list first: lessons roster import FILE.csv"
        )
    counts = Counter(one.what for one in found.done)
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing"
    would = "would come to" if dry_run else "in"
    yield f"{len(found.done)} students {would} {course / 'submitted'}: {told}."
    if blank := sum(one.when is None and one.what in ("new", "newer") for one in found.done):
        yield (
            f"When they were handed in is not known of {blank}: no penalty, unless the download "
            "calls it late. To give times: --times TIMES.csv with the heading student,submitted"
        )
