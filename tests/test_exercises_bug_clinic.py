"""Lesson 11's exercises: each plausible slip gets its own hint, and the script has its two bugs."""

import pytest
import torch

from wgan_lib.classroom.exercises import somebodys_script
from wgan_lib.classroom.exercises.bug_clinic import mended_step, shares_one_epsilon
from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.clinic import examine


def points_of(penalty, real, fake):
    seen = []
    penalty(lambda x: seen.append(x.detach()) or x.flatten(1).sum(1), real, fake)
    return seen[0]


def by_the_first_number(penalty, real, fake):
    points = points_of(penalty, real, fake)
    first = ((points - fake) / (real - fake)).flatten(1)[:, 0]
    return bool(first.std() < 1e-3)


def by_the_share_alone(penalty, real, fake):
    way, gone = (real - fake).flatten(1), (points_of(penalty, real, fake) - fake).flatten(1)
    share = (way * gone).sum(1) / way.square().sum(1)
    return bool(share.std() < 0.2)


def below_the_ends(penalty, real, fake):
    """Takes ε = 1 for a penalty that was meant at the real samples."""
    return shares_one_epsilon(penalty, real, fake) and not torch.allclose(
        points_of(penalty, real, fake), real
    )


def shrunk_together(critic, generator, optimiser, real, latents, clip):
    """Brings the weights inside the clip by their norm, as one does with gradients."""
    step()(critic, generator, optimiser, real, latents, 10.0)
    for weight in critic.parameters():
        weight.data.mul_(min(1.0, clip / weight.data.norm().item()))


def step(*, detach=True, zero=True, sign=1, last=True, biases=True, steps=1):
    """The step with one thing in it wrong."""

    def slip(critic, generator, optimiser, real, latents, clip):
        def clipped():
            for weight in critic.parameters():
                if biases or weight.dim() == 2:
                    weight.data.clamp_(-clip, clip)

        fake = generator(latents).detach() if detach else generator(latents)
        loss = sign * (critic(fake).mean() - critic(real).mean())
        if zero:
            optimiser.zero_grad()
        loss.backward()
        if not last:
            clipped()
        for _ in range(steps):
            optimiser.step()
        if last:
            clipped()

    return slip


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("two_bugs", 22, "two line numbers are wanted"),
        ("two_bugs", (22, 22), "two different lines"),
        ("two_bugs", (22, 99), "the lines go from 1 to"),
        ("two_bugs", (22, 7), "is found"),
        ("two_bugs", (8, 34), "still missing"),
        ("two_bugs", (19, 25), "still missing"),
        ("two_bugs", (8, 19), "belong to one bug"),
        ("two_bugs", (5, 39), "neither of these"),
        ("shares_one_epsilon", lambda p, r, f: True, "the same of every penalty"),
        ("shares_one_epsilon", lambda p, r, f: torch.tensor(True), "answer with True or False"),
        ("shares_one_epsilon", by_the_first_number, "the same in every sample"),
        ("shares_one_epsilon", by_the_share_alone, "lie on their segments"),
        ("shares_one_epsilon", below_the_ends, "shared too"),
        ("shares_one_epsilon", lambda *a: not shares_one_epsilon(*a), "is accused of sharing"),
        ("mended_step", lambda *arguments: print(end=""), "has not moved"),
        ("mended_step", step(detach=False), "went on through the generator"),
        ("mended_step", step(zero=False), "`optimiser.zero_grad()` comes first"),
        ("mended_step", step(sign=-1), "turn the sign"),
        ("mended_step", step(steps=2), "one step of the optimiser"),
        ("mended_step", step(last=False), "it comes last"),
        ("mended_step", step(biases=False), "a bias is a weight too"),
        ("mended_step", shrunk_together, "each number by itself: these"),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def test_either_side_of_the_range_may_be_mended():
    assert [verdict("two_bugs", lines).state for lines in ((22, 8), [19, 22])] == ["right"] * 2


def test_other_ways_to_be_right():
    def under_no_grad(critic, generator, optimiser, real, latents, clip):
        optimiser.zero_grad()
        with torch.no_grad():
            fake = generator(latents)
        (-critic(real).mean()).backward()
        critic(fake).mean().backward()
        optimiser.step()
        for weight in critic.parameters():
            weight.data.clamp_(-clip, clip)

    assert verdict("mended_step", under_no_grad).state == "right"

    def by_two_pairs(gradient_penalty, real, fake):
        points = points_of(gradient_penalty, real, fake).flatten(1)
        way, gone = (real - fake).flatten(1), points - fake.flatten(1)
        share = (gone[0] @ way[0]) / way[0].square().sum()
        return torch.allclose(gone, share * way, atol=1e-4)

    assert verdict("shares_one_epsilon", by_two_pairs).state == "right"


def test_the_examiner_sees_one_bug_of_the_script_and_not_the_other():
    names = somebodys_script.loaded()
    report = examine((1, 8, 8), critic_loss=names["critic_loss"], critic=names["critic"], weight=10)
    assert [finding.probe for finding in report.bugs] == ["points"]
    images = torch.randint(256, (64, 1, 8, 8))
    names["train"](images, 2)
    assert names["batch_of"](images).min() < -0.9
    assert names["generator"](torch.randn(64, names["LATENT"])).min() > 0


def test_the_lines_that_are_asked_for_hold_the_bugs():
    lines = somebodys_script.numbered().splitlines()
    assert "rand_like" in lines[22 - 1] and "Sigmoid" in lines[8 - 1] and "127.5" in lines[19 - 1]
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", ["shares_one_epsilon", "mended_step"])
def test_a_check_leaves_the_random_numbers_of_the_lesson_alone(name):
    answer = {"shares_one_epsilon": shares_one_epsilon, "mended_step": mended_step}[name]
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    assert verdict(name, answer).state == "right"
    assert torch.equal(torch.rand(1), wanted)
