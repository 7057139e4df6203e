"""The boundary around students' code: `with open_sandbox() as sandbox: answer = sandbox.run(job)`."""

from .boxes import Sandbox, open_sandbox
from .job import Answer, CellRun, Check, CheckRun, Job, Limits, NoBoundary

__all__ = [
    "Answer",
    "CellRun",
    "Check",
    "CheckRun",
    "Job",
    "Limits",
    "NoBoundary",
    "Sandbox",
    "open_sandbox",
]
