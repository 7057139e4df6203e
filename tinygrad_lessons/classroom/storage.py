"""Files that survive any end, and one command at a time."""

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..lab import files
from . import Problem

FOLDER = ".grading"
# what tells of students, in a course folder
STUDENTS = ("submitted", "autograded", "feedback", "reports", FOLDER, "gradebook.db")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def alone(course):
    """Only one command at a time writes to a course; the lock ends with its process.

    What it wrote about students is nobody else's to read afterwards.
    """
    folder = Path(course) / FOLDER
    with in_words(folder):
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise Problem(
                f"Another command is writing to {course}. Wait until it has ended, then try again."
            ) from None
    try:
        yield
    finally:
        private(course)
        lock.release()


def private(course):
    """Take from other users of this machine what lets them read about students.

    A course folder with the set-group-ID bit (chmod g+s) is shared with its group, which stays.
    """
    if os.name == "nt":
        return
    course = Path(course)
    others = 0o007 if course.stat().st_mode & stat.S_ISGID else 0o077
    for path in (course / name for name in STUDENTS):
        if path.exists() and not path.is_symlink() and path.stat().st_uid == os.geteuid():
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & others:
                path.chmod(mode & ~others)


@contextmanager
def unseen():
    """Files that are made meanwhile are their owner's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def in_words(path):
    """Turns a full disk and the like into a Problem that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Problem(
                f"The disk is full: {path} cannot be written. "
                "Make room, then run the same command again: what is done is kept."
            ) from error
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error


def full_disk(error):
    """Whether an exception, or what it came from, says that there is no room left."""
    return getattr(error.__cause__ or error, "errno", None) in NO_ROOM


def write_file(path, content):
    """Put text or bytes in their place at once: a crash leaves the old file or the new one."""
    with in_words(path):
        files.write(path, content)


def digest(*parts):
    """A hash of byte strings, one after the other."""
    found = hashlib.sha256()
    for part in parts:
        found.update(b"%d:" % len(part) + part)
    return found.hexdigest()
