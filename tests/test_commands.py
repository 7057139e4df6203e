"""The command `lessons`: a short file a command, and a way out of every mistake at the prompt."""

import errno
import re
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
import typer
from typer.testing import CliRunner

from tinygrad_lessons.classroom import Problem, commands
from tinygrad_lessons.classroom.author import release
from tinygrad_lessons.classroom.commands import COMMANDS, app, regrade
from tinygrad_lessons.classroom.gradebook import course

FOLDER = Path("tinygrad_lessons/classroom/commands")
PLAIN = {"NO_COLOR": "1", "COLUMNS": "80", "TERM": "dumb"}


def run(*arguments):
    return CliRunner(env=PLAIN).invoke(app(), [str(a) for a in arguments])


def test_one_short_file_a_command():
    files = {p.stem: p for p in FOLDER.glob("*.py") if p.stem not in ("__init__", "common", "runs")}
    assert set(files) == set(COMMANDS)
    assert not [p.name for p in files.values() if len(p.read_text().splitlines()) > 60]


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits_in_80_columns_without_colour(name):
    done = run(*([name.replace("_", "-")] if name else []), "--help")
    assert done.exit_code == 0 and "\x1b" not in done.output
    assert max(map(len, done.output.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_in_one_line_what_it_does(name):
    found = next(c for c in app().registered_commands if c.callback.__name__ == name)
    assert re.fullmatch(r"[A-Z].*\.", found.callback.__doc__)


def test_all_commands_are_listed_in_the_order_of_a_term():
    shown = run().output
    places = [shown.index(f"│ {name.replace('_', '-')} ") for name in COMMANDS]
    assert places == sorted(places)


def test_a_misspelt_command_is_guessed():
    done = run("gradee")
    assert done.exit_code == 2 and "Did you mean 'grade'" in done.output


@pytest.mark.parametrize("place", ["", "source", "source/03_gram"])
def test_inside_the_course_folder_it_is_found(place, monkeypatch, tmp_path):
    course_ = tmp_path / "anything"
    shutil.copytree("course/source/03_gram", course_ / "source/03_gram")
    shutil.copy("course/nbgrader_config.py", course_)
    monkeypatch.chdir(course_ / place)
    done = run("export", "03_gram")
    assert str(done.exception) == "03_gram has not been released. lessons release 03_gram"
    assert (course_ / "gradebook.db").exists()


def test_a_folder_without_a_course_is_said(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert "There is no course in course" in str(run("export", "03_gram").exception)


def test_the_question_of_regrade_has_an_answer_without_a_terminal():
    """Where nobody can answer, nothing is written, and the option that writes is named."""
    assert regrade.asks() is False
    assert "With --yes" in (FOLDER / "regrade.py").read_text()


MISTAKES = {
    # what was typed: what is said
    "check 03_gram --in nowhere": "There are no lessons in nowhere/. Make them with: lessons lab",
    "status --in nowhere": "There are no lessons in nowhere/. Make them with: lessons lab",
    "assemble --in nowhere": "There are no lessons in nowhere/. Make them with: lessons lab",
    "reset gram --in nowhere": "There are no lessons in nowhere/. Make them with: lessons lab",
    "lab --course nowhere": "There is no course in nowhere: it has no folder source/.",
    "sync 03_gramm": "There is no lesson '03_gramm' in course/source. Did you mean 03_gram?",
    "audit 03_gramm": "There is no lesson '03_gramm' in course/source. Did you mean 03_gram?",
    "mutate 03_gramm": "There is no lesson '03_gramm' in course/source. Did you mean 03_gram?",
    "release 03_gramm": "There is no lesson '03_gramm' in course/source. Did you mean 03_gram?",
    "new-exercise 03_gram gram --module gram_matrices": "There is an exercise 'gram' already",
    "collect 03_gram nowhere.zip": "There is no nowhere.zip. Give the folder or the zip",
    "grade 03_gram --course {empty}": "03_gram has not been released: nothing to grade against.",
    "regrade 03_gram --course {empty}": "03_gram has not been released: nothing to grade against.",
    "report 03_gram --course {empty}": "Nothing of 03_gram has been graded. lessons grade 03_gram",
    "feedback 03_gram --course {empty}": "Nothing of 03_gram has been graded. lessons grade",
    "export 03_gram --course {empty}": "03_gram has not been released. lessons release 03_gram",
    "due 03_gram --course {empty}": "03_gram has not been released. lessons release 03_gram",
    "roster import --course {empty}": "There are: lessons roster, and lessons roster import",
    "roster import nowhere.csv --course {empty}": "There is no nowhere.csv. Give a CSV file.",
    "new-exercise 03_gram class --module gram_matrices": "Python keeps the word for itself",
    "new-exercise 03_gram torch --module gram_matrices": "torch is a name in gram_matrices.py",
    "new-exercise 03_gram ab --module gram_matrice": "Did you mean gram_matrices?",
    "collect 03_gram course": "is the course's own. Give the folder or the zip of a download.",
    "demo --course nowhere": "There is no course in nowhere: it has no folder source/.",
    "demo --into {empty}": "is there already, and no demo made it. Name another: --into FOLDER",
}


@pytest.mark.parametrize("typed", MISTAKES)
def test_what_cannot_be_done_gets_a_sentence_and_a_way_out(typed, tmp_path):
    (tmp_path / "source").mkdir()
    shutil.copytree("course/source/03_gram", tmp_path / "source/03_gram")
    shutil.copy("course/nbgrader_config.py", tmp_path)
    done = run(*typed.format(empty=tmp_path).split())
    assert isinstance(done.exception, Problem), done.output
    assert MISTAKES[typed] in str(done.exception)


BROKEN = {
    # a file of the course, what is in it: what was typed, what is said
    ("source/03_gram/03_gram.ipynb", "[1]"): ("sync", "is no notebook that can be read"),
    ("source/03_gram/03_gram.ipynb", '{"a":'): ("release 03_gram", "is no notebook that can be"),
    ("mistakes/03_gram.py", "x = 1\nwith ("): ("audit 03_gram", "03_gram.py, line 2: '(' was"),
    ("mistakes/03_gram.py", "\n1 / 0"): ("grade 03_gram", "line 2: ZeroDivisionError: division"),
    ("extensions.csv", "ada,03_gram,2"): ("grade 03_gram", "line 1: expected the heading student"),
    ("extensions.csv", "\0"): ("regrade 03_gram", "line 1: expected the heading student"),
    ("nbgrader_config.py", "c = ("): ("release 03_gram", "does not run: '(' was never closed"),
    ("gradebook.db", "junk" * 999): ("grade 03_gram", "The gradebook is damaged"),
    (".grading/03_gram.jsonl", "junk\n"): ("report 03_gram", "line 1 is damaged. Delete the line"),
}


@pytest.mark.parametrize("file, text", BROKEN)
def test_a_broken_file_of_the_course_is_named(file, text, tmp_path):
    (tmp_path / "source").mkdir()
    shutil.copytree("course/source/03_gram", tmp_path / "source/03_gram")
    shutil.copy("course/nbgrader_config.py", tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    typed, said = BROKEN[file, text]
    done = run(*typed.split(), "--course", tmp_path)
    assert isinstance(done.exception, Problem), done.output
    assert said in str(done.exception)


@pytest.mark.parametrize("command", ["sync", "audit", "mutate"])
def test_a_course_without_a_lesson_is_said(command, tmp_path):
    (tmp_path / "source").mkdir()
    done = run(command, "--course", tmp_path)
    assert isinstance(done.exception, Problem) and "There is no lesson in" in str(done.exception)


@pytest.mark.parametrize("left", [True, False], ids=["killed before", "not killed"])
def test_a_release_that_fails_leaves_the_earlier_one(left, monkeypatch, tmp_path):
    shutil.copytree("course/source/03_gram", tmp_path / "source/03_gram")
    earlier = tmp_path / "release" / (".03_gram.before" if left else "03_gram")
    earlier.mkdir(parents=True)
    (earlier / "lesson").write_text("as it was")

    def fails(*args, **options):
        (tmp_path / "release/03_gram").mkdir()
        raise Problem("the gradebook is locked")

    monkeypatch.setattr(release, "run", fails)
    done = run("release", "03_gram", "--course", tmp_path)
    assert isinstance(done.exception, Problem), done.output
    assert (tmp_path / "release/03_gram/lesson").read_text() == "as it was"
    assert [p.name for p in (tmp_path / "release").iterdir()] == ["03_gram"]


def test_what_the_system_refuses_is_a_sentence(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "argv", ["lessons", "demo", "--into", f"{tmp_path}/file/x"])
    with pytest.raises(SystemExit) as end:
        commands.main()
    assert end.value.code == 2 and "file/x: Not a directory." in capsys.readouterr().out


def test_a_full_disk_is_said_and_an_empty_secret_is_never_used(monkeypatch, capsys, tmp_path):
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(sys, "argv", ["lessons", "doctor"])
    monkeypatch.setattr(commands, "app", lambda: mock.Mock(side_effect=full))
    with pytest.raises(SystemExit):
        commands.main()
    assert "The disk is full." in capsys.readouterr().out
    with monkeypatch.context() as patch, pytest.raises(Problem, match="The disk is full"):
        patch.setattr(course.secrets, "token_hex", mock.Mock(side_effect=full))
        course.secret(tmp_path)
    assert len(course.secret(tmp_path)) == 64
    (tmp_path / ".secret").write_text("")
    with pytest.raises(Problem, match="secret is empty"):
        course.secret(tmp_path)


def test_a_mistyped_lesson_leaves_the_last_demo_alone(tmp_path):
    (tmp_path / ".demo").touch()
    done = run("demo", "03_gramm", "--into", tmp_path)
    assert "Did you mean 03_gram?" in str(done.exception) and (tmp_path / ".demo").exists()


def test_what_nbgrader_fails_at_first_is_the_reason():
    log = "[ERROR] Traceback:\n  File x\n    jsonschema.ValidationError: Duplicate grade id: a\n"
    done = {"log": log, "error": "nbgrader.NbGraderException: see above\nx.LaterError: no"}
    assert course._reason(done) == "ValidationError: Duplicate grade id: a"


def test_a_gradebook_that_nbgrader_finds_locked_has_a_way_out():
    done = {"log": "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked"}
    assert course._reason(done) == course.LOCKED


def test_a_problem_ends_with_2_and_no_traceback():
    code = "from tinygrad_lessons.classroom.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "status", "--in", "nowhere"], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stdout.startswith("There are no lessons in nowhere/.")
    assert "Traceback" not in done.stdout + done.stderr


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").touch()
    assert isinstance(run("demo", "--into", tmp_path).exception, Problem)
    assert (tmp_path / "thesis.txt").exists()


def test_no_command_imports_what_is_slow_before_it_runs():
    code = "import sys, tinygrad_lessons.classroom.commands as c; c.app(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"nbgrader", "distributed", "sqlalchemy", "matplotlib"} & set(done.stdout.split())


@pytest.mark.parametrize(
    "typed", ["grade 03_gram --workers -1", "audit --seeds 0", "mutate --least 7"]
)
def test_numbers_out_of_range_are_refused(typed):
    done = run(*typed.split())
    assert done.exit_code == 2 and isinstance(done.exception, SystemExit | typer.Exit)
