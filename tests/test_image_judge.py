"""The judge on images whose quality is known."""

import pytest
import torch

from wgan_lib.images.datasets import digits
from wgan_lib.images.judge import ImageJudge
from wgan_lib.images.metrics import (
    class_coverage,
    classifier_score,
    copying_score,
    frechet_distance,
    precision_recall,
)


@pytest.fixture(scope="module")
def judge():
    return ImageJudge(digits("train"), digits("test"))


@pytest.fixture(scope="module")
def ends(judge):
    return judge.ends()


def test_the_two_ends_of_every_scale(judge, ends):
    real, noise = ends["real"], ends["noise"]
    assert real.frechet_distance < 0.5 and noise.frechet_distance > 100
    assert real.classifier_score > 9.5 and noise.classifier_score < 1.5
    assert real.classes_covered == 10 and real.imbalance < 0.05
    assert noise.classes_covered <= 2 and noise.imbalance > 0.7
    assert min(real.precision, real.recall) > 0.8
    assert max(noise.precision, noise.recall) < 0.01
    assert (real.copying, noise.copying) == (1, 0)


def test_the_held_out_images_themselves_are_perfect_and_no_copies(judge):
    scores = judge.scores(judge.held_out)
    assert scores.frechet_distance < 1e-6
    assert (scores.precision, scores.recall, scores.copying) == (1, 1, 0.5)


def test_each_number_is_that_of_its_function(judge):
    torch.manual_seed(0)
    images = (judge.training[:300] + 0.5 * torch.randn(300, 1, 28, 28)).clamp(-1, 1)
    scores = judge.scores(images)
    features = judge.classifier.features(images)
    logits = judge.classifier.head(features)
    assert scores.frechet_distance == frechet_distance(features, judge.features).item()
    assert scores.frechet_distance == judge.frechet_distance(images)
    assert scores.classifier_score == classifier_score(logits).item()
    assert scores.classes_covered == class_coverage(logits).covered
    assert scores[4:6] == precision_recall(judge.features, features)
    assert scores.copying == copying_score(images, judge.held_out, judge.training)


def test_one_class_is_one_class(judge):
    ones = judge.training[digits("train").labels == 1]
    scores = judge.scores(ones)
    assert scores.classes_covered == 1 and scores.imbalance == pytest.approx(0.9, abs=0.02)
    assert scores.precision > 0.8 and scores.recall < 0.2


def test_the_ends_hang_on_the_seed_and_on_nothing_else(judge, ends):
    assert judge.ends() == ends
    assert judge.ends(seed=1)["noise"] != ends["noise"]


def test_it_is_no_judge_of_what_it_does_not_know(judge):
    with pytest.raises(ValueError, match="images must be grey, 1×28×28"):
        judge.scores(torch.zeros(5, 3, 32, 32))
    with pytest.raises(ValueError, match="kind must be one of"):
        ImageJudge(digits("train"), digits("test"), "omniglot")
