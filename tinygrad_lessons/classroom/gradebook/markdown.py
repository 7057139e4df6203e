"""Markdown as HTML that is safe to read: nothing in it runs, and nothing is fetched from elsewhere.

HTML is shown as text, a picture only when it lies in the notebook itself, and a formula is MathML,
made here.
"""

import html
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import Converter
from mistune.util import escape, striptags
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LONGEST, LONGEST_FORMULA = 100_000, 2_000
PICTURES = ("image/png", "image/jpeg", "image/gif")
ATTRIBUTES = {"display", "stretchy", "fence", "form", "accent", "accentunder", "linethickness",
              "columnalign", "rowspacing", "columnspacing", "width", "height", "depth", "lspace",
              "rspace", "movablelimits", "largeop", "symmetric", "mathvariant", "separator",
              "minsize", "maxsize"}  # fmt: skip
NUMBERED = ("align", "equation", "gather")  # MathJax, as Jupyter has it, shows no number
TOO_MUCH = ("\\newcommand", "\\renewcommand", "\\def", "\\let", "\\providecommand")


def to_html(text, attachments=None, shift=0):
    """HTML of Markdown; `shift` makes its headings smaller by so many levels."""
    if len(text) > LONGEST:
        return f"<pre>{html.escape(text)}</pre>"
    try:
        return MarkdownWithMath(renderer=Harmless(attachments or {}, shift)).render(text)
    except Exception:  # whatever somebody wrote, they get their page
        return f"<pre>{html.escape(text)}</pre>"


class Harmless(IPythonRenderer):
    """nbconvert's renderer without what could run or be fetched."""

    def __init__(self, attachments, shift=0):
        super().__init__(
            escape=True,
            allow_harmful_protocols=False,
            exclude_anchor_links=True,
            attachments=attachments,
        )
        self.shift = shift

    def heading(self, text, level, **attrs):
        return super().heading(text, min(6, level + self.shift), **attrs)

    def block_code(self, code, info=None):
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def image(self, text, url, title=None):
        about = escape(striptags(text))
        if source := self._picture(url):
            return f'<img src="{source}" alt="{about}">'
        if url.startswith(("http://", "https://")):
            return f'[picture elsewhere: <a href="{self.safe_url(url)}">{about or "open it"}</a>]'
        return f"[picture left out: {about or escape(url[:80])}]"

    def _picture(self, url):
        """The address of a picture that the page itself holds, or None."""
        if url.startswith("attachment:"):
            kinds = self.attachments.get(url.removeprefix("attachment:")) or {}
            kind = next((k for k in PICTURES if isinstance(kinds.get(k), str)), None)
            return kind and f"data:{kind};base64,{escape(''.join(kinds[kind].split()))}"
        if url.startswith(tuple(f"data:{kind};base64," for kind in PICTURES)):
            return escape(url)

    def inline_math(self, body):
        return formula(body, "inline")

    def block_math(self, body):
        return formula(body, "block")

    def latex_environment(self, name, body):
        name = f"{name.rstrip('*')}*" if name in NUMBERED else name
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


@lru_cache(4096)
def formula(text, display="inline"):
    """MathML of a formula in TeX; the text itself where that cannot be made."""
    shown = f"<code>{html.escape(f'${text}$')}</code>"
    if len(text) > LONGEST_FORMULA or any(word in text for word in TOO_MUCH):
        return shown
    try:
        tree = Converter(display=display).convert_to_element(text)
        for element in tree.iter():
            _clean(element)
        return ElementTree.tostring(tree, encoding="unicode")
    except Exception:  # a student's TeX can be anything
        return shown


def _clean(element):
    """Keep of an element what draws; its text is escaped when it is written."""
    element.text, element.tail = (t and html.unescape(t) for t in (element.text, element.tail))
    xmlns = {"xmlns": element.attrib["xmlns"]} if element.tag == "math" else {}
    element.attrib = xmlns | {k: v for k, v in element.attrib.items() if k in ATTRIBUTES}
