"""The command `lessons`: one file per command."""

import errno
import importlib
import sys

import typer

from ...exercise import PACKAGE
from .. import Problem
from .common import console

COMMANDS = (
    "lab",
    "status",
    "check",
    "reset",
    "assemble",
    "new_exercise",
    "sync",
    "audit",
    "mutate",
    "release",
    "due",
    "roster",
    "collect",
    "grade",
    "regrade",
    "feedback",
    "report",
    "export",
    "demo",
    "doctor",
)


class InOrder(typer.core.TyperGroup):
    """Lists the commands in the order of COMMANDS."""

    def list_commands(self, ctx):
        return [name.replace("_", "-") for name in COMMANDS]


def app():
    """The commands as one typer application."""
    found = typer.Typer(
        cls=InOrder,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Make, release, grade and return the lessons of the course.",
    )
    found.callback()(lambda: None)
    for name in COMMANDS:
        module = importlib.import_module(f"{__name__}.{name}")
        found.command(name.replace("_", "-"))(getattr(module, name))
    return found


def main():
    """Run a command. Exit code 0: done; 1: something fails; 2: something to mend first."""
    try:
        app()()
    except Problem as problem:
        _stop(problem)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            _stop("The disk is full. Make room, then run the same command again.")
        if not error.filename:
            raise
        _stop(f"{error.filename}: {error.strerror}. Make it accessible, then try again.")
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.partition(".")[0] == PACKAGE:
            raise
        _stop(f"This command needs {missing.name}: pip install 'tinygrad-lessons[classroom]'")


def _stop(words):
    console.print(str(words), style="bold", markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)
