"""Submissions as they arrive: each is read right, or its finding says in words what is wrong."""

import json
import os

import nbformat
import pytest
from nbformat import v4

from tinygrad_lessons.classroom.intake import reading

LESSON = "03_gram"


def notebook(*sources, **top):
    cells = [
        {"cell_type": "code", "source": s, "metadata": {"nbgrader": {"grade_id": f"c{i}"}}}
        for i, s in enumerate(sources)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **top}


def dumps(*sources, **top):
    return json.dumps(notebook(*sources, **top), ensure_ascii=False)


V3 = {
    "nbformat": 3,
    "worksheets": [{"cells": [
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "metadata": {}},
        {"cell_type": "heading", "level": 1, "source": "Angles"},
    ]}],
}  # fmt: skip

READ = [  # bytes, the cells' text, a word of the finding or None
    (dumps("x = 1").encode(), ["x = 1"], None),
    (b"\xef\xbb\xbf" + dumps("x = 1").encode(), ["x = 1"], None),
    (dumps("x = 'é'").encode("latin-1"), ["x = 'é'"], "Latin-1"),
    (dumps("x = 'é'").encode("utf-16"), ["x = 'é'"], "UTF-16"),
    (dumps("x", nbformat=5).encode(), ["x"], "format 5"),
    (dumps("x", nbformat="four").encode(), ["x"], "format four"),
    (json.dumps(V3).encode(), ["x = 1\ny = 2", "# Angles"], "old format 3"),
    (dumps(["a\n", "b"]).encode(), ["a\nb"], None),
    (dumps("a", 5, None, ["b", 1]).encode(), ["a"], "3 of 4 cells have no text"),
    (dumps("a").replace("[", "[7, null, [], ", 1).encode(), ["a"], "3 of 4 cells"),
    (dumps(*["x"] * 5000).encode(), ["x"] * 5000, None),
    (rb'{"cells": [{"source": "\ud800"}], "nbformat": 4}', ["?"], None),
]

REFUSED = [  # bytes, a word of the finding
    (b"", "empty"),
    (b"  \n", "empty"),
    (dumps("x = 1", "y = 2").encode()[:-40], "cut off"),
    (dumps("x = 1" * 50).encode()[:150], "cut off"),
    (b"<html>Sign in</html>", "no JSON at line 1"),
    (b"PK\x03\x04" + bytes(range(200)), "no JSON"),
    (b"[]", "it holds a list"),
    (b"null", "it holds a null"),
    (b"3", "it holds a number"),
    (b'{"cells": {}}', "no list of cells"),
    (b'{"nbformat": 3, "worksheets": 1}', "no list of cells"),
    (b"[" * 200_000, "nested without end"),
    (b'{"cells": [' + b"9" * 5000 + b"]}", "number without end"),
    (dumps(*["x"] * 10_001).encode(), "10001 cells"),
]


@pytest.mark.parametrize("data, sources, finding", READ)
def test_what_can_be_read_is_read(data, sources, finding):
    nb, findings = reading.parse(data)
    assert [c.source for c in nb.cells] == sources
    assert findings == [] if finding is None else finding in findings[0]


@pytest.mark.parametrize("data, finding", REFUSED)
def test_what_cannot_be_read_has_one_sentence(data, finding):
    nb, findings = reading.parse(data)
    assert nb is None
    assert len(findings) == 1 and finding in findings[0]


def test_only_text_type_and_grade_id_of_a_cell_are_kept():
    picture = {"p.png": {"image/png": "aGk=", "text/html": "<b>"}, "q": {"image/svg+xml": "<svg>"}}
    cells = [
        {"cell_type": "code", "source": "x", "id": "a", "metadata": {
            "tags": ["skip-execution"], "nbgrader": {"grade_id": "g", "points": 99}},
         "outputs": [{"output_type": "stream", "text": "1"}]},
        {"cell_type": "markdown", "source": "y", "attachments": picture, "id": "no such id!"},
        {"cell_type": ["code"], "source": "z", "metadata": []},
    ]  # fmt: skip
    nb, _ = reading.parse(json.dumps(notebook(cells=cells)).encode())
    code, text, odd = nb.cells
    assert code.metadata == {"nbgrader": {"grade_id": "g"}} and code.id == "a"
    assert code.outputs == []
    assert text.attachments == {"p.png": {"image/png": "aGk="}} and text.id == ""
    assert odd.metadata == {}


