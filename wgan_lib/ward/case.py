"""What a case is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wgan_lib.clinic.reports import BUG
from wgan_lib.ground.arguments import one_of
from wgan_lib.ward.healthy import PENALISED
from wgan_lib.ward.loop import Loop

GROUPS = ("the penalty", "ε", "the signs", "the clip", "the critic", "the loop")


@dataclass(frozen=True)
class Case:
    """A loop with one fault that somebody's code has, or had, in public. The code here is ours.

    complaint  as its owner would put it in an issue
    cause      what is wrong
    treatment  what to write instead
    source     whose code it was: repository, issue, commit or line
    code       the wrong piece, a function or a class for ``show_source``
    loop       the sick loop; `mended` is the same with the treatment
    by         "examine" or "watch", whichever sees the fault
    probe      the row of the report that names it; None where it cannot be told from outside
    verdict    what that row says: BUG, or "differs" or "cost"; "ok" where nothing is wrong
    """

    name: str
    title: str
    group: str
    complaint: str
    cause: str
    treatment: str
    source: str
    code: Any
    loop: Loop
    probe: str | None
    by: str = "examine"
    verdict: str = BUG
    mended: Loop = PENALISED

    def __post_init__(self):
        one_of("group", self.group, GROUPS)
        one_of("by", self.by, ("examine", "watch"))
