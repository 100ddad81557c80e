"""A lesson's notebook, with its outputs as they are stored, as a page of the site.

Nothing is run. Pictures get their alt text, the printed description folds under its picture, a
claim gets an anchor of its own, and a widget the frames that were drawn for it in advance.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import html
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from wgan_lib.classroom.claims import Claim, shown_claim
from workshop.claims_page import printed_claims
from workshop.site.frames import Frames
from workshop.site.frames_html import page_part
from workshop.site.links import mend

STATIC = "../_static"  # as seen from a lesson's page


def lesson_page(
    path: Path,
    notebook: dict[str, Any],
    widgets: Mapping[str, Frames],
    static: Path,
    link: Callable[[str], str | None],
) -> dict[str, Any]:
    """The notebook at `path` as Sphinx shall read it; its pictures are written under `static`.

    `link` says where a link of the lesson leads on the site, or None where it leads nowhere.
    """
    page = copy.deepcopy(notebook)
    writer = _Writer(path, widgets, static)
    for cell in page["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = mend("".join(cell["source"]), link)
        elif cell["cell_type"] == "code":
            cell["outputs"] = list(writer.outputs(cell))
    page["cells"].insert(1, _how_to_run(path))
    return page


def _how_to_run(path: Path) -> dict[str, Any]:
    said = (
        f"This page shows the lesson as it was last run. To run it yourself, open "
        f"`notebooks/{path.stem}.ipynb` in JupyterLab: `make lab`."
    )
    text = f":::{{note}}\n:class: how-to-run\n{said}\n:::"
    return {"cell_type": "markdown", "id": "how-to-run", "metadata": {}, "source": text}


class _Writer:
    """The outputs of one lesson, cell by cell; counts its claims and its widgets."""

    def __init__(self, path: Path, widgets: Mapping[str, Frames], static: Path) -> None:
        self.stem, self.folder = path.stem, static / "pictures" / path.stem
        self.widgets = {frames.name: (maker, frames) for maker, frames in widgets.items()}
        self.claims = iter(enumerate(printed_claims(path), start=1))
        self.shown = 0

    def outputs(self, cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The outputs of a cell; claims that follow one another are one list."""
        described = ""
        outputs = _merged(cell.get("outputs", []))
        for together, group in groupby(outputs, key=lambda each: shown_claim(each) is not None):
            if together:
                items = "".join(_claim(*next(self.claims)) for _ in group)
                yield _html(f'<ul class="claims">{items}</ul>')
                continue
            for output in group:
                described = _description(output) or described
                yield from self._shown(output, described)

    def _shown(self, output: dict[str, Any], described: str) -> Iterator[dict[str, Any]]:
        """What is no claim: pictures, widgets and printed lines."""
        if "image/png" in output.get("data", {}):
            yield _html(self._widget(output) or self._picture(output, described))
        elif output["output_type"] == "stream":
            yield from _printed("".join(output["text"]), described)
        else:
            yield output

    def _widget(self, output: dict[str, Any]) -> str | None:
        """The frames, if what stands here is a widget."""
        name = "".join(output["data"]["text/plain"]).splitlines()[0].split(" (")[0]
        if name not in self.widgets:
            return None
        self.shown += 1
        return page_part(*self.widgets[name], self.shown, STATIC)

    def _picture(self, output: dict[str, Any], alt: str) -> str:
        data = base64.b64decode("".join(output["data"]["image/png"]))
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # its header
        return (
            f'<img class="picture" src="{STATIC}/pictures/{self.stem}/{name}"'
            f' alt="{html.escape(alt)}" width="{width}" height="{height}" loading="lazy">'
        )


def _description(output: dict[str, Any]) -> str:
    """What is said of a picture; "" where there is none."""
    metadata = output.get("metadata", {})
    return metadata["image/png"]["alt"] if "image/png" in output.get("data", {}) else ""


def _printed(text: str, described: str) -> Iterator[dict[str, Any]]:
    """What a cell printed: plain lines, and what is said of the picture above."""
    if described and described in text:
        before, _, text = text.partition(described)
        yield from _lines(before)
        yield _html(_folded(described))
    yield from _lines(text)


def _lines(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        lines = text.strip("\n")
        yield {"output_type": "stream", "name": "stdout", "text": f"{lines}\n"}


def _claim(number: int, claim: Claim) -> str:
    source = f' <cite class="source">{html.escape(claim.source)}</cite>' if claim.source else ""
    return f'<li id="claim-{number}">{claim.html()}{source}</li>'


def _folded(description: str) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in description.splitlines())
    summary = "<summary>The picture in words</summary>"
    return f'<details class="in-words">{summary}{lines}</details>'


def _merged(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Printed lines that follow one another as one output."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and last.get("output_type") == "stream":
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            merged.append(output)
    return merged


def _html(text: str) -> dict[str, Any]:
    data = {"text/html": text, "text/plain": ""}
    return {"output_type": "display_data", "data": data, "metadata": {}}
