"""JupyterLab in a headless Chromium, for the tests that look at what a person sees."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

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
        env=os.environ | {f"JUPYTERLAB_{k}_DIR": str(settings) for k in ("SETTINGS", "WORKSPACES")},
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


@contextmanager
def opened(folder, settings, path, height=900):
    """A page of Chromium with `path` of a JupyterLab that serves `folder`."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with jupyterlab(folder, settings) as (address, token), playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1100, "height": height})
        page = context.new_page()
        page.goto(f"{address}/{path}?token={token}")
        yield page
        browser.close()


def shot(page, name):
    """Keep a screenshot, where someone asked for them."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def course_of_one(folder, name="03_gram"):
    """A course with one lesson."""
    shutil.copytree(f"course/source/{name}", folder / "source" / name)
    shutil.copytree("course/mistakes", folder / "mistakes")
    shutil.copy("course/nbgrader_config.py", folder)
    return folder
