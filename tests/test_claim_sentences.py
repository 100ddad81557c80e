"""A claim writes its numbers once: no number of a sentence stands beside its check, typed again."""

import ast

import pytest
from claim_calls import calls, faults, numbers_in_code, numbers_in_words

from workshop.notebooks import read_source


def faults_of(lesson):
    cells = read_source(lesson.with_suffix(".md")).cells
    return [*faults([cell.source for cell in cells if cell.cell_type == "code"])]


def test_each_number_of_a_sentence_is_checked(lesson):
    found = faults_of(lesson)
    assert found == [], "\n".join(["", *found])


@pytest.mark.parametrize(
    "cell",
    [
        'claim("it settles at {}", near(slope, 3, within=1e-3))',
        'claim("it settles at 3", near(slope, 3, within=1e-3))',
        'claim("within 2 % of 10⁻⁹", abs(a / 1e-9 - 1) < 0.02)',
        'claim("within 2 %", near(a, b, within=2 / 100))',
        'claim("at least 15 % below", below(late / early, 1 - 0.15))',
        'claim("less than a third, ½ log 2, twice", a < b / 3 and c == log(2) / 2)',
        'claim("a million times, and ten times", above(a, 10**6) and above(b, 1e1))',
        'claim("1,000 places", len(places) == 1_000)',
        'claim("λ = −0.5: it falls", below(slope["λ = 0.5"], -2))',
        'claim("clip 0.1 gives {}", near(norms["clip 0.1"], 3, within=1))',
        'claim(f"slope {K} holds in {{}}", every(entered(K)))',
        'claim("float32, W₁, N(0, 1), D(G(z)), 2-D, 1-Lipschitz, 28 × 28, x²: `i % 5`", a)',
        'claim("section 4 and Figure 2 say so", a, source="Somebody 2017, section 3")',
        'claim("more than 3 of 8 modes ({})", seeds(range(5), [a > 3 / 8]))',
        'claim("after {steps} steps it is {}", near(a, 3, within=1), steps=STEPS)',
        'claim("it holds ({})", seeds(range(5), holds))',
        'runs = load_study("rings").runs\nclaim("it holds ({})", seeds(S, runs, stored=True))',
        'runs = load_study("rings").runs\nclaim("the stored runs end well", ends(runs))',
        'runs = load_study("rings").runs\nruns = made()\nclaim("they end well", ends(runs))',
        'runs = load_study("rings").runs\nclaim("another end is good", end > start)',
    ],
)
def test_a_sentence_that_its_check_carries_is_green(cell):
    assert [*faults([cell])] == []


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('claim("it settles at 3", near(slope, 4, within=1e-3))', "“3” is neither"),
        ('claim("within 2 %", abs(a / b - 1) < 0.03)', "“2 %” is neither"),
        ('claim("below 10⁻⁹", below(a, 1e-8))', "“10⁻⁹” is neither"),
        ('claim("less than a third", a < b / 4)', "“third” is neither"),
        ('claim("overlapping by ½", a)', "“½” is neither"),
        ('claim("ten times as large", a > b)', "“ten” is neither"),
        ('claim("6,561 places", ok.all(), source="counted 6561")', "“6,561” is neither"),
        ('claim("after {steps} steps", a, steps=300)', "`steps` is typed"),
        ('claim(f"K = {K} of 20", a)', "“20” is neither"),
        ('claim("{:.3f} of 20", a)', "“20” is neither"),
        ('claim("it holds (3 of 3)", all(a[:3]))', "“3 of 3” is typed"),
        ('claim("it holds (5 of 5 seeds)", all(a) and 5)', "“5 of 5” is typed"),
        ('claim("with 4 of 5 seeds", sum(a) == 4)', "“4 of 5 seeds” is typed"),
        ("claim(sentence, a)", "must be written in the call"),
        ('runs = load_study("rings").runs\nclaim("all end well", ends(runs))', "must say so"),
        ('runs = studies.load_study("rings").runs\nclaim("all fine", ends(runs))', "must say so"),
        (
            'a = load_study("a")\ndef f():\n    a = 1\n    return a\nclaim("fine", a > 0)',
            "must say so",
        ),
        (
            'study = load_study("a")\ndef ends(k):\n    return study[k]\nclaim("fine", ends(1))',
            "must say so",
        ),
        (
            'a = stored_runs.load("a")\nfor run in a:\n    last = run[-1]\nclaim("fine", last > 0)',
            "must say so",
        ),
        ('for k in K:\n    claim("it settles at 3", a[k])', "“3” is neither"),
    ],
)
def test_a_sentence_that_says_more_is_red(cell, fault):
    (found,) = faults([cell])
    assert fault in found


def test_numbers_are_found_in_words_and_in_code():
    said = dict(numbers_in_words("99.4 % of 1,000 within 10⁻¹², a quarter, sixteen times"))
    assert said == {
        "99.4 %": {99.4, 0.9940000000000001},
        "1,000": {1000.0},
        "10⁻¹²": {1e-12},
        "quarter": {4.0, 0.25},
        "sixteen": {16.0, 1 / 16},
    }
    code = ast.parse("f(1 / 8, -2, x ** 3, 'at 0.5', True, 1 / 0)")
    assert numbers_in_code(code) == {1.0, 8.0, 1 / 8, 2.0, 3.0, 0.5, 0.0}


def test_calls_are_found_wherever_they_stand():
    cells = ["claim('a', 1)", "x = 1\nfor k in K:\n    claim('b', 1)", "other.claim('c', 1)"]
    assert [call.node.args[0].value for call in calls(cells)] == ["a", "b"]
