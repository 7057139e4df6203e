"""The ways to keep student code in, and the choice among them."""

import os
import sys
from pathlib import Path

from . import confine, policy
from .host import Child, Server, ServerGone
from .job import NoBoundary
from .submission import Submission

FORK_SERVER, BUBBLEWRAP, NONE = "fork server", "bubblewrap", "none"


class Sandbox:
    """Runs jobs, one at a time, with a Server per lesson that is started when it is needed."""

    def __init__(self, name, why, devices=("cpu", "sim")):
        self.name, self.why, self.devices = name, why, devices
        self.server = self.lesson = None

    def run(self, job):
        """The Answer to a Job. No process of it is left when this returns."""
        answer = Submission(job).run(lambda limits: self._child(job, limits))
        answer.boundary = self.name
        if self.name == NONE:
            answer.findings.insert(0, "This ran without a sandbox.")
        return answer

    def _child(self, job, limits):
        lesson = _state(job.lesson)
        if not (self.server and self.server.running() and self.lesson == lesson):
            self.close()
            bwrap = None if self.name == NONE else policy.find_bwrap()
            fork = self.name == FORK_SERVER
            self.server = Server(job.lesson, fork, bwrap, self.devices)
            self.lesson = lesson
        return Child(self.server, limits)

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
    files = sorted(Path(folder).rglob("*"))
    return str(folder), tuple((str(f), s.st_size, s.st_mtime_ns) for f in files for s in [f.lstat()])


def open_sandbox(way=None, unsafe=False, devices=("cpu", "sim")):
    """The strongest Sandbox that works here, or the one called `way`.

    Raises NoBoundary when there is none, unless `unsafe`.
    """
    from .selftest import choose

    return choose(way, unsafe, devices)
