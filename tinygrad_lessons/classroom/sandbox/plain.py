"""Trusted side, where there is no bubblewrap: a process per submission, on standard streams."""

import contextlib
import importlib.metadata
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import uuid
from dataclasses import asdict
from pathlib import Path

from . import policy
from .host import End, exit_code
from .job import NoBoundary

HERE = Path(__file__).parent
IMAGE = "tinygrad-lessons-sandbox"
LIBRARIES = ("numpy", "ipython", "matplotlib")
SECONDS = 600  # to make an image or start a container


class Plain:
    """Behind nothing. A subclass puts a boundary around the same command."""

    def __init__(self, lesson):
        self.lesson, self.process, self.folder = lesson, None, None

    def open(self, limits):
        """A new child's pipes, to it and from it."""
        self.folder = tempfile.mkdtemp(prefix="lessons-")
        argv, told, env = self.command(limits)
        with tempfile.TemporaryFile() as said:
            self.process = subprocess.Popen(
                [*argv, json.dumps(told)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                env=env,
            )
            with self.process.stdin as to, self.process.stdout as of:
                pipes = os.dup(to.fileno()), os.dup(of.fileno())
            if not select.select(pipes[1:], [], [], SECONDS)[0] or not os.read(pipes[1], 64):
                self.stop()
                said.seek(0)
                raise NoBoundary(f"It did not start: {said.read(1000).decode(errors='replace')}")
        return pipes

    def command(self, limits):
        """What to run, its setting and its environment."""
        told = setting(limits, str(self.lesson), self.folder, policy.sites())
        return policy.python(HERE), told, policy.ENVIRONMENT

    def files(self):
        return 0

    def running(self):
        return True

    def gone(self):
        return False

    def end_child(self):
        """Kill the child; its End."""
        code = exit_code(self.process)
        self.stop()
        return End(code, killed=not code)

    def stop(self):
        """End the child, if there is one."""
        if self.process and self.process.poll() is None:
            self.kill()
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.process = self.folder = None

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Container(Plain):
    """In a container of docker or podman, which has no network and sees only the lesson."""

    def __init__(self, lesson):
        super().__init__(lesson)
        self.program = container_program()
        if not self.program:
            raise NoBoundary("neither docker nor podman is installed")
        make_image(self.program)

    def command(self, limits):
        self.name = f"lessons-{uuid.uuid4().hex}"
        argv = [*container_argv(self.program, self.name, self.lesson, limits), IMAGE]
        argv += ["python", "-s", "-P", "-B", f"{policy.INSIDE}/server.py"]
        return argv, setting(limits, policy.LESSON, policy.SCRATCH, []), None

    def kill(self):
        subprocess.run([self.program, "kill", self.name], capture_output=True)
        super().kill()


def setting(limits, lesson, scratch, sites):
    """What server.py is told."""
    return {
        "control": None,
        "limits": asdict(limits),
        "lesson": lesson,
        "scratch": scratch,
        "sites": sites,
        "uid": 0,
        "fork": False,
        "landlock": False,
        "filter": "",
        "cuda": False,
        "nodes": [],
    }


def container_program():
    return shutil.which("docker") or shutil.which("podman")


def container_argv(program, name, lesson, limits):
    """The command line up to the image."""
    tmp = f"rw,size={policy.SCRATCH_SIZE},nr_inodes={limits.inodes},mode=1777"
    argv = [program, "run", "--rm", "--interactive", "--name", name, "--network", "none"]
    argv += ["--read-only", "--tmpfs", f"{policy.SCRATCH}:{tmp}", "--workdir", policy.LESSON]
    argv += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534"]
    argv += ["--pids-limit", str(limits.threads), "--memory", str(2 * limits.memory)]
    argv += ["--volume", f"{lesson}:{policy.LESSON}:ro", "--volume", f"{HERE}:{policy.INSIDE}:ro"]
    return argv + [x for k, v in policy.ENVIRONMENT.items() for x in ("--env", f"{k}={v}")]


def make_image(program):
    """Have an image with the libraries that students use, in this machine's versions."""
    wanted = " ".join(f"{name}=={importlib.metadata.version(name)}" for name in LIBRARIES)
    tried = [program, "image", "inspect", "--format", "{{.Config.Labels.libraries}}", IMAGE]
    found = subprocess.run(tried, capture_output=True, text=True)
    if found.returncode == 0 and found.stdout.strip() == wanted:
        return
    recipe = f'FROM python:3.12-slim\nRUN pip install {wanted}\nLABEL libraries="{wanted}"\n'
    build = [program, "build", "--tag", IMAGE, "-"]
    made = subprocess.run(build, input=recipe, capture_output=True, text=True, timeout=SECONDS)
    if made.returncode:
        last = made.stderr.strip().rpartition("\n")[2]
        raise NoBoundary(f"{Path(program).name} made no image: {last[:300]}")
