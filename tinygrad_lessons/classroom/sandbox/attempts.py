"""One submission's way through the sandbox: cells, checks, and again without what was lethal."""

import signal
import time

from . import outputs
from .host import FORGED, ServerGone, Trouble
from .job import CellRun, CheckRun, Outcome

CHECKS_SHARE = 1 / 3  # of the notebook's time that cells cannot use up
RAW = 8  # what one cell may send in all, over what is kept: pictures that replace each other
OUTPUTS = 1000  # of one cell
SERVERS = 3  # that may end during one submission
LETHAL = 2  # checks of one exercise that may end the process
STATUS = ("ok", "error", "timeout", "flood")
TROUBLE = ("", "timeout", "flood", "died")


class Attempts:
    """A Job on its way: what is known so far, and what must not run again."""

    def __init__(self, job):
        self.job, self.limits = job, job.limits
        self.cells = [CellRun() for _ in job.cells]
        self.checks = [CheckRun({device: None for device, _ in c.calls}) for c in job.checks]
        self.sizes, self.cut = [0] * len(job.cells), set()
        self.observed = self.parts = 0
        self.lethal, self.observed_checks, self.findings = set(), set(), []
        self.spared = set()  # what a kill from outside has ended once: it had no part in that
        self.now, self.servers = None, 0

    def run(self, new_child):
        """The Outcome, after as many fresh processes as it takes. `new_child` starts one."""
        self.started = time.monotonic()
        for steps in self.job.passes():
            while self.left() > 0 and not self.attempt(new_child, steps):
                pass
        self.say_what_is_missing()
        return Outcome(self.cells, self.checks, self.findings, time.monotonic() - self.started)

    def left(self):
        return self.limits.notebook_seconds - (time.monotonic() - self.started)

    def attempt(self, new_child, steps):
        """Whether a fresh process came to the end."""
        self.now = child = None
        try:
            with new_child() as child:
                for kind, i in steps:
                    self.run_cell(child, i) if kind == "cell" else self.run_check(child, i)
            return True
        except Trouble as e:
            kind, words = e.kind, str(e)
        except ServerGone:
            self.servers += 1
            if self.servers <= SERVERS:
                return False
            kind, words = "died", "ran when the sandbox ended"
        if not words and self.now not in self.spared and _killed_from_outside(child, self.limits):
            self.spared.add(self.now)
            return False
        self.give_up(kind, words or _reason(child, self.limits))
        return False

    def run_cell(self, child, i):
        reserved = CHECKS_SHARE * self.limits.notebook_seconds if self.job.checks else 0
        seconds = min(self.limits.cell_seconds, self.left() - reserved)
        if ("cell", i) in self.lethal or seconds <= 0:
            return
        self.now = ("cell", i)
        self.job.tell(i)
        first = self.cells[i].status == "not run"
        run = self.cells[i] if first else CellRun()
        self.clear(i, run)
        request = {"cell": self.job.cells[i], "test": i in self.job.tests}
        for message in child.ask(request, seconds, RAW * self.limits.total):
            match message:
                case {"output": {"output_type": "clear"}}:
                    self.clear(i, run)
                case {"output": dict(found)}:
                    self.keep(i, run, found)
                case {"end": str(status)} if status in STATUS:
                    run.status = status
                    run.error = outputs.reason(message.get("error"))
                    run.value = outputs.value(message.get("value"), self.limits)
                case _:
                    raise Trouble("died", FORGED)
        if run.status in ("timeout", "flood"):
            self.lethal.add(("cell", i))
            words = {"timeout": f"ran longer than {seconds:.3g} s", "flood": "printed far too much"}
            self.find(f"{words[run.status]}; it was stopped")

    def clear(self, i, run):
        run.outputs.clear()
        if run is self.cells[i]:
            self.sizes[i] = 0

    def keep(self, i, run, found):
        """Append a clean output to a cell, within the bounds."""
        try:
            output = outputs.output(found, self.limits)
        except outputs.Refused as e:
            raise Trouble("died", FORGED) from e
        if not output or run is not self.cells[i] or self.job.unseen:
            return
        size = outputs.size(output)
        if sum(self.sizes) + size > self.limits.total or len(run.outputs) >= OUTPUTS:
            if i not in self.cut:
                self.cut.add(i)
                self.find("showed more than is kept; the rest was cut")
            return
        self.sizes[i] += size
        outputs.append(run.outputs, output)

    def run_check(self, child, k):
        left = len(self.checks) - len(self.observed_checks)
        if k in self.observed_checks:
            return
        seconds = min(self.limits.check_seconds, self.left() / left)
        if seconds <= 0:
            return
        self.now = ("check", k)
        check, run = self.job.checks[k], self.checks[k]
        request = {
            "check": check.name,
            "source": check.source,
            "calls": check.calls,
            "references": check.references,
        }
        run.seen = {device: None for device, _ in check.calls}
        received, parts = child.received, child.parts
        room = self.limits.observed - self.observed, self.limits.parts - self.parts
        for message in child.ask(request, seconds, *room):
            match message:
                case {"call": int(n), "seen": list(seen)} if 0 <= n < len(check.calls):
                    device = check.calls[n][0]
                    run.seen[device] = (run.seen[device] or []) + seen
                case {"output": _}:  # what a check prints, nobody reads
                    pass
                case {"end": str(trouble)} if trouble in TROUBLE:
                    run.trouble = trouble
                case _:
                    raise Trouble("died", FORGED)
        self.observed += child.received - received
        self.parts += child.parts - parts
        if run.trouble:
            words = {"timeout": f"ran longer than {seconds:.3g} s", "flood": "printed far too much"}
            self.find(f"{words.get(run.trouble, 'stopped before its end')}; it was given up")
        self.observed_checks.add(k)

    def give_up(self, kind, words):
        """Note what the process died of; it won't run again."""
        where, i = self.now
        self.lethal.add(self.now)
        self.find(f"{words}; everything else was run again without it")
        if where == "check":
            self.checks[i].trouble = kind
            self.observed_checks.add(i)
            self.give_up_exercise(self.job.checks[i].exercise, kind)
        elif self.cells[i].status == "not run":
            self.cells[i].status = kind
            self.cells[i].outputs.append(outputs.stopped(f"This cell {words}."))

    def give_up_exercise(self, exercise, kind):
        """After a second lethal check of an exercise the rest of it is left out."""
        mine = [k for k, check in enumerate(self.job.checks) if check.exercise == exercise]
        if sum(("check", k) in self.lethal for k in mine) < LETHAL:
            return
        left = [k for k in mine if k not in self.observed_checks]
        for k in left:
            self.checks[k].trouble = kind
            self.observed_checks.add(k)
        if left:
            self.findings.append(f"The other checks of {exercise} were left out: {len(left)}.")

    def find(self, words):
        where, i = self.now
        check = self.job.checks[i] if where == "check" else None
        name = f"Check {check.name} of {check.exercise}" if check else f"Code cell {i + 1}"
        self.findings.append(f"{name} {words}.")

    def say_what_is_missing(self):
        left_out = self.job.left_out
        cells = sum(c.status == "not run" for i, c in enumerate(self.cells) if i not in left_out)
        checks = [k for k in range(len(self.checks)) if k not in self.observed_checks]
        for k in checks:
            self.checks[k].trouble = "timeout"
        if cells or checks:
            self.findings.append(
                f"{self.limits.notebook_seconds:g} s for the notebook were used up: "
                f"{cells} code cells and {len(checks)} checks were not run."
            )


def _killed_from_outside(child, limits):
    """Whether it may have been chosen by the kernel when memory was short, or by a person."""
    end = child.end
    return end.code == -signal.SIGKILL and not end.killed and end.cpu <= limits.cpu


def _reason(child, limits):
    """Why a process ended, in words."""
    code, cpu = child.end.code, child.end.cpu
    if code == -signal.SIGXCPU or cpu > limits.cpu:
        return f"used up {limits.cpu} s of processor time"
    if code < 0:
        return f"crashed the process ({signal.strsignal(-code)})"
    return "ended the process"
