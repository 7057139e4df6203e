"""What survives any end: lines of JSON that are on the disk before the next step begins."""

import json
import os
from pathlib import Path

from .. import Problem
from ..storage import in_words


class Spool:
    """An append-only file of JSON; a line torn by a crash is dropped when it is opened."""

    def __init__(self, path):
        self.path = Path(path)
        with in_words(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = open(self.path, "a+b")
            self.file.truncate(self._end_of_last_line())

    def _end_of_last_line(self):
        end = self.file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - (1 << 16))
            self.file.seek(start)
            at = self.file.read(end - start).rfind(b"\n")
            if at >= 0:
                return start + at + 1
            end = start
        return 0

    def __iter__(self):
        return entries(self.path)

    def add(self, *entries):
        """Append objects; when this returns they are on the disk, all of them or none."""
        lines = b"".join(json.dumps(e).encode() + b"\n" for e in entries)
        before = self.file.seek(0, os.SEEK_END)
        with in_words(self.path):
            try:
                self.file.write(lines)
                self.file.flush()
                os.fsync(self.file.fileno())
            except OSError:
                self.file.truncate(before)
                raise

    def rewrite(self, entries):
        """Put `entries` in the place of all that is there, at once."""
        temporary = self.path.with_name(f".{self.path.name}")
        temporary.unlink(missing_ok=True)
        fresh = Spool(temporary)
        for entry in entries:
            fresh.add(entry)
        os.replace(temporary, self.path)
        self.file.close()
        self.file = fresh.file

    def close(self):
        self.file.close()


def entries(path):
    """Yields the objects of a spool, which may be growing."""
    if Path(path).exists():
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    yield _parsed(line, path, number)


def _parsed(line, path, number):
    try:
        return json.loads(line)
    except ValueError:
        raise Problem(
            f"{path}, line {number} is damaged. Delete the line: what it held is graded again."
        ) from None
