"""What the decks load: reveal.js, MathJax and fonts, put beside them once.

npm fetches the three packages of package.json. DejaVu, for code and for signs that the other font
lacks, comes with matplotlib.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from workshop.npm import packages

HERE = Path(__file__).parent
FROM_NPM = {
    "reveal.js/dist/reset.css": "reveal/reset.css",
    "reveal.js/dist/reveal.css": "reveal/reveal.css",
    "reveal.js/dist/reveal.js": "reveal/reveal.js",
    "reveal.js/plugin/notes/notes.js": "reveal/notes.js",
    "reveal.js/LICENSE": "reveal/LICENSE",
    "mathjax/es5/tex-svg-full.js": "mathjax/tex-svg-full.js",
    "mathjax/LICENSE": "mathjax/LICENSE",
}
OUR_OWN = ("theme.css", "mathjax-settings.js", "start.js")
STYLES = ("400", "400-italic", "600", "600-italic")  # weights of the font for prose
SOURCE_SANS = "@fontsource/source-sans-3"
_FACE = """\
@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{file}"); }}
"""


def provide(lib: Path) -> None:
    """Put all that a deck loads into the folder `lib`. Raises NoPackagesError without npm."""
    found = packages(HERE / "package.json", lib.parent / ".npm")
    for source, target in FROM_NPM.items():
        _copy(found / source, lib / target)
    for name in OUR_OWN:
        _copy(HERE / name, lib / name)
    _fonts(found / SOURCE_SANS, lib / "fonts")


def _fonts(source: Path, target: Path) -> None:
    """The font for prose, in all its subsets, and DejaVu; the faces in one style sheet."""
    from matplotlib import get_data_path

    sheets = [(source / f"{style}.css").read_text(encoding="utf-8") for style in STYLES]
    # Without the older format: every browser that runs reveal.js reads woff2.
    sheet = re.sub(r", url\([^)]*\.woff\) format\('woff'\)", "", "\n".join(sheets))
    for name in set(re.findall(r"url\(\./files/([^)]+)\)", sheet)):
        _copy(source / "files" / name, target / "files" / name)
    _copy(source / "LICENSE", target / "LICENSE")
    dejavu = Path(get_data_path()) / "fonts" / "ttf"
    for file, family, weight in (
        ("DejaVuSans.ttf", "DejaVu Sans", 400),
        ("DejaVuSansMono.ttf", "DejaVu Sans Mono", 400),
        ("DejaVuSansMono-Bold.ttf", "DejaVu Sans Mono", 700),
    ):
        _copy(dejavu / file, target / file)
        sheet += _FACE.format(family=family, weight=weight, file=file)
    (target / "fonts.css").write_text(sheet, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
