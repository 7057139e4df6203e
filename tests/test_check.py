"""A check from its inputs to the table: what is observed, recognised, and shown."""

import json
import linecache

import numpy as np
import pytest

import tinygrad_lessons as package
from tinygrad_lessons.classroom.author import lesson, mistakes
from tinygrad_lessons.classroom.grading import judge
from tinygrad_lessons.exercise import unwritten
from tinygrad_lessons.lab.compare import Raised, Sequence, Text, Transfers, same
from tinygrad_lessons.lab.observe import Observer, encode, look, written
from tinygrad_lessons.lab.show import show
from tinygrad_lessons.lab.table import Report
from tinygrad_lessons.lab.verdict import Verdict, recognise

DEVICES = [device.type for device in package.devices.available()]
every_device = pytest.mark.parametrize("device", DEVICES)


def observed(check, device="cpu", seed=0):
    return look(check, package, device, seed)


@every_device
def test_values_are_observed_without_a_transfer(device):
    def check(torch, device, rng, observe):
        observe.transfers("sum", lambda: torch.ones(3, device=device).sum())

    seen = observed(check, device)
    assert seen[1]["value"] == {"kind": "transfers", "up": 0, "down": 0}
    assert seen[0]["value"]["array"]["shape"] == []
    json.dumps(seen)


def test_transfers_are_counted_on_the_simulated_accelerator():
    def check(torch, device, rng, observe):
        observe.transfers("there and back", lambda: torch.ones(3).to("sim").cpu())

    assert observed(check)[1]["value"] == {"kind": "transfers", "up": 1, "down": 1}


@every_device
def test_shared_memory_is_found_by_writing_and_left_as_it_was(device):
    x = package.arange(6.0, device=device).reshape(2, 3)
    observe = Observer(package)
    observe.shared("view", x, x.T)
    observe.shared("part", x[:, :1], x[:, 1:])
    observe.shared("copy", x, x.clone())
    texts = [entry["value"]["text"] for entry in observe.seen]
    assert texts == ["shared memory", "separate memory", "separate memory"]
    assert x.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_shared_memory_with_numpy_and_read_only():
    a = np.arange(3.0)
    observe = Observer(package)
    observe.shared("with numpy", package.from_numpy(a), a)
    a.flags.writeable = False
    observe.shared("read-only", a, a[1:])
    assert [e["value"]["text"] for e in observe.seen] == ["shared memory"] * 2


def test_any_refusal_is_as_good_but_being_unwritten_is_none():
    def raises(error):
        def check(torch, device, rng, observe):
            observe.refuses("call", lambda: (_ for _ in ()).throw(error))

        return observed(check)

    refusal = raises(ValueError("a"))
    assert same(refusal, raises(RuntimeError("b")))
    assert same(refusal, raises(NotImplementedError("there is no such norm")))
    assert not same(refusal, raises(NotImplementedError()))
    assert not same(refusal, raises(NotImplementedError(unwritten("gram", "03_gram", 1))))


def test_an_error_in_the_check_itself_is_what_the_student_reads():
    def check(torch, device, rng, observe):
        torch.no_such_function()
        observe("never", 1)

    def right(torch, device, rng, observe):
        observe("never", 1)

    verdict = Verdict("check", "cpu", observed(right), observed(check))
    assert verdict.why == "never: it raised AttributeError"


def report(answer, seed=3, points=None):
    """The Report of lesson 3's gram with a known answer in its place."""
    exercise = next(e for e in lesson.load("course", "03_gram").exercises if e.id == "gram")
    known = mistakes.mistakes("course", "03_gram")
    runs = []
    for check in exercise.cell.checks:
        for device in ("cpu", "sim"):
            with judge.replaced("gram", answer):
                yours = judge.expected(exercise.cell, check.name, device, seed)
            runs.append((check, device, seed, yours, ""))
    return Report("gram", judge.judge(exercise.cell, runs, known), points)