def test_large_files_links_pipes_and_folders_are_refused(tmp_path):
    big = tmp_path / "big.ipynb"
    with open(big, "wb") as file:
        file.truncate(129 << 20)
    (tmp_path / "link.ipynb").symlink_to(big)
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    expected = {"big": "129 MB, more than 128", "link": "is a link", "folder": "not a file",
                "pipe": "not a file", "gone": "No such file"}  # fmt: skip
    for name, finding in expected.items():
        nb, findings = reading.read(tmp_path / f"{name}.ipynb")
        assert nb is None and finding in findings[0]


OUTPUT = {"output_type": "stream", "name": "stdout", "text": '"outputs": [{' + "x" * (20 << 20)}
LINES = {"output_type": "stream", "text": ['a ] b " \\ é\n'] * 2_000_000}


@pytest.mark.parametrize("output", [OUTPUT, LINES], ids=["one text", "many lines"])
@pytest.mark.parametrize("indent", [None, 1])
def test_of_a_large_file_everything_but_the_outputs_is_read(tmp_path, output, indent):
    text = 'print("outputs"), "outputs": [1]  # "widgets": {'
    cells = [
        {"cell_type": "code", "source": text, "outputs": [output], "metadata": {}},
        {"cell_type": "code", "outputs": [], "source": "x = 2", "metadata": {"outputs": [[1]]}},
    ]
    metadata = {"widgets": {"state": {"a": "}" * (1 << 20)}}}
    path = tmp_path / "large.ipynb"
    path.write_text(json.dumps(notebook(cells=cells, metadata=metadata), indent=indent))
    assert path.stat().st_size > 20 << 20
    data, findings = reading.load(path)
    assert not findings and len(data) < 10_000
    nb, findings = reading.parse(data)
    assert not findings and [c.source for c in nb.cells] == [text, "x = 2"]


def test_a_large_file_is_refused_where_its_text_is_large_or_it_is_cut_off(tmp_path):
    path = tmp_path / "large.ipynb"
    path.write_text(dumps("x" * (17 << 20)))
    nb, findings = reading.read(path)
    assert nb is None and "17 MB without its outputs; 16 are read" in findings[0]
    path.write_text('{"cells": [{"outputs": ["' + "x" * (17 << 20))
    nb, findings = reading.read(path)
    assert nb is None and "cut off" in findings[0]


def test_colab_keeps_a_cells_id_in_its_metadata():
    cells = [{"cell_type": "code", "source": "x", "metadata": {"id": "aB3_-"}}]
    nb, _ = reading.parse(json.dumps(notebook(cells=cells)).encode())
    assert [c.id for c in nb.cells] == ["aB3_-"]


def hand_in(course, student, *files, lesson=LESSON):
    folder = course / "submitted" / student / lesson
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(v4.new_notebook(), folder / file)
    return folder


