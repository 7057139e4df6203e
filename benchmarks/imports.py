"""How long `import tinygrad_lessons` takes beside `import numpy`, in fresh processes, by turns.

As after the first time: with the compiled files that Python keeps.
"""

import os
import statistics
import subprocess
import sys
import tempfile

from side_by_side import options

GOAL = 1.2
CODE = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def seconds(name, cache):
    """The time that importing `name` takes in a new process; None where it is not installed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", CODE.format(name)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return float(done.stdout) if done.returncode == 0 else None


def measure(names, turns):
    """[[seconds of each], ...] for each turn, the first ones, which compile, left out."""
    with tempfile.TemporaryDirectory() as cache:
        return [[seconds(name, cache) for name in names] for _ in range(turns + 1)][1:]


def main():
    rounds = measure(("numpy", "tinygrad_lessons", "torch"), 5 if options(__doc__).short else 25)
    columns = zip(*rounds, strict=True)
    numpy, ours, torch = (statistics.median(c) if c[0] else None for c in columns)
    ratio = statistics.median(ours / numpy for numpy, ours, _ in rounds)
    print(__doc__)
    print(f"numpy            {1e3 * numpy:8.1f} ms")
    print(
        f"tinygrad_lessons {1e3 * ours:8.1f} ms   {ratio:.2f} of NumPy's, goal {GOAL:.2f}", end=" "
    )
    print("met" if round(ratio, 2) <= GOAL else "missed")
    print(f"torch            {1e3 * torch:8.1f} ms" if torch else "PyTorch is not installed")


if __name__ == "__main__":
    main()
