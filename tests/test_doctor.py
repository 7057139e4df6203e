"""`lessons doctor` says what this machine has, and what mends what is missing."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy
from typer.testing import CliRunner

from tinygrad_lessons import devices
from tinygrad_lessons.classroom import doctor, sandbox
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.sandbox import selftest


def run(*options):
    return CliRunner().invoke(app(), ["doctor", *options])


def test_what_is_here_is_listed():
    done = run()
    assert done.exit_code == 0, done.output
    for name in ("Python", "numpy", "jupyterlab", "cpu", "sim", "cuda", "sandbox"):
        assert f" {name}: " in done.output


def test_what_students_code_can_import_is_said():
    (line,) = [x for x in run().output.splitlines() if "students' code can import" in x]
    assert "numpy" in line.partition("; not")[0]
    (every,) = [x for x in run("--packages").output.splitlines() if "can import" in x]
    assert f"numpy {numpy.__version__}" in every and "nbformat" in every


def test_the_attacks_are_tried():
    done = run("--attacks")
    assert done.exit_code == 0 and "ok      code that reads files: held" in done.output


def test_an_attack_that_comes_through_fails(monkeypatch):
    crossed = [("reads files", False, "crossed secret"), ("is root", True, "")]
    there = nullcontext(SimpleNamespace(name="fork server", why="inside bubblewrap"))
    monkeypatch.setattr(sandbox, "open_sandbox", lambda: there)
    monkeypatch.setattr(selftest, "attacks_held", lambda name: crossed)
    done = run("--attacks")
    assert done.exit_code == 1
    assert "crossed code that reads files: it crossed the boundary. Do not grade" in done.output


def test_without_a_boundary_it_says_what_mends_that(monkeypatch):
    def none(*args, **options):
        raise sandbox.NoBoundary("On Windows: run lessons in WSL 2.")

    monkeypatch.setattr(sandbox, "open_sandbox", none)
    done = run()
    assert done.exit_code == 1
    assert "missing sandbox: only grading needs one. On Windows: run" in done.output


def test_what_is_missing_fails_and_says_what_mends_it(monkeypatch):
    monkeypatch.setitem(doctor.PACKAGES, "no-such-package", "pip install it")
    done = run()
    assert done.exit_code == 1
    assert "missing no-such-package: pip install it" in done.output


def test_a_gpu_may_be_absent_but_not_the_simulated_accelerator(monkeypatch):
    def broken(name):
        return {"device": name, "works": name == "cpu", "says": "It does not work"}

    monkeypatch.setattr(devices, "probe", broken)
    results = {fact.name: fact.result for fact in doctor.facts()}
    assert (results["cpu"], results["sim"], results["cuda"]) == ("ok", "broken", "absent")


def test_it_speaks_of_this_package_and_not_of_torch():
    words = {fact.name: fact.words for fact in doctor.facts()}["cuda"]
    assert "Torch" not in words and ("CuPy" in words or "a product of two matrices" in words)
