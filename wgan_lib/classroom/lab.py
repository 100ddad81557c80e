"""The WGAN Lab inside a lesson: it trains in the browser, and asks the kernel for nothing.

The page and its still pictures are made in `workshop/lab`; `python -m workshop.lab.build` and
`python -m workshop.lab.stills` renew them.
"""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from PIL import Image

from wgan_lib.ground.arguments import one_of, positive_integer

HERE = Path(__file__).parent
PAGE = HERE / "lab.html"
STILLS = HERE / "stills"

# A frame of its own keeps the page's styles and names apart from the notebook's. Its text comes
# from the kernel once; from then on nothing is asked of it.
_SHOW = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = model.get("title");
  frame.srcdoc = model.get("page");
  frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 0;`;
  el.append(frame);
}
export default { render };
"""


class WGANLab(anywidget.AnyWidget):
    """The lab with one of its experiments set up; where no kernel runs, a picture of it."""

    _esm = _SHOW
    title = traitlets.Unicode("WGAN Lab").tag(sync=True)
    page = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int().tag(sync=True)

    def __init__(self, experiment: str, height: int) -> None:
        self.experiment = experiment
        text = PAGE.read_text(encoding="utf-8")
        state = html.escape(f"task={experiment}")
        super().__init__(
            page=text.replace('data-state=""', f'data-state="{state}"', 1), height=height
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        """The live lab, the picture for where it cannot live, and what the picture shows."""
        live = super()._repr_mimebundle_(**kwargs)
        data = dict(live[0] if isinstance(live, tuple) else live or {})
        picture = (STILLS / f"{self.experiment}.png").read_bytes()
        words = f"WGAN Lab ({self.experiment})\n{described(picture)}"
        data |= {"image/png": base64.b64encode(picture).decode("ascii"), "text/plain": words}
        return data, {"image/png": {"alt": words}}


def experiments() -> list[str]:
    """The names of the experiments that can be shown."""
    return sorted(path.stem for path in STILLS.glob("*.png"))


def described(picture: bytes) -> str:
    """What a still picture shows, as the page itself says it; it is kept in the file."""
    return Image.open(io.BytesIO(picture)).info["Description"]


def wgan_lab(experiment: str, height: int = 900) -> WGANLab:
    """The lab with that experiment set up, so many pixels high (lessons 02, 05 and 06).

    Raises ValueError with the nearest names for an experiment that there is not.
    """
    return WGANLab(
        one_of("experiment", experiment, experiments()), positive_integer("height", height)
    )
