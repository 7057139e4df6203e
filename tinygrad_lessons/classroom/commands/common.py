"""What the commands share: where they print, and the options that mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=False)

Course = Annotated[Path, typer.Option(help="The course folder.", show_default=True)]
Name = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson, such as 03_gram.")]
