"""`predict("id", "what I expect")`: said before the cell below is run. The first answer is kept."""

import json
from html import escape
from pathlib import Path

from . import files

FILE = "predictions.json"

_unsaved = {}  # where the folder is read-only, the answers of this session


def predict(id, answer, reveal=""):
    """Lock the first `answer` to the question `id`; a later one is shown beside it.

    `reveal`: a sentence shown once there is an answer.
    """
    answer = str(answer).strip()
    first = _answers().get(id)
    if first is None and answer.strip(".\N{HORIZONTAL ELLIPSIS}"):
        first = answer
        _keep(id, first)
    return Prediction(first, answer, reveal)


class Prediction:
    """What was predicted first, what is predicted now, and what to do next."""

    def __init__(self, first, now, reveal=""):
        self.first, self.now, self.reveal = first and str(first), now, reveal

    def lines(self):
        """[(name, text), ...]"""
        if self.first is None:
            return [("predict", "write your answer between the quotes, then run this cell.")]
        changed = [("now", self.now)] if self.now != self.first else []
        shown = [("so it is", self.reveal)] if self.reveal else []
        return [("you predicted", self.first), *changed, *shown]

    def __repr__(self):
        return "\n".join(f"{name}: {text}" for name, text in self.lines())

    def _repr_html_(self):
        return "".join(
            f'<p style="margin:0"><b>{name}</b>: {escape(text)}</p>' for name, text in self.lines()
        )


def _answers():
    try:
        saved = json.loads(Path(FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        saved = {}
    return _unsaved | (saved if isinstance(saved, dict) else {})


def _keep(id, answer):
    _unsaved[id] = answer
    try:
        files.write(FILE, json.dumps(_answers(), indent=1))
    except OSError:
        pass  # a read-only folder: it holds for this session
