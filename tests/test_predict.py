"""A prediction is made once, survives a restart, and never stops a notebook."""

import json
import sys

import pytest

from tinygrad_lessons.lab.predict import predict

module = sys.modules[predict.__module__]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_unsaved", {})
    return tmp_path


@pytest.mark.parametrize("blank", ["\N{HORIZONTAL ELLIPSIS}", "...", "", "  "])
def test_without_an_answer_it_asks_for_one_and_keeps_nothing(blank, folder):
    asked = predict("shape", blank, reveal="It is (3, 3).")
    assert repr(asked) == "predict: write your answer between the quotes, then run this cell."
    assert not (folder / "predictions.json").exists()


def test_the_first_answer_stays_and_a_later_one_stands_beside_it(monkeypatch):
    assert repr(predict("shape", "(5, 5)")) == "you predicted: (5, 5)"
    monkeypatch.setattr(module, "_unsaved", {})  # as after a restart
    assert repr(predict("shape", "(3, 3)")) == "you predicted: (5, 5)\nnow: (3, 3)"


def test_an_answer_reveals():
    assert repr(predict("shape", 3, reveal="Yes: 3.")) == "you predicted: 3\nso it is: Yes: 3."


def test_an_answer_is_text_on_the_page():
    assert "&lt;b&gt;" in predict("shape", "<b>")._repr_html_()


def test_answers_to_several_questions_stand_in_one_file(folder):
    predict("a", "one")
    predict("b", "two")
    saved = json.loads((folder / "predictions.json").read_text(encoding="utf-8"))
    assert saved == {"a": "one", "b": "two"}


@pytest.mark.parametrize("broken", ["", "{", "[1, 2]", '"text"', '{"shape": null}'])
def test_a_damaged_file_is_no_obstacle(broken, folder):
    (folder / "predictions.json").write_text(broken, encoding="utf-8")
    assert predict("shape", "(3, 3)").first == "(3, 3)"


def test_where_nothing_can_be_written_it_holds_for_the_session(folder):
    (folder / "predictions.json").mkdir()
    predict("shape", "(5, 5)")
    assert predict("shape", "(3, 3)").first == "(5, 5)"
