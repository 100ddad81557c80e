"""The ward: WGANs that are ill in ways that real ones were, for lesson 11.

`loop` is the loop of a student, in plain torch and in pieces; `healthy` has three that are well. A
`case` is such a loop with one wrong piece, with the complaint of its owner, the cause, the
treatment, and the row of the examiner's report that names it. `penalties`, `signs`, `clips`,
`critics` and `orders` have the wrong pieces; `cases` has all of them by name, and examines them.
`stays` trains a loop and measures it on the way.

    case = CASES["one-epsilon"]        # GROUPS has the order of the groups
    print(case.complaint)              # likewise title, group, cause, treatment, source
    show_source(case.code)             # the wrong piece
    report = diagnose(case)            # a clinic.Report, by case.by: "examine" or "watch"
    report[case.probe].verdict         # case.verdict; no probe where nothing tells from outside
    stay = run(case.loop, seed=0)      # and case.mended, and each of HEALTHY
    stay.columns, stay.samples, stay.ended
    critic_work(case.loop)             # operations of one step of the critic

What five seeds did is stored as the study "bug-clinic". `load_study("bug-clinic").runs` has them by
name and seed: the names of CASES and of HEALTHY, and "NAME, mended" where the mended loop is none
of HEALTHY. A case whose loop is healthy has no runs of its own.
"""

from wgan_lib.ward.case import GROUPS, Case
from wgan_lib.ward.cases import CASES, diagnose, examined, watched
from wgan_lib.ward.healthy import HEALTHY
from wgan_lib.ward.loop import Loop, Training
from wgan_lib.ward.stays import Stay, critic_work, run

__all__ = [
    "CASES",
    "GROUPS",
    "HEALTHY",
    "Case",
    "Loop",
    "Stay",
    "Training",
    "critic_work",
    "diagnose",
    "examined",
    "run",
    "watched",
]
