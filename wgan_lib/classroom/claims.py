"""Claims: every quantitative sentence of the course is checked by the cell that stands under it.

    claim("JS(P₀, P₁) = log 2 when the supports are disjoint", abs(js - log(2)) < 1e-6,
          source="Arjovsky 2017, Example 1")

prints one line when the sentence holds and fails the cell when it does not. The printed lines are
stored in the notebooks, and `python -m workshop.claims_page` lists them in docs/claims.md:
what is listed there is what was printed, not what was meant to be.
"""

import html
import math
import re
from typing import NamedTuple

CODE = re.compile(r"`([^`]+)`")
_PRINTED = re.compile(r"✓ (?P<text>.+?)(?:  \[(?P<source>.+)\])?")


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
        return CODE.sub(r"<code>\1</code>", html.escape(self.text))


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