def test_a_recognised_mistake_gives_its_hint():
    found = report(lambda A: A @ A.T)
    assert not found.passed
    assert {v.mistake for v in found.verdicts} == {"rows_for_columns"}
    text = repr(found)
    assert text.startswith("gram: 0 of 5 checks pass\n  not yet columns not rows, on cpu, sim: ")
    assert "hint" in text and "Which vectors does entry (0, 1) compare?" in text
    assert len(text.splitlines()) <= 25


def test_a_mistake_on_one_device_is_shown_for_that_device():
    found = report(lambda A: (A.cpu().T @ A.cpu()).to(A.device), points=2.0)
    assert {v.device for v in found.verdicts if v.passed} >= {"cpu"}
    assert 0 < found.score < 2


def test_an_unknown_mistake_gets_a_remark_but_no_hint():
    found = report(lambda A: A.T @ A * 2)
    assert found.shown.hint == ""
    assert "It is 2 times the expected." in repr(found)


def test_an_unwritten_exercise_is_one_friendly_line():
    def stub(A):
        raise NotImplementedError("gram is yours to write: lesson 03_gram, exercise 4")

    line = "not yet: gram is yours to write: lesson 03_gram, exercise 4"
    assert repr(report(stub, points=2.0)) == line
    assert "not yet" in report(stub)._repr_html_()


def test_a_cell_that_was_not_run_is_asked_for():
    stub = "def f(x):\n    raise NotImplementedError('f is yours to write')\n"
    assert repr(report_of(notebook(answer=stub, check=CHECK))) == "not yet: f is yours to write"
    cells = notebook(check=CHECK)
    exec(stub, names := {"__name__": "package"})
    cells["f"] = names["f"]
    asked = 'If you have written it, run its cell, with its line @complete("f")'
    assert repr(report_of(cells)) == f"not yet: f is yours to write. {asked}"


def test_all_right():
    found = report(lambda A: A.T @ A, points=2.0)
    assert found.passed and found.score == 2.0
    assert repr(found).splitlines()[0] == "gram: 2 of 2 points"


def test_the_html_says_the_same_and_escapes():
    verdict = Verdict("a_check", "<b>", [], None, trouble="timeout", hidden=True)
    html = Report("<script>", [verdict])._repr_html_()
    assert "<script>" not in html and "<b>:" not in html
    assert "&lt;script&gt;" in html and "it did not finish in time" in html
    assert "(hidden check)" in html
    assert '<th scope="col"' in html and "<caption" in html


def seen(value):
    return [{"label": "x", "value": {"kind": "number", "type": "int", "text": str(value)}}]


def raised(text, place="max"):
    return [{"label": "x", "value": {"kind": "raised", "type": "TypeError", "text": text,
                                     "place": place}}]  # fmt: skip


def named(yours, known, expected=1):
    """The mistakes named for what a student did in the checks "a", "b", ..., on one device."""
    verdicts = [Verdict(c, "cpu", seen(expected), y) for c, y in zip("abcd", yours, strict=False)]
    recognise(verdicts, lambda check, device: [(n, f"hint {n}", k["abcd".index(check)])
                                               for n, k in known.items()])  # fmt: skip
    return [v.mistake for v in verdicts]


def test_of_mistakes_that_fit_the_one_that_fits_most_is_taken():
    known = {"first": [seen(2), seen(9)], "both": [seen(2), seen(3)]}
    assert named([seen(2), seen(3)], known) == ["both", "both"]


def test_what_passed_decides_between_mistakes_that_fit_alike():
    known = {"fails b, too": [seen(2), seen(9)], "a only": [seen(2), seen(1)]}
    assert named([seen(2), seen(1)], known) == ["a only", ""]


def test_a_mistake_that_misses_the_first_failure_is_not_named():
    assert named([seen(2), seen(3)], {"later": [seen(1), seen(3)]}) == ["", ""]


