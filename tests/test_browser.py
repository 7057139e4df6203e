"""A student in JupyterLab, in a real headless Chromium: a wrong answer, its hint, the right one."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from tinygrad_lessons.classroom import lesson, workspace

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
SHOTS = os.environ.get("SCREENSHOTS")  # a folder to keep screenshots in
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@contextmanager
def jupyterlab(folder, settings):
    """The address of a JupyterLab on this machine that serves `folder`."""
    for name, values in SETTINGS.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    token = secrets.token_hex(16)
    options = ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--allow-root"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, f"--IdentityProvider.token={token}"],
        cwd=folder,
        env=os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(settings)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _address(process), token
    finally:
        process.terminate()
        process.wait(20)


def _address(process):
    for line in process.stderr:
        if "http://127.0.0.1:" in line and "/lab" in line:
            return line[line.index("http://") :].split("/lab")[0]
    raise RuntimeError("JupyterLab did not start")


class Page:
    """A notebook that is open in the browser, its cells by their number."""

    def __init__(self, page, folder):
        self.page, self.folder = page, folder
        self.notebook = nbformat.read(folder / f"{folder.name}.ipynb", 4)

    def index(self, grade_id):
        ids = [c.metadata.get("nbgrader", {}).get("grade_id") for c in self.notebook.cells]
        return ids.index(grade_id)

    def cell(self, grade_id):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.index(grade_id))

    def write(self, grade_id, text):
        self.cell(grade_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")

    def run(self, grade_id):
        self.cell(grade_id).locator(".jp-InputPrompt").first.click()
        self.page.keyboard.press("Shift+Enter")

    def output(self, grade_id, text):
        """Waits until `text` stands under a cell."""
        found = self.cell(grade_id).locator(".jp-OutputArea").get_by_text(text).first
        found.wait_for(timeout=60_000)

    def shot(self, name):
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """03_gram as a student gets it, open in JupyterLab."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    folder = tmp_path_factory.mktemp("lessons")
    list(workspace.bring(Path("course"), folder))
    place = folder / "03_gram"
    settings = tmp_path_factory.mktemp("settings")
    with jupyterlab(place, settings) as (address, token), playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(f"{address}/lab/tree/03_gram.ipynb?token={token}")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)
        page.get_by_text("Python 3 (ipykernel)").first.wait_for(timeout=60_000)
        yield Page(page, place)
        browser.close()


def test_running_all_cells_of_a_fresh_notebook_shows_no_traceback_but_not_yet(opened):
    opened.page.get_by_role("menuitem", name="Run", exact=True).click()
    opened.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    for exercise in lesson.load("course", "03_gram").exercises:
        opened.output(f"check-{exercise.id}", "is yours to write")
    assert opened.page.locator(".jp-OutputArea").get_by_text("Traceback").count() == 0
    opened.shot("fresh")


def test_a_wrong_answer_gets_its_hint(opened):
    opened.write("gram", '@complete("gram")\ndef gram(A):\n    return A @ A.T')
    opened.run("check-gram")
    opened.output("check-gram", "hint")
    opened.output("check-gram", "not yet")
    opened.shot("wrong")


def test_the_right_answer_passes(opened):
    opened.write("gram", '@complete("gram")\ndef gram(A):\n    return A.T @ A')
    opened.run("check-gram")
    opened.output("check-gram", "3 of 3 checks pass")
    assert opened.cell("check-gram").get_by_text("not yet").count() == 0
    opened.shot("right")


def test_what_passes_is_kept_for_the_start_page(opened):
    steps = {step.exercise: step for step in workspace.steps(opened.folder.parent, "03_gram")}
    assert steps["gram"].done and steps["gram"].minutes > 0
    assert not steps["pca"].done
