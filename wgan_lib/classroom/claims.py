"""Claims: every quantitative sentence of the course is checked by the cell that stands under it.

    claim("JS(P₀, P₁) = log 2 when the supports are disjoint", abs(js - log(2)) < 1e-6,
          source="Arjovsky 2017, Example 1")

prints one line when the sentence holds and fails the cell when it does not. The printed lines are
stored in the notebooks, and `python -m wgan_lib.classroom.claims` lists them in docs/claims.md:
what is listed there is what was printed, not what was meant to be.
"""

import argparse
import html
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wgan_lib.classroom import COURSE

_CODE = re.compile(r"`([^`]+)`")
_PRINTED = re.compile(r"✓ (?P<text>.+?)(?:  \[(?P<source>.+)\])?")
_PREAMBLE = """# What the course claims

Each line was printed by a cell that had just checked it; a cell whose claim is false stops with an
error instead. This page is generated from the outputs stored in the notebooks: do not edit it, run
`python -m wgan_lib.classroom.claims`.
"""


class ClaimError(AssertionError):
    """A sentence of the course does not hold for the numbers that were computed."""


class Claim(NamedTuple):
    """One checked sentence, and the paper or source that it comes from ("" when none is named)."""

    text: str
    source: str = ""

    def __str__(self) -> str:
        return f"✓ {self.text}" + (f"  [{self.source}]" if self.source else "")

    def html(self) -> str:
        """The sentence for a page or a slide; what stands in backticks is code."""
        return _CODE.sub(r"<code>\1</code>", html.escape(self.text))


def claim(text: str, holds: object, source: str | None = None) -> None:
    """Check one sentence of the lesson.

    Takes the sentence, the truth value that decides it (a bool, or a boolean tensor or array with
    one element) and, where there is one, the source. Prints `✓ text  [source]` when it holds.

    Raises ClaimError when it does not hold, TypeError when `holds` is not a truth value (a float
    is not: write the comparison), ValueError when a text is empty or longer than one line.
    """
    sentence = _sentence("text", text)
    checked = Claim(sentence, "" if source is None else _sentence("source", source))
    if not _truth(holds):
        raise ClaimError(
            f"this does not hold: {checked.text!r}. Either a number above has changed, or the "
            "sentence is wrong: print both sides of the comparison to see which."
        )
    print(checked)


def _sentence(argument: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a string, got {type(value).__name__}")
    if not value.strip() or value != value.strip():
        raise ValueError(f"{argument} must be a sentence without blanks around it, got {value!r}")
    if len(value.splitlines()) > 1 or "  " in value:
        # The line must be readable back from the notebook; two blanks announce the source.
        raise ValueError(f"{argument} must be one line with single blanks, got {value!r}")
    return value


def _truth(holds: object) -> bool:
    dtype = str(getattr(holds, "dtype", ""))  # torch.bool or bool: no need to import torch here
    if isinstance(holds, bool) or (dtype in {"bool", "torch.bool"} and math.prod(holds.shape) == 1):
        return bool(holds)
    got = type(holds).__name__
    if dtype:
        got += f" of {dtype} with shape {tuple(holds.shape)}"
    raise TypeError(
        f"holds must be True or False, or a boolean tensor with one element, got {got}: "
        "write the comparison, as in `estimate < 0.3`, and `.all()` if it has many elements"
    )


def printed_claim(line: str) -> Claim | None:
    """The claim that a printed line shows; None when the line is something else."""
    match = _PRINTED.fullmatch(line)
    return Claim(match["text"], match["source"] or "") if match else None


def printed_claims(notebook: Path) -> list[Claim]:
    """Takes the path of an .ipynb file, returns the claims that its stored outputs show."""
    return [*filter(None, map(printed_claim, _stored_lines(_cells(notebook))))]


def _cells(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def _stored_lines(cells: list[dict]) -> Iterator[str]:
    for cell in cells:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream" and output["name"] == "stdout":
                yield from "".join(output["text"]).splitlines()


def _title(notebook: Path) -> str:
    """The first heading of a lesson, or the name of its file when there is none."""
    for cell in _cells(notebook):
        heading = re.search(r"^# (.+)$", "".join(cell["source"]), flags=re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            return heading[1].strip()
    return notebook.stem


def _plain(text: str) -> str:
    """`text` with the characters escaped that Markdown would take for its own, except in code."""
    parts = _CODE.split(text)
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
    """`python -m wgan_lib.classroom.claims`: write docs/claims.md. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m wgan_lib.classroom.claims", description="List the claims of the lessons."
    )
    parser.add_argument("--notebooks", type=Path, default=COURSE / "notebooks", metavar="DIR")
    parser.add_argument("--out", type=Path, default=COURSE / "docs" / "claims.md", metavar="FILE")
    options = parser.parse_args(arguments)
    if not options.notebooks.is_dir():
        parser.error(f"--notebooks must be a folder, got {options.notebooks}, which is none")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(claims_page(options.notebooks), encoding="utf-8", newline="\n")
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
