"""What training adds to a process's memory over its import, and whether it grows from step to step.

Both libraries do the same 1,000 steps of the 784-512-512-10 network at batch 64, each in a fresh
process. Reads /proc, so it runs on Linux only.
"""

import importlib
import json
import re
import sys
from pathlib import Path

from side_by_side import fresh, heading, options, torch_or_none
from training_step import step


def memory(field):
    """A line of the process's status in MB: VmRSS is used now, VmHWM was used at most."""
    return int(re.search(rf"{field}:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def measure(name, steps):
    torch = importlib.import_module(name)
    imported = memory("VmRSS")
    work = step(torch, 64, "SGD")
    for _ in range(steps // 10):
        work()
    early = memory("VmRSS")
    for _ in range(steps - steps // 10):
        work()
    late, peak = memory("VmRSS"), memory("VmHWM")
    return {"import": imported, "peak": peak - imported, "creep": late - early}


def main():
    given = options(__doc__)
    if given.case:
        return print(json.dumps(measure(**json.loads(given.case))))
    if not sys.platform.startswith("linux"):
        return print("There is no /proc here: this benchmark needs Linux.")
    steps = 200 if given.short else 1000
    print(heading(__doc__).rpartition("\n\n")[0], "\n")
    for name in ["tinygrad_lessons"] + ["torch"] * (torch_or_none() is not None):
        (found,) = fresh(__file__, {"name": name, "steps": steps}, 1)
        print(
            f"{name:18} import {found['import']:6.1f} MB, training at most {found['peak']:+6.1f} "
            f"MB, from step {steps // 10} to {steps} {found['creep']:+5.1f} MB"
        )


if __name__ == "__main__":
    main()
