from typing import Annotated

import typer

from .common import console


def doctor(
    attacks: Annotated[bool, typer.Option(help="Try a dozen attacks on the sandbox.")] = False,
    packages: Annotated[bool, typer.Option(help="List what students' code can import.")] = False,
):
    """Say what this machine has, and what mends what is missing; exit 1 when something is."""
    from ..doctor import facts

    fine = True
    for fact in facts(attacks, packages):
        line = f"{fact.result:8}{fact.name}: {fact.words}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
        fine = fine and fact.fine
    raise typer.Exit(0 if fine else 1)
