"""Downloads come to lie where they are graded: nothing is lost, nobody is invented."""

import io
import json
import os
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
import yaml
from grading_course import LESSON, make_course

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.intake import owners, place, reading, tables
from tinygrad_lessons.classroom.intake.collect import collect

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


def bytes_of(files):
    return make_zip(io.BytesIO(), files).getvalue()


def roster(folder, *people):
    """Put people on the roster: an id, or an id and what else is known."""
    people = [p if isinstance(p, dict) else {"id": p} for p in people]
    with gradebook.connect(course.db_url(folder)) as found:
        gradebook.add_people(found, people)


def people(folder):
    with gradebook.connect(course.db_url(folder)) as found:
        return gradebook.people(found)


def collected(folder, source, take=True, **options):
    """({student: Collected}, the Collection), and what is new goes into the gradebook."""
    found = collect(folder, LESSON, source, people(folder), take=lambda names: take, **options)
    roster(folder, *found.people)
    return {c.student: c for c in found.done}, found


def there(folder):
    """{student: text of the submission}, {student: [texts put aside]}"""

    def text(path):
        return json.loads(path.read_text())["cells"][0]["source"]

    now = (folder / "submitted").glob(f"*/{LESSON}/{LESSON}.ipynb")
    old = sorted((folder / "submitted" / place.ASIDE).glob("*/*/*.ipynb"))
    return {p.parts[-3]: text(p) for p in now}, [f"{p.parts[-3]}: {text(p)}" for p in old]


OWNERS = [  # a path in a download, (name, id, system, late, file)
    ("doejane_12_345_03_gram.ipynb", ("doejane", "12", "canvas", False, "03_gram.ipynb")),
    ("doejane_LATE_12_345_03_gram-2.ipynb", ("doejane", "12", "canvas", True, "03_gram-2.ipynb")),
    ("de_la_cruz_12_345_a_1_2_b.ipynb", ("de_la_cruz", "12", "canvas", False, "a_1_2_b.ipynb")),
    ("oneil_50023_text.html", ("oneil", "50023", "canvas", False, "text.html")),
    ("anon_k3x9q_700001_a.ipynb", ("anon_k3x9q", "k3x9q", "canvas", False, "a.ipynb")),
    ("LATE_anon_77777_700001_a.ipynb", ("anon_77777", "77777", "canvas", True, "a.ipynb")),
    ("_12_345_a.ipynb", ("", "12", "canvas", False, "a.ipynb")),
    ("Jane Doe_7_assignsubmission_file_/a.ipynb", ("Jane Doe", "7", "moodle", False, "a.ipynb")),
    ("Jane_D._7_assignsubmission_file_b.ipynb", ("Jane_D.", "7", "moodle", False, "b.ipynb")),
    ("Bob B_8_assignsubmission_onlinetext_/t.html", ("Bob B", "8", "moodle", False, "t.html")),
    ("g1/Zoë X_7_assignsubmission_file/x/a.ipynb", ("Zoë X", "7", "moodle", False, "a.ipynb")),
    ("hw1_ada_attempt_2024-01-02-03-04-05_a.ipynb", ("ada", "", "blackboard", False, "a.ipynb")),
    ("ada/03_gram/03_gram.ipynb", ("ada", "", "", False, "03_gram.ipynb")),
    ("class/ada/03_gram/03_gram.ipynb", ("ada", "", "", False, "03_gram.ipynb")),
    ("ada/work.ipynb", ("ada", "", "", False, "work.ipynb")),
    ("ada.ipynb", ("ada", "", "", False, "ada.ipynb")),
    ("03_gram_ada.ipynb", ("ada", "", "", False, "03_gram_ada.ipynb")),
    ("03_gram.ipynb", None),
    ("readme.txt", None),
]


@pytest.mark.parametrize("path, who", OWNERS)
def test_a_name_tells_whose_notebook_it_is(path, who):
    found = owners.owner(PurePosixPath(path), LESSON)
    told = found and (found.name, found.id, found.system, found.late, found.file)
    assert told == who


