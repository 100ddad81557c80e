"""Lesson 11's widget: a patient keeps its secret until it is uncovered."""

import pytest
import torch

from wgan_lib.classroom.widgets import ward
from wgan_lib.ward import CASES, GROUPS


def said(patient, uncovered):
    """All that the picture of a patient says, in one line."""
    titles = [axes.get_title() for axes in ward.draw_bed(patient, uncovered).axes]
    return " ".join(titles[-1].split())


def test_every_case_has_a_bed():
    assert list(ward.patients().values()) == [
        case for group in GROUPS for case in CASES.values() if case.group == group
    ]


@pytest.mark.parametrize("patient", ["the penalty, bed 2", "the critic, bed 5", "the loop, bed 4"])
def test_a_patient_is_uncovered_step_by_step(patient):
    case = ward.patients()[patient]
    complaint, examiner, cause = (said(patient, uncovered) for uncovered in range(3))
    assert case.complaint in complaint and case.title not in complaint
    assert ward.finding(case) in examiner and case.cause not in examiner
    assert all(words in cause for words in (case.title, case.cause, case.treatment, case.source))


def test_the_examiner_speaks_of_what_it_finds_now():
    assert ward.finding(CASES["norm-over-batch"]).startswith("BUG, norm: over the whole batch")
    assert ward.finding(CASES["asked-to-detach"]).startswith("ok, reaches weights")
    assert "nothing can be told" in ward.finding(CASES["in-place-relu"])


def test_a_case_stands_beside_the_loop_with_its_treatment():
    assert ward.names_of(CASES["one-epsilon"]) == ("one-epsilon", "healthy-penalty")
    assert ward.names_of(CASES["in-place-relu"]) == ("in-place-relu", "in-place-relu, mended")
    assert ward.names_of(CASES["asked-to-detach"]) == ("healthy-penalty", "healthy-penalty")
    assert set(ward.names_of(CASES["clip-early"])) == {"clip-early", "healthy-clip"}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_bed_has_curves_of_all_seeds_and_samples(case):
    bed = ward.bed(case)
    for curves in (bed.sick, bed.healthy):
        assert {len(runs) for runs in curves.values()} <= {3, 5}
        assert all(len(steps) == len(values) for runs in curves.values() for steps, values in runs)
    assert torch.as_tensor(bed.samples).shape[1:] in {(2,), (1, 28, 28)}


def test_an_unknown_loop_is_refused_by_name():
    with pytest.raises(ValueError, match="name must be that of a loop"):
        ward.runs_of("no-such-loop", "wasserstein")
