from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from .common import Course, console


def mutate(
    name: Annotated[str, typer.Argument(metavar="[LESSON]", help="One lesson; else all.")] = "",
    course: Course = Path("course"),
    least: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 below this share caught.")
    ] = 0.95,
):
    """Change each reference exercise in small ways, and count what its checks notice."""
    from ..author.lesson import load, names

    poor = False
    for each in [name] if name else names(course):
        total, survivors = _survivors(course, load(course, each))
        share = 1 - len(survivors) / total if total else 1
        poor = poor or share < least
        console.print(
            f"{each}: {total - len(survivors)} of {total} mutants caught ({share:.1%})",
            highlight=False,
        )
        for mutant in survivors:
            told = f"  not noticed in {mutant.exercise}: {mutant.line}"
            console.print(told, highlight=False, markup=False)
    raise typer.Exit(1 if poor else 0)


def _survivors(course, lesson):
    """(number of mutants that change anything, those that no check notices)."""
    from ..author.mistakes import equivalents
    from ..author.mutants import caught, mutants

    harmless = equivalents(course, lesson.name)
    pairs = [(m, e.cell) for e in lesson.exercises for m in mutants(e.id)]
    pairs = [(m, cell) for m, cell in pairs if (m.exercise, m.line) not in harmless]
    found = track(pairs, f"{lesson.name}", console=console, transient=True)
    return len(pairs), [m for m, cell in found if not caught(m, cell)]
