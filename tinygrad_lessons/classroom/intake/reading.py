"""Submitted notebooks as they arrive: found, read within bounds, and what was odd in words."""

import base64
import binascii
import errno
import json
import os
import re
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from ..names import assignment, notebooks, parts

MAX_BYTES = 128 << 20  # of a file
MAX_KEPT = 16 << 20  # of it without its outputs
MAX_BRACKETS = 4_000_000  # in the outputs of one file, some seconds' work
MAX_CELLS = 10_000
MAX_ID = 128  # what a gradebook's column holds
MAX_NAME = 240  # bytes, and room for the dot and the number of a file that is being written
TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?) ?(?:(Z|[+-]\d\d:?\d\d)|([A-Z]{3,5}))?"
)
# Keys of a notebook whose values nobody grades; in a JSON string their quotes would be escaped.
UNREAD = re.compile(rb'"(?:outputs|widgets)"\s*:\s*[\[{]')
BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"?)*+([\[\]{}])', re.DOTALL)
PICTURES = {"image/png", "image/jpeg", "image/gif"}
KINDS = {"code", "markdown", "raw"}
FLAGS = ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # as far as the system has them


NOTHING = "Nothing was handed in."
AGAIN = "Hand it in again."


@dataclass
class Submission:
    """What one student handed in: the notebook's path, or None and the reason in `findings`."""

    student: str
    path: Path | None
    findings: list[str] = field(default_factory=list)

    @property
    def handed_in(self):
        return NOTHING not in self.findings

    def is_shut(self):
        """Whether the one who grades may not read the file, which is no fault of the student's."""
        return bool(self.path and not self.path.is_symlink() and not os.access(self.path, os.R_OK))

    def load(self):
        """(bytes or None, findings) as the file is now."""
        data, more = load(self.path) if self.path else (None, [])
        return data, self.findings + more


def find(course, name, known=()):
    """Every student of the course with their submission of lesson `name`, in order of their ids.

    Students are the folders in `submitted` and those in `known`.
    """
    folder = Path(course, "submitted")
    there = (
        [p.name for p in folder.iterdir() if not p.name.startswith(".")] if folder.is_dir() else []
    )
    students = sorted({*there, *known})
    siblings = notebooks(Path(course, "release"), assignment(name))
    return [
        Submission(s, *_notebook(folder / s, name, siblings))
        for s in students
        if _counts(folder / s)
    ]


def _counts(folder):
    """Whether this may be a student: a folder, a link, or one who is known but has no folder."""
    return folder.is_symlink() or folder.is_dir() or not folder.exists()


def unfit(student):
    """Why a folder's name cannot be a student's id in a gradebook, or None."""
    if len(student) > MAX_ID:
        return (
            f"the folder's name has {len(student)} characters; a student's id has at most {MAX_ID}"
        )
    if any(ord(c) < 32 or ord(c) == 127 for c in student):
        return "the folder's name has a line break or another control character"
    if (size := len(student.encode("utf-8", "surrogatepass"))) > MAX_NAME:
        return f"the name takes {size} bytes; a folder's name has room for {MAX_NAME}"
    if any("\ud800" <= c <= "\udfff" for c in student):
        return "the folder's name is not UTF-8"
    return None


def shown(text):
    """`text` on one line, whatever it holds."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def _notebook(folder, name, siblings=()):
    """(path or None, findings) of the notebook in a student's folder.

    `siblings`: the names of all notebooks of the assignment.
    """
    if why := unfit(folder.name):
        return None, [f"Not graded: {why}. Rename the folder."]
    lesson, notebook = parts(name)
    for place in (folder, folder / lesson):
        if place.is_symlink():
            return None, [
                f"{shown(place.name)} is a link to another folder; links are not followed."
            ]
    folder = folder / lesson
    if not folder.is_dir():
        return None, [NOTHING]
    wanted, taken = f"{notebook}.ipynb", {f"{parts(each)[1]}.ipynb" for each in siblings}
    others = [f for f in _others(folder) if f not in {wanted, *taken}]
    if os.path.lexists(folder / wanted):
        extra = [f"Also there, not graded: {', '.join(map(shown, others))}."] if others else []
        return folder / wanted, extra
    if len(taken) > 1:  # by its name only: it may be another one's
        others = [f for f in others if notebook.lower() in f.lower()]
    return _renamed(folder, wanted, others)


def _renamed(folder, wanted, others):
    if not others:
        return None, [f"The folder holds no notebook; expected {wanted}."]
    if len(others) > 1:
        listed = ", ".join(map(shown, others[:5]))
        return None, [
            f"{len(others)} notebooks and none is called {wanted}: {listed}. "
            "Rename the one that counts."
        ]
    return folder / others[0], [
        f"Expected {wanted}; took {shown(others[0])}, the only notebook there."
    ]


def _others(folder):
    """Relative paths of the notebooks in a submission's folder, three levels deep."""
    found = []
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = [
            f for f in sorted(folders) if depth < 3 and not f.startswith((".", "__MACOSX"))
        ]
        found += [
            os.path.relpath(os.path.join(here, f), folder)
            for f in sorted(files)
            if f.lower().endswith(".ipynb") and not f.startswith(".")
        ]
    return found


