"""Every submission gets its grade once, whatever ends the grader in between."""

import errno
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import fake_grader
import nbformat
import pytest
from grading_course import LESSON, RIGHT, grade, graded_now, hand_in, held, lesson, make_course

from tinygrad_lessons.classroom import Problem, storage
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading import keeper, keys, plan
from tinygrad_lessons.classroom.grading.result import Result
from tinygrad_lessons.classroom.grading.workers import Cluster, close_sandbox


@pytest.fixture
def folder(tmp_path):
    yield make_course(tmp_path / "course")
    close_sandbox()


def test_everyone_is_listed_with_score_and_findings(folder):
    hand_in(folder, "ada", **RIGHT)
    hand_in(folder, "bob", gram="1.5", pca="2")
    hand_in(folder, "cut", text='{"cells": [')
    hand_in(folder, "none").unlink()
    os.rename(hand_in(folder, "odd", **RIGHT), folder / "submitted/odd/03_gram/03_gram (1).ipynb")
    hand_in(folder, "new\nline", **RIGHT)
    with gradebook.connect(course.db_url(folder)) as book:
        book.add_student("absent")

    rows, grading = grade(folder)

    def told(r):
        return r.score, r.max, r.by_hand, r.wrong, " ".join(r.findings), r.trouble

    assert {s: told(r) for s, r in rows.items()} == {
        "ada": (4, 7, 1, [], "", ""),
        "bob": (3.5, 7, 0, ["gram: rows not columns", "not written: why"], "", ""),
        "cut": (0, 7, 0, ["could not be read"],
                "The file is cut off at line 1: its end is missing. Hand it in again.", ""),
        "none": (0, 7, 0, ["could not be read"],
                 "The folder holds no notebook; expected 03_gram.ipynb.", ""),
        "odd": (4, 7, 1, [], "Expected 03_gram.ipynb; took 03_gram (1).ipynb, "
                "the only notebook there.", ""),
        "new\nline": (None, 0, 0, [], "Not graded: the folder's name has a line break or another "
                      "control character. Rename the folder.", "not graded"),
        "absent": (None, 0, 0, [], "Nothing was handed in.", ""),
    }  # fmt: skip
    assert (grading.total, grading.kept) == (6, 0) and not grading.stopped
    assert held(folder) == {
        "ada": {"check-gram": 2, "check-pca": 2, "why": None},
        "bob": {"check-gram": 1.5, "check-pca": 2, "why": 0},
        "cut": {"check-gram": 0, "check-pca": 0, "why": 0},
        "none": {"check-gram": 0, "check-pca": 0, "why": 0},
        "odd": {"check-gram": 2, "check-pca": 2, "why": None},
    }
    written = sorted(p.parts[-3] for p in (folder / "autograded").glob("*/*/*.ipynb"))
    assert written == ["ada", "bob", "cut", "none", "odd"]
    assert nbformat.read(folder / "autograded/none/03_gram/03_gram.ipynb", 4).cells[0].source == (
        "The folder holds no notebook; expected 03_gram.ipynb."
    )


def test_a_file_that_the_grader_may_not_read_gets_no_grade(folder):
    hand_in(folder, "ada", **RIGHT)
    with mock.patch.object(os, "access", lambda path, mode: False):
        rows, _ = grade(folder)
    assert (rows["ada"].score, rows["ada"].trouble) == (None, plan.SHUT)
    assert held(folder) == {} and grade(folder)[0]["ada"].score == 4


def test_what_has_not_changed_is_not_graded_again(folder):
    for student in ("ada", "bob", "eve"):
        hand_in(folder, student, **RIGHT)
    assert graded_now(grade(folder)[0]) == ["ada", "bob", "eve"]
    rows, grading = grade(folder)
    assert graded_now(rows) == [] and grading.kept == 3 and rows["ada"].score == 4
    hand_in(folder, "bob", gram="0")
    shutil.rmtree(folder / "autograded" / "eve")
    rows, grading = grade(folder)
    assert graded_now(rows) == ["bob", "eve"] and grading.again == 1
    assert graded_now(grade(folder, force=True)[0]) == ["ada", "bob", "eve"]


