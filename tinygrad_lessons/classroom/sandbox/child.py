"""Runs inside: a student's cells, then checks. A JSON line comes in for each, JSON lines go out.

    {"cell": text, "seconds": s}         -> {"output": {...}} ...  {"end": "ok" or what happened}
    {"check": name, "source": text, ...} -> {"call": k, "seen": [...]} ...  {"end": "" or trouble}

Nothing that goes out is believed on the other side.
"""

import ast
import base64
import contextlib
import importlib
import io
import json
import os
import random
import signal
import sys
import threading

import IPython
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

PACKAGE = "tinygrad_lessons"
HERE = os.path.dirname(__file__) + os.sep
CHUNK = 8192  # characters of a stream kept before they are sent
PATIENCE = 20  # a stream this many times over its limit ends the cell
KINDS = ("text/plain", "image/png")
NOTE = "\n[cut: this cell printed more than {} characters]\n"


class TimedOut(BaseException):
    """This ran longer than it may."""


class Flood(BaseException):
    """This printed far more than it may."""


class Wire:
    """JSON lines to the trusted side, each written whole; the alarm waits for a line's end."""

    def __init__(self, fd):
        self.fd, self.lock, self.busy = fd, threading.Lock(), False

    def send(self, **message):
        data = json.dumps(message).encode() + b"\n"
        with self.lock:
            self.busy = True
            try:
                while data:
                    data = data[os.write(self.fd, data) :]
            finally:
                self.busy = False


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell, bounded."""

    encoding = "utf-8"

    def __init__(self, name):
        self.name, self.wire, self.most = name, None, 0
        self.start()

    def start(self):
        self.parts, self.held, self.written = [], 0, 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        before, self.written = self.written, self.written + len(text)
        if self.written <= self.most:
            self.keep(text)
        elif before <= self.most:
            self.keep(text[: self.most - before] + NOTE.format(self.most))
        elif self.written > PATIENCE * self.most:
            raise Flood(f"more than {PATIENCE * self.most} characters printed")
        return len(text)

    def keep(self, text):
        self.parts.append(text)
        self.held += len(text)
        if self.held > CHUNK:
            self.flush()

    def flush(self):
        text, self.parts, self.held = "".join(self.parts), [], 0
        if text and self.wire:
            self.wire.send(output={"output_type": "stream", "name": self.name, "text": text})


class Publisher(DisplayPublisher):
    """Where `display` goes."""

    def publish(self, data, metadata=None, source=None, **more):
        self.shell.show("display_data", data, metadata)

    def clear_output(self, wait=False):
        self.shell.show("clear", {})


class Hook(DisplayHook):
    """Where the value of a cell's last line goes."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, data, metadata=None):
        self.shell.show("execute_result", data, metadata)

    def log_output(self, data):
        pass


class Shell(InteractiveShell):
    """IPython without a kernel: what a cell shows goes to the wire."""

    wire = None

    def enable_gui(self, gui=None):
        pass

    def show(self, kind, data, metadata=None):
        sys.stdout.flush()
        sys.stderr.flush()
        if self.wire:
            data = {name: _text(data[name]) for name in KINDS if name in data}
            about = {"image/png": (metadata or {}).get("image/png")}
            self.wire.send(output={"output_type": kind, "data": data, "metadata": about})

    def _showtraceback(self, kind, value, lines):
        sys.stdout.flush()
        sys.stderr.flush()
        if self.wire:
            error = {"output_type": "error", "ename": kind.__name__, "evalue": str(value)}
            theirs = [line for line in lines if HERE not in line]
            self.wire.send(output={**error, "traceback": theirs})


def _text(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


WARM_UP = """\
import matplotlib.pyplot as plt
plt.plot([1, 2], label="1")
plt.title("1")
plt.legend()
plt.show()
%reset -f
1 / 0
"""


def prepare(lesson, warm):
    """A Runner with the package and IPython loaded, and no student's code yet.

    `warm`: what figures and tracebacks need is loaded as well, for all who are forked from here.
    """
    modern = IPython.version_info >= (9,)
    config = Config()
    config.HistoryManager.enabled = config.HistoryAccessor.enabled = False
    config.InteractiveShell.colors = "nocolor" if modern else "NoColor"
    shell = Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)
    sys.path[:] = [lesson, *(p for p in sys.path if p not in ("", lesson))]
    for name in ("numpy.random", "numpy.linalg", "numpy.testing"):
        importlib.import_module(name)
    if warm:
        with contextlib.redirect_stdout(io.StringIO()):
            shell.run_cell(WARM_UP)
    return Runner(shell)


class Runner:
    """Keeps what it needs in its own attributes, taken before any cell has run."""

    def __init__(self, shell):
        self.package = importlib.import_module(PACKAGE)
        observe = importlib.import_module(PACKAGE + ".lab.observe")
        self.look, self.load = observe.look, observe.load
        self.replace = importlib.import_module(PACKAGE + ".exercise").replace
        self.shell, self.run_cell = shell, shell.run_cell
        self.streams = Stream("stdout"), Stream("stderr")
        self.wire = None
        self.late = False

    def serve(self, incoming, outgoing, limits):
        """Answer every line that comes in; random numbers are the same in every run."""
        random.seed(0)
        sys.modules["numpy"].random.seed(0)
        self.wire = self.shell.wire = Wire(outgoing)
        for stream in self.streams:
            stream.wire, stream.most = self.wire, limits["stream"]
        signal.signal(signal.SIGALRM, self.alarm)
        for line in os.fdopen(incoming, "rb"):
            request = json.loads(line)
            if "cell" in request:
                self.wire.send(end=self.cell(request["cell"], request["seconds"]))
            else:
                self.wire.send(end=self.check(request))

    def alarm(self, *_):
        if self.wire and self.wire.busy:
            signal.setitimer(signal.ITIMER_REAL, 0.02)
        else:
            self.late = True
            raise TimedOut("This ran longer than it may.")

    @contextlib.contextmanager
    def timed(self, seconds):
        """Fresh streams, and TimedOut raised after some seconds."""
        self.late = False
        sys.stdout, sys.stderr = self.streams
        for stream in self.streams:
            stream.start()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def cell(self, source, seconds):
        """How a cell ended: "ok", "error", "timeout" or "flood"."""
        status = "error"
        with contextlib.suppress(TimedOut, Flood):
            with self.timed(seconds):
                result = self.run_cell(source, store_history=True)
                status = "ok" if result.success else "error"
            for stream in self.streams:
                stream.flush()
        if self.late:
            return "timeout"
        most = max(s.written / max(1, s.most) for s in self.streams)
        return "flood" if most > PATIENCE else status

    def check(self, request):
        """Send what a check function sees in each call; what went wrong, or ""."""
        try:
            with self.timed(request["seconds"]):
                for exercise, module, source in request["references"]:
                    self.replace(exercise, self.written(module, source))
                function = self.load(request["source"])[request["check"]]
                for k, (device, seed) in enumerate(request["calls"]):
                    self.wire.send(call=k, seen=self.look(function, self.package, device, seed))
        except TimedOut:
            return "timeout"
        except Flood:
            return "flood"
        except BaseException:  # a student's SystemExit as well
            return "timeout" if self.late else "died"
        return ""

    def written(self, module, source):
        """The function or class that `source` defines, made among the module's names."""
        names = dict(vars(importlib.import_module(module)), exercise=lambda id: lambda f: f)
        exec(source, names)
        return names[ast.parse(source).body[-1].name]
