"""The figure of the two steps: the network that moves is framed, and gradients come back to it."""

from wgan_lib.classroom.figures.steps import who_gets_gradients


def frames(axes):
    return {text.get_text(): text.get_bbox_patch().get_linewidth() for text in axes.texts
            if text.get_bbox_patch() is not None}  # fmt: skip


def test_one_network_of_each_step_has_the_thick_frame():
    moving = []
    for axes in who_gets_gradients().axes:
        widths = frames(axes)
        moving += [name for name, width in widths.items() if width == max(widths.values())]
    assert moving == ["D", "generator"]


def test_the_fakes_are_cut_off_in_ds_step_alone():
    first, second = who_gets_gradients().axes
    assert "detach()" in [text.get_text() for text in first.texts]
    assert "detach()" not in [text.get_text() for text in second.texts] and not second.lines
    dashed = [
        sum(
            text.arrow_patch is not None and text.arrow_patch.get_linestyle() == "--"
            for text in axes.texts
            if hasattr(text, "arrow_patch")
        )
        for axes in (first, second)
    ]
    assert dashed == [1, 3]
