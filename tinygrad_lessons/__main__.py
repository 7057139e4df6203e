"""`python -m tinygrad_lessons`, in a lesson's folder or beside some: status, check, reset."""

import argparse
import sys
from pathlib import Path

from .lab import folder, progress, runner


def status(lessons):
    """Show what passes, what is next, and how many minutes are left."""
    print(progress.Table(folder.lessons(lessons)))


def check(lessons, name="", exercise=""):
    """Run saved notebooks and their checks; exit 1 when one does not pass."""
    found = {folder.name(place): place for place in folder.lessons(lessons)}
    places = [place for known, place in found.items() if name in ("", known, known[:2])]
    if not places:
        raise folder.Missing(f"There is no lesson {name!r} here. There are: {', '.join(found)}.")
    found = {id: text for place in places for id, text in runner.run(place).items()}
    if exercise:
        folder.find(lessons, exercise)
        found = {id: text for id, text in found.items() if id == exercise}
    print(*found.values(), sep="\n")
    good = sum(runner.passes(*pair) for pair in found.items())
    print(f"{good} of {len(found)} exercises pass.")
    return 0 if good == len(found) else 1


def reset(lessons, exercise, check=False):
    """Give an exercise back as it was; the old answer is kept in a file."""
    place = folder.find(lessons, exercise)
    kept = folder.reset(place, exercise, answer=not check)
    what = "The check of " if check else ""
    told = f"Your answer is kept in {kept}." if kept else ""
    print(f"{what}{exercise} in {folder.name(place)} is as it was. {told}".strip())
    print("If the notebook is open in JupyterLab: File > Reload Notebook from Disk")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tinygrad_lessons")
    parser.add_argument("--in", dest="lessons", type=Path, default=Path("."), metavar="FOLDER",
                        help="where the lessons are")  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="status | check | reset")
    for run in (status, check, reset):
        commands.add_parser(run.__name__, help=run.__doc__).set_defaults(run=run)
    commands.choices["check"].add_argument("name", nargs="?", default="", metavar="LESSON")
    commands.choices["check"].add_argument("exercise", nargs="?", default="", metavar="EXERCISE")
    commands.choices["reset"].add_argument("exercise", metavar="EXERCISE")
    only = "only its check cell; the answer stays"
    commands.choices["reset"].add_argument("--check", action="store_true", help=only)
    options = vars(parser.parse_args(arguments))
    run = options.pop("run")
    try:
        return run(**options)
    except folder.Missing as e:
        print(e, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
