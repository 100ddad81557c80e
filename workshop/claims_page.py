"""The list of all claims, docs/claims.md, from the outputs that the lessons have stored."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from wgan_lib.classroom.claims import CODE, Claim, shown_claim
from wgan_lib.ground.files import write_whole
from workshop import COURSE

_PREAMBLE = """# What the course claims

Each line was shown by a cell that had just checked it; a cell whose claim is false stops with an
error instead. This page is generated from the outputs stored in the notebooks: do not edit it, run
`python -m workshop.claims_page`.
"""


def printed_claims(notebook: Path) -> list[Claim]:
    """Takes the path of an .ipynb file, returns the claims that its stored outputs show."""
    outputs = (each for cell in _cells(notebook) for each in cell.get("outputs", []))
    return [*filter(None, map(shown_claim, outputs))]


def _cells(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def _title(notebook: Path) -> str:
    """The first heading of a lesson, or the name of its file when there is none."""
    for cell in _cells(notebook):
        heading = re.search(r"^# (.+)$", "".join(cell["source"]), flags=re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            return heading[1].strip()
    return notebook.stem


def _plain(text: str) -> str:
    """`text` with the characters escaped that Markdown would take for its own, except in code."""
    parts = CODE.split(text)
    parts[::2] = [re.sub(r"([\\|*_`<$\[\]])", r"\\\1", each) for each in parts[::2]]
    parts[1::2] = [f"`{each}`".replace("|", r"\|") for each in parts[1::2]]
    return "".join(parts)


def _table(notebook: Path) -> str:
    lines = [f"## {_title(notebook)}", "", "| no. | claim | source |", "|---:|---|---|"]
    for number, (text, source) in enumerate(printed_claims(notebook), start=1):
        lines.append(f"| {number} | {_plain(text)} | {_plain(source)} |")
    return "\n".join(lines) + "\n"


def claims_page(notebooks: Path) -> str:
    """Takes the folder of the lessons, returns the text of docs/claims.md: one table per lesson."""
    return "\n".join([_PREAMBLE, *map(_table, sorted(notebooks.glob("*.ipynb")))])


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m workshop.claims_page`: write docs/claims.md. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.claims_page", description="List the claims of the lessons."
    )
    parser.add_argument("--notebooks", type=Path, default=COURSE / "notebooks", metavar="DIR")
    parser.add_argument("--out", type=Path, default=COURSE / "docs" / "claims.md", metavar="FILE")
    options = parser.parse_args(arguments)
    if not options.notebooks.is_dir():
        parser.error(f"--notebooks must be a folder, and {options.notebooks} is none")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.out, claims_page(options.notebooks))
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
