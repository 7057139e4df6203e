"""Runs inside: a student's cells, then checks. A JSON line comes in for each, JSON lines go out.

    {"cell": text, "test": bool, ...}    -> {"output": {...}} ...  {"end": "ok" or what happened}
    {"check": name, "source": text, ...} -> {"call": k, "seen": [...]} ...  {"end": "" or trouble}

A cell of the student's is IPython's to run. An instructor's test cell is run here: nothing that a
submission puts in the place of IPython's parts has a say in how it ends.

Nothing that goes out is believed on the other side.
"""

import ast
import base64
import builtins
import contextlib
import importlib
import inspect
import io
import json
import linecache
import os
import pkgutil
import random
import signal
import sys
import threading
import traceback
from functools import lru_cache

import IPython
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

PACKAGE = "tinygrad_lessons"
HERE = os.path.dirname(__file__) + os.sep
CHUNK = 8192  # characters of a stream kept before they are sent
PATIENCE = 20  # a stream this many times over its limit ends the cell
KINDS = ("text/plain", "image/png")
NOT_DRAWN = "(A picture belongs here. Pictures are not drawn at grading.)"
NO_COMMANDS = "(Commands of the shell are not run at grading.)"
INPUTS = 1000  # that are answered with an empty line
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
    """IPython without a kernel and without processes: what a cell shows goes to the wire."""

    wire = None

    def system(self, cmd):
        """`!cmd` and `%pip`: the lines below them run all the same."""
        print(NO_COMMANDS)
        self.user_ns["_exit_code"] = 1

    system_piped = system_raw = system

    def getoutput(self, cmd, split=True, depth=0):
        self.system(cmd)
        return SList() if split else ""

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
            self.wire.send(output=_error(kind, value, lines))


def _error(kind, value, lines):
    """An error as nbformat has it, without the lines of this file."""
    theirs = [line for line in lines if HERE not in line]
    error = {"output_type": "error", "ename": kind.__name__, "evalue": _words(value)}
    return {**error, "traceback": theirs}


def _words(value):
    try:
        return str(value)
    except Exception:
        return ""


def _text(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _without_figures(format):
    """How values are shown where a sentence stands for a figure."""

    def shown(value, *kinds, **options):
        is_figure = type(value).__module__ == "matplotlib.figure"
        return ({"text/plain": NOT_DRAWN}, {}) if is_figure else format(value, *kinds, **options)

    return shown


def what_happened(error):
    """Of an exception its name, its words, and the number and text of the cell's line."""
    number, line = getattr(error, "lineno", None), getattr(error, "text", None)
    if not isinstance(error, SyntaxError):
        steps = list(traceback.walk_tb(error.__traceback__))
        cells = [(f, n) for f, n in steps if f.f_globals.get("__name__") == "__main__"]
        frame, number = cells[-1] if cells else (None, None)
        line = linecache.getline(frame.f_code.co_filename, number) if frame else None
    words = getattr(error, "msg", None) if isinstance(error, SyntaxError) else _words(error)
    return {"name": type(error).__name__, "words": words, "number": number, "line": line}


WARM_UP = """\
import matplotlib.pyplot as plt
plt.plot([1, 2], label="1")
plt.title("1")
plt.legend()
plt.show()
%reset -f
1 / 0
"""


def _explained(shell):
    """A function (error, name of the cell) -> output, which asks IPython for a fine traceback."""
    traced = shell.InteractiveTB.structured_traceback
    plainly = traceback.format_exception

    def explain(error, name):
        tb = error.__traceback__
        while tb and tb.tb_frame.f_code.co_filename != name:
            tb = tb.tb_next
        try:
            lines = traced(type(error), error, tb) if tb else plainly(type(error), error, None)
        except Exception:
            lines = plainly(type(error), error, tb)
        return _error(type(error), error, lines)

    return explain


def _nobody():
    """An `input` for when nobody is there: an empty line, and at last the end."""
    asked = iter(range(INPUTS))

    def input(prompt="", /):
        print(prompt)
        if next(asked, None) is None:
            raise EOFError("nobody answers at grading")
        return ""

    return input


def prepare(lesson, warm):
    """A Runner with the package and IPython loaded, and no student's code yet.

    `warm`: what figures and tracebacks need is loaded as well, for all who are forked from here.
    """
    modern = IPython.version_info >= (9,)
    config = Config()
    config.HistoryManager.enabled = config.HistoryAccessor.enabled = False
    config.InteractiveShell.colors = "nocolor" if modern else "NoColor"
    shell = Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)
    builtins.input = _nobody()
    sys.path[:] = [lesson, *(p for p in sys.path if p not in ("", lesson))]
    for name in ("numpy.random", "numpy.linalg", "numpy.testing"):
        importlib.import_module(name)
    if warm:
        with contextlib.redirect_stdout(io.StringIO()):
            shell.run_cell(WARM_UP)
    return Runner(shell)


def _pictures():
    """What the lessons' pictures share, with all of them loaded; None in an edition without any."""
    try:
        pictures = importlib.import_module(PACKAGE + ".lab.pictures")
    except ModuleNotFoundError:
        return None
    for module in pkgutil.iter_modules(pictures.__path__, pictures.__name__ + "."):
        importlib.import_module(module.name)
    return sys.modules.get(pictures.__name__ + ".frame")


