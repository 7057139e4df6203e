"""What `lessons grade` and `lessons regrade` share: what to grade with, where, and how it ended."""

import time
from contextlib import ExitStack
from functools import partial

import typer

from .. import DEVICES, Problem
from ..author import lesson, mistakes
from ..gradebook import course, gradebook
from ..grading import ordinary
from ..grading.workers import Cluster, Here, Setting
from ..insight import summary
from ..intake import reading
from ..names import assignment
from .common import listed

FEW = 3  # submissions that are graded before a cluster would have started


def setting(folder, name, devices, unsafe, scheduler, console, pictures=False):
    """The Setting of a lesson, with the strongest sandbox that this machine has."""
    from ..grading.assess import grade
    from ..sandbox import open_sandbox

    mistakes.answers(folder, name)  # what cannot be read is said before an hour's work, not after
    gradebook.extensions(folder, assignment(name))
    found = gradebook.snapshot(course.db_url(folder), folder, name)
    if tests := ordinary.tests(found):
        told = f"Decided inside the student's process, as ordinary test cells are: {tests}."
        console.print(told, highlight=False, markup=False, soft_wrap=True)
    one = lesson.load(folder, name) if lesson.is_lesson(folder, name) else None
    if one and (changed := unreleased(one, found)):
        told = (
            f"Changed since the release: {', '.join(changed)}. Graded as released; to bring it in:"
        )
        console.print(f"{told} lessons release {name}", highlight=False, soft_wrap=True)
    devices = usable(devices, console)
    opens = partial(open_sandbox, unsafe=unsafe, devices=devices)
    if not scheduler:  # a cluster's machines choose for themselves
        with opens() as sandbox:
            console.print(f"Sandbox: {sandbox.name}, {sandbox.why}.", highlight=False)
            opens = partial(open_sandbox, way=sandbox.name, devices=devices)
    return Setting(found, course.secret(folder), devices, partial(grade, pictures=pictures), opens)


def only(folder, name, students):
    """The students of --student. Raises Problem for one who has handed in nothing."""
    there = [s.student for s in reading.find(folder, name) if s.handed_in]
    for student in students:
        if student not in there:
            more = lesson.guess(student, there) if len(there) < 30 else ""
            raise Problem(f"{student!r} has handed in nothing of {name}.{more}")
    return students


def unreleased(one, snapshot):
    """The exercises whose check or points in the source are not those that were released."""
    cells = {c["grade_id"]: c for c in snapshot["cells"]}
    released = {id: (lesson.check_cell(c["source"]), c["metadata"].get("points"))
                for id, c in cells.items() if c["cell_type"] == "code"}  # fmt: skip
    return [e.id for e in one.exercises if released.get(f"check-{e.id}") != (e.cell, e.points)]


def usable(devices, console):
    """The devices of a list such as "cpu,sim,cuda" that this machine has."""
    from ... import devices as known

    wanted = [d.strip() for d in devices.split(",") if d.strip()]
    if unknown := [d for d in wanted if d not in known.names]:
        raise Problem(f"There is no device {unknown[0]!r}. There are: {', '.join(known.names)}.")
    there = {d.type for d in known.available()}
    for absent in [d for d in wanted if d not in there]:
        console.print(f"This machine has no {absent}: graded without it.")
    found = tuple(d for d in wanted if d in there)
    if not found:
        raise Problem(f"None of these devices is here. Try --devices {','.join(DEVICES)}")
    return found


def one_notebook(course, name, setting, where, console, *, force, **choices):
    """(Grading, Rows) of one notebook, with its table printed."""
    from ..grading.keeper import keeping
    from ..grading.plan import Grading

    start = time.perf_counter()
    grading = Grading(course, name, setting, force=force, **choices)
    with keeping(course, name) as keeper:
        tasks, rows = grading.plan(keeper)
        if grading.again and not force:
            console.print(
                f"{grading.again} are graded again: a check, a mistake or the grader has changed."
            )
        rows += graded(grading, tasks, keeper, *where, console)
        keeper.finish()
    if not rows:
        console.print(f"Nobody has handed in {name}. lessons collect {name} DOWNLOAD")
        return grading, rows
    console.print(summary.table(rows))
    listed("Handed in nothing", sorted(summary.absent(rows)))
    seconds = time.perf_counter() - start
    console.print(summary.closing_line(rows, grading, seconds), highlight=False)
    return grading, rows


def graded(grading, tasks, keeper, workers, scheduler, certificates, console):
    """Grade the tasks with a progress bar; returns their Rows."""
    if not tasks:
        return []
    few = len(tasks) <= FEW and not workers and not scheduler
    where = Here() if few else Cluster(min(workers, len(tasks)), scheduler, **certificates)
    rows = []
    with ExitStack() as stack:
        with console.status("Starting the workers"):
            pool = stack.enter_context(where)
        take = stack.enter_context(summary.progress(console, len(tasks)))
        for row in grading.run(tasks, pool, keeper):
            take(row)
            rows += [row] if row else []
    return rows


def end(grading, rows, console):
    """Exit code 0 when every submission has its grade, 1 when one has not, 130 when stopped."""
    if grading.stopped:
        console.print("Stopped. What is done is kept; the same command does the rest.")
        raise typer.Exit(130)
    if any(r.trouble for r in rows):
        raise typer.Exit(1)
