"""Feedback pages side by side with stock `nbgrader generate_feedback`: time and size of a page.

Of a course that was graded, such as `make demo` leaves; both write all of its pages anew, each in
one command, in copies of the course.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GOAL = 10  # times less of both
OURS = "from tinygrad_lessons.classroom.commands import main; main()"
PARTS = ("source", "autograded", "gradebook.db", "nbgrader_config.py")


def copy(course, folder, config=None):
    """What feedback is made from, with a configuration of its own."""
    folder.mkdir()
    for part in PARTS:
        take = shutil.copytree if (course / part).is_dir() else shutil.copy
        take(course / part, folder / part)
    if config is not None:
        (folder / "nbgrader_config.py").write_text(config)
    return folder


def cost(folder, *command):
    """(seconds of processor time, bytes of each page) of a command that writes feedback."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shutil.rmtree(folder / "feedback", ignore_errors=True)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    pages = [p.stat().st_size for p in (folder / "feedback").glob("*/*/*.html")]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, pages


def measured(folder, student, *command):
    """(seconds of a class of 60, kB a page): the first page, and what each further one adds."""
    first, _ = cost(folder, *command, "--student", student)
    all, pages = cost(folder, *command)
    further = (all - first) / (len(pages) - 1)
    return first + 59 * further, sum(pages) / len(pages) / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--course", type=Path, default=Path("demo"))
    parser.add_argument("--lesson", default="03_gram")
    options = parser.parse_args()
    student = sorted(p.name for p in (options.course / "autograded").iterdir())[0]
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        here = copy(options.course, Path(folder, "ours"))
        there = copy(options.course, Path(folder, "stock"), "c = get_config()\n")
        ours = measured(here, student, python, "-c", OURS, "feedback", options.lesson)
        stock = ("-m", "nbgrader", "generate_feedback", options.lesson)
        stock = measured(there, student, python, *stock)
    print(__doc__)
    for name, (seconds, size) in {"stock": stock, "ours": ours}.items():
        print(f"{name:6} {seconds:6.1f} s of processor time for 60 pages, {size:5.0f} kB a page")
    for what, a, b in zip(("time", "size"), stock, ours, strict=True):
        print(f"{what}: {a / b:.1f} times less, goal {GOAL} {'met' if a / b >= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