def test_what_a_score_depends_on_makes_a_new_one(folder):
    hand_in(folder, "ada", **RIGHT)
    assert graded_now(grade(folder)[0]) == ["ada"]
    (folder / "mistakes").mkdir()
    changes = [
        lambda: (folder / "mistakes" / f"{LESSON}.py").write_text("# another hint"),
        lambda: (folder / ".secret").write_text("another"),
        lambda: sqlite3.connect(folder / "gradebook.db", isolation_level=None).execute(
            "UPDATE source_cell SET source = 'mended' WHERE name = 'check-gram'"),
    ]  # fmt: skip
    for change in changes:
        change()
        rows, grading = grade(folder)
        assert graded_now(rows) == ["ada"] and grading.again == 1
        assert graded_now(grade(folder)[0]) == []
    assert graded_now(grade(folder, devices=("cpu",))[0]) == ["ada"]
    assert graded_now(grade(folder, devices=("cpu",), unsafe=True)[0]) == ["ada"]


def test_a_score_given_by_hand_stays_and_a_new_answer_is_looked_at_again(folder):
    hand_in(folder, "ada", **RIGHT)
    grade(folder)

    def essay(book):
        return book.find_grade("why", LESSON, LESSON, "ada")

    with gradebook.connect(course.db_url(folder)) as book:
        essay(book).manual_score, essay(book).needs_manual_grade = 3.0, False
        book.db.commit()
    grade(folder)
    with gradebook.connect(course.db_url(folder)) as book:
        assert (essay(book).manual_score, essay(book).needs_manual_grade) == (3, False)
    grade(folder, version="2")
    with gradebook.connect(course.db_url(folder)) as book:
        assert (essay(book).manual_score, essay(book).needs_manual_grade) == (3, False)
    hand_in(folder, "ada", **{**RIGHT, "why": "On second thoughts."})
    grade(folder)
    with gradebook.connect(course.db_url(folder)) as book:
        assert (essay(book).manual_score, essay(book).needs_manual_grade) == (3, True)


def test_a_lost_gradebook_is_filled_again_without_grading(folder):
    for n in range(30):
        hand_in(folder, f"s{n}", **RIGHT)
    shutil.copy(folder / "gradebook.db", folder / "before.db")
    grade(folder)
    expected = held(folder)
    os.replace(folder / "before.db", folder / "gradebook.db")
    rows, _ = grade(folder)
    assert graded_now(rows) == [] and held(folder) == expected and len(expected) == 30


def test_nothing_of_the_student_but_the_notebook_gets_into_autograded(folder):
    path = hand_in(folder, "ada", **RIGHT)
    (path.parent / "numpy.py").write_text("evil")
    (path.parent / "gradebook").symlink_to(folder / "gradebook.db")
    (path.parent / "timestamp.txt").write_text("2024-03-01 13:00:00 +01:00\n")
    there = folder / "autograded" / "ada" / LESSON
    (there / "old").mkdir(parents=True)
    (there / "link").symlink_to(folder / "submitted")
    grade(folder)
    assert sorted(p.name for p in there.iterdir()) == ["03_gram.ipynb", "timestamp.txt"]
    assert (there / "timestamp.txt").read_text() == "2024-03-01 12:00:00 UTC\n"
    assert (folder / "submitted").exists()
    with gradebook.connect(course.db_url(folder)) as book:
        assert str(book.find_submission(LESSON, "ada").timestamp) == "2024-03-01 12:00:00"


