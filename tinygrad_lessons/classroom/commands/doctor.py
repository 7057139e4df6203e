import importlib.metadata
import platform
from typing import Annotated

import typer

from .common import console

PACKAGES = {
    "numpy": "pip install numpy",
    "matplotlib": "pip install '.[student]'",
    "jupyterlab": "pip install '.[student]'",
    "nbgrader": "pip install '.[classroom]'",
}
NO_GPU = "Not needed: every check runs on sim. With an NVIDIA GPU: pip install '.[cuda]'"


def doctor(
    attacks: Annotated[bool, typer.Option(help="Try a dozen attacks on the sandbox.")] = False,
):
    """Say what this machine has, and what mends what is missing; exit 1 when something is."""
    fine = [_packages(), _devices(), _sandbox(attacks)]
    raise typer.Exit(0 if all(fine) else 1)


def _say(good, name, words, otherwise="missing"):
    result = "ok     " if good else otherwise
    console.print(f"{result} {name}: {words}", highlight=False, markup=False, soft_wrap=True)
    return good


def _packages():
    _say(True, "Python", platform.python_version())
    return all([_package(name, advice) for name, advice in PACKAGES.items()])


def _package(name, advice):
    try:
        return _say(True, name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return _say(False, name, advice)


def _devices():
    """The CPU and the simulated accelerator have to work; CUDA may be absent."""
    from ... import devices

    found = {name: devices.probe(name) for name in ("cpu", "sim", "cuda")}
    for name, probe in found.items():
        words = probe["says"].splitlines()[0]
        if name == "cuda" and not probe["works"]:
            words += f". {NO_GPU}"
        _say(probe["works"], name, words, "absent " if name == "cuda" else "missing")
    return found["cpu"]["works"] and found["sim"]["works"]


def _sandbox(attacks):
    from ..sandbox import NoBoundary, open_sandbox
    from ..sandbox.selftest import attacks_held

    try:
        with open_sandbox() as sandbox:
            _say(True, "sandbox", f"{sandbox.name}, {sandbox.why}")
    except NoBoundary as refusal:
        return _say(False, "sandbox", f"only grading needs one. {refusal}")
    found = attacks_held(sandbox.name) if attacks else []
    for what, held, said in found:
        crossed = f"it crossed the boundary. Do not grade here. {said}"
        _say(held, f"code that {what}", "held" if held else crossed, "crossed")
    return all(held for _, held, _ in found)
