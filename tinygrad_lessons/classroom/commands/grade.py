from pathlib import Path
from typing import Annotated

import typer

from .. import DEVICES
from .common import Course, Name, Students, console

Workers = Annotated[
    int, typer.Option(min=0, help="Processes; 0: one per core.", show_default=False)
]
Scheduler = Annotated[str, typer.Option(help="A dask cluster, tls://HOST:PORT, instead.")]
File = Annotated[Path | None, typer.Option(help="For the cluster's encrypted connections.")]
Devices = Annotated[str, typer.Option(help="Where the checks run: cpu,sim,cuda.")]
Unsafe = Annotated[bool, typer.Option("--unsafe-no-sandbox", help="For code that you trust.")]
Force = Annotated[bool, typer.Option(help="Grade what has not changed again, too.")]
Pictures = Annotated[bool, typer.Option("--pictures", help="Draw the pictures, too; slower.")]
EVERYWHERE = ",".join(DEVICES)


def grade(
    name: Name,
    course: Course = Path("course"),
    workers: Workers = 0,
    scheduler: Scheduler = "",
    tls_ca_file: File = None,
    tls_cert: File = None,
    tls_key: File = None,
    devices: Devices = EVERYWHERE,
    unsafe: Unsafe = False,
    force: Force = False,
    student: Students = (),
    pictures: Pictures = False,
):
    """Grade all submissions of a lesson that are new or changed, each in a sandbox."""
    from ..author import lesson
    from . import runs

    certificates = dict(tls_ca_file=tls_ca_file, tls_client_cert=tls_cert, tls_client_key=tls_key)
    where = workers, scheduler, certificates
    done = []
    for each in lesson.known(course, name):
        setting = runs.setting(course, each, devices, unsafe, scheduler, console, pictures)
        only = runs.only(course, each, student)
        options = dict(unsafe=unsafe, force=force, only=only)
        done.append(runs.one_notebook(course, each, setting, where, console, **options))
        if done[-1][0].stopped:
            break
    for grading, rows in done:
        runs.end(grading, rows, console)
