"""`lessons doctor` says what this machine has, and what mends what is missing."""

from typer.testing import CliRunner

from tinygrad_lessons.classroom.commands import app, doctor


def run(*options):
    return CliRunner().invoke(app(), ["doctor", *options])


def test_what_is_here_is_listed():
    done = run()
    assert done.exit_code == 0, done.output
    for name in ("Python", "numpy", "jupyterlab", "cpu", "sim", "cuda", "sandbox"):
        assert f" {name}: " in done.output


def test_the_attacks_are_tried():
    done = run("--attacks")
    assert done.exit_code == 0 and "ok      against what reads files" in done.output


def test_what_is_missing_fails_and_says_what_mends_it(monkeypatch):
    monkeypatch.setitem(doctor.PACKAGES, "no-such-package", "pip install it")
    done = run()
    assert done.exit_code == 1
    assert "missing no-such-package: pip install it" in done.output