def timestamp(course, student, name):
    """When a submission was handed in, UTC, by the timestamp.txt that nbgrader reads; else None.

    The student may have written it: only a date, a time and an offset are read, no zone's name.
    """
    data, _ = load(Path(course, "submitted", student, assignment(name), "timestamp.txt"))
    found = TIMESTAMP.fullmatch((data or b"").decode("utf-8", "replace").strip()[:100])
    try:
        return _utc(*found.groups()) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def _utc(stamp, offset, zone):
    if offset:
        return datetime.fromisoformat(stamp + offset).astimezone(UTC).replace(tzinfo=None)
    return parse_utc(" ".join(filter(None, (stamp.replace("T", " "), zone))))


def timestamps(course, name, students):
    """{student: when it was handed in, or None} of those whose submission lies here."""
    folder = Path(course, "submitted")
    there = [s for s in students if (folder / s / assignment(name)).is_dir()]
    return {s: timestamp(course, s, name) for s in there}


def read(file):
    """(notebook or None, findings) of a submitted file, by path or as bytes; never raises."""
    data, findings = (file, []) if isinstance(file, bytes) else load(file)
    if data is None:
        return None, findings
    notebook, more = parse(data)
    return notebook, findings + more


def load(path):
    """(bytes or None, findings) of a regular file of at most MAX_BYTES; no link is followed.

    Of a large file the outputs are left out, so that what is kept has at most MAX_KEPT.
    """
    try:
        handle = os.open(path, sum(getattr(os, flag, 0) for flag in FLAGS))
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None, ["The notebook is a link to another file; links are not followed."]
        return None, [f"The notebook cannot be opened: {error.strerror}."]
    try:
        return _bounded(handle)
    except OSError as error:
        return None, [f"The notebook cannot be read: {error.strerror}."]
    finally:
        os.close(handle)


def _bounded(handle):
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        return None, ["The notebook is a folder, a pipe or a device, not a file."]
    if state.st_size > MAX_BYTES:
        return None, [
            f"The file has {state.st_size >> 20} MB, more than {MAX_BYTES >> 20}. "
            f"Clear the notebook's outputs. {AGAIN}"
        ]
    with open(handle, "rb", closefd=False) as file:
        data = file.read(MAX_BYTES)
    return (data, []) if len(data) <= MAX_KEPT else _lean(data)


def _lean(data):
    """(bytes or None, findings) of a large file, without outputs and the state of widgets."""
    kept, at, brackets = [], 0, 0
    while (found := UNREAD.search(data, at)) and brackets <= MAX_BRACKETS:
        kept.append(data[at : found.end()])
        at, more = _closing(data, found.end())
        brackets += more
    size = sum(map(len, kept)) + len(data) - at
    if size > MAX_KEPT or brackets > MAX_BRACKETS:
        return None, [
            f"The file has {len(data) >> 20} MB, and {size >> 20} MB without its outputs; "
            f"{MAX_KEPT >> 20} are read. Clear the outputs and take out what was pasted in. {AGAIN}"
        ]
    return b"".join([*kept, data[at:]]), []


def _closing(data, at):
    """(where the bracket closes that was opened before `at`, brackets passed on the way)."""
    depth, count = 1, 0
    while count < MAX_BRACKETS and (found := BRACKET.match(data, at)):
        at, count = found.end(), count + 1
        depth += 1 if found[1] in b"[{" else -1
        if not depth:
            return at - 1, count
    return len(data), count