class Runner:
    """Keeps what it needs in its own attributes, taken before any cell has run."""

    def __init__(self, shell):
        self.frame = None
        with contextlib.suppress(ModuleNotFoundError):  # an assignment without checks has none
            self.load_edition()
        self.shell, self.run_cell, self.space = shell, shell.run_cell, shell.user_ns
        self.format, self.explain = shell.display_formatter.format, _explained(shell)
        self.compile, self.evaluate = compile, eval
        self.finish, self.tests = shell.events.trigger, 0
        numpy = sys.modules["numpy"]
        self.numbers = float, numpy.floating, numpy.integer
        self.streams = Stream("stdout"), Stream("stderr")
        self.wire = None
        self.late = False

    def load_edition(self):
        observe = importlib.import_module(PACKAGE + ".lab.observe")
        self.look, self.load = observe.look, observe.load
        self.exercise = importlib.import_module(PACKAGE + ".exercise")
        self.replace, self.places = self.exercise.replace, self.exercise.places
        self.package = importlib.import_module(PACKAGE)
        self.frame = _pictures()
        for id in getattr(self.exercise, "marked", ()):
            self.places(id)  # looked up once, for all who are forked from here

    def serve(self, incoming, outgoing, limits):
        """Answer every line that comes in; random numbers are the same in every run."""
        random.seed(0)
        sys.modules["numpy"].random.seed(0)
        self.wire = self.shell.wire = Wire(outgoing)
        for stream in self.streams:
            stream.wire, stream.most = self.wire, limits["stream"]
        if not limits["pictures"]:
            self.leave_pictures_out()
        signal.signal(signal.SIGALRM, self.alarm)
        for line in os.fdopen(incoming, "rb"):
            request = json.loads(line)
            if "cell" in request:
                self.wire.send(**self.cell(**request))
            else:
                self.wire.send(end=self.check(request))

    def leave_pictures_out(self):
        """Have a sentence in the place of the lessons' pictures, of figures and of images."""
        if self.frame:
            self.frame.left_out = NOT_DRAWN
        for kind, formatter in self.shell.display_formatter.formatters.items():
            formatter.enabled = formatter.enabled and not kind.startswith("image/")
        self.shell.display_formatter.format = _without_figures(self.format)

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

    def cell(self, cell, seconds, test=False):
        """How a cell ended: "ok", "error", "timeout" or "flood"; with the error, or a value."""
        status, found = "error", {}
        with contextlib.suppress(TimedOut, Flood):
            with self.timed(seconds):
                found = self.test(cell) if test else self.students(cell)
                status = "error" if "error" in found else "ok"
            for stream in self.streams:
                stream.flush()
        if self.late:
            return {"end": "timeout"}
        most = max(s.written / max(1, s.most) for s in self.streams)
        return {"end": "flood"} if most > PATIENCE else {"end": status, **found}

    def students(self, source):
        """Run a cell as a notebook does; {} or what went wrong."""
        result = self.run_cell(source, store_history=True)
        if result.success:
            return {}
        return {"error": what_happened(result.error_before_exec or result.error_in_exec)}

    def test(self, source):
        """Run an instructor's cell, which is plain Python; what went wrong, or its value."""
        self.tests += 1
        name = f"<test {self.tests}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            value = self.value(source, name)
            shown = {} if value is None else {"value": self.shown(value)}
        except (TimedOut, Flood):
            raise
        except BaseException as error:  # a SystemExit as well
            self.wire.send(output=self.explain(error, name))
            return {"error": what_happened(error)}
        self.finish("post_execute")  # figures are shown
        return shown

    def value(self, source, name):
        """Of a cell's last line, if it is an expression that a notebook would show."""
        tree = self.compile(source, name, "exec", flags=ast.PyCF_ONLY_AST)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self.run(self.compile(tree, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is None:
            return None
        code = ast.Expression(last.value)
        found = self.run(self.compile(code, name, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        return None if source.rstrip().endswith(";") else found

    def run(self, code):
        found = self.evaluate(code, self.space)
        return self.shell.loop_runner(found) if code.co_flags & inspect.CO_COROUTINE else found

    def shown(self, value):
        """The value as a notebook shows it; a number plainly, because it may be the score."""
        if isinstance(value, self.numbers):
            return {"text/plain": repr(float(value))}
        if isinstance(value, int):
            return {"text/plain": repr(value)}
        data, _ = self.format(value)
        return {kind: _text(data[kind]) for kind in KINDS if kind in data}

    def check(self, request):
        """Send what a check function sees in each call; what went wrong, or ""."""
        try:
            with self.timed(request["seconds"]), self.earlier(request["references"]):
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

    @contextlib.contextmanager
    def earlier(self, references):
        """The references in the places of earlier exercises, for as long as one check takes."""
        written = dict(self.exercise.written)
        kept = [(space, name, vars(space)[name]) for exercise, _, _ in references
                for space, name in self.places(exercise) if name in vars(space)]  # fmt: skip
        try:
            for exercise, module, source in references:
                self.replace(exercise, self.written(module, source))
            yield
        finally:
            for space, name, value in kept:
                setattr(space, name, value)
            self.exercise.written.clear()
            self.exercise.written.update(written)

    def written(self, module, source):
        """The function or class that `source` defines, made among the module's names."""
        names = dict(vars(importlib.import_module(module)), exercise=lambda id: lambda f: f)
        code, name = _definition(source)
        exec(code, names)
        return names[name]


@lru_cache(maxsize=256)
def _definition(source):
    """The code of a text, and the name that its last statement defines."""
    return compile(source, "<reference>", "exec"), ast.parse(source).body[-1].name
