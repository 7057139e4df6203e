"""What a student's own package can do: the lessons' checks, a program for each lesson, training."""

import json
from pathlib import Path

import numpy as np

from ...lab.table import Report
from ...lab.verdict import Verdict
from ..sandbox import Check, Job, Limits

LONG = Limits(notebook_seconds=1800, cell_seconds=600, cpu=1800)

PROGRAMS = {
    "make tensors": """\
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(4)
print((torch.ones_like(x) + x).mean())""",
    "move them to another device": """\
x = torch.tensor([1.0, 2.0]).to("sim")
print((x + x).device, (x + x).cpu().tolist())""",
    "find the directions in which data spread": """\
X = torch.tensor([[0.0, 0.1], [1.0, 0.9], [2.0, 2.1], [3.0, 2.9]])
directions, variances = torch.gram_matrices.principal_components(X, 1)
print(directions.abs())""",
    "share memory with NumPy": """\
import numpy as np
n = np.zeros(3)
torch.from_numpy(n).add_(1)
print(n)""",
    "send a batch through a network": """\
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
print(tuple(net(torch.ones(2, 3)).shape))""",
    "find gradients": """\
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
(x * x).sum().backward()
print(x.grad)""",
    "learn": """\
torch.manual_seed(0)
data = torch.utils.data
x = torch.rand(64, 2)
loader = data.DataLoader(data.TensorDataset(x, (x[:, 0] > x[:, 1]).long()), 16, shuffle=True)
net = torch.nn.Linear(2, 2)
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
loss = torch.nn.functional.cross_entropy
history = torch.training.fit(net, loader, loader, loss, optimizer, 20)
print(f"{history[-1][1]:.0%} right")""",
}

TRAINING = """\
data = torch.utils.data
torch.manual_seed(0)
train, test = (torch.datasets.Digits(train=part) for part in (True, False))
nn, width = torch.nn, train[0][0].numel()
layers = [nn.Linear(width, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
net = nn.Sequential(nn.Flatten(), *layers)
loader, new = data.DataLoader(train, 50, shuffle=True), data.DataLoader(test, 100)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)"""
EPOCH = """\
[(loss, right)] = torch.training.fit(net, loader, new, nn.functional.cross_entropy, optimizer, 1)
print(f"loss {loss:.4f}, {right:.1%} of new digits")"""
READ = """\
counts = [[0] * 10 for _ in range(10)]
with torch.no_grad():
    for x, y in new:
        for right, guess in zip(y.tolist(), net(x).argmax(dim=1).tolist()):
            counts[right][guess] += 1
print(counts)"""
EPOCHS = 5


def reports(record, one, out, sandbox):
    """{exercise: Report} of a lesson's checks, run on the package in `out` with the public seed."""
    cells = {e.id: e.cell.source for e in one.exercises}
    entries = [(e, r) for e in cells for r in record.get(e, ())]
    checks = [Check(e, cells[e], r["check"], [(r["device"], r["seed"])]) for e, r in entries]
    answer = sandbox.run(Job(Path(out).resolve(), [], checks, LONG))
    verdicts = {}
    for (exercise, r), run in zip(entries, answer.checks, strict=True):
        yours = run.seen.get(r["device"])
        trouble = "" if yours is not None else run.trouble or "died"
        found = Verdict(r["check"], r["device"], r["seen"], yours, trouble=trouble)
        verdicts.setdefault(exercise, []).append(found)
    return {exercise: Report(exercise, found) for exercise, found in verdicts.items()}


def troubles(parts, found):
    """What a person should look at: each exercise that is broken or does not pass, in a line."""
    for part in parts:
        report = found[part.exercise]
        if part.state == "broken":
            yield f"{part.exercise}: {part.why}"
        elif part.state == "yours" and not report.passed:
            yield f"{report.title}: {next(v.why for v in report.verdicts if not v.passed)}"


def programs(out, sandbox):
    """[(what, whether it can, what it printed or stopped at), ...] for one program a lesson."""
    cells = [f"import tinygrad_lessons as torch\n{text}" for text in PROGRAMS.values()]
    answer = sandbox.run(Job(Path(out).resolve(), cells, [], LONG))
    return [
        (what, run.status == "ok", _said(run))
        for what, run in zip(PROGRAMS, answer.cells, strict=True)
    ]


def train(out, sandbox, tell):
    """(the lines that training prints, one an epoch; how often each digit is read as each).

    `tell(n)` as each epoch begins. The counts are (10, 10), or None where there are none.
    """
    cells = ["import tinygrad_lessons as torch\n" + TRAINING, *[EPOCH] * EPOCHS, READ]

    def begun(n):
        if n <= EPOCHS:
            tell(n)

    answer = sandbox.run(Job(Path(out).resolve(), cells, [], LONG, begun))
    *lines, counts = [_said(run) for run in answer.cells[1:]]
    return lines, _counts(counts)


def _counts(line):
    try:
        found = np.array(json.loads(line), int)
    except (ValueError, TypeError):
        return None
    return found if found.shape == (10, 10) and (found >= 0).all() and found.any() else None


def _said(run):
    """The last line that a cell printed, or what stopped it: an exercise, or an error."""
    texts = [o.get("text") or f"{o.get('ename')}: {o.get('evalue')}" for o in run.outputs]
    lines = "".join(texts).strip().splitlines()
    return lines[-1].removeprefix("NotImplementedError: ") if lines else ""
