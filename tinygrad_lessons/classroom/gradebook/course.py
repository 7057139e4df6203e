"""The course folder as nbgrader sees it: its configuration, its secret, its API."""

import os
import re
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path

from .. import Problem
from ..storage import in_words

CONFIG = "nbgrader_config.py"
LOCKED = (
    "The gradebook is locked: another program is writing to it. "
    "Close it (formgrader, a second terminal), then run the same command again."
)


def config(course):
    """nbgrader's configuration of a course folder, with the folder as its root."""
    from traitlets.config.loader import PyFileConfigLoader

    if not (Path(course) / CONFIG).exists():
        raise Problem(
            f"There is no {CONFIG} in {Path(course)}. "
            "Go to the folder that holds course/, or name it: --course DIR"
        )
    here = str(Path(course).resolve())
    if here not in sys.path:
        sys.path.insert(0, here)  # as nbgrader does: a plugin may lie beside the configuration
    try:
        found = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    except Exception as error:
        raise Problem(f"{Path(course, CONFIG)} does not run: {error}") from error
    found.CourseDirectory.root = here
    return found


@contextmanager
def nbgrader(course):
    """nbgrader's API on a course folder."""
    from nbgrader.apps.api import NbGraderAPI

    find_alembic()
    yield NbGraderAPI(config=config(course), log_level="ERROR")


def run(course, method, *args, **options):
    """Call a method of nbgrader's API. Raises Problem with its last words when it fails."""
    with nbgrader(course) as api:
        done = getattr(api, method)(*args, **options)
    if not done["success"]:
        raise Problem(f"nbgrader's {method} of {args[0]} failed. {_reason(done)}")
    return done


def _reason(done):
    """The first exception that nbgrader tells of: the others follow from it."""
    told = "\n".join(filter(None, (done.get("log"), done.get("error"))))
    if "database is locked" in told:
        return LOCKED
    found = re.search(r"^\s*(?:\w+\.)*(\w*(?:Error|Problem): .*)$", told, re.MULTILINE)
    return found[1] if found else told.strip()[-500:]


def db_url(course):
    """The URL of the course's gradebook."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(config=config(course)).db_url


def secret(course):
    """The course's secret, made at the first use: it makes seeds unpredictable."""
    path = Path(course) / ".secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        try:
            with in_words(path), os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32))
        except BaseException:
            path.unlink()
            raise
    if found := path.read_text(encoding="utf-8").strip():
        return found
    raise Problem(f"{path} is empty. Delete it, then try again.")


def find_alembic():
    """nbgrader calls `alembic` by name: the environment's commands must be on the PATH."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ.get("PATH", "")
