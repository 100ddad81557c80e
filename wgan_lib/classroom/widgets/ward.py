"""Lesson 11's widget: from bed to bed through the ward, and what the stored runs have to show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures.ward import MEASURES, Bed, Runs, bedside
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.experiments import studies
from wgan_lib.experiments.bug_clinic import BUG_CLINIC, load_samples
from wgan_lib.ward import CASES, GROUPS, Case, Loop, diagnose

Stored = dict[tuple[str, int], dict[str, Tensor]]


@cache
def stored() -> Stored:
    """The runs of the study, by loop and seed."""
    return studies.load_study(BUG_CLINIC.name).runs


def runs_of(name: str, measure: str) -> Runs:
    """A measure of all stored runs of that loop: steps and values, one pair a seed."""
    found = [run for (loop, _), run in stored().items() if loop == name]
    if not found:
        raise ValueError(f"name must be that of a loop of {BUG_CLINIC.name}, got {name!r}")
    return [(run["step"], run[measure]) for run in found]


def names_of(case: Case) -> tuple[str, str]:
    """Under which names the study has the sick loop, and the same with its treatment."""
    return _name_of(case.loop), _name_of(case.mended)


def _name_of(loop: Loop) -> str:
    return next(name for name, each in BUG_CLINIC.loops.items() if each == loop)


def bed(case: Case) -> Bed:
    """The curves of a case beside those of the mended loop, and its samples at the end."""
    sick, mended = names_of(case)
    curves = [{measure: runs_of(name, measure) for measure in MEASURES} for name in (sick, mended)]
    samples = load_samples(sick)
    return Bed(*curves, samples[max(samples)])


def patients() -> dict[str, Case]:
    """All cases by ward and bed: a name that does not say what somebody has."""
    found = {}
    for group in GROUPS:
        beds = [case for case in CASES.values() if case.group == group]
        found |= {f"{group}, bed {number}": case for number, case in enumerate(beds, start=1)}
    return found


def draw_bed(patient: str, uncovered: int, figure: Figure | None = None) -> Figure:
    """A patient: the complaint; from 1 on what the examiner says; with 2 cause and treatment."""
    case = patients()[patient]
    return bedside(bed(case), words_of(case, uncovered), compare=uncovered == 2, figure=figure)


def words_of(case: Case, uncovered: int) -> Sequence[tuple[str, str]]:
    """Headings, and what there is to say under each."""
    words = [("The owner", f"“{case.complaint}”")]
    if uncovered > 0:
        words.append(("The examiner", finding(case)))
    if uncovered > 1:
        words += [
            ("The cause", f"{case.title}. {case.cause}"),
            ("The treatment", case.treatment),
            ("Found in", case.source),
        ]
    return words


@cache
def finding(case: Case) -> str:
    """The examiner's line on a case, from an examination made now."""
    if case.probe is None:
        return "nothing can be told from outside"
    row = diagnose(case)[case.probe]
    return f"{row.verdict}, {row.probe}: {row.evidence}"


def ward_round() -> Explorer:
    """Lesson 11: hear a complaint, look at curves, slopes and samples, then uncover what it is."""
    names = list(patients())
    return Explorer(
        "Ward round",
        partial(draw_bed, figure=draw_bed(names[0], 0)),
        {
            "patient": choice("patient", names),
            "uncovered": slider("uncovered: complaint, examiner, treatment", 0, 2, 1, value=0),
        },
    )