def test_canvas_the_newest_counts_and_the_others_are_put_aside(folder, tmp_path):
    files = {
        "doejane_12_101_03_gram-1.ipynb": book("second"),
        "doejane_12_100_03_gram.ipynb": book("first"),
        "roebob_LATE_13_102_homework.ipynb": book("bob's"),
        "poeann_14_103_essay.pdf": "%PDF",
    }
    roster(folder, {"id": "poe", "lms_user_id": "14"})
    rows, found = collected(folder, make_zip(tmp_path / "submissions.zip", files))
    assert found.refused == []
    assert there(folder) == ({"doejane": "second", "roebob": "bob's"}, ["doejane: first"])
    assert {s: (r.what, r.findings) for s, r in rows.items()} == {
        "doejane": ("new", ["The newest of 2; the others were put aside."]),
        "roebob": ("new", ["Late, as Canvas says; how late is not known.",
                           "Its name is homework.ipynb."]),
        "poe": ("nothing", ["No notebook, but essay.pdf."]),
    }  # fmt: skip
    assert {p["id"]: p["lms_user_id"] for p in people(folder)} == {
        "doejane": "12", "roebob": "13", "poe": "14",
    }  # fmt: skip


def test_a_zip_written_after_the_due_date_makes_nobody_late(folder, tmp_path):
    """A zip is written when it is downloaded: the dates in it say nothing."""
    source = tmp_path / "unpacked"
    (source / MOODLE.format(7)).mkdir(parents=True)
    (source / MOODLE.format(7) / "03_gram.ipynb").write_text(book("jane's"))
    zipped = make_zip(tmp_path / "d.zip", {"ada_1_2_03_gram.ipynb": book("ada's")}, 20)
    for download in (source, zipped):
        rows, _ = collected(folder, download)
        assert [r.when for r in rows.values()] == [None]
    assert not list((folder / "submitted").rglob("timestamp.txt"))


def test_times_are_given_in_a_table_and_again_for_what_lies_here(folder, tmp_path):
    roster(folder, {"id": "ada", "lms_user_id": "1"}, {"id": "bob", "email": "b@x.edu"})
    source = make_zip(tmp_path / "d.zip", {"ada_1_2_a.ipynb": book("a"), "bob/a.ipynb": book("b")})
    collected(folder, source)
    table = tmp_path / "times.csv"
    table.write_text("Student,Submitted at\n1,2024-05-01 10:00 UTC\nB@x.edu,2024-05-02T10:00:00Z\n")
    handed_in = tables.times(table, people(folder))
    rows, _ = collected(folder, source, times=handed_in)
    assert [r.what for r in rows.values()] == ["unchanged"] * 2
    assert [reading.timestamp(folder, s, LESSON) for s in ("ada", "bob")] == [
        datetime(2024, 5, 1, 10), datetime(2024, 5, 2, 10),
    ]  # fmt: skip
    table.write_text("student,submitted\nada,yesterday noon\n")
    with pytest.raises(Problem, match="line 2: 'yesterday noon' is no time"):
        tables.times(table, people(folder))
    table.write_text("student\nada\n")
    with pytest.raises(Problem, match="expected the heading student,submitted"):
        tables.times(table, people(folder))


