"""The library's source on the page."""

import pytest

from wgan_lib.classroom import show_source
from wgan_lib.training.loop import critic_step
from wgan_lib.training.objectives import WGAN


def test_the_source_is_the_library_s_own(capsys):
    show_source(critic_step, WGAN.constrain)
    printed = capsys.readouterr().out
    assert printed.startswith("def critic_step(") and "\n\n\ndef constrain(self" in printed


def test_what_has_no_source_is_refused_by_name():
    with pytest.raises(TypeError, match="show_source takes functions, classes and methods, got 3"):
        show_source(3)
