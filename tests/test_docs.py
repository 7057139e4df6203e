"""The documents are true: commands, observations, devices, code, links, and the map of the code."""

import re
import tomllib
from pathlib import Path

import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import devices
from tinygrad_lessons.classroom import DEVICES
from tinygrad_lessons.classroom.author import lesson, mistakes, release
from tinygrad_lessons.classroom.commands import COMMANDS
from tinygrad_lessons.classroom.grading import judge
from tinygrad_lessons.lab.observe import Observer
from tinygrad_lessons.lab.pictures import gram as pictures
from tinygrad_lessons.lab.table import Report

PAGES = [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").glob("*.md"))]
PAGES += [Path("course/README.md"), Path("benchmarks/README.md")]
TEXT = "\n".join(page.read_text() for page in PAGES)

# folder or file of the package, what it is; the README's map gives each its lines of code
MAP = {
    "tensor": "Tensor: a class by families, every method written out with its types",
    "autograd.py": "Function, backward, no_grad, gradient checks",
    "ops": "every operation, forward and backward side by side",
    "devices": "cpu, cuda, and sim, the simulated accelerator",
    "nn": "modules, layers, losses, initialisation",
    "optim": "SGD, Adam and others, schedules of learning rates",
    "lab": "what a notebook calls: check, observe, compare, predict, pictures",
    "classroom": "what an instructor runs: editions, judge, gradebook, commands",
    "classroom/sandbox": "the boundary around students' code",
}


def lines(name):
    """Lines with something on them, in a file or in all files of a folder."""
    path = Path("tinygrad_lessons", name)
    files = path.rglob("*.py") if path.is_dir() else [path]
    return sum(bool(line.strip()) for file in files for line in file.read_text().splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    assert f"lessons {name.replace('_', '-')}" in TEXT or name == "demo"


@pytest.mark.parametrize("name", [n for n in vars(Observer) if not n.startswith("_")])
def test_every_observation_is_documented(name):
    assert f"observe.{name}(" in Path("docs/observation.md").read_text() or name == "note"


def test_every_device_is_documented():
    for name in devices.names:
        assert f"`{name}`" in TEXT


def test_every_exercise_is_in_the_syllabus():
    syllabus = Path("course/README.md").read_text()
    for one in lesson.load_all("course"):
        for exercise in one.exercises:
            assert f"`{exercise.id}`" in syllabus, exercise.id


def blocks():
    """(page, code) of the Python blocks that are meant to run: no comment stands above them."""
    pattern = re.compile(r"^(<!--.*-->\n)?```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for page in PAGES:
        for shown, code in pattern.findall(page.read_text()):
            if not shown:
                yield pytest.param(code, id=f"{page}: {code.splitlines()[0][:40]}")


@pytest.mark.parametrize("code", list(blocks()))
def test_code_in_the_documents_runs(code):
    exec(code, {})


def test_the_results_in_the_readme_are_true(capsys):
    readme = Path("README.md").read_text()
    A = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    G = torch.gram(A)
    G.sum().backward()
    for shown in (G, A.grad, A.detach().to("sim").device):
        for line in str(shown).splitlines():
            assert line.strip() in readme


def test_the_failing_check_in_the_readme_is_what_a_student_sees():
    exercise = next(e for e in lesson.load("course", "03_gram").exercises if e.id == "gram")
    known = mistakes.mistakes("course", "03_gram")
    wrong = next(m.function for m in known if m.name == "rows_for_columns")
    seed, runs = judge.seed_of(release.PUBLIC_SEED, "gram"), []
    for check in exercise.cell.checks:
        for device in DEVICES:
            with judge.replaced("gram", wrong):
                yours = judge.expected(exercise.cell, check.name, device, seed)
            runs.append((check, device, seed, yours, ""))
    text = repr(Report("gram", judge.judge(exercise.cell, runs, known)))
    assert f"```text\n{text}\n```" in Path("README.md").read_text(), text


def test_the_picture_in_the_readme_says_what_it_shows():
    """docs/gram.png is made by the README's own lines; its alternative text is what they say."""
    A = torch.tensor([[2.0, 1.0, -1.0], [0.5, 2.0, 1.5]])
    picture = pictures.columns_and_gram(A, torch.gram)
    assert f"![{picture.sentence}](docs/gram.png)" in Path("README.md").read_text()
    assert Path("docs/gram.png").stat().st_size < 60_000


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_map_of_the_code_is_true():
    """To a tenth; when it is off, the text below is what the README should say."""
    readme = Path("README.md").read_text()
    text = "| where | what | lines |\n|---|---|---|\n" + "\n".join(
        f"| `{name}` | {what} | {lines(name)} |" for name, what in MAP.items()
    )
    for name, what in MAP.items():
        found = re.search(rf"^\| `{name}` \| {re.escape(what)} \| (\d+) \|$", readme, re.MULTILINE)
        assert found and abs(int(found[1]) - lines(name)) <= lines(name) / 10, text


def test_environments_ask_for_what_the_package_asks_for():
    wanted = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    for name in ("environment.yml", "environment-cuda.yml"):
        text = Path(name).read_text()
        for line in wanted["optional-dependencies"]["student"] + wanted["dependencies"][:1]:
            assert f"- {line}" in text