def test_a_mistake_that_most_checks_speak_against_is_not_named():
    known = {"other": [seen(2), seen(8), seen(9), seen(7)]}
    assert named([seen(2), seen(3), seen(3), seen(3)], known) == [""] * 4
    assert named([seen(2), seen(8), seen(3), seen(3)], known) == ["other", "other", "", ""]


def test_an_error_is_a_mistakes_own_when_its_text_and_its_place_are():
    known = {"m": [raised("no")]}
    assert named([raised("no")], known) == ["m"]
    assert named([raised("other")], known) == [""]
    assert named([raised("no", "exp")], known) == [""]
    ones_own = {"m": [raised("their words", "raise")]}
    assert named([raised("my words", "raise")], ones_own) == ["m"]


def test_where_little_is_alike_more_of_it_has_to_be():
    known = {"m": [raised("no"), seen(1), seen(1)]}
    assert named([raised("no"), seen(1), seen(1)], known) == ["m", "", ""]
    assert named([raised("no"), seen(2), seen(1)], known) == ["", "", ""]


def test_a_mistake_that_does_not_end_is_named():
    verdicts = [Verdict("a", "cpu", seen(1), None, trouble="timeout")]
    recognise(verdicts, lambda *_: [("ends", "1", seen(2)), ("endless", "2", "timeout")])
    assert verdicts[0].mistake == "endless"


def test_an_answer_that_does_nothing_earns_nothing():
    def earned(yours):
        verdicts = [Verdict(c, "cpu", seen(1), y) for c, y in zip("ab", yours, strict=True)]
        idle = {"a": [("returns 1", "", seen(1))], "b": [("returns 1", "", seen(9))]}
        return Report("f", recognise(verdicts, lambda check, device: idle[check]), points=4)

    nothing = earned([seen(1), seen(9)])
    assert nothing.score == 0
    assert "also passes for an answer that does nothing: no points yet" in repr(nothing)
    assert earned([seen(7), seen(1)]).score == 2
    assert earned([seen(1), seen(1)]).score == 4


def test_a_mistake_that_stopped_halfway_is_not_taken_for_one_that_went_on():
    def entry(label, value):
        return {"label": label, "value": value}

    error = {"kind": "raised", "type": "RuntimeError", "text": "no"}
    two, three = ({"kind": "number", "type": "int", "text": n} for n in "23")
    expected = [entry("x", two), entry("y", two)]
    verdict = Verdict("a", "cpu", expected, [entry("x", three), entry("y", error)])
    recognise([verdict], lambda check, device: [("stops", "hint", [entry("y", error)])])
    assert verdict.mistake == ""


def notebook(**cells):
    """The names that cells define, each a file of its own, as in a notebook."""
    names = {"__name__": "__main__"}
    for file, text in cells.items():
        linecache.cache[file] = len(text), None, text.splitlines(True), file
        exec(compile(text, file, "exec"), names)
    return names


CHECK = """\
def one(torch, device, rng, observe):
    observe("f(2)", lambda: f(2))
"""


def report_of(cells):
    right = [{"label": "f(2)", "value": encode(4)}]
    return Report("f", [Verdict("one", "cpu", right, look(cells["one"], package, "cpu", 0))])


def test_the_line_that_raised_is_shown():
    answer = "def f(x):\n    return helper(x)\n\ndef helper(x):\n    return x.siz\n"
    text = repr(report_of(notebook(answer=answer, check=CHECK)))
    assert "one on cpu, f(2):" in text
    assert "line      helper: return x.siz" in text


def test_nothing_returned_asks_for_the_return():
    cells = notebook(answer="def f(x):\n    x * x\n", check=CHECK)
    assert "Nothing came back. Is a return missing?" in repr(report_of(cells))


def test_another_exercise_that_is_unwritten_is_named_with_the_line_that_called_it():
    def g(x):  # in the package, not in the notebook
        raise NotImplementedError("g is yours to write")

    cells = notebook(answer="def f(x):\n    return g(x)\n", check=CHECK)
    cells["g"] = g
    assert repr(report_of(cells)) == "not yet: g is yours to write. It is called in f: return g(x)"