def test_everyone_is_found_and_what_is_odd_is_said(tmp_path):
    hand_in(tmp_path, "plain", "03_gram.ipynb")
    hand_in(tmp_path, "copy", "03_gram (1).ipynb")
    hand_in(tmp_path, "short", "gram.ipynb", ".ipynb_checkpoints/g.ipynb", "._gram.ipynb")
    hand_in(tmp_path, "zipped", "03_gram/03_gram.ipynb")
    hand_in(tmp_path, "two", "a.ipynb", "b.ipynb")
    hand_in(tmp_path, "extra", "03_gram.ipynb", "draft.ipynb")
    hand_in(tmp_path, "empty")
    hand_in(tmp_path, "other", "01_tensors.ipynb", lesson="01_tensors")
    (tmp_path / "submitted" / "thief").symlink_to(tmp_path / "submitted" / "plain")
    hand_in(tmp_path, "linker", lesson="x")
    (tmp_path / "submitted" / "linker" / LESSON).symlink_to("../plain/03_gram")
    (tmp_path / "submitted" / "notes.txt").write_text("not a student")
    (tmp_path / "submitted" / ".older").mkdir()

    found = {s.student: s for s in reading.find(tmp_path, LESSON, known=["absent", "plain"])}

    folder = tmp_path / "submitted"
    taken = {s: str(f.path.relative_to(folder / s)) for s, f in found.items() if f.path}
    assert taken == {
        "plain": "03_gram/03_gram.ipynb",
        "copy": "03_gram/03_gram (1).ipynb",
        "short": "03_gram/gram.ipynb",
        "zipped": "03_gram/03_gram/03_gram.ipynb",
        "extra": "03_gram/03_gram.ipynb",
    }
    findings = {s: " ".join(f.findings) for s, f in found.items()}
    assert findings == {
        "plain": "",
        "copy": "Expected 03_gram.ipynb; took 03_gram (1).ipynb, the only notebook there.",
        "short": "Expected 03_gram.ipynb; took gram.ipynb, the only notebook there.",
        "zipped": "Expected 03_gram.ipynb; took 03_gram/03_gram.ipynb, the only notebook there.",
        "extra": "Also there, not graded: draft.ipynb.",
        "two": "2 notebooks and none is called 03_gram.ipynb: a.ipynb, b.ipynb. "
               "Rename the one that counts.",
        "empty": "The folder holds no notebook; expected 03_gram.ipynb.",
        "other": "Nothing was handed in.",
        "absent": "Nothing was handed in.",
        "thief": "thief is a link to another folder; links are not followed.",
        "linker": "03_gram is a link to another folder; links are not followed.",
    }  # fmt: skip
    assert {s for s, f in found.items() if not f.handed_in} == {"other", "absent"}


@pytest.mark.parametrize("student, why", [
    ("Zoë, “Z”", None),
    ('O"Brien', None),
    ("a\nb", "line break"),
    ("x" * 200, "200 characters"),
    ("a\udcffb", "not UTF-8"),
])  # fmt: skip
def test_a_students_id_fits_the_gradebook_or_the_finding_says_why(tmp_path, student, why):
    hand_in(tmp_path, student, "03_gram.ipynb")
    (one,) = reading.find(tmp_path, LESSON)
    assert one.student == student
    assert (one.path is not None) == (why is None)
    assert why is None or why in one.findings[0]
    assert reading.shown(student).isprintable()


STAMPS = {  # what timestamp.txt holds: the hour in UTC, or None
    "2026-01-02 12:00:00 UTC": 12,
    "2026-01-02 12:00:00.123456 UTC": 12,
    "2026-01-02 12:00:00": 12,
    "2026-01-02T12:00:00Z": 12,
    "2026-01-02 12:00:00 +0200": 10,
    "2026-01-02 12:00:00-05:00": 17,
    "2026-01-02 12:00:00 " + "9" * 5000: None,
    "2026-01-02 12:00:00 ../../../etc/shadow": None,
    "2026-01-02 12:00:00 /etc/shadow": None,
    "2026-13-02 12:00:00 UTC": None,
    "0001-01-01 00:00:00+2359": None,
    "\0" * 300: None,
    "": None,
}


@pytest.mark.parametrize("text", STAMPS)
def test_a_timestamp_is_a_date_and_a_time_and_no_name_of_a_file(tmp_path, text):
    """nbgrader's exchange lets students write it: no zone's name is looked up on the disk."""
    folder = hand_in(tmp_path, "ada", "03_gram.ipynb")
    (folder / "timestamp.txt").write_text(text)
    found = reading.timestamp(tmp_path, "ada", LESSON)
    assert (found and found.hour) == STAMPS[text]
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe" + text.encode())
    assert reading.timestamp(tmp_path, "ada", LESSON) is None
