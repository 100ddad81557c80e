"""Claims: every quantitative sentence of the course is checked by the cell that stands under it.

    claim("the slope settles at {}", near(slope, 3, within=1e-3), source="Gulrajani 2017")

shows one line when the sentence holds and fails the cell when it does not. The sentence is filled
from its checks: classroom/predicates.py has them. What was shown is stored in the notebooks, and
`python -m workshop.claims_page` lists it in docs/claims.md: what is listed there is what was
checked, not what was meant to be.
"""

import html
import re
import string
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

from wgan_lib.classroom.pictures import in_notebook
from wgan_lib.classroom.predicates import Check, truth
from wgan_lib.classroom.quantities import Quantity

MIME_TYPE = "application/vnd.wgan-course.claim+json"  # {"text": …, "source": …}
_UNSHOWN = "Print both sides of the comparison to see them"
CODE = re.compile(r"`([^`]+)`")


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
