"""The ward: WGANs that are ill in ways that real ones were, for lesson 11.

`loop` is the loop of a student, in plain torch and in pieces; `healthy` has three that are well. A
`case` is such a loop with one wrong piece, the complaint of its owner, the cause, the treatment, and
the row of the examiner's report that names it. `penalties`, `signs`, `clips`, `critics` and `orders`
have the wrong pieces; `cases` has all of them by name, and examines them. `stays` trains a loop and
measures it on the way.

    case = CASES["one-epsilon"]
    print(case.complaint)              # the rest: title, group, cause, treatment, source
    show_source(case.code)             # the wrong piece
    report = diagnose(case)            # a clinic.Report
    report[case.probe].verdict         # case.verdict; no probe where nothing tells from outside
    stay = run(case.loop, seed=0)      # .columns, .samples, .ended; HEALTHY and case.mended likewise
    critic_work(case.loop)             # operations of a critic's step
"""

from wgan_lib.ward.case import GROUPS, Case
from wgan_lib.ward.cases import CASES, diagnose, examined, watched
from wgan_lib.ward.healthy import HEALTHY
from wgan_lib.ward.loop import Loop, Training
from wgan_lib.ward.stays import Stay, critic_work, run

__all__ = [
    *("CASES", "GROUPS", "HEALTHY", "Case", "Loop", "Stay", "Training"),
    *("critic_work", "diagnose", "examined", "run", "watched"),
]
