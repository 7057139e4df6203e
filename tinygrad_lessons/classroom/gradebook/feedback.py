"""The page that a student gets back: scores by name, verdicts, comments; it loads and runs nothing.

Made in one process from the graded notebooks and the gradebook, whatever characters an id has.
"""

import glob
import html
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from nbconvert.filters.ansi import strip_ansi
from nbformat import v4
from nbgrader import api
from sqlalchemy import select

from ..intake.reading import shown
from ..storage import in_words, write_file
from .due import assignment
from .highlight import python
from .markdown import to_html

PNG = "image/png"


@dataclass
class Mark:
    """What a cell earned. `score` None: it has no points of its own."""

    score: float | None = None
    points: float = 0.0
    waits: bool = False
    comment: str = ""


@dataclass
class Marks:
    """What a notebook earned, cell by cell."""

    cells: dict = field(default_factory=dict)
    penalty: float = 0.0


def write(course, name, book, only=()):
    """Write the pages of a lesson; returns ({student: [Path, ...]}, [sentence, ...])."""
    paths = sorted(Path(course, "autograded").glob(f"*/{glob.escape(name)}/*.ipynb"))
    marks, done, troubles = marks_of(book, name) if paths else {}, defaultdict(list), []
    for path in paths:
        student = path.parts[-3]
        if only and student not in only:
            continue
        try:
            cells = v4.reads(path.read_text(encoding="utf-8")).cells
            text = page(path.stem, cells, marks[student, path.stem])
            done[student].append(_put(course, student, name, path.stem, text))
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError, OSError) as error:
            words = " ".join(str(error).split())[:200] or type(error).__name__
            troubles.append(f"No page for {shown(student)}: {words}")
    return done, troubles


def _put(course, student, name, notebook, text):
    path = Path(course, "feedback", student, name, f"{notebook}.html")
    with in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text)
    return path


def marks_of(book, name, student=None):
    """{(student, notebook): Marks} of one student or all, as the gradebook has them."""
    found, points = defaultdict(Marks), {}
    for notebook in assignment(book, name).notebooks:
        cells = [*notebook.grade_cells, *notebook.task_cells]
        points |= {(notebook.name, cell.name): cell.max_score for cell in cells}
    rows = partial(_rows, book, name, student)
    for who, notebook, cell, *grade in rows(api.Grade, "score", "needs_manual_grade"):
        score, waits = grade
        found[who, notebook].cells[cell] = Mark(score, points.get((notebook, cell), 0.0), waits)
    for who, notebook, cell, comment in rows(api.Comment, "comment"):
        found[who, notebook].cells.setdefault(cell, Mark()).comment = comment or ""
    penalty = api.SubmittedNotebook.late_submission_penalty
    for who, notebook, lost in book.db.execute(_submitted(name, student, penalty)):
        found[who, notebook].penalty = lost or 0.0
    book.db.rollback()
    return found


def _rows(book, name, student, table, *columns):
    """(student, notebook, cell, *columns) of each grade or comment."""
    query = _submitted(name, student, api.BaseCell.name, *(getattr(table, c) for c in columns))
    query = query.join(table, table.notebook_id == api.SubmittedNotebook.id)
    return book.db.execute(query.join(api.BaseCell, api.BaseCell.id == table.cell_id))


def _submitted(name, student, *columns):
    notebook, submission = api.SubmittedNotebook, api.SubmittedAssignment
    query = (
        select(submission.student_id, api.Notebook.name, *columns)
        .select_from(notebook)
        .join(submission, submission.id == notebook.assignment_id)
        .join(api.Notebook, api.Notebook.id == notebook.notebook_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .where(api.Assignment.name == name)
    )
    return query if student is None else query.where(submission.student_id == student)


def page(title, cells, marks):
    """The HTML page of a graded notebook's cells."""
    shown_cells = [_cell(cell, marks) for cell in cells if cell.cell_type != "raw"]
    graded = [c for c in shown_cells if c["mark"] and c["mark"].score is not None]
    return _template().render(
        title=title,
        cells=shown_cells,
        graded=graded,
        score=max(0.0, sum(c["mark"].score for c in graded) - marks.penalty),
        most=sum(c["mark"].points for c in graded),
        waits=any(c["mark"].waits for c in graded),
        penalty=marks.penalty,
    )


@lru_cache
def _template():
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["markdown"] = lambda text: Markup(to_html(text, shift=2))
    return templates.get_template("feedback.html")


def _cell(cell, marks):
    said = cell.metadata.get("nbgrader") or {}
    grade_id, is_code = said.get("grade_id") or "", cell.cell_type == "code"
    is_check = is_code and said.get("grade") and said.get("locked")
    outputs = cell.get("outputs", ())
    if is_check and any("text/html" in o.get("data", {}) for o in outputs):
        outputs = [o for o in outputs if o.output_type != "execute_result"]  # for nbgrader
    return {
        "id": grade_id,
        "name": grade_id.removeprefix("check-"),
        "mark": marks.cells.get(grade_id),
        "source": Markup(_source(cell)),
        "outputs": [text for o in outputs if (text := Markup(_output(o, is_check)))],
        "is_check": is_check,
        "is_code": is_code,
    }


def _source(cell):
    attachments = cell.get("attachments")
    if cell.cell_type == "markdown":
        return to_html(cell.source, attachments, 1) if attachments else _prose(cell.source)
    return python(cell.source)


@lru_cache(4096)
def _prose(text):
    return to_html(text, shift=1)


def _output(output, is_check):
    """An output as HTML: only the judge's own tables are HTML already."""
    if output.output_type == "stream":
        return _text(output.text)
    if output.output_type == "error":
        return _text("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = output.get("data", {})
    if is_check and "text/html" in data:
        return data["text/html"]
    if PNG in data:
        about = (output.metadata.get(PNG) or {}).get("alt") or "A picture that the code drew."
        source = "".join(data[PNG].split())
        return f'<img src="data:{PNG};base64,{html.escape(source)}" alt="{html.escape(about)}">'
    return _text(data.get("text/plain", ""))


def _text(text):
    return f"<pre>{html.escape(strip_ansi(text))}</pre>" if text else ""
