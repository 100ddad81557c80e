"""The examiner on every case of the ward: it names the sick, and has nothing against the mended."""

import inspect
import re
from collections import Counter
from dataclasses import fields
from functools import cache

import pytest

from wgan_lib.classroom.sources import show_source
from wgan_lib.clinic.reports import BUG, OK
from wgan_lib.ward import CASES, GROUPS, HEALTHY, diagnose, examined, watched
from wgan_lib.ward.case import Case

MENDED = {f"{case.name}, mended": case.mended for case in CASES.values()}
WELL = HEALTHY | {name: loop for name, loop in MENDED.items() if loop not in HEALTHY.values()}
UNSEEN = {"in-place-relu", "eps-for-momentum"}  # no question from outside can tell
NO_BUG = {"asked-to-detach", "asked-to-clip-early"}
REPOSITORY = re.compile(r"\b[\w.-]+/[\w.-]+")


@pytest.mark.parametrize("name", CASES)
def test_the_examiner_names_a_case(name):
    case = CASES[name]
    report = diagnose(case)
    if case.probe is not None:
        assert report[case.probe].verdict == case.verdict, str(report)
    if case.probe is None or case.verdict != BUG:
        assert report.bugs == [], str(report)


@pytest.mark.parametrize("name", WELL)
@pytest.mark.parametrize("ask", [examined, watched])
def test_the_examiner_has_nothing_against_what_is_well(name, ask):
    assert ask(WELL[name]).bugs == []


def test_a_probe_that_names_a_case_is_content_with_its_mended_loop():
    ask = {"examine": cache(examined), "watch": cache(watched)}
    for case in CASES.values():
        if case.probe not in (None, "spectral norm"):  # not asked where there is none
            assert ask[case.by](case.mended)[case.probe].verdict == OK, case.name


def test_the_ward_is_full_and_every_group_has_cases():
    assert len(CASES) >= 20
    assert {case.group for case in CASES.values()} == set(GROUPS)
    assert {name for name, case in CASES.items() if case.probe is None} == UNSEEN
    assert {name for name, case in CASES.items() if case.verdict == OK} == NO_BUG


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_one_wrong_piece_of_somebodys_code(name):
    """Without its penalty, a critic under a spectral norm is one piece too."""
    case = CASES[name]
    parts = [field.name for field in fields(case.loop)]
    differ = [p for p in parts if getattr(case.loop, p) != getattr(case.mended, p)]
    pieces = 2 if name == "spectral-norm-of-a-kernel" else 0 if name in NO_BUG else 1
    assert len(differ) == pieces, differ
    assert REPOSITORY.search(case.source)
    words = (case.complaint, case.cause, case.treatment)
    assert all(text.endswith((".", "?")) for text in words)


def test_the_wrong_piece_can_be_shown(capsys):
    for case in CASES.values():
        assert inspect.isfunction(case.code) or inspect.isclass(case.code)
        show_source(case.code)
        assert case.code.__name__ in capsys.readouterr().out


def test_no_two_cases_share_a_title_or_a_complaint():
    for attribute in ("title", "complaint"):
        counts = Counter(getattr(case, attribute) for case in CASES.values())
        assert max(counts.values()) == 1, counts.most_common(1)


def test_a_case_refuses_a_group_that_is_none():
    with pytest.raises(ValueError, match="group must be one of"):
        Case("a", "b", "the cat", "c", "d", "e", "f", None, HEALTHY["healthy-clip"], None)
