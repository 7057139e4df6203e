"""The ways to keep student code in."""

from pathlib import Path

from .. import DEVICES
from . import policy
from .attempts import Attempts
from .host import Child, Server, ServerGone
from .job import NoBoundary
from .plain import Container, Plain

FORK_SERVER, BUBBLEWRAP, CONTAINER, NONE = "fork server", "bubblewrap", "container", "none"


class Sandbox:
    """Runs jobs, one at a time, on a Server with the job's lesson that starts when it is needed."""

    def __init__(self, name, why="", devices=DEVICES):
        self.name, self.why, self.devices = name, why, devices
        self.server = self.lesson = None

    def run(self, job):
        """The Outcome to a Job. No process of it is left when this returns."""
        outcome = Attempts(job).run(lambda: self._child(job))
        outcome.boundary = self.name
        if self.name == NONE:
            outcome.findings.insert(0, "This ran without a sandbox.")
        return outcome

    def _child(self, job):
        self._serve(job.lesson)
        try:
            return Child(self.server, job.limits)
        except ServerGone:  # it ended since the last job
            self.close()
            self._serve(job.lesson)
            return Child(self.server, job.limits)

    def _serve(self, lesson):
        """Have a server that runs, with this lesson as it is now."""
        lesson = Path(lesson).resolve()
        state = _state(lesson)
        if self.server and self.server.running() and self.lesson == state:
            return
        self.close()
        self.server = self._server(lesson)
        self.lesson = state

    def _server(self, lesson):
        if self.name in (NONE, CONTAINER):
            return (Plain if self.name == NONE else Container)(lesson)
        bwrap, why_not = policy.find_bwrap()
        if not bwrap:
            raise NoBoundary(why_not)
        return Server(lesson, self.name == FORK_SERVER, bwrap, self.devices)

    def close(self):
        """End what is still running."""
        if self.server:
            self.server.stop()
        self.server = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _state(folder):
    """What tells one edition from another: its files with size and time."""
    stats = [(str(path), path.lstat()) for path in sorted(folder.rglob("*"))]
    return folder, [(path, s.st_size, s.st_mtime_ns) for path, s in stats]
