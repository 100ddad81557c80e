"""Sphinx makes the site from what `stage` has gathered; `make site` calls it."""

import inspect
from importlib import metadata
from pathlib import Path

from docutils import nodes

from workshop.site import api_pages

project = "Wasserstein GANs, a course that runs"
author = "the authors of the course"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc"]
root_doc = "index"
templates_path: list[str] = []
suppress_warnings: list[str] = []

# The notebooks are shown as they are stored. No widget state is stored with them, and MyST-NB
# would prefer the dead widget to the living picture.
nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False  # what torch says of its modules is in torch's own dialect
add_module_names = False
maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

html_theme = "sphinx_book_theme"
html_title = "Wasserstein GANs"
html_static_path = ["static", "_build/static"]
html_favicon = "static/icon.svg"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's machine is set
html_css_files = ["course.css"]
html_js_files = ["frames.js", "scrolling.js"]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
mathjax_path = "mathjax.js"
mathjax3_config = {"options": {"enableMenu": False}}
KOREAN = range(0xAC00, 0xD7A4)


def mathjax() -> Path:
    """MathJax as one file that fetches nothing, from the package that ships it."""
    files = metadata.files("sphinx-mathjax-offline") or []
    return Path(next(file for file in files if file.name == "tex-svg-full.js").locate())


def markdown_docstring(app, what, name, obj, options, lines):
    lines[:] = api_pages.as_markdown(lines)


def skip_aliases(app, what, name, obj, skip, options):
    """The fields of a named tuple say nothing of themselves; the class has said it.

    What matplotlib has put into a class of ours says nothing of ours.
    """
    foreign = inspect.isroutine(obj) and not str(obj.__module__).startswith("wgan_lib")
    return True if foreign or type(obj).__name__ == "_tuplegetter" else skip


def korean(app, doctree):
    """Terms in Korean say so, for screen readers and for the browser's choice of a font."""
    for term in doctree.findall(nodes.term):
        if any(ord(letter) in KOREAN for letter in term.astext()):
            term["classes"].append("language-ko")


def setup(app):
    app.add_directive("markdown", api_pages.Markdown)
    app.connect("autodoc-process-docstring", markdown_docstring)
    app.connect("autodoc-skip-member", skip_aliases)
    app.connect("doctree-read", korean)
