"""`claim` prints what holds, stops at what does not, and every printed line is found again."""

import json

import numpy as np
import pytest
import torch

from wgan_lib.classroom import below, between, claims, every, near, seeds
from wgan_lib.classroom.claims import MIME_TYPE, Claim, ClaimError, claim
from workshop import claims_page


def notebook_showing(path, *shown: Claim | str):
    """An .ipynb whose only code cell has shown these claims, and printed these lines."""
    outputs = [
        {"output_type": "display_data", "data": each.bundle(), "metadata": {}}
        if isinstance(each, Claim)
        else {"output_type": "stream", "name": "stdout", "text": [f"{each}\n"]}
        for each in shown
    ]
    cells = [
        {"cell_type": "markdown", "source": ["intro\n", "# The earth mover\n"]},
        {"cell_type": "code", "source": ["pass"], "outputs": outputs},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "truth",
    [True, np.True_, np.array([True]), torch.tensor(True), torch.tensor([[True]])],
    ids=["bool", "numpy", "array", "tensor", "tensor with shape"],
)
def test_what_holds_is_printed_on_one_line(capsys, truth):
    claim("W₁ = |θ|", truth, source="Example 1")
    assert capsys.readouterr().out == "✓ W₁ = |θ|  [Example 1]\n"


@pytest.mark.parametrize("truth", [False, np.False_, torch.tensor(False)])
def test_what_does_not_hold_stops_the_cell(capsys, truth):
    with pytest.raises(ClaimError, match=r"does not hold: 'W₁ = \|θ\|'"):
        claim("W₁ = |θ|", truth)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "value",
    [1, 0.3, None, "True", torch.tensor(0.3), torch.tensor([True, True]), np.array([]), [True]],
    ids=str,
)
def test_what_is_no_truth_value_is_refused(value):
    with pytest.raises(TypeError, match="holds must be True or False"):
        claim("anything", value)


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "two  blanks", " blank before"])
def test_text_must_be_one_line(text):
    with pytest.raises(ValueError, match="text must be"):
        claim(text, True)
    with pytest.raises(ValueError, match="source must be"):
        claim("fine", True, source=text)


def test_a_sentence_is_filled_from_its_checks(capsys):
    claim("it settles at {}", near(3.0004, 3, within=1e-3))
    claim("λ = 0.1: {}; λ = 1: {}", near(84, 84, within=1), near(12, 12, within=1))
    claim("it ends between {} and {} ({})", seeds(range(3), between([0.9, 1, 1.1], 0.5, 1.5)))
    claim("{0:%} or less, {within:%} at most", near(0.02, 0.02, within=0.01), True)
    claim("{1} places are below 2", every(below(torch.zeros(81, 81), 2)))
    claim("after {steps} steps of {name} it is small", below(0.1, 1), steps=1000, name="Adam")
    assert capsys.readouterr().out.splitlines() == [
        "✓ it settles at 3",
        "✓ λ = 0.1: 84; λ = 1: 12",
        "✓ it ends between 0.5 and 1.5 (3 of 3 seeds)",
        "✓ 2 % or less, 1 % at most",
        "✓ 6,561 of 6,561 places are below 2",
        "✓ after 1,000 steps of Adam it is small",
    ]


def test_all_checks_must_hold_and_the_failure_shows_both_sides():
    with pytest.raises(ClaimError, match=r"'it is below 1'\. computed 2, allowed below 1\. Either"):
        claim("it is below {}", True, below(2, 1))
    with pytest.raises(ClaimError, match=r"'it is below 1'\. Print both sides"):
        claim("it is below {}", below(0, 1), False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("between {}", r"each of \{0\} '1', \{1\} '2', or numbered ones .*, got 1 fields"),
        ("between {} and {} or {}", "got 3 fields"),
        ("it is {2}", "nothing fills"),
        ("it is {within}", "nothing fills"),
        ("the set {a}", "a brace that is none is written twice"),
        ("it is {0.bound}", "nothing fills"),
    ],
)
def test_fields_that_nothing_fills_are_refused(text, words):
    with pytest.raises(ValueError, match=words):
        claim(text, between(1.5, 1, 2))


def test_settings_must_stand_in_the_sentence_and_be_numbers_or_texts():
    with pytest.raises(ValueError, match="text must have a field for steps"):
        claim("it is so", True, steps=3)
    with pytest.raises(TypeError, match="steps must be a number or a text, got list"):
        claim("after {steps}", True, steps=[3])


def test_a_claim_without_a_check_is_refused():
    with pytest.raises(TypeError, match="must have a check"):
        claim("it is so")


def test_two_tolerances_have_no_one_name():
    with pytest.raises(ValueError, match="nothing fills"):
        claim("{0} and {1} within {within}", near(1, 1, within=1), near(1, 1, within=2))


def test_text_must_be_a_string():
    with pytest.raises(TypeError, match="text must be a string, got bool"):
        claim(True, "the arguments are in the wrong order")


@pytest.mark.parametrize("made", [Claim("a [b] c"), Claim("a [b]", "x [y]"), Claim("a", "b")])
def test_claims_are_found_again_and_printed_lines_are_none(tmp_path, made):
    path = notebook_showing(tmp_path / "01_a.ipynb", "something else", made, "✓ a printed line")
    assert claims_page.printed_claims(path) == [made]


def test_in_a_kernel_a_claim_is_displayed_with_its_parts(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    monkeypatch.setattr(claims, "in_notebook", lambda: True)
    with capture_output() as captured:
        claim("it is {}", near(3, 3, within=0), source="counted")
    InteractiveShell.clear_instance()
    (shown,) = captured.outputs
    assert captured.stdout == "" and shown.data == {
        "text/plain": "✓ it is 3  [counted]",
        MIME_TYPE: {"text": "it is 3", "source": "counted"},
    }


def test_page_has_one_table_for_each_lesson(tmp_path):
    notebook_showing(tmp_path / "01_a.ipynb", Claim("|x| ≤ 1", "Paper"), Claim("second"))
    notebook_showing(tmp_path / "02_b.ipynb")
    page = claims_page.claims_page(tmp_path)
    assert page.count("## The earth mover") == 2
    assert "| 1 | \\|x\\| ≤ 1 | Paper |\n| 2 | second |  |\n" in page


def test_command_writes_the_page(tmp_path, capsys):
    notebook_showing(tmp_path / "01_a.ipynb", Claim("it holds"))
    out = tmp_path / "docs" / "claims.md"
    assert claims_page.main(["--notebooks", str(tmp_path), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == claims_page.claims_page(tmp_path)


def test_command_refuses_a_folder_that_is_none(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        claims_page.main(["--notebooks", str(tmp_path / "none")])
    assert stop.value.code == 2
    assert "--notebooks must be a folder" in capsys.readouterr().err


def test_code_in_a_claim_is_code_on_every_page(tmp_path):
    said = Claim("`i % 5 == 0 < 1` moves p_z < 1", "a source")
    assert said.html() == "<code>i % 5 == 0 &lt; 1</code> moves p_z &lt; 1"
    notebook_showing(tmp_path / "01_a.ipynb", said)
    page = claims_page.claims_page(tmp_path)
    assert "| 1 | `i % 5 == 0 < 1` moves p\\_z \\< 1 | a source |" in page
