"""What this machine has: packages, devices, the sandbox; and what mends what is missing."""

import importlib.metadata
import platform
from dataclasses import dataclass

from .. import devices
from . import DEVICES

PACKAGES = {
    "numpy": "pip install numpy",
    "matplotlib": "pip install '.[student]'",
    "jupyterlab": "pip install '.[student]'",
    "nbgrader": "pip install '.[classroom]'",
}
ASKED_FOR = ("matplotlib", "numpy", "pandas", "scikit-learn", "scipy", "seaborn", "sympy", "torch")
NO_GPU = "Not needed: every check runs on sim."


@dataclass(frozen=True)
class Fact:
    """One line of the report; `result` is "ok", "absent" (which is no fault), or what is wrong."""

    result: str
    name: str
    words: str

    @property
    def fine(self):
        return self.result in ("ok", "absent")


def facts(attacks=False, packages=False):
    """Every Fact of this machine; with `attacks` those of the sandbox's self-test too.

    With `packages` all that a submission can import is named, else what is often asked for.
    """
    yield Fact("ok", "Python", platform.python_version())
    yield from (_package(name, advice) for name, advice in PACKAGES.items())
    yield from (_device(name) for name in (*DEVICES, "cuda"))
    yield from _sandbox(attacks)
    yield _offered(packages)


def _offered(all_of_them):
    """The packages of the grader's own Python: those that the sandbox has, too."""
    from .sandbox import policy

    found = importlib.metadata.distributions(path=policy.sites())
    there = {d.name.lower(): d.version for d in found if d.name}
    if all_of_them:
        told = ", ".join(f"{name} {there[name]}" for name in sorted(there))
        return Fact("ok", "students' code can import", told)
    has = ", ".join(name for name in ASKED_FOR if name in there)
    lacks = ", ".join(name for name in ASKED_FOR if name not in there)
    more = f"; not {lacks}: pip install what your course needs" if lacks else ""
    return Fact("ok", "students' code can import", f"{has}{more} (all: lessons doctor --packages)")


def _package(name, advice):
    try:
        return Fact("ok", name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Fact("missing", name, advice)


def _device(name):
    """The CPU and the simulated accelerator have to work; CUDA may be absent."""
    probe = devices.probe(name)
    lines = probe["says"].splitlines()
    if probe["works"]:
        return Fact("ok", name, lines[0])
    words = lines[-1].strip().removesuffix(".")  # torch's own sentence comes first
    return (
        Fact("absent", name, f"{words}. {NO_GPU}")
        if name == "cuda"
        else Fact("broken", name, words)
    )


def _sandbox(attacks):
    from . import sandbox
    from .sandbox import selftest

    try:
        with sandbox.open_sandbox() as found:
            yield Fact("ok", "sandbox", f"{found.name}, {found.why}")
    except sandbox.NoBoundary as refusal:
        yield Fact("missing", "sandbox", f"only grading needs one. {refusal}")
        return
    for what, held, said in selftest.attacks_held(found.name) if attacks else ():
        words = "held" if held else f"it crossed the boundary. Do not grade here. {said}"
        yield Fact("ok" if held else "crossed", f"code that {what}", words)
