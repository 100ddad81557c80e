"""What the lab teaches is so: objectives, bugs and experiments, each from fixed seeds."""

import pytest
from wgan_lab import TRACE, mean

from workshop.lab.stills import tasks

SEEDS = (1, 2)
CLIPPED = {"objective": "wgan", "optimiser": "rmsprop", "clip": 0.2}


def trace(engine, changes, rounds, every):
    """The numbers of a run at every so many rounds, and the trouble that ended it, if any."""
    found = engine.evaluate(TRACE, [changes, rounds, every])
    return found["seen"], found["trouble"]


# Of the ring's eight modes, in the mean of four looks: what each objective reaches at the least
# after 600 rounds, and how near the exact distance comes to that of two real batches, 0.25.
REACHED = {
    "wgan-gp": (5.5, 0.5),
    "wgan-gp-one-sided": (3.5, 0.6),
    "zero-centred": (3, 0.65),
    "wgan": (3, 0.65),
    "non-saturating-gan": (2.5, 1.2),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("objective", REACHED)
def test_an_objective_reaches_the_modes_it_should(engine, objective, seed):
    changes = {**(CLIPPED if objective == "wgan" else {"objective": objective}), "seed": seed}
    seen, trouble = trace(engine, changes, 600, 40)
    modes, distance = REACHED[objective]
    assert trouble is None
    assert mean(seen[-4:], "covered") >= modes and mean(seen[-4:], "exact") < distance


@pytest.mark.parametrize("seed", SEEDS)
def test_the_minimax_gan_stays_behind(engine, seed):
    """The same ring, the same settings: the distance is larger than under a penalty."""
    gan, _ = trace(engine, {"objective": "gan", "seed": seed}, 600, 40)
    penalised, _ = trace(engine, {"seed": seed}, 600, 40)
    assert mean(gan[-4:], "exact") > 1.3 * mean(penalised[-4:], "exact")
    assert mean(gan[-4:], "covered") < mean(penalised[-4:], "covered") - 1


def last(seen):
    return seen[-10:]


# For each bug: its symptom, which the same run without it must not have.
SYMPTOMS = {
    "no-clip": lambda seen: mean(last(seen), "slope") > 5 and seen[-1]["largestWeight"] > 1,
    "clip-before": lambda seen: min(moment["largestWeight"] for moment in seen) > 0.2005,
    "one-epsilon": lambda seen: max(moment["spread"] for moment in seen) < 1e-6,
    "batch-norm-of-slopes": lambda seen: mean(last(seen), "slope") < 0.6,
    "sign-of-generator": lambda seen: seen[-1]["exact"] > 20,
    "sigmoid": lambda seen: mean(last(seen), "estimate") < 0.6 * mean(last(seen), "exact"),
    "one-critic-step": lambda seen: share(seen, lambda m: m["estimate"] < 0) > 0.25,
    "huge-penalty": lambda seen: (
        abs(mean(last(seen), "slope") - 1) < 0.05 and mean(last(seen), "exact") > 0.8
    ),
    "stale-fakes": lambda seen: seen[-1]["exact"] > 20 and seen[-1]["estimate"] < 0,
}
STAGE = """async (bug) => (await import('/catalogue.js')).BUG_STAGES[bug].settings"""


def share(seen, holds):
    return sum(map(holds, seen)) / len(seen)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", SYMPTOMS)
def test_a_bug_shows_its_symptom_and_a_sound_run_does_not(engine, bug, seed):
    stage = {**engine.evaluate(STAGE, bug), "seed": seed}
    broken, trouble = trace(engine, {**stage, "bugs": [bug]}, 160, 8)
    sound, _ = trace(engine, stage, 160, 8)
    assert trouble is None
    assert SYMPTOMS[bug](broken) and not SYMPTOMS[bug](sound)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bare_root_ends_in_numbers_that_are_none(engine, seed):
    stage = {**engine.evaluate(STAGE, "bare-root"), "seed": seed}
    _, trouble = trace(engine, {**stage, "bugs": ["bare-root"]}, 300, 20)
    assert trouble["kind"] == "diverged" and trouble["what"] == "criticLoss"
    assert trace(engine, stage, 300, 150)[1] is None


def test_every_bug_has_its_symptom(engine):
    bugs = engine.evaluate("async () => Object.keys((await import('/engine/settings.js')).BUGS)")
    assert {*SYMPTOMS, "bare-root"} == set(bugs)


# For each experiment: how it is played, and what its card says one will see.
CARDS = {
    "by-hand": (
        ("critic", 60, 1),
        lambda run: (
            abs(run[-1]["slope"] - 1) < 0.25 and run[-1]["estimate"] > 0.6 * run[-1]["exact"]
        ),
    ),
    "disjoint": (
        ("rounds", 20, 11),
        lambda left, right: (
            share(left, lambda m: m["pull"] < 0.01) > 0.25
            and share(right[5:], lambda m: 0.7 < m["pull"] < 1.4) > 0.9
            and mean(left[-5:], "exact") > 3 * mean(right[-5:], "exact")
        ),
    ),
    "meaning": (
        ("rounds", 20, 15),
        lambda left, right: (
            mean(left[-3:], "estimate") > 1.5 * mean(left[3:6], "estimate")
            and mean(right[-3:], "estimate") < 0.7 * mean(right[8:11], "estimate")
            and mean(right[-3:], "exact") < 0.8 * mean(right[3:6], "exact")
        ),
    ),
    "hopping": (
        ("rounds", 10, 30),
        lambda left, right: (
            max(moment["covered"] for moment in left[1:]) <= 4
            and mean(left[-3:], "exact") > 2 * mean(right[-3:], "exact")
        ),
    ),
    "small-clip": (
        ("rounds", 8, 20),
        lambda left, right: 100 * mean(left, "slope") < mean(right[2:], "slope"),
    ),
    "no-penalty": (
        ("rounds", 20, 15),
        lambda left, right: (
            mean(left[-3:], "estimate") > 10
            and mean(left[-3:], "slope") > 20
            and max(moment["exact"] for moment in left[-5:]) < 3
            and mean(right[-3:], "slope") < 1.5
        ),
    ),
    "tearing": (("rounds", 6, 40), lambda run: run[-1]["exact"] < 0.4 and run[-1]["total"] is None),
    "weak-critic": (
        ("rounds", 20, 8),
        lambda left, right: (
            share(left, lambda m: m["estimate"] < 0) > 0.25
            and share(right[4:], lambda m: m["estimate"] < 0) < 0.1
        ),
    ),
}


def test_every_experiment_is_tried(engine):
    there = engine.evaluate("async () => Object.keys((await import('/catalogue.js')).TASKS)")
    assert list(CARDS) == there == tasks()


@pytest.mark.parametrize("task", CARDS)
def test_a_card_sets_up_what_its_words_promise(opened, task):
    opened.open()
    opened.page.locator(f"button[data-task={task}]").click()
    assert "is set up" in opened.status()
    opened.page.wait_for_function("() => wganLab.panes.every((pane) => pane.seen)")
    played, holds = CARDS[task]
    assert holds(*opened.steps(*played))
