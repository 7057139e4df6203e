"""Where submissions are graded: in this process, or on the workers of a dask cluster."""

import logging
import os
import queue
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from .. import Problem
from ..intake.reading import Submission
from .keys import key
from .result import Result

TICK = 0.2
SETTING = {
    "distributed.scheduler.allowed-failures": 0,
    # its pages have no password, and show call stacks to every user of the machine
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.http.routes": [],
}
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}


@dataclass
class Setting:
    """What a worker needs to grade any submission of a lesson."""

    snapshot: dict
    secret: str
    devices: tuple
    grade: Callable
    open_sandbox: Callable


@dataclass
class Task:
    """One submission to be graded: read when its turn has come, known by what was read."""

    submission: Submission
    ground: str
    key: str = ""

    @property
    def student(self):
        return self.submission.student

    def load(self):
        """(student, bytes or None, findings), and sets the key of the result."""
        data, findings = self.submission.load()
        self.key = key(self.ground, data, findings)
        return self.student, data, findings


_sandbox = None  # of this process; one for its whole life


def grade_one(setting, student, data, findings):
    """The plain data of a Result: one submission graded in the process's own sandbox."""
    global _sandbox
    if data is None:
        return Result.unread(student, setting.snapshot, findings).to_json()
    if _sandbox is None:
        _sandbox = setting.open_sandbox()
    grade = setting.grade
    result = grade(data, student, setting.snapshot, setting.secret, _sandbox, setting.devices)
    result.findings = [*findings, *result.findings]
    return result.to_json()


def close_sandbox():
    """End the process's sandbox, if it has one."""
    global _sandbox
    if _sandbox is not None:
        _sandbox.close()
    _sandbox = None


class Here:
    """Grades in this process, one at a time: a few submissions are done before a cluster starts."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close_sandbox()

    def results(self, setting, tasks):
        """Yields (task, result or the exception that stands for it)."""
        for task in tasks:
            try:
                result = grade_one(setting, *task.load())
            except Problem:
                raise
            except Exception as error:
                result = error
            yield task, result


class Cluster:
    """Grades on dask workers, each with one thread and one sandbox.

    Without a scheduler's address the workers are processes of this machine; the connections are
    encrypted even so, because whoever can reach a scheduler can run code as its user.
    """

    def __init__(self, workers=None, scheduler=None, **certificates):
        self.workers = workers or _cores()
        self.scheduler, self.certificates = scheduler, certificates
        self.cluster = self.folder = None

    def __enter__(self):
        import dask
        from distributed import Client

        dask.config.set(SETTING)
        if not self.scheduler:
            self._start()
        try:
            self.client = Client(self.cluster or self.scheduler, **self._security(), timeout=20)
        except (OSError, ValueError) as error:
            raise Problem(f"The scheduler {self.scheduler} does not answer: {error}") from error
        return self

    def _start(self):
        from distributed import LocalCluster

        self.folder = tempfile.TemporaryDirectory(prefix="lessons-", ignore_cleanup_errors=True)
        self.cluster = LocalCluster(
            n_workers=self.workers,
            threads_per_worker=1,
            processes=True,
            security=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any port that is free
            silence_logs=logging.CRITICAL,
            local_directory=self.folder.name,
            env=ONE_THREAD,
        )

    def _security(self):
        from distributed.security import Security

        if self.cluster:
            return {}
        if not self.scheduler.startswith("tls://"):
            raise Problem(
                f"{self.scheduler} is not encrypted: whoever reaches it can run code as you. "
                "Use tls://HOST:PORT, and --tls-ca-file, --tls-cert, --tls-key."
            )
        if missing := [k for k, file in self.certificates.items() if not file or not file.exists()]:
            options = ", ".join(f"--{k.replace('_client', '').replace('_', '-')}" for k in missing)
            raise Problem(f"The scheduler's certificates are needed, as files: {options}.")
        files = {k: str(file) for k, file in self.certificates.items()}
        return {"security": Security(require_encryption=True, **files)}

    def __exit__(self, *_):
        self.client.close()
        if self.cluster:
            self.cluster.close()
            self.folder.cleanup()

    def results(self, setting, tasks):
        """Yields (task, result or exception) as they come, and None now and then in between.

        Only a few submissions are on their way at a time: memory does not grow with their number.
        """
        # a task, because what is scattered is lost with its worker, and a task's result made again
        setting = self.client.submit(_same, setting, pure=False)
        killed = []
        yield from self._round(setting, tasks, self._room, killed.append)
        # not all of them ended their worker: some were only next to one that did
        yield from self._round(setting, killed, lambda: 1, None)

    def _room(self):
        return 2 * max(1, sum(self.client.nthreads().values())) + 2

    def _round(self, setting, tasks, room, when_killed):
        from distributed.scheduler import KilledWorker

        finished, running, tasks = queue.SimpleQueue(), {}, iter(tasks)
        while True:
            while len(running) < room() and (task := next(tasks, None)):
                call = setting, *task.load()
                future = self.client.submit(_grade_away, *call, pure=False, retries=1)
                running[future.key] = task, future
                future.add_done_callback(finished.put)
            if not running:
                return
            try:
                done = finished.get(timeout=TICK).key
            except queue.Empty:
                yield None
                continue
            task, future = running.pop(done)
            error = future.exception()
            if isinstance(error, Problem):
                raise error
            if when_killed and isinstance(error, KilledWorker):
                when_killed(task)
            else:
                yield task, error or future.result()
            future.release()


def _cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _same(setting):
    return setting


def _grade_away(setting, *submission):
    """On a worker: out of the terminal's reach, so that Ctrl-C is the coordinator's alone."""
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    return grade_one(setting, *submission)
