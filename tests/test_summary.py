"""What an instructor reads while grading and after it, and how the commands end."""

import io
from types import SimpleNamespace

import pytest
import typer
from rich.console import Console

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.commands import runs
from tinygrad_lessons.classroom.grading.row import Row
from tinygrad_lessons.classroom.insight import summary

ROWS = [
    Row("eve", 3.5, 7, 1, ["gram: rows for columns", *"abcd"], ["one", "two", "three"]),
    Row("a[red]b\n", 7, 7),
    Row("bob", trouble="not graded: the worker died"),
    Row("zoe", findings=["Nothing was handed in."]),
]


def printed(*things):
    console = Console(file=io.StringIO(), width=120)
    for thing in things:
        console.print(thing)
    return console.file.getvalue()


def test_the_table_has_everyone_who_handed_in_by_name_and_cuts_what_is_long():
    lines = [
        [c.strip() for c in line.split("│")[1:-1]]
        for line in printed(summary.table(ROWS)).splitlines()
    ]
    assert [line for line in lines if line] == [
        ["a[red]b\\n", "7/7", "", ""],
        ["bob", "-", "not graded: the worker died", ""],
        ["eve", "3.5/7 + 1 by hand", "gram: rows for columns", "one"],
        ["", "", "a", "two"],
        ["", "", "b", "and 1 more"],
        ["", "", "c", ""],
        ["", "", "and 1 more", ""],
    ]
    assert summary.absent(ROWS) == ["zoe"]


def test_a_long_name_is_whole_and_a_score_has_two_decimals():
    name = "many-" * 25  # more than fits
    text = printed(summary.table([Row(name, 20 / 3, 7, wrong=["gram"] * 9)]))
    assert text.count("m") >= 25 and "…" not in text and "6.67/7" in text


def test_running_totals_say_who_lost_nothing_and_who_has_findings():
    console = Console(file=io.StringIO(), width=150, force_terminal=True)
    with summary.progress(console, 4) as take:
        for row in (None, *ROWS[:3]):
            take(row)
        take(Row("by hand", 0, 5, 2))  # nothing is wrong yet, and nothing is full either
    assert "1 full marks, 1 not, 2 wait for a person, 1 with findings" in console.file.getvalue()


def test_the_last_line_counts_and_exit_codes_say_whether_all_have_a_grade():
    grading = SimpleNamespace(total=3, kept=1, stopped=False)
    assert summary.closing_line(ROWS, grading, 2) == (
        "3 submissions: 0 graded in 2.0 s, 1 as before; 1 without a grade; 1 handed in nothing."
    )
    console = Console(file=io.StringIO())
    ends = [(ROWS[:2], False, None), (ROWS[3:], False, None), (ROWS, False, 1), (ROWS, True, 130)]
    for rows, grading.stopped, code in ends:
        if code is None:
            runs.end(grading, rows, console)
            continue
        with pytest.raises(typer.Exit) as end:
            runs.end(grading, rows, console)
        assert end.value.exit_code == code


def test_devices_that_are_not_here_are_left_out_in_words():
    console = Console(file=io.StringIO())
    assert runs.usable("cpu, sim", console) == ("cpu", "sim")
    with pytest.raises(Problem, match="no device 'gpu'. There are: .*cpu.*sim"):
        runs.usable("cpu,gpu", console)
    if runs.usable("cpu,cuda", console) == ("cpu",):
        assert "no cuda" in console.file.getvalue()
        with pytest.raises(Problem, match="--devices cpu,sim"):
            runs.usable("cuda", console)