def test_answers_of_another_form_are_refused_and_named(folder):
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    made = fake_grader.grade(json.dumps(lesson()).encode(), "ada", snapshot, "", None, ())
    good = made.to_json()
    assert Result.from_untrusted(good, "ada", snapshot) == made
    bad = [
        {"student": "bob"}, {"scores": {"check-gram": 2.5}}, {"scores": {"check-gram": -1}},
        {"scores": {"check-gram": float("nan")}}, {"scores": {"check-gram": "2"}},
        {"scores": {"check-gram": True}}, {"scores": None}, {"findings": [1]}, {"findings": None},
        {"verdicts": [{}]}, {"verdicts": [{**fake_grader.verdict("gram"), "passed": 1}]},
        {"notebook": None}, {"notebook": "[]"}, {"notebook": "{"}, {"seconds": None},
        {"format": 2}, {"version": "0.0"},
    ]  # fmt: skip
    for change in bad:
        with pytest.raises(ValueError, match="wrong form"):
            Result.from_untrusted({**good, **change}, "ada", snapshot)


def test_a_failing_grader_costs_one_student_and_the_next_run_tries_again(folder):
    hand_in(folder, "ada", **RIGHT)
    hand_in(folder, "bob", **{**RIGHT, "gram": "raises"})
    rows, _ = grade(folder)
    assert rows["bob"].trouble == "not graded: in the grader itself" and rows["ada"].score == 4
    assert list(held(folder)) == ["ada"]
    hand_in(folder, "bob", **RIGHT)
    assert graded_now(grade(folder)[0]) == ["bob"]


def test_on_a_cluster_a_worker_that_dies_costs_one_submission(folder):
    for n in range(12):
        hand_in(folder, f"s{n:02}", **RIGHT)
    hand_in(folder, "poison", **{**RIGHT, "gram": "dies"})
    hand_in(folder, "raises", **{**RIGHT, "gram": "raises"})
    rows, grading = grade(folder, Cluster(2))
    assert {s for s, r in rows.items() if r.trouble} == {"poison", "raises"}
    assert len(held(folder)) == 12 and grading.total == 14
    assert set(map(str, held(folder)["s00"].values())) == {"2.0", "None"}


def test_a_scheduler_without_encryption_is_refused():
    for address in ("tcp://127.0.0.1:8786", "127.0.0.1:8786"):
        with pytest.raises(Problem, match="not encrypted.*tls://"):
            with Cluster(scheduler=address):
                pass
    with pytest.raises(Problem, match="--tls-ca-file, --tls-cert"):
        with Cluster(scheduler="tls://127.0.0.1:1", tls_ca_file=None, tls_client_cert=Path("x")):
            pass


def test_two_commands_never_write_at_once(folder):
    with storage.alone(folder):
        with pytest.raises(Problem, match="Another command is writing"):
            grade(folder)


def test_a_spool_drops_a_torn_line_and_stays_small(folder):
    for n in range(3):
        hand_in(folder, f"s{n}", **RIGHT)
    grade(folder)
    path = keeper.spool_file(folder, LESSON)
    whole = path.read_bytes()
    with open(path, "ab") as file:
        file.write(b'{"student": "s1", "key": "torn')
    assert graded_now(grade(folder)[0]) == [] and path.read_bytes() == whole
    path.write_bytes(b"")
    assert graded_now(grade(folder)[0]) == ["s0", "s1", "s2"]
    first = list(keeper.results(folder, LESSON))
    path.write_bytes(path.read_bytes() * 40)
    assert graded_now(grade(folder)[0]) == [] and len(path.read_bytes().splitlines()) == 4
    assert list(keeper.results(folder, LESSON)) == first
    assert [r.student for r in first] == ["s0", "s1", "s2"]


def in_a_process(folder, limit=0, words=None):
    """Start the same grading in a process of its own; `words`: a pipe's end for its Problem."""

    def work():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            grade(folder)
        except Problem as problem:
            words.send(str(problem))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    return process


def class_of(folder, count, gram="2"):
    for n in range(count):
        hand_in(folder, f"s{n:03}", gram=gram, pca=str(n % 3), why="Because.")


