"""Our steps inside nbgrader: `configure(c)` in nbgrader_config.py puts them in their places.

The command line and formgrader's buttons obey the same configuration.
"""

from functools import cache
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader import preprocessors as stock
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode, default

from ...exercise import unwritten
from .. import DEVICES
from ..author import lesson, release
from ..author.editions import PACKAGE
from ..grading import assess, autograded
from ..intake import reading
from ..intake.rebuild import rebuild, unread_notebook
from ..sandbox import open_sandbox
from . import course, gradebook

STEPS = "tinygrad_lessons.classroom.gradebook.steps"


def configure(c):
    """Fill in an nbgrader configuration: generate_assignment, autograde, feedback."""
    course.find_alembic()  # for formgrader, which opens the gradebook by itself
    c.CourseDirectory.course_id = PACKAGE
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".*"]
    c.GenerateAssignment.pre_convert_hook = f"{STEPS}.prepare"
    c.GenerateAssignment.preprocessors = [
        Stub if step is stock.ClearSolutions else step for step in _default("GenerateAssignment")
    ]
    c.Autograde.exporter_class = Reader
    c.Autograde.post_convert_hook = f"{STEPS}.tidy"
    c.Autograde.sanitize_preprocessors = [
        Rebuild,
        stock.ClearOutput,
        stock.DeduplicateIds,
        stock.OverwriteKernelspec,
        stock.OverwriteCells,
        stock.CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        Verdicts,
        stock.IgnorePattern,
        ClearMetadataPreprocessor,
        stock.LimitOutput,
        stock.SaveAutoGrades,
        stock.AssignLatePenalties,
        stock.CheckCellMetadata,
    ]
    c.HTMLExporter.filters = {"markdown2html": f"{STEPS}.harmless"}  # formgrader, and feedback
    c.HTMLExporter.raw_mimetypes = []
    c.GenerateFeedback.exporter_class = FeedbackPage
    c.GenerateFeedback.preprocessors = [Grades, CSSHTMLHeaderPreprocessor]


def _default(converter):
    from nbgrader import converters

    return getattr(converters, converter).class_traits()["preprocessors"].default()


def prepare(assignment, student, notebooks):
    """Before a release: make the edition and the record beside the source notebook."""
    release.prepare(Path(notebooks[0]).parents[2], assignment)


def tidy(assignment, student, notebooks):
    """After autograding: what is kept, and goes into feedback, is the notebook and nothing else."""
    autograded.tidy(Path.cwd(), student, assignment)


@pass_context
def harmless(context, text):
    """Markdown as HTML. HTML in it is shown as text: a student's must not run where others read."""
    pictures = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, attachments=pictures)
    return MarkdownWithMath(renderer=renderer).render(text)


class Stub(stock.ClearSolutions):
    """Takes solutions out; what stands there instead says which exercise is to be written."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["notebook"]
        self.number = {e.id: e.number for e in lesson.exercises(name, nb)}
        self.lesson = name
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        if exercise := lesson.completed(cell.source):
            text = unwritten(exercise, self.lesson, self.number.get(exercise, 0))
            self.code_stub = {"python": f'raise NotImplementedError("{text}")'}
        return super().preprocess_cell(cell, resources, index)


class Reader(NotebookExporter):
    """Reads what a student handed in; what no notebook can be read from becomes an empty one."""

    def from_filename(self, filename, resources=None, **kw):
        if not self.parent._sanitizing:  # the second pass reads what we wrote in the first
            return super().from_filename(filename, resources=resources, **kw)
        notebook, findings = reading.read(Path(filename))
        resources["unread"] = findings if notebook is None else []
        notebook = notebook or reading.new_notebook()
        return self.from_notebook_node(notebook, resources=resources, **kw)


class Rebuild(NbGraderPreprocessor):
    """The release's notebook with the student's answers, before anything else looks at it."""

    def preprocess(self, nb, resources):
        unread, snapshot = resources.get("unread"), _snapshot(resources)
        release = gradebook.release_notebook(snapshot)
        nb, findings = (unread_notebook(release, unread), []) if unread else rebuild(release, nb)
        known = {c["grade_id"]: c for c in snapshot["cells"]}
        for cell in nb.cells:
            if found := known.get(cell.metadata.get("nbgrader", {}).get("grade_id")):
                cell.metadata["nbgrader"] = nbformat.from_dict(found["metadata"])
                cell.source = found["source"] if found["locked"] else cell.source
        for finding in [*unread, *findings]:
            self.log.warning("%s", finding)
        return nb, resources


class Grades(stock.GetGrades):
    """Scores and comments for the feedback page, and which answers still wait for a person."""

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        found, marks = resources["nbgrader"], cell.metadata["nbgrader"]
        place = found["notebook"], found["assignment"], found["student"]
        marks["waits"] = self.gradebook.find_grade(marks["grade_id"], *place).needs_manual_grade
        found["waits"] = found.get("waits") or marks["waits"]


class FeedbackPage(HTMLExporter):
    """nbgrader's feedback page with a list of the exercises by name, for narrow screens, too."""

    @default("raw_template")
    def _raw_template_default(self):
        return Path(__file__).with_name("feedback.html").read_text(encoding="utf-8")


class Verdicts(NbGraderPreprocessor):
    """Runs the notebook in the sandbox, and writes the judge's verdicts into the check cells."""

    devices = List(Unicode(), list(DEVICES), help="Devices to check on.").tag(config=True)

    def preprocess(self, nb, resources):
        found = assess.assess(
            nb,
            resources["nbgrader"]["student"],
            _snapshot(resources),
            course.secret(Path.cwd()),
            _sandbox(),
            tuple(self.devices),
        )
        for finding in found.findings:
            self.log.warning("%s", finding)
        return nb, resources


def _snapshot(resources):
    """The lesson's snapshot; nbgrader works in the course folder while it converts."""
    found = resources["nbgrader"]
    return _cached_snapshot(found["db_url"], Path.cwd(), found["assignment"])


@cache
def _cached_snapshot(db_url, root, name):
    return gradebook.snapshot(db_url, root, name)


@cache
def _sandbox():
    return open_sandbox()
