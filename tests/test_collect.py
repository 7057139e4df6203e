"""Downloads from Canvas, Moodle and folders come to lie where they are graded; nothing is lost."""

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest
from grading_course import LESSON, make_course

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.intake import collect, reading

MOODLE = "Jane Doe_{}_assignsubmission_file_"


@pytest.fixture
def folder(tmp_path):
    return make_course(tmp_path / "course")


def book(text):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": text}]})


def make_zip(path, files, day=1):
    """A zip of {name: text or bytes}; a name may come with its day of May 2024."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            name, at = name if isinstance(name, tuple) else (name, day)
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, at, 12, 0, 0)), content)
    return path


def collected(folder, source):
    done, refused = collect.collect(folder, LESSON, source)
    return {c.student: c for c in done}, refused


def there(folder):
    """{student: text of the submission}, {student: [texts put aside]}"""

    def text(path):
        return json.loads(path.read_text())["cells"][0]["source"]

    now = (folder / "submitted").glob(f"*/{LESSON}/{LESSON}.ipynb")
    old = sorted((folder / "submitted" / collect.ASIDE).glob("*/*/*.ipynb"))
    return {p.parts[-3]: text(p) for p in now}, [f"{p.parts[-3]}: {text(p)}" for p in old]


OWNERS = [  # a path in a download, (name, id, system, late, file)
    ("doejane_12_345_03_gram.ipynb", ("doejane", "12", "canvas", False, "03_gram.ipynb")),
    ("doejane_LATE_12_345_03_gram-2.ipynb", ("doejane", "12", "canvas", True, "03_gram-2.ipynb")),
    ("Jane Doe_7_assignsubmission_file_/a.ipynb", ("Jane Doe", "7", "moodle", False, "a.ipynb")),
    ("Jane_D._7_assignsubmission_file_b.ipynb", ("Jane_D.", "7", "moodle", False, "b.ipynb")),
    ("Bob B_8_assignsubmission_onlinetext_/t.html", ("Bob B", "8", "moodle", False, "t.html")),
    ("g1/Zoë X_7_assignsubmission_file/x/a.ipynb", ("Zoë X", "7", "moodle", False, "a.ipynb")),
    ("ada/03_gram/03_gram.ipynb", ("ada", "", "", False, "03_gram.ipynb")),
    ("class/ada/03_gram/03_gram.ipynb", ("ada", "", "", False, "03_gram.ipynb")),
    ("ada/work.ipynb", ("ada", "", "", False, "work.ipynb")),
    ("ada.ipynb", ("ada", "", "", False, "ada.ipynb")),
    ("03_gram_ada.ipynb", ("ada", "", "", False, "03_gram_ada.ipynb")),
    ("03_gram.ipynb", None),
]


@pytest.mark.parametrize("path, who", OWNERS)
def test_a_name_tells_whose_notebook_it_is(path, who):
    found = collect.owner(PurePosixPath(path), LESSON)
    assert found is None if who is None else tuple(vars(found).values()) == who


def test_canvas_the_newest_counts_and_the_others_are_put_aside(folder, tmp_path):
    files = {
        ("doejane_12_100_03_gram.ipynb", 1): book("first"),
        ("doejane_12_101_03_gram-1.ipynb", 2): book("second"),
        ("roebob_LATE_13_102_homework.ipynb", 3): book("bob's"),
        ("poeann_14_103_essay.pdf", 3): "%PDF",
    }
    rows, refused = collected(folder, make_zip(tmp_path / "submissions.zip", files))
    assert refused == []
    assert there(folder) == ({"doejane": "second", "roebob": "bob's"}, ["doejane: first"])
    assert {s: (r.what, r.findings) for s, r in rows.items()} == {
        "doejane": ("new", ["The newest of 2; the others were put aside."]),
        "roebob": ("new", ["Late, as Canvas says.", "Its name is homework.ipynb."]),
        "poeann": ("nothing", ["No notebook, but poeann_14_103_essay.pdf."]),
    }
    when = reading.timestamp(folder, "doejane", LESSON).replace(tzinfo=UTC)
    assert when == datetime(2024, 5, 2, 12).astimezone(UTC)
    with gradebook.connect(course.db_url(folder)) as found:
        people = {p["id"]: p["lms_user_id"] for p in gradebook.people(found)}
    assert people == {"doejane": "12", "roebob": "13", "poeann": "14"}


def test_moodle_folders_and_zips_within(folder, tmp_path):
    inner = io.BytesIO()
    make_zip(inner, {"03_gram/03_gram.ipynb": book("zipped"), "03_gram/numpy.py": "evil"}, 20)
    files = {
        MOODLE.format(7) + "/03_gram (1).ipynb": book("jane's"),
        MOODLE.format(7) + "/notes.txt": "hello",
        "Zoë Öz_8_assignsubmission_file_/work.zip": inner.getvalue(),
        "__MACOSX/._x.ipynb": "junk",
    }
    rows, refused = collected(folder, make_zip(tmp_path / "m.zip", files))
    assert refused == []
    assert there(folder)[0] == {"Jane Doe": "jane's", "Zoë Öz": "zipped"}
    assert rows["Jane Doe"].findings == ["Its name is 03_gram (1).ipynb."]
    assert rows["Zoë Öz"].when == datetime(2024, 5, 1, 12).astimezone(UTC)
    assert collect.participants(folder, LESSON) == {"Jane Doe": "7", "Zoë Öz": "8"}
    with gradebook.connect(course.db_url(folder)) as found:
        assert [(p["first_name"], p["last_name"]) for p in gradebook.people(found)] == [
            ("Jane", "Doe"), ("Zoë", "Öz"),
        ]  # fmt: skip
    written = sorted(p.name for p in (folder / "submitted").rglob("*") if p.is_file())
    assert written == ["03_gram.ipynb"] * 2 + ["timestamp.txt"] * 2


def test_collecting_again_overwrites_nothing(folder, tmp_path):
    def get(text, day):
        source = make_zip(tmp_path / "d.zip", {("ada/03_gram.ipynb", day): book(text)})
        return collected(folder, source)[0]["ada"].what

    assert get("one", 2) == "new"
    assert get("one", 2) == "unchanged"
    assert get("two", 3) == "newer"
    assert get("zero", 1) == "older"
    assert get("zero", 1) == "older"
    assert there(folder) == ({"ada": "two"}, ["ada: zero", "ada: one"])


def test_students_are_found_again_and_two_of_one_name_stay_apart(folder, tmp_path):
    with gradebook.connect(course.db_url(folder)) as found:
        gradebook.add_people(found, [
            {"id": "s1", "first_name": "Jane", "last_name": "Doe"},
            {"id": "s2", "lms_user_id": "77"},
            {"id": "smithj", "lms_user_id": "5"},
        ])  # fmt: skip
    files = {
        MOODLE.format(7) + "/a.ipynb": book("s1"),
        "other_77_1_a.ipynb": book("s2"),
        "smithj_5_1_a.ipynb": book("smithj"),
        "smithj_6_1_a.ipynb": book("smithj-6"),
        "wu_8_1_a.ipynb": book("wu-8"),
        "wu_9_1_a.ipynb": book("wu-9"),
    }
    collected(folder, make_zip(tmp_path / "d.zip", files))
    assert all(student == text for student, text in there(folder)[0].items())
    assert sorted(there(folder)[0]) == ["s1", "s2", "smithj", "smithj-6", "wu-8", "wu-9"]
    collected(folder, make_zip(tmp_path / "d.zip", {"wu_8_1_b.ipynb": book("wu-8 again")}, 9))
    assert there(folder)[0]["wu-8"] == "wu-8 again"


def test_what_is_hostile_is_left_out_and_said(folder, tmp_path):
    link = zipfile.ZipInfo("eve/03_gram.ipynb")
    link.external_attr = 0o120777 << 16
    source = tmp_path / "d.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(link, "/etc/passwd")
        for name in ("../../out/03_gram.ipynb", "/abs/03_gram.ipynb", "a\\..\\03_gram.ipynb"):
            archive.writestr(name, book("evil"))
        archive.writestr("big/03_gram.ipynb", b" " * (17 << 20))
        archive.writestr(".git/03_gram.ipynb", book("hidden"))
        archive.writestr("a\nb/03_gram.ipynb", book("line"))
        archive.writestr("ada/03_gram.ipynb", book("fine"))
        archive.writestr("03_gram.ipynb", book("whose?"))
    rows, refused = collected(folder, source)
    assert there(folder) == ({"ada": "fine", "a b": "line"}, [])
    for words in ("is a link", "outside", "outside", "outside", "17 MB", "whose it is"):
        assert any(words in r for r in refused), (words, refused)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["course", "d.zip"]
    assert not Path("/abs").exists()


def test_links_in_folders_are_not_followed_and_none_is_written_through(folder, tmp_path):
    source = tmp_path / "downloads"
    for student in ("ada", "bob", "eve"):
        (source / student).mkdir(parents=True)
    (source / "ada" / "03_gram.ipynb").write_text(book("ada's"))
    (source / "bob" / "03_gram.ipynb").symlink_to(source / "ada" / "03_gram.ipynb")
    (source / "eve" / "03_gram.ipynb").write_text(book("eve's"))
    (source / "zed").symlink_to(source / "ada")
    os.mkfifo(source / "eve" / "pipe.ipynb")
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "submitted").mkdir()
    (folder / "submitted" / "eve").symlink_to(outside)
    rows, refused = collected(folder, source)
    assert there(folder)[0] == {"ada": "ada's"} and list(outside.iterdir()) == []
    assert len(refused) == 2 and all("is a link" in r for r in refused)
    assert "is a link" in rows["eve"].findings[-1]


def test_times_in_names_are_taken(folder, tmp_path):
    files = {"ada/03_gram 2024-01-02 03-04-05.ipynb": book("x")}
    rows, _ = collected(folder, make_zip(tmp_path / "d.zip", files))
    assert rows["ada"].when == datetime(2024, 1, 2, 3, 4, 5).astimezone(UTC)
    assert reading.timestamp(folder, "ada", LESSON) - rows["ada"].when.replace(
        tzinfo=None
    ) == timedelta(0)


def test_what_is_no_download_is_a_problem(folder, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06 broken")
    (tmp_path / "x.txt").write_text("hello")
    (tmp_path / "one.ipynb").write_text("{}")
    make_zip(tmp_path / "empty.zip", {})
    said = {"gone": "There is no", "x.zip": "neither", "x.txt": "neither"}
    said |= {"one.ipynb": "is one notebook: copy it to", "empty.zip": "There is nothing in"}
    for name, words in said.items():
        with pytest.raises(Problem, match=words):
            collect.collect(folder, LESSON, tmp_path / name)


@pytest.mark.parametrize("place", ["", "..", "source", "submitted"])
def test_the_courses_own_folders_are_no_download(folder, place):
    """Or the instructor's solutions would become a student's submission."""
    with pytest.raises(Problem, match="is the course's own"):
        collect.collect(folder, LESSON, folder / place)
    assert not there(folder)[0]


def test_a_broken_member_costs_its_student_only(folder, tmp_path):
    source = make_zip(
        tmp_path / "d.zip", {"ada/a.ipynb": book("ada's"), "bob/a.ipynb": book("bob's")}
    )
    data = source.read_bytes().replace(b"bob's", b"bob!s", 1)
    source.write_bytes(data)
    rows, _ = collected(folder, source)
    assert there(folder)[0] == {"ada": "ada's"}
    assert rows["bob"].what == "broken archive"
