"""Trusted side: starts a server behind a boundary, and talks to its children."""

import contextlib
import json
import math
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass

from .. import DEVICES
from . import confine, outputs, policy
from .job import NoBoundary

START_SECONDS = 60
STOP_SECONDS = 5
TICK = 0.05
CHUNK = 1 << 16
LINE = 8 << 20  # bytes of one message
FORGED = "wrote on the grader's own pipe"


class ServerGone(Exception):
    """The server ended, which no student's code can bring about."""


class Trouble(Exception):
    """What made a process useless: "timeout", "died" or "flood"; words unless its end says why."""

    def __init__(self, kind, words):
        super().__init__(words)
        self.kind, self.words = kind, words


@dataclass
class End:
    """How a child ended, where that is known: `killed` by us; processor time in seconds."""

    code: int = 0
    cpu: float = 0
    killed: bool = True


def exit_code(process):
    """Of a process that has ended or soon will, as -SIGNAL when it was killed; 0 if it runs on."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(TICK)
    code = process.returncode or 0
    return 128 - code if code > 128 else code


class Server:
    """A process with a lesson loaded, behind bubblewrap, that has children.

    With `fork` it has any number of them, one at a time; else it becomes its only one.
    """

    def __init__(self, lesson, fork, bwrap, devices=DEVICES):
        self.fork, self.devices = fork, devices
        self.process = self.init = self.scratch = None
        self.copy = policy.readable_copy(lesson)
        self.control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        files = tempfile.TemporaryFile(), tempfile.TemporaryFile(), tempfile.TemporaryFile()
        with inside, files[0] as program, files[1] as info, files[2] as said:
            program.write(policy.system_calls(server=True))
            program.seek(0)
            fds = [inside.fileno(), program.fileno(), info.fileno()]
            argv = policy.bwrap_argv(bwrap, self.copy or lesson, *fds[1:], devices)
            try:
                self._start([*argv, *policy.python(), json.dumps(self._setting(inside))], fds, said)
                inside.close()
                self._wait_until_ready(info)
            except (OSError, ValueError) as e:
                self.stop()
                said.seek(0)
                words = said.read(CHUNK).decode(errors="replace").strip() or str(e)
                raise NoBoundary(f"The sandbox did not start: {words[-1000:]}") from e

    def _start(self, argv, fds, said):
        self.process = subprocess.Popen(
            argv,
            pass_fds=fds,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )

    def _setting(self, inside):
        return {
            "control": inside.fileno(),
            "lesson": policy.LESSON,
            "scratch": policy.SCRATCH,
            "sites": policy.sites(),
            "uid": policy.sandbox_uid(),
            "fork": self.fork,
            "landlock": confine.landlock_version() >= confine.OLDEST,
            "filter": policy.system_calls(server=False).hex(),
            "cuda": "cuda" in self.devices,
            "nodes": policy.nodes(self.devices),
        }

    def _wait_until_ready(self, info):
        self.control.settimeout(START_SECONDS)
        message, fds, _, _ = socket.recv_fds(self.control, 64, 1)
        if message != b"ready" or not fds:
            raise OSError("it ended at once")
        self.scratch = fds[0]
        info.seek(0)
        self.init = os.pidfd_open(json.load(info)["child-pid"])

    def open(self, limits):
        """A new child's pipes, to it and from it. ServerGone when there can be none."""
        (theirs_in, to), (of, theirs_out) = os.pipe(), os.pipe()
        try:
            message = json.dumps({"limits": asdict(limits)}).encode()
            socket.send_fds(self.control, [message], [theirs_in, theirs_out])
        except OSError as e:
            os.close(to)
            os.close(of)
            raise ServerGone from e
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return to, of

    def files(self):
        """How many files and folders the scratch folder holds."""
        room = os.fstatvfs(self.scratch)
        return room.f_files - room.f_ffree

    def running(self):
        return self.process is not None and self.process.poll() is None

    def gone(self):
        """Whether a server that forks has ended."""
        if not self.fork or not select.select([self.control], [], [], STOP_SECONDS * TICK)[0]:
            return False
        try:
            return not self.control.recv(CHUNK, socket.MSG_PEEK)
        except ConnectionResetError:
            return True

    def end_child(self):
        """Kill the child; its End. It is gone then, and the server too if the child left traces."""
        if not self.fork:
            code = exit_code(self.process)
            self.stop()
            return End(code, killed=not code)
        try:
            self.control.settimeout(STOP_SECONDS)
            self.control.send(b"kill")
            ended = json.loads(self.control.recv(CHUNK))
        except (OSError, ValueError):
            self.stop()
            return End()
        if not ended.pop("clean"):
            self.stop()
        return End(**ended)

    def stop(self):
        """End every process inside; they are gone when this returns."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                if self.init is None:
                    os.killpg(self.process.pid, signal.SIGKILL)
                else:
                    signal.pidfd_send_signal(self.init, signal.SIGKILL)
                    select.select([self.init], [], [], STOP_SECONDS)
            self.process.kill()
            self.process.wait()
        self.control.close()
        for fd in {self.init, self.scratch} - {None}:
            os.close(fd)
        self.init = self.scratch = None
        if self.copy:
            shutil.rmtree(self.copy, ignore_errors=True)


class Child:
    """The process of one submission."""

    def __init__(self, server, limits):
        self.server, self.limits, self.rest = server, limits, bytearray()
        self.received, self.parts, self.end = 0, 0, None
        self.outgoing, self.incoming = server.open(limits)
        os.set_blocking(self.outgoing, False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end = self.server.end_child()
        os.close(self.outgoing)
        os.close(self.incoming)

    def ask(self, request, seconds, most, parts=math.inf):
        """Send a request; yield messages until one says "end". Trouble when that can't be.

        At most `most` bytes are read, and of messages no more than have `parts` values.
        """
        deadline = time.monotonic() + seconds + self.limits.grace
        unsent = json.dumps(request | {"seconds": seconds}).encode() + b"\n"
        most, parts = most + self.received, parts + self.parts
        while True:
            while (length := self.rest.find(b"\n")) >= 0:
                line = bytes(self.rest[:length])
                del self.rest[: length + 1]
                self.parts += outputs.parts(line)
                if self.parts > parts:
                    raise Trouble("flood", "sent far too much")
                message = self.understood(line)
                yield message
                if "end" in message:
                    return
            if time.monotonic() > deadline:
                raise Trouble("timeout", f"ran longer than {seconds:.3g} s and did not stop")
            if self.server.files() > self.limits.inodes:
                raise Trouble("flood", f"made more than {self.limits.inodes} files")
            writes = [self.outgoing] if unsent else []
            ready, writable, _ = select.select([self.incoming], writes, [], TICK)
            if writable:
                unsent = unsent[self.write(unsent) :]
            if ready:
                data = os.read(self.incoming, CHUNK)
                self.received += len(data)
                if not data:
                    self.lost()
                if self.received > most or len(self.rest) > LINE:
                    raise Trouble("flood", "sent far too much")
                self.rest += data

    def write(self, data):
        try:
            return os.write(self.outgoing, data[:CHUNK])
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(data)

    def understood(self, line):
        try:
            return outputs.message(line)
        except outputs.Refused as e:
            raise Trouble("died", FORGED) from e

    def lost(self):
        """The pipe is closed: by the child's end, or by the server's."""
        if self.server.gone():
            raise ServerGone
        raise Trouble("died", "")
