"""How long `import tinygrad_lessons` takes beside `import numpy`, in fresh processes, by turns."""

import statistics
import subprocess
import sys

from side_by_side import options

GOAL = 1.2
CODE = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def seconds(name):
    """The time that importing `name` takes in a new process; None where it is not installed."""
    done = subprocess.run([sys.executable, "-c", CODE.format(name)], capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def main():
    turns = 5 if options(__doc__).short else 25
    names = "numpy", "tinygrad_lessons", "torch"
    for name in names:
        seconds(name)  # compile, and bring the files into the system's cache
    rounds = [[seconds(name) for name in names] for _ in range(turns)]
    numpy, ours, torch = (
        statistics.median(column) if column[0] else None for column in zip(*rounds, strict=True)
    )
    ratio = statistics.median(ours / numpy for numpy, ours, _ in rounds)
    print(__doc__, "\n")
    print(f"numpy            {1e3 * numpy:8.1f} ms")
    print(
        f"tinygrad_lessons {1e3 * ours:8.1f} ms   {ratio:.2f} of NumPy's, goal {GOAL:.2f}", end=" "
    )
    print("met" if round(ratio, 2) <= GOAL else "missed")
    print(f"torch            {1e3 * torch:8.1f} ms" if torch else "PyTorch is not installed")


if __name__ == "__main__":
    main()
