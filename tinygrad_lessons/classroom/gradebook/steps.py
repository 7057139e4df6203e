"""Our steps inside nbgrader: `configure(c)` in nbgrader_config.py puts them in their places.

The command line and formgrader's buttons obey the same configuration.
"""

import re
from functools import cache
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import Exporter, NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors as stock
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, List, Unicode

from ...exercise import unwritten
from .. import DEVICES
from ..author import lesson, release
from ..author.editions import PACKAGE
from ..grading import assess, autograded
from ..intake import reading
from ..intake.rebuild import rebuild, unread_notebook
from ..sandbox import open_sandbox
from ..storage import private
from . import course, feedback, gradebook
from .markdown import to_html

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
    c.HTMLExporter.template_file = str(Path(__file__).with_name("formgrade.html.j2"))
    c.HTMLExporter.filters = {
        "markdown2html": f"{STEPS}.harmless",
        "local_only": f"{STEPS}.local_only",
    }
    c.HTMLExporter.raw_mimetypes = []
    c.GenerateFeedback.exporter_class = FeedbackPage
    c.GenerateFeedback.preprocessors = []


def _default(converter):
    from nbgrader import converters

    return getattr(converters, converter).class_traits()["preprocessors"].default()


def prepare(assignment, student, notebooks):
    """Before a release: make the edition and the record beside the source notebook."""
    course_folder = Path(notebooks[0]).parents[2]
    release.prepare(course_folder, assignment)
    private(course_folder)


def tidy(assignment, student, notebooks):
    """After autograding: what is kept, and goes into feedback, is the notebook and nothing else."""
    autograded.tidy(Path.cwd(), student, assignment)
    private(Path.cwd())


@pass_context
def harmless(context, text):
    """Markdown as HTML that does not run where others read it, and that fetches nothing."""
    return to_html(text, context.get("cell", {}).get("attachments"))


def local_only(page):
    """A page's head without scripts from elsewhere: formulas are MathML, nothing needs them."""
    return re.sub(r'<script src="https?://[^>]*>\s*</script>', "", page)


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


class FeedbackPage(Exporter):
    """The page that `lessons feedback` makes, for nbgrader's own command and formgrader."""

    file_extension = Unicode(".html")
    output_mimetype = "text/html"

    def from_notebook_node(self, nb, resources=None, **kw):
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        found = resources["nbgrader"]
        with gradebook.connect(found["db_url"]) as book:
            marks = feedback.marks_of(book, found["assignment"], found["student"])
        notebook = found["notebook"]
        return feedback.page(notebook, nb.cells, marks[found["student"], notebook]), resources


class Verdicts(NbGraderPreprocessor):
    """Runs the notebook in the sandbox, and writes the judge's verdicts into the check cells."""

    devices = List(Unicode(), list(DEVICES), help="Devices to check on.").tag(config=True)
    pictures = Bool(False, help="Whether pictures are drawn.").tag(config=True)

    def preprocess(self, nb, resources):
        found = assess.assess(
            nb,
            resources["nbgrader"]["student"],
            _snapshot(resources),
            course.secret(Path.cwd()),
            _sandbox(),
            tuple(self.devices),
            self.pictures,
        )
        for finding in found.findings:
            self.log.warning("%s", finding)
        return nb, resources


def _snapshot(resources):
    """The lesson's snapshot; nbgrader works in the course folder while it converts."""
    found = resources["nbgrader"]
    assignment, notebook = found["assignment"], found["notebook"]
    name = assignment if notebook == assignment else f"{assignment}/{notebook}"
    return _cached_snapshot(found["db_url"], Path.cwd(), name)


@cache
def _cached_snapshot(db_url, root, name):
    return gradebook.snapshot(db_url, root, name)


@cache
def _sandbox():
    return open_sandbox()
