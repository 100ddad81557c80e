"""Claims: every quantitative sentence of the course is checked by the cell that stands under it.

    claim("the slope settles at {}", near(slope, 3, within=1e-3), source="Gulrajani 2017")

shows one line when the sentence holds and fails the cell when it does not. The sentence is filled
from its checks: classroom/predicates.py has them. What was shown is stored in the notebooks, and
`python -m wgan_lib.classroom.claims` lists it in docs/claims.md: what is listed there is what was
checked, not what was meant to be.
"""

import argparse
import html
import json
import re
import string
import sys
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

from wgan_lib.classroom import COURSE
from wgan_lib.classroom.pictures import in_notebook
from wgan_lib.classroom.predicates import Check, truth
from wgan_lib.classroom.quantities import Quantity

MIME_TYPE = "application/vnd.wgan-course.claim+json"  # {"text": …, "source": …}
_UNSHOWN = "Print both sides of the comparison to see them"
_CODE = re.compile(r"`([^`]+)`")
_PREAMBLE = """# What the course claims

Each line was shown by a cell that had just checked it; a cell whose claim is false stops with an
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

    def bundle(self) -> dict[str, Any]:
        """What a notebook stores of it: the line for readers, the parts for the site and slides."""
        return {"text/plain": str(self), MIME_TYPE: self._asdict()}


def claim(text: str, *checks: Any, source: str | None = None, **settings: Real | str) -> None:
    """Check one sentence of the lesson, and show it.

    Takes the sentence, one check or more that decide it (predicates such as `near`, or truth
    values: a bool, or a boolean tensor or array with one element) and, where there is one, the
    source. The fields `{}` of the sentence are filled with what the checks allowed, in their order;
    `{within}` is the tolerance of `near`, and other named fields come from `settings`.

    Raises ClaimError when a check does not hold, TypeError when one is no check (a float is not:
    write the comparison), ValueError when the fields are not those that can be filled, or when a
    text is empty or longer than one line.
    """
    said, named = _line("text", text), "" if source is None else _line("source", source)
    if not checks:
        raise TypeError("claim must have a check after its text, got none")
    made = [each if isinstance(each, Check) else Check(truth("holds", each)) for each in checks]
    checked = Claim(_filled(said, made, settings), named)
    if failed := [each.failure for each in made if not each.holds]:
        raise ClaimError(
            f"this does not hold: {checked.text!r}. {failed[0] or _UNSHOWN}. Either a number "
            "above has changed, or the sentence is wrong."
        )
    _show(checked)


def _show(checked: Claim) -> None:
    if not in_notebook():
        print(checked)
        return
    from IPython.display import display

    display(checked.bundle(), raw=True)


def _filled(text: str, checks: Sequence[Check], settings: Mapping[str, Real | str]) -> str:
    """The sentence, with its fields filled."""
    fills = [fill for check in checks for fill in check.fills]
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    if unused := settings.keys() - set(names):
        raise ValueError(f"text must have a field for {', '.join(sorted(unused))}: {text!r}")
    unnumbered = names.count("")
    if unnumbered and unnumbered != len(fills):
        raise ValueError(
            f"text must have a field {{}} for each of {_listed(fills)}, or numbered ones such as "
            f"{{0}}, got {unnumbered} fields {{}}: {text!r}"
        )
    try:
        return text.format(*fills, **_named(checks), **_settings(settings))
    except (LookupError, AttributeError) as error:
        raise ValueError(
            f"text has a field that nothing fills ({error}): there is {_listed(fills)}; "
            f"a brace that is none is written twice: {text!r}"
        ) from error


def _listed(fills: Sequence[Quantity | str]) -> str:
    return ", ".join(f"{{{at}}} {_tried(fill)!r}" for at, fill in enumerate(fills)) or "no fill"


def _tried(fill: Quantity | str) -> str:
    try:
        return str(fill)
    except ValueError:  # it needs a format
        return str(fill.numbers)


def _named(checks: Sequence[Check]) -> dict[str, Quantity]:
    within = {check.within for check in checks} - {None}
    return {"within": Quantity(within.pop())} if len(within) == 1 else {}


def _settings(settings: Mapping[str, Real | str]) -> dict[str, Quantity | str]:
    for name, value in settings.items():
        if not isinstance(value, Real | str) or isinstance(value, bool):
            raise TypeError(f"{name} must be a number or a text, got {type(value).__name__}")
    return {k: v if isinstance(v, str) else Quantity(v) for k, v in settings.items()}


def _line(argument: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a string, got {type(value).__name__}")
    if not value.strip() or value != value.strip():
        raise ValueError(f"{argument} must be a sentence without blanks around it, got {value!r}")
    if len(value.splitlines()) > 1 or "  " in value:
        # It is one line of a list; and in the text two blanks announce the source.
        raise ValueError(f"{argument} must be one line with single blanks, got {value!r}")
    return value


def shown_claim(output: Mapping[str, Any]) -> Claim | None:
    """The claim that a cell's stored output shows; None when the output is something else."""
    said = output.get("data", {}).get(MIME_TYPE)
    return Claim(**said) if said else None


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