def test_a_loop_that_is_stopped_says_where():
    cells = notebook(answer="def f(x):\n    raise KeyboardInterrupt\n", check=CHECK)
    with pytest.raises(KeyboardInterrupt) as stopped:
        look(cells["one"], package, "cpu", 0)
    assert written(stopped.value) == "f: raise KeyboardInterrupt"


def test_where_an_error_came_from_is_what_the_line_called():
    ways = {
        "matmul": "x @ y", "div": "x / 0", "relu": "torch.relu(x)", "attribute": "x.max(3, 4)",
        "raise": "raise ValueError",
    }  # fmt: skip
    for called, line in ways.items():
        text = f"def f(x):\n    x, y = 1, 's'\n    {line}\n"
        cells = notebook(answer=text, check=CHECK)
        cells["torch"] = package
        value = look(cells["one"], package, "cpu", 0)[0]["value"]
        assert (value["place"], value["where"]) == (called, f"f: {line}")


def test_what_is_forbidden_raises_while_the_block_runs():
    x, ours = package.ones(2, 2, device="sim"), (package.ops.MatMul, "forward")
    observe = Observer(package)
    with observe.forbid("without @", ours, (package.device("sim").xp, "matmul")):
        observe("x @ x", lambda: x @ x)
        observe("x.device.xp.matmul", lambda: x.device.xp.matmul(x.array, x.array))
        observe("x * x", lambda: x * x)
    assert [e["value"].get("text") for e in observe.seen] == ["without @", "without @", None]
    assert (x @ x).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_matrices_are_grids_around_the_place_that_differs():
    M = np.arange(12.0).reshape(4, 3)
    assert show(M) == (
        "0   1   2\n3   4   5\n6   7   8\n9  10  11\nfloat64, shape (4, 3)"
    )  # fmt: skip
    assert show(M[0]) == "[0, 1, 2] float64, shape (3,)"
    assert show(np.zeros((0, 3))) == "no numbers, float64, shape (0, 3)"
    long = show(np.arange(100), (60,))
    assert long == "[…, 57, 58, 59, 60, 61, 62, …] int64, shape (100,)"
    cube = show(np.arange(24).reshape(2, 3, 4), (1, 2, 0))
    assert cube.startswith("[1]:\n12  13  14  15\n") and "20  21  22  23" in cube


def test_strings_are_in_quotes_and_messages_end_in_a_stop():
    assert show(Text("str", "cpu")) == "'cpu'" and show(Text("device", "cpu")) == "cpu"
    assert (
        show(Text("str", "")) == "''"
        and show(Text("array", "")) == "a value of type array that cannot be shown"
    )
    assert show(Text("str", "a(\n  b\n)")) == "'a('\n'  b'\n')'"
    assert show(Raised("TypeError", "dtype int64\nAsk for a float.")) == (
        "TypeError: dtype int64. Ask for a float."
    )


def test_only_the_arguments_of_the_call_that_failed_are_shown():
    def check(torch, device, rng, observe):
        observe.given("the numbers", [1, 2])
        observe("f(the numbers)", 1)
        observe.given("x", 3)
        observe("f of two bools", lambda: answer)

    answer = True
    right = observed(check)
    answer = 7
    found = dict(Report("f", [Verdict("check", "cpu", right, observed(check))]).details())
    assert "the numbers" not in found and found["x"] == "3" and found["yours"] == "7"


def test_values_in_a_line():
    assert show(Sequence([1])) == "(1,)"
    assert show(Sequence([1, 2, 3, 4, 5])) == "(1, 2, 3, 4, \N{HORIZONTAL ELLIPSIS})"
    assert show(Transfers(1, 0)) == "copies: 1 to the device, 0 back"
    assert show(Raised("AssertionError", "")) == "AssertionError"
    long = show(Raised("RuntimeError", "two\n  lines " + "and words " * 40))
    assert long.startswith("RuntimeError: two. lines and")
    assert long.endswith(" \N{HORIZONTAL ELLIPSIS}")
