"""The boundary around students' code: `with open_sandbox() as sandbox: sandbox.run(job)`."""

from .job import CellRun, Check, CheckRun, Job, Limits, NoBoundary, Outcome
from .sandbox import Sandbox
from .selftest import attacks_held
from .selftest import choose as open_sandbox

__all__ = [
    "Outcome",
    "CellRun",
    "Check",
    "CheckRun",
    "Job",
    "Limits",
    "NoBoundary",
    "Sandbox",
    "attacks_held",
    "open_sandbox",
]
