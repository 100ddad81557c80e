"""What `pytest --nbval notebooks` checks beyond nbval itself, which compares the printed text.

- A cell that was never run fails; nbval would pass it, having nothing to compare.
- Pictures are compared, coarsely: a curve that is negated or gone fails, other fonts do not. The
  fine comparison is that of the description which `show` prints. A cell that draws a training run
  carries the tag `fig-any`, and its pictures are only counted.
"""

import base64
import io

import numpy as np
import pytest
from nbval.plugin import IPyNbCell
from PIL import Image

# Correlation of two thumbnails, measured: the same curve with noise of 1e-3 gives 0.9998, exp(-x/3)
# against exp(-x/2.8) 0.89, sin(x) against -sin(x) 0.71, two samples of one cloud 0.55.
ALIKE = 0.8


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Before nbval runs a cell: was it run before it was stored? Afterwards: compare pictures."""
    if not isinstance(item, IPyNbCell) or item.options["skip"]:
        return (yield)
    if item.cell.execution_count is None:
        item.raise_cell_error("This cell was never run before it was stored: `make notebooks`")
    result = yield
    if fault := _changed_pictures(item):
        item.raise_cell_error(f"{fault}. If the cell draws a training run, tag it fig-any")
    return result


def _changed_pictures(item) -> str:
    """What is wrong with the pictures of a cell that has just run, or an empty text."""
    stored, new = _pictures(item.cell.outputs), _pictures(item.test_outputs)
    if len(stored) != len(new):
        return f"The cell drew {len(new)} pictures, stored are {len(stored)}"
    if not item.options["check"] or "fig-any" in item.cell.metadata.get("tags", []):
        return ""
    for number, (before, now) in enumerate(zip(stored, new, strict=True), start=1):
        if (likeness := _likeness(before, now)) < ALIKE:
            return f"Picture {number} has changed: likeness {likeness:.2f}, at least {ALIKE} wanted"
    return ""


def _pictures(outputs) -> list[bytes]:
    stored = (output.get("data", {}).get("image/png") for output in outputs)
    return [base64.b64decode(picture) for picture in stored if picture]


def _likeness(before: bytes, now: bytes) -> float:
    before, now = _thumbnail(before), _thumbnail(now)
    if before.std() == 0 or now.std() == 0:  # a blank picture is like nothing but itself
        return float(np.array_equal(before, now))
    return float(np.corrcoef(before, now)[0, 1])


def _thumbnail(picture: bytes) -> np.ndarray:
    grey = Image.open(io.BytesIO(picture)).convert("L")
    return np.asarray(grey.resize((48, 32), Image.Resampling.BOX), dtype=float).ravel()