def parse(data):
    """(notebook or None, findings) of a submitted file's bytes.

    Of a submission only the text, type and grade_id of its cells are kept, and pictures pasted into
    them; outputs and all other metadata are left behind.
    """
    text, findings = _decode(data)
    if not text.strip():
        return None, ["The file is empty."]
    try:
        tree = json.loads(text)
    except RecursionError:
        return None, ["The file is no notebook: its JSON is nested without end."]
    except ValueError as error:
        return None, [_broken(text, error)]
    cells, more = _cells_of(tree)
    if cells is None:
        return None, more
    good = [c for c in map(_cell, cells) if c is not None]
    if len(good) < len(cells):
        more.append(
            f"{len(cells) - len(good)} of {len(cells)} cells have no text and were left out."
        )
    return new_notebook(good), findings + more


def new_notebook(cells=(), metadata=None):
    """A notebook of the current format; nbformat's own function would check each cell slowly."""
    metadata = NotebookNode() if metadata is None else metadata
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=list(cells))


def new_cell(kind, source):
    """A cell without marks, outputs or id."""
    cell = NotebookNode(cell_type=kind, id="", metadata=NotebookNode(), source=source)
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _decode(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), [
            "The file is UTF-16 instead of UTF-8; it was read."
        ]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("latin-1"), ["The file is not UTF-8; it was read as Latin-1."]


def _broken(text, error):
    if not isinstance(error, json.JSONDecodeError):
        return "The file is no notebook: it holds a number without end."
    ended = not text[error.pos :].strip() or "Unterminated" in error.msg
    if text.lstrip().startswith("{") and ended:
        return f"The file is cut off at line {error.lineno}: its end is missing. {AGAIN}"
    return f"The file is no notebook: no JSON at line {error.lineno}, column {error.colno}."


def _cells_of(tree):
    """(list of raw cells or None, findings) of what the file's JSON holds."""
    if not isinstance(tree, dict):
        return None, [f"The file is no notebook: it holds a {_json_name(tree)}."]
    version = tree.get("nbformat")
    if isinstance(version, int) and version < 4 and isinstance(tree.get("worksheets"), list):
        sheets = [s for s in tree["worksheets"] if isinstance(s, dict)]
        cells = [c for s in sheets if isinstance(s.get("cells"), list) for c in s["cells"]]
        findings = [f"The notebook has the old format {version}; it was read."]
    elif isinstance(tree.get("cells"), list):
        cells = tree["cells"]
        findings = (
            [] if version == 4 else [f"The notebook says format {shown(version)[:20]}; read as 4."]
        )
    else:
        return None, ["The file is no notebook: it has no list of cells."]
    if len(cells) > MAX_CELLS:
        return None, [f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are read."]
    return cells, findings


def _json_name(value):
    names = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def _cell(raw):
    """A clean cell of a raw one, or None when it has no text."""
    source = _text(raw)
    if source is None:
        return None
    kind = raw.get("cell_type")
    if kind == "heading":
        kind, source = "markdown", f"# {source}"
    cell = new_cell(kind if isinstance(kind, str) and kind in KINDS else "markdown", source)
    cell.id = _id(raw.get("id")) or _id(_metadata(raw).get("id"))  # Colab's place for it
    if (grade_id := _grade_id(raw)) is not None:
        cell.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    if cell.cell_type == "markdown" and (pictures := _pictures(raw.get("attachments"))):
        cell["attachments"] = pictures
    return cell


def _text(raw):
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    return source.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be written


def _id(value):
    good = isinstance(value, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", value)
    return value if good else ""


def _metadata(raw):
    found = raw.get("metadata")
    return found if isinstance(found, dict) else {}


def _grade_id(raw):
    for key in ("metadata", "nbgrader", "grade_id"):
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw if isinstance(raw, str) else None


def _pictures(attachments):
    """Pictures pasted into a written answer, those of a known kind."""
    if not isinstance(attachments, dict):
        return {}
    kept = {
        name.encode("utf-8", "replace").decode("utf-8"): {
            kind: data for kind, data in kinds.items() if kind in PICTURES and _is_base64(data)
        }
        for name, kinds in attachments.items()
        if isinstance(kinds, dict)
    }
    return {name: kinds for name, kinds in kept.items() if kinds}


def _is_base64(data):
    try:
        return isinstance(data, str) and bool(
            base64.b64decode("".join(data.split()), validate=True)
        )
    except (binascii.Error, ValueError):
        return False
