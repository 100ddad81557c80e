"""`make site`: gathers the pages, draws the frames of the widgets, and lets Sphinx make the HTML.

    python -m workshop.site

Any warning of Sphinx is an error. The site is then in workshop/site/_build/html.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from workshop.lab import build as lab
from workshop.site import conf, frames, mending, stage

HERE = Path(__file__).resolve().parent
OUT = HERE / "_build"


def main() -> int:
    """Build the site; returns the exit code."""
    static = OUT / "static"
    widgets = frames.render_all(static / "frames", OUT / "cache")
    shutil.copy(conf.mathjax(), static / "mathjax.js")
    stage.stage(OUT / "pages", static, widgets)
    shutil.rmtree(OUT / "html", ignore_errors=True)
    folders = [str(OUT / "pages"), str(OUT / "html")]
    # A fresh environment (-E): a page that warned once would be taken as done the next time.
    code = sphinx(["-W", "--keep-going", "-q", "-E", "-c", str(HERE), "-b", "html", *folders])
    shutil.rmtree(OUT / "html" / ".doctrees", ignore_errors=True)
    mending.mend_all(OUT / "html")
    (OUT / "html" / "lab.html").write_text(lab.build(lessons="notebooks/"), encoding="utf-8")
    if code == 0:
        print(f"The site is built: {OUT / 'html' / 'index.html'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