def exact(folder, count):
    """Nothing is lost, nothing is double, and the sums are what they must be."""
    assert held(folder) == {
        f"s{n:03}": {"check-gram": 2, "check-pca": n % 3, "why": None} for n in range(count)
    }
    rows = sqlite3.connect(folder / "gradebook.db").execute(
        "SELECT (SELECT count(*) FROM submitted_assignment), count(*), sum(auto_score) FROM grade"
    )
    assert rows.fetchall() == [(count, 3 * count, 2 * count + sum(n % 3 for n in range(count)))]
    files = list((folder / "autograded").glob("*/*/*"))
    assert len(files) == count and all(nbformat.read(f, 4) for f in files)


def test_kill_9_at_random_points_loses_nothing_and_doubles_nothing(folder):
    class_of(folder, 300)
    rng, ends = random.Random(7), []
    while 0 not in ends:
        process = in_a_process(folder)
        process.join(rng.uniform(0, 0.25))
        process.kill() if len(ends) < 30 else None
        process.join()
        ends.append(process.exitcode)
    assert ends.count(-signal.SIGKILL) >= 8
    assert graded_now(grade(folder)[0]) == []
    exact(folder, 300)


def test_a_full_disk_is_said_and_the_same_command_does_the_rest(folder):
    class_of(folder, 60)
    size = (folder / "gradebook.db").stat().st_size
    for limit in (1000, 4000, 12_000, size + 10_000):
        there, here = multiprocessing.Pipe(duplex=False)
        in_a_process(folder, limit, here).join()
        assert there.poll() and "same command again" in there.recv()
    assert len(graded_now(grade(folder)[0])) < 60
    exact(folder, 60)


def test_a_locked_gradebook_is_said_and_the_same_command_does_the_rest(folder, monkeypatch):
    class_of(folder, 30)
    url = course.db_url(folder)
    monkeypatch.setattr(keeper, "db_url", lambda folder: url + "?timeout=0.1")
    other = sqlite3.connect(folder / "gradebook.db")
    write = gradebook.write

    def locked(*arguments):
        other.execute("BEGIN IMMEDIATE")
        write(*arguments)

    monkeypatch.setattr(gradebook, "write", locked)
    with pytest.raises(Problem, match="locked"):
        grade(folder)
    monkeypatch.setattr(gradebook, "write", write)
    other.rollback()
    rows, _ = grade(folder)
    assert len(graded_now(rows)) == 5  # the first 25 were kept before the gradebook was asked
    exact(folder, 30)


PROGRAM = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from grading_course import grade
from tinygrad_lessons.classroom.grading.workers import Cluster
if __name__ == "__main__":
    rows, grading = grade(Path({folder!r}), Cluster(2))
    print("stopped" if grading.stopped else "complete", len(rows), flush=True)
"""


def test_ctrl_c_keeps_what_is_done_and_the_next_run_does_the_rest(folder):
    class_of(folder, 40)
    for n in range(40):
        hand_in(folder, f"s{n:03}", gram="sleeps 0.05", pca="1")
    here = Path(__file__).parent
    program = PROGRAM.format(paths=[str(here), str(here.parent)], folder=str(folder))
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, start_new_session=True, **pipes)
    while process.poll() is None and not (folder / "autograded").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert out.startswith("stopped") and error == ""
    done = len(held(folder))
    assert 0 < done < 40
    rows, _ = grade(folder)
    assert len(graded_now(rows)) == 40 - done and len(held(folder)) == 40


def test_problems_of_the_disk_are_told_apart():
    for number, words in {errno.ENOSPC: "disk is full", errno.EACCES: "Permission denied"}.items():
        with pytest.raises(Problem, match=words):
            with storage.in_words("x"):
                raise OSError(number, os.strerror(number))


def test_the_graders_own_source_is_a_part_of_every_key(folder):
    hand_in(folder, "ada", **RIGHT)
    assert len(keys.grader()) == 64
    assert graded_now(grade(folder)[0]) == ["ada"]
    assert graded_now(grade(folder, version="2")[0]) == ["ada"]
