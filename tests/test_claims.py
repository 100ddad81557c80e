"""`claim` prints what holds, stops at what does not, and every printed line is found again."""

import json

import numpy as np
import pytest
import torch

from wgan_lib.classroom.claims import Claim, ClaimError, claim
from workshop import claims_page


def notebook_printing(path, *lines: str):
    """An .ipynb whose only code cell has printed these lines."""
    output = {"output_type": "stream", "name": "stdout", "text": [f"{line}\n" for line in lines]}
    cells = [
        {"cell_type": "markdown", "source": ["intro\n", "# The earth mover\n"]},
        {"cell_type": "code", "source": ["pass"], "outputs": [output]},
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


def test_text_must_be_a_string():
    with pytest.raises(TypeError, match="text must be a string, got bool"):
        claim(True, "the arguments are in the wrong order")


@pytest.mark.parametrize("made", [Claim("a [b] c"), Claim("a [b]", "x [y]"), Claim("a", "b")])
def test_printed_lines_are_found_again(tmp_path, made):
    path = notebook_printing(tmp_path / "01_a.ipynb", "something else", str(made), "✗ no")
    assert claims_page.printed_claims(path) == [made]


def test_page_has_one_table_for_each_lesson(tmp_path):
    notebook_printing(tmp_path / "01_a.ipynb", "✓ |x| ≤ 1  [Paper]", "✓ second")
    notebook_printing(tmp_path / "02_b.ipynb")
    page = claims_page.claims_page(tmp_path)
    assert page.count("## The earth mover") == 2
    assert "| 1 | \\|x\\| ≤ 1 | Paper |\n| 2 | second |  |\n" in page


def test_command_writes_the_page(tmp_path, capsys):
    notebook_printing(tmp_path / "01_a.ipynb", "✓ it holds")
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
    notebook_printing(tmp_path / "01_a.ipynb", str(said))
    page = claims_page.claims_page(tmp_path)
    assert "| 1 | `i % 5 == 0 < 1` moves p\\_z \\< 1 | a source |" in page
