"""The judge: known mistakes that never end, what a hidden check says, counts that are lies."""

import time

import numpy as np
import pytest

from tinygrad_lessons.classroom.author import audit, lesson, mistakes
from tinygrad_lessons.classroom.author.lesson import CheckCell, CheckFunction
from tinygrad_lessons.classroom.author.mistakes import Known
from tinygrad_lessons.classroom.grading import clock, judge
from tinygrad_lessons.classroom.intake import suspect
from tinygrad_lessons.exercise import marked
from tinygrad_lessons.lab.observe import look
from tinygrad_lessons.lab.table import Report
from tinygrad_lessons.lab.verdict import Verdict

SOURCE = """\
def products(torch, device, rng, observe):
    A = torch.tensor(rng.standard_normal((5, 3)), device=device)
    observe("gram(A)", lambda: torch.gram(A))

def copies(torch, device, rng, observe):
    A = torch.tensor(rng.standard_normal((5, 3)), device=device)
    observe.transfers("gram(A).to('cpu')", lambda: torch.gram(A).to("cpu"))
"""


def cell(*hidden):
    names = "products", "copies"
    return CheckCell("gram", SOURCE, tuple(CheckFunction(n, n in hidden) for n in names))


def seen(check, function, device="sim", seed=1):
    """What a check observes with an answer in the place of the reference."""
    with judge.replaced("gram", function):
        return judge.expected(cell(), check, device, seed)


def judged(check, yours, known=(), trouble="", hidden=(), device="sim"):
    this = next(c for c in cell(*hidden).checks if c.name == check)
    return judge.judge(cell(*hidden), [(this, device, 1, yours, trouble)], known)[0]


def endless(A):
    while True:
        pass


def stubborn(A):
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            while time.monotonic() < end:
                pass
        except BaseException:
            pass


@pytest.mark.parametrize("function", [endless, stubborn])
def test_a_known_mistake_that_never_ends_holds_nobody_up(function, monkeypatch):
    monkeypatch.setattr(judge, "MISTAKE_SECONDS", 0.2)
    known = [Known("gram", function.__name__, function, "Does it end?"),
             Known("gram", "twice", lambda A: 2 * A.T @ A, "By two?")]  # fmt: skip
    wrong = seen("products", lambda A: 2 * A.T @ A)
    assert judged("products", wrong, known).mistake == "twice"
    names = [found[2] for found in judge.observed_mistakes(cell(), "products", "sim", 1, known)]
    assert names[0] == "timeout" and names[1] == wrong
    assert judged("products", None, known, trouble="timeout").mistake == function.__name__
    right = look(judge.load(SOURCE)["products"], judge.package, "sim", 1)
    assert judge.expected(cell(), "products", "sim", 1) == right
    assert marked["gram"] is judge.package.gram


def test_an_answer_that_does_nothing_is_known_where_it_passes():
    source = "def refused(torch, device, rng, observe):\n"
    source += "    observe.refuses('of one number', lambda: torch.gram(torch.ones(())))\n"
    one = CheckCell("gram", source, (CheckFunction("refused", False),))

    def refuses(A):
        raise ValueError("no")

    idle = [Known("gram", "returns None", lambda A: None), Known("gram", "raises", refuses)]
    for seed in (1, 2):
        found = judge.observed_mistakes(one, "refused", "cpu", seed, idle)
        assert found == [("raises", "", judge.expected(one, "refused", "cpu", seed))]
    assert judge.observed_mistakes(cell(), "products", "cpu", 1, idle) == []


def test_a_call_gives_its_result_or_its_error():
    assert clock.within(5, divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        clock.within(5, divmod, 7, 0)
    with pytest.raises(clock.TooLong):
        clock.within(0.1, endless, None)


def test_a_submission_that_sends_everything_many_times_is_judged_by_the_first():
    once = seen("products", lambda A: A.T @ A)
    more = [{"label": f"more {k}", "value": 1} for k in range(10**5)]
    assert judged("products", once + more).passed
    assert not judged("products", more + once).passed


def test_a_hidden_checks_feedback_repeats_nothing_of_the_students_process():
    secret = "def gram(A): return A.T @ A"

    def tells(A):
        raise type("Secret", (ValueError,), {})(secret)

    shown = judged("products", seen("products", tells), hidden=["products"])
    page = repr(Report("gram", [shown], 1.0))
    assert "Secret" not in page and "def gram" not in page
    assert shown.why == "gram(A): it raised something of its own"
    shown = judged("products", seen("products", lambda A: secret), hidden=["products"])
    assert "def gram" not in repr(Report("gram", [shown], 1.0))
    shown = judged("products", seen("products", lambda A: 1 / 0), hidden=["products"])
    assert shown.why == "gram(A): it raised ZeroDivisionError"
    visible = judged("products", seen("products", lambda A: 1 / 0))
    assert "division by zero" in repr(Report("gram", [visible], 1.0))


def counted(up, down):
    entries = seen("copies", lambda A: A.T @ A)
    entries[-1]["value"].update(up=up, down=down)
    return entries


@pytest.mark.parametrize(
    ("up", "down", "passes", "words"),
    [(0, 1, True, ""), (0, 0, True, "fewer copies than the reference makes"),
     (-1, 1, False, "counts of copies that cannot be"), (0, 2, False, ""),
     (0, True, False, "counts of copies that cannot be")],
)  # fmt: skip
def test_counts_that_no_right_answer_has_are_for_a_person_to_read(up, down, passes, words):
    verdict = judged("copies", counted(up, down))
    assert verdict.passed is passes
    found = list(judge.odd_counts("gram", [verdict]))
    assert len(found) == bool(words) and words in "".join(found)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a = device.peek(x.array)", "peek"),
        ("Device.crossing = lambda *a, **k: None", "crossing"),
        ("getattr(device, 'pe' + 'ek')(x)", "getattr() with a name that is computed"),
        ("object.__setattr__(stats, 'total', f)", "__setattr__, stats"),
        ("getattr(x, 'array', x)", ""),
        ("count = x.sum()", ""),
        ("def f(:", ""),
    ],
)
def test_names_that_have_no_business_in_an_exercise_are_listed(source, words):
    found = suspect.findings([source])
    assert found == ([f"Worth reading: the cells use {words}."] if words else [])


MISTAKES = """\
from tinygrad_lessons.classroom.author.mistakes import mistake

@mistake("gram", "Does it end?")
def never_ends(A):
    while True:
        pass

@mistake("gram", "By two?")
def twice(A):
    return 2 * A.T @ A
"""


def test_the_audit_knows_a_mistake_that_never_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "MISTAKE_SECONDS", 0.2)
    (tmp_path / "mistakes").mkdir()
    (tmp_path / "mistakes/03_gram.py").write_text(MISTAKES)
    known = mistakes.answers(tmp_path, "03_gram")
    exercise = lesson.Exercise("gram", "03_gram", 1, 1.0, cell())
    faults = list(audit._faults(exercise, known, range(1), ("cpu",)))
    assert not [fault for fault in faults if "never_ends" in fault or "twice" in fault], faults


def test_arrays_among_what_was_observed_are_no_impossible_count():
    def gives_an_array(torch, device, rng, observe):
        observe("a NumPy array", np.arange(3.0))

    import tinygrad_lessons as torch

    seen = look(gives_an_array, torch, "cpu", 1)
    assert list(judge.odd_counts("gram", [Verdict("gives_an_array", "cpu", seen, seen)])) == []
