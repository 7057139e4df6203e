"""Two libraries at the same work, in one process, turn by turn; and the same in fresh processes."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

REST = 0.25  # seconds: a BLAS keeps spinning on a core for up to 0.2 after its last product
WARM_UP = 5


def options(description, devices=("cpu",)):
    """The options that every benchmark has; `--case` is how it starts itself afresh."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="fewer turns and one start: a glance")
    if len(devices) > 1:
        parser.add_argument("--device", choices=devices, default="cpu", help="where both compute")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    return parser.parse_args()


def torch_or_none():
    try:
        import torch
    except ImportError:
        return None
    return torch


def turn(work, repeats, warm_up):
    """Median seconds of `work()`, alone on the machine's cores and warm."""
    time.sleep(REST)
    for _ in range(warm_up):
        work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def alternate(ours, theirs, turns, repeats, warm_up=WARM_UP):
    """[[seconds of ours, seconds of theirs or None], ...], a pair for each turn."""
    pairs = []
    for number in range(turns):
        first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        pair = [turn(work, repeats, warm_up) if work else None for work in (first, second)]
        pairs.append(pair if number % 2 == 0 else pair[::-1])
    return pairs


def fresh(script, case, starts, environment=None):
    """What `script --case CASE` prints as JSON, in `starts` new processes, one after the other."""
    command = [sys.executable, script, "--case", json.dumps(case)]
    environment = {**os.environ, **(environment or {})}
    results = []
    for _ in range(starts):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
        results.append(json.loads(done.stdout))
    return results


def row(label, pairs, goal=None):
    """One line of the table: medians, the ratio and its range over the turns, PyTorch's goal."""
    ours = statistics.median(a for a, _ in pairs)
    if pairs[0][1] is None:
        return f"{label:30} {duration(ours)}"
    theirs = statistics.median(b for _, b in pairs)
    ratios = sorted(a / b for a, b in pairs)
    ratio = statistics.median(ratios)
    line = f"{label:30} {duration(ours)} {duration(theirs)} {ratio:7.2f}"
    line += f"  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    if goal is not None and torch_or_none():
        line += f"  goal {goal:.2f} {'met' if round(ratio, 2) <= goal else 'missed'}"
    return line


def duration(seconds):
    return f"{1e6 * seconds:8.2f} us" if seconds < 1e-4 else f"{1e3 * seconds:8.2f} ms"


def heading(title, instead="", device="cpu"):
    """What is compared, on which BLAS; the columns. `instead`: what stands in for PyTorch."""
    torch = torch_or_none()
    lines = [title, blas()]
    if torch:
        threads = torch.get_num_threads()
        lines.append(f"PyTorch {torch.__version__}, {threads} threads, eager, {device}")
    else:
        lines.append("PyTorch is not installed in this Python: pip install torch==2.13.0")
    other = "PyTorch" if torch else instead
    columns = f"{other:>11}   ratio" if other else ""
    return "\n".join([*lines, "", f"{'':30} {'ours':>11} {columns}".rstrip()])


def blas():
    """Which library and which of its kernels NumPy multiplies matrices with."""
    import numpy as np

    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return f"NumPy {np.__version__} (install threadpoolctl to see its BLAS)"
    np.ones((2, 2)) @ np.ones((2, 2))
    pools = [p for p in threadpool_info() if p["user_api"] == "blas"]
    names = {
        f"{p['internal_api']} {p['version']}, kernel {p.get('architecture', 'not named')}, "
        f"{p['num_threads']} threads"
        for p in pools
    }
    return f"NumPy {np.__version__} on {'; '.join(sorted(names)) or 'an unknown BLAS'}"
