"""What an examination found: a line a probe, worst first, and never a total score."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from wgan_lib.clinic.anchors import Anchor, right

BUG, DIFFERS, COST, UNKNOWN, OK = "BUG", "differs", "cost", "cannot tell", "ok"
VERDICTS = (BUG, DIFFERS, COST, UNKNOWN, OK)  # worst first

LIMITS = (
    "Only what is listed was looked at: a report without a BUG proves these lines and no more.",
    "'differs' is a variant that somebody may have wanted; 'cost' is right, and slow or narrow.",
    "Whatever was examined has been run, with all that it does.",
)


@dataclass(frozen=True)
class Finding:
    """One line of a report.

    piece     what was examined: "critic_loss", "critic", "loop", …
    probe     the question
    verdict   one of ``VERDICTS``
    evidence  what was seen, with its numbers
    """

    piece: str
    probe: str
    verdict: str
    evidence: str

    @property
    def right(self) -> Anchor:
        """What right looks like, and where the course shows it."""
        return right(self.probe)

    def as_dict(self) -> dict[str, str]:
        """For programs: strings under the names of the fields."""
        line = {name: getattr(self, name) for name in ("verdict", "piece", "probe", "evidence")}
        return line | {"right": self.right.sentence, "lesson": self.right.place}


@dataclass
class Report:
    """Findings in the order in which they were made; shown worst first."""

    findings: list[Finding] = field(default_factory=list)
    piece: str = ""

    def add(self, probe: str, verdict: str, evidence: str) -> None:
        """One more finding about the piece that is being examined."""
        self.findings.append(Finding(self.piece, probe, verdict, evidence))

    def check(self, probe: str, fine: bool, good: str, bad: str, verdict: str = BUG) -> None:
        """``ok`` with the good words where all is fine, else the verdict with the bad ones."""
        self.add(probe, OK if fine else verdict, good if fine else bad)

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self.findings, key=lambda f: VERDICTS.index(f.verdict)))

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, probe: str) -> Finding:
        """The worst finding of that name; KeyError where nothing was asked."""
        for finding in self:
            if finding.probe == probe:
                return finding
        raise KeyError(probe)

    def __contains__(self, probe: str) -> bool:
        return any(finding.probe == probe for finding in self.findings)

    @property
    def bugs(self) -> list[Finding]:
        """The findings with the verdict BUG; an empty list is what a check in CI waits for."""
        return [finding for finding in self.findings if finding.verdict == BUG]

    def __str__(self) -> str:
        lines = []
        for finding in self:
            lines.append(f"{finding.verdict:>11}  {_title(finding)}: {finding.evidence}")
            if finding.verdict != OK:
                lines.append(f"{'':>11}  right: {finding.right}")
        return "\n".join([*lines, "", *LIMITS])

    def _repr_html_(self) -> str:
        rows = "".join(_row(finding) for finding in self)
        head = "".join(f"<th>{name}</th>" for name in ("verdict", "probe", "seen", "right"))
        limits = "<br>".join(html.escape(limit) for limit in LIMITS)
        return f"<table><thead><tr>{head}</tr></thead>{rows}</table><p>{limits}</p>"

    def to_json(self) -> str:
        """Everything that ``str`` shows, for programs."""
        lines = [finding.as_dict() for finding in self]
        return json.dumps({"findings": lines, "limits": LIMITS}, ensure_ascii=False, indent=2)


def _title(finding: Finding) -> str:
    return f"{finding.probe} ({finding.piece})" if finding.piece else finding.probe


def _row(finding: Finding) -> str:
    words = (finding.verdict, _title(finding), finding.evidence, str(finding.right))
    cells = "".join(f'<td style="text-align: left">{html.escape(word)}</td>' for word in words)
    weight = ' style="font-weight: bold"' if finding.verdict == BUG else ""
    return f"<tr{weight}>{cells}</tr>"