UNKNOWN = {
    "teststudent_5_1_03_gram.ipynb": "Canvas's test student",
    "studenttest_5_1_03_gram.ipynb": "Canvas's test student",
    "oneilxavier_50023_text.html": "no notebook, but text.html",
    "anon_k3x9q_700001_03_gram.ipynb": "anon_k3x9q",
    "group7_9_700001_03_gram.ipynb": "group7",
    "Participant_12_assignsubmission_file_/03_gram.ipynb": "Participant",
    "Group A_13_assignsubmission_file_/03_gram.ipynb": "Group A",
    "submission_9000/03_gram.ipynb": "submission_9000",
    "typo/03_gram.ipynb": "typo",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_nobody_is_invented(folder, tmp_path, name):
    """Who is on no roster is named, and gets no folder and no row."""
    roster(folder, "ada")
    source = make_zip(tmp_path / "d.zip", {name: book("?"), "ada/03_gram.ipynb": book("ada's")})
    rows, found = collected(folder, source, take=False)
    assert UNKNOWN[name] in " ".join(found.unknown + found.refused)
    assert [p["id"] for p in people(folder)] == list(rows) == ["ada"]
    assert there(folder)[0] == {"ada": "ada's"}


@pytest.mark.parametrize("name", [n for n in UNKNOWN if "test" in n or "text" in n])
def test_some_are_nobody_even_when_new_names_are_taken(folder, tmp_path, name):
    rows, _ = collected(folder, make_zip(tmp_path / "d.zip", {name: book("?")}))
    assert rows == {} and people(folder) == []


def test_a_dry_run_says_the_same_and_writes_nothing(folder, tmp_path):
    roster(folder, {"id": "ada", "first_name": "Ada", "last_name": "Lovelace"})
    files = {"lovelaceada_1_2_a.ipynb": book("a"), "typo_2_3_a.ipynb": book("b")}
    source = make_zip(tmp_path / "d.zip", files)
    before = sorted(folder.rglob("*"))
    found = collect(folder, LESSON, source, people(folder), write=False)
    assert [(c.names, c.student, c.what) for c in found.done] == [("lovelaceada", "ada", "new")]
    assert found.unknown == ["typo"]
    assert {p.name for p in {*folder.rglob("*")} - {*before}} <= {".grading", "lock"}


def test_only_the_students_who_were_named(folder, tmp_path):
    roster(folder, "ada", "bob")
    files = {"ada/a.ipynb": book("a"), "bob/a.ipynb": book("b")}
    collected(folder, make_zip(tmp_path / "d.zip", files), only=["bob"])
    assert there(folder)[0] == {"bob": "b"}


def test_moodle_folders_and_zips_within(folder, tmp_path):
    inner = {"03_gram/03_gram.ipynb": book("zipped"), "03_gram/numpy.py": "evil"}
    files = {
        MOODLE.format(7) + "/03_gram (1).ipynb": book("jane's"),
        MOODLE.format(7) + "/notes.txt": "hello",
        "Zoë Öz_8_assignsubmission_file_/work.zip": bytes_of(inner),
        "__MACOSX/._x.ipynb": "junk",
    }
    rows, found = collected(folder, make_zip(tmp_path / "m.zip", files))
    assert found.refused == []
    assert there(folder)[0] == {"Jane Doe": "jane's", "Zoë Öz": "zipped"}
    assert rows["Jane Doe"].findings == ["Its name is 03_gram (1).ipynb."]
    numbers = {s: n["participant"] for s, n in place.notes(folder, LESSON).items()}
    assert numbers == {"Jane Doe": "7", "Zoë Öz": "8"}
    assert [(p["first_name"], p["last_name"]) for p in people(folder)] == [
        ("Jane", "Doe"), ("Zoë", "Öz"),
    ]  # fmt: skip
    written = sorted(p.name for p in (folder / "submitted").rglob("*") if p.is_file())
    assert written == ["03_gram.ipynb"] * 2


def test_moodle_puts_a_group_in_front_of_a_name(folder, tmp_path):
    roster(folder, {"id": "qk", "first_name": "Qing", "last_name": "Kim-Lee"})
    files = {"Group A-Qing Kim-Lee_7_assignsubmission_file_/03_gram.ipynb": book("qing's")}
    collected(folder, make_zip(tmp_path / "m.zip", files), take=False)
    assert there(folder)[0] == {"qk": "qing's"}


def test_a_groups_file_in_canvas_is_the_members_who_handed_it_in(folder, tmp_path):
    roster(folder, {"id": "ada", "lms_user_id": "9", "first_name": "Ada", "last_name": "L"})
    rows, _ = collected(folder, make_zip(tmp_path / "c.zip", {"group7_9_1_03_gram.ipynb": "{}"}))
    assert rows["ada"].findings == [
        "The download calls it group7: a group's? Others have nothing then."
    ]


def test_gradescopes_table_says_whose_each_is_and_when(folder, tmp_path):
    roster(folder, {"id": "s1", "email": "Jane@x.edu"}, "s2", "s3")
    table = {
        "submission_9000": {
            ":submitters": [{":name": "Jane Doe", ":sid": "", ":email": "jane@x.edu"},
                            {":name": "Bob", ":sid": "s2", ":email": "bob@x.edu"}],
            ":created_at": datetime(2024, 5, 1, 10, tzinfo=UTC),
        },
        "submission_9001": {":submitters": [{":name": "Zoë", ":sid": "zz", ":email": None}]},
    }  # fmt: skip
    files = {
        "export/submission_metadata.yml": yaml.safe_dump(table, allow_unicode=True),
        "export/submission_9000/03_gram.ipynb": book("theirs"),
        "export/submission_9001/03_gram.ipynb": book("zoë's"),
    }
    rows, found = collected(folder, make_zip(tmp_path / "g.zip", files), take=False)
    assert there(folder)[0] == {"s1": "theirs", "s2": "theirs"} and found.unknown == ["Zoë"]
    assert {r.when for r in rows.values()} == {datetime(2024, 5, 1, 10, tzinfo=UTC)}
    files["export/submission_metadata.yml"] = "a: [\0"
    _, found = collected(folder, make_zip(tmp_path / "g.zip", files), take=False)
    assert "submission_metadata.yml cannot be read" in found.refused[0]


def test_collecting_again_overwrites_nothing(folder, tmp_path):
    def get(text, day):
        name = f"ada_attempt_2024-05-0{day}-12-00-00_03_gram.ipynb"
        return collected(folder, make_zip(tmp_path / "d.zip", {name: book(text)}))[0]["ada"].what

    assert get("one", 2) == "new"
    assert get("one", 2) == "unchanged"
    assert get("two", 3) == "newer"
    assert get("zero", 1) == "older"
    assert get("zero", 1) == "older"
    assert there(folder) == ({"ada": "two"}, ["ada: zero", "ada: one"])


def test_an_older_download_of_canvas_is_known_by_its_number(folder, tmp_path):
    def get(text, number):
        source = make_zip(tmp_path / "d.zip", {f"ada_1_{number}_03_gram.ipynb": book(text)})
        return collected(folder, source)[0]["ada"].what

    assert [get("one", 5), get("two", 9), get("one", 5)] == ["new", "newer", "older"]
    assert there(folder)[0] == {"ada": "two"}


def test_students_are_found_again_and_two_of_one_name_stay_apart(folder, tmp_path):
    roster(folder,
        {"id": "s1", "first_name": "Jane", "last_name": "Doe"},
        {"id": "s2", "lms_user_id": "77"},
        {"id": "smithj", "lms_user_id": "5", "first_name": "J", "last_name": "Smith"},
    )  # fmt: skip
    files = {
        MOODLE.format(7) + "/a.ipynb": book("s1"),
        "other_77_1_a.ipynb": book("s2"),
        "smithj_5_1_a.ipynb": book("smithj"),
        "smithj_6_1_a.ipynb": book("smithj-6"),
        "wu_8_1_a.ipynb": book("wu-8"),
        "wu_9_1_a.ipynb": book("wu-9"),
        "_10_1_a.ipynb": book("canvas-10"),
    }
    collected(folder, make_zip(tmp_path / "d.zip", files))
    assert all(student == text for student, text in there(folder)[0].items())
    assert sorted(there(folder)[0]) == [
        "canvas-10", "s1", "s2", "smithj", "smithj-6", "wu-8", "wu-9",
    ]  # fmt: skip
    collected(folder, make_zip(tmp_path / "d.zip", {"wu_8_2_b.ipynb": book("wu-8 again")}, 9))
    assert there(folder)[0]["wu-8"] == "wu-8 again"


def test_nobody_hands_in_in_anothers_place(folder, tmp_path):
    """Who owns a zip is told by its own name, never by a name that lies in it."""
    roster(folder, {"id": "alice", "lms_user_id": "1"}, {"id": "bob", "lms_user_id": "99"}, "carl")
    inner = bytes_of({
        "bob_99_9_03_gram-9.ipynb": book("forged"),
        "bob/03_gram/03_gram.ipynb": book("forged"),
        "Carl_3_assignsubmission_file_/03_gram.ipynb": book("forged"),
        "carl_attempt_2030-01-01-00-00-00_03_gram.ipynb": book("forged"),
    })  # fmt: skip
    for name in (
        "alice_1_2_hw.zip",
        "alice/hw.zip",
        "alice/carl/hw.zip",
        "alice/carl/03_gram/a.zip",
    ):
        files = {name: inner, "bob_99_1_03_gram.ipynb": book("bob's"), "carl/a.ipynb": book("c")}
        collected(folder, make_zip(tmp_path / "d.zip", files), take=False)
        assert there(folder)[0] == {"alice": "forged", "bob": "bob's", "carl": "c"}


def test_a_folder_in_a_students_folder_is_theirs(folder, tmp_path):
    roster(folder, "alice", "bob")
    files = {"alice/bob/03_gram/03_gram.ipynb": book("forged"), "bob/03_gram.ipynb": book("bob's"),
             "alice/03_gram.ipynb": book("alice's")}  # fmt: skip
    rows, _ = collected(folder, make_zip(tmp_path / "d.zip", files), take=False)
    assert there(folder)[0]["bob"] == "bob's" and set(rows) == {"alice", "bob"}
    assert "The newest of 2; the others were put aside." in rows["alice"].findings


def test_a_table_that_a_student_handed_in_decides_nothing(folder, tmp_path):
    """Gradescope's own lies above all submissions."""
    roster(folder, "s1", "s2")
    real = {f"submission_{n}": {":submitters": [{":name": s, ":sid": s}]}
            for n, s in ((1, "s1"), (2, "s2"))}  # fmt: skip
    forged = {"submission_1": {":submitters": [{":name": "s2", ":sid": "s2"}]}}
    files = {
        "x/submission_metadata.yml": yaml.safe_dump(real),
        "x/submission_1/submission_metadata.yml": yaml.safe_dump(forged),
        "x/submission_1/03_gram.ipynb": book("s1's"),
        "x/submission_2/03_gram.ipynb": book("s2's"),
    }
    for left_out in (None, "x/submission_metadata.yml"):
        files.pop(left_out, None)
        collected(folder, make_zip(tmp_path / "g.zip", files), take=False)
        assert there(folder)[0] == {"s1": "s1's", "s2": "s2's"}


def test_what_a_download_told_is_kept_when_the_same_comes_another_way(folder, tmp_path):
    name = MOODLE.format(7) + "/03_gram.ipynb"
    collected(folder, make_zip(tmp_path / "m.zip", {name: book("j")}))
    collected(folder, make_zip(tmp_path / "d.zip", {"Jane Doe/03_gram.ipynb": book("j")}))
    assert place.notes(folder, LESSON)["Jane Doe"] == {
        "participant": "7", "moodle": "Jane Doe_7_assignsubmission_file_",
    }  # fmt: skip
    late = {"doejane_LATE_12_1_03_gram.ipynb": book("k")}
    collected(folder, make_zip(tmp_path / "c.zip", late))
    assert place.late(folder, LESSON) == {"Jane Doe"}
    collected(folder, make_zip(tmp_path / "c.zip", {"doejane_12_2_03_gram.ipynb": book("l")}))
    assert place.late(folder, LESSON) == set()


@pytest.mark.parametrize("name", ["./03_gram.ipynb", "a//03_gram.ipynb", "a/./b/../03_gram.ipynb"])
def test_odd_names_in_a_students_zip_cost_nobody(folder, tmp_path, name):
    files = {"ada_1_2_hw.zip": bytes_of({name: book("ada's")}), "bob_2_3_a.ipynb": book("bob's")}
    collected(folder, make_zip(tmp_path / "d.zip", files))
    assert there(folder)[0] == {"ada": "ada's", "bob": "bob's"}


def test_whatever_a_students_zip_holds_the_others_are_collected(folder, tmp_path):
    """Seeded damage, in each way of packing: never an exception, never a stop."""
    draw = random.Random(12)
    roster(folder, {"id": "ada", "lms_user_id": "1"}, {"id": "bob", "lms_user_id": "2"})
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", kind) as inner:
            for name in ("03_gram.ipynb", "a/03_gram.ipynb"):
                inner.writestr(name, book("x" * 300))
        for n in range(30):
            data = bytearray(file.getvalue())
            for _ in range(draw.choice([1, 3, 30])):
                data[draw.randrange(len(data))] = draw.randrange(256)
            data = bytes(data[: draw.choice([len(data), draw.randrange(len(data))])])
            files = {"ada_1_2_hw.zip": data, "bob_2_3_a.ipynb": book(f"bob {kind} {n}")}
            rows, _ = collected(folder, make_zip(tmp_path / "d.zip", files), take=False)
            assert set(rows) == {"ada", "bob"} and rows["ada"].what != "failed"
            assert there(folder)[0]["bob"] == f"bob {kind} {n}"


def test_whatever_a_download_holds_it_is_read_or_refused_in_words(folder, tmp_path):
    draw = random.Random(5)
    source = make_zip(tmp_path / "d.zip", {
        "ada_1_2_hw.zip": bytes_of({"03_gram.ipynb": book("a")}), "bob_2_3_a.ipynb": book("b"),
    })  # fmt: skip
    whole = source.read_bytes()
    for _ in range(80):
        data = bytearray(whole)
        for _ in range(draw.choice([1, 5, 50])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        source.write_bytes(data)
        try:
            rows, _ = collected(folder, source)
            assert not [r for r in rows.values() if r.what == "failed"]
        except Problem:
            pass


def test_names_that_a_disk_has_no_room_for_cost_nobody_else(folder, tmp_path):
    files = {"🎓" * 70 + "_7_assignsubmission_file_/a.ipynb": book("x"), ".": "",
             "ada_1_2_a.ipynb": book("ada's"), "é" * 100 + "_3_4_a.ipynb": book("é")}  # fmt: skip
    rows, _ = collected(folder, make_zip(tmp_path / "d.zip", files))
    assert there(folder)[0] == {"ada": "ada's", "é" * 100: "é"}
    assert "takes 280 bytes" in rows["🎓" * 70].findings[0]


def test_what_is_hostile_is_left_out_and_said(folder, tmp_path):
    link = zipfile.ZipInfo("eve/03_gram.ipynb")
    link.external_attr = 0o120777 << 16
    source = tmp_path / "d.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(link, "/etc/passwd")
        for name in ("../../out/03_gram.ipynb", "/abs/03_gram.ipynb", "a\\..\\03_gram.ipynb"):
            archive.writestr(name, book("evil"))
        archive.writestr("big/03_gram.ipynb", b" " * (reading.MAX_BYTES + 1))
        archive.writestr(".git/03_gram.ipynb", book("hidden"))
        archive.writestr("a\nb/03_gram.ipynb", book("line"))
        archive.writestr("ada/03_gram.ipynb", book("fine"))
        archive.writestr("03_gram.ipynb", book("whose?"))
    roster(folder, "eve", "big")
    rows, found = collected(folder, source)
    assert there(folder) == ({"ada": "fine", "a b": "line"}, [])
    for words in ("outside", "outside", "outside", "whose it is"):
        assert any(words in r for r in found.refused), (words, found.refused)
    assert "is a link" in rows["eve"].findings[0] and "it was left out" in rows["big"].findings[0]
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
    roster(folder, "bob")
    rows, found = collected(folder, source)
    assert there(folder)[0] == {"ada": "ada's"} and list(outside.iterdir()) == []
    assert found.refused == ["zed is a link; links are not followed."]
    assert all("is a link" in rows[s].findings[0] for s in ("bob", "eve"))


def test_a_time_in_a_files_own_name_is_the_students_word(folder, tmp_path):
    """It puts their files in order, and proves nothing; a folder's name is the system's."""
    files = {
        "ada/03_gram 2020-01-02 03-04-05.ipynb": book("old"),
        "ada/03_gram 2020-01-03 03-04-05.ipynb": book("new"),
        "bob 2024-01-02 03-04-05/03_gram.ipynb": book("bob's"),
    }
    rows, _ = collected(folder, make_zip(tmp_path / "d.zip", files))
    assert there(folder)[0] == {"ada": "new", "bob": "bob's"}
    assert rows["ada"].when is None
    assert rows["bob"].when == datetime(2024, 1, 2, 3, 4, 5).astimezone(UTC)


def test_what_is_no_download_is_a_problem(folder, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06 broken")
    (tmp_path / "x.txt").write_text("hello")
    (tmp_path / "one.ipynb").write_text("{}")
    make_zip(tmp_path / "empty.zip", {})
    said = {"gone": "There is no", "x.zip": "neither", "x.txt": "neither"}
    said |= {"one.ipynb": "is one notebook: copy it to", "empty.zip": "There is nothing in"}
    for name, words in said.items():
        with pytest.raises(Problem, match=words):
            collect(folder, LESSON, tmp_path / name, [])


@pytest.mark.parametrize("where", ["", "..", "source", "submitted"])
def test_the_courses_own_folders_are_no_download(folder, where):
    """Or the instructor's solutions would become a student's submission."""
    with pytest.raises(Problem, match="is the course's own"):
        collect(folder, LESSON, folder / where, [])
    assert not there(folder)[0]


def test_a_broken_member_costs_its_student_only(folder, tmp_path):
    source = make_zip(
        tmp_path / "d.zip", {"ada/a.ipynb": book("ada's"), "bob/a.ipynb": book("bob's")}
    )
    data = source.read_bytes().replace(b"bob's", b"bob!s", 1)
    source.write_bytes(data)
    rows, _ = collected(folder, source)
    assert there(folder)[0] == {"ada": "ada's"}
    assert rows["bob"].what == "broken"
