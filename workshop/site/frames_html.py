"""A widget's frames as a part of a page: its controls, one picture, and the data for frames.js."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator

from workshop.site.frames import Frames

NOTE = (
    "Drawn in advance: one slider moves at a time, and the others go back to where they were. "
    "In JupyterLab all of them move together."
)


def page_part(maker: str, frames: Frames, number: int, static: str) -> str:
    """The HTML of a widget: controls, the picture that stands still, and the data for frames.js."""
    name = f"{maker}-{number}"
    at = frames.tracks[0].start
    file, alt = frames.pictures[frames.start][0][at]
    data = {
        "folder": f"{static}/frames/{maker}/",
        "name": frames.name,
        "tracks": [track._asdict() for track in frames.tracks],
        "pictures": frames.pictures,
    }
    controls = [*_selects(name, frames), *_ranges(name, frames)]
    width, height = frames.size
    # "</" would end the script.
    stored = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"""<figure class="frames" data-widget="{maker}">
<figcaption>{html.escape(frames.name)}</figcaption>
<div class="frames-controls" hidden>{"".join(controls)}</div>
<img src="{static}/frames/{maker}/{file}" alt="{html.escape(f"{frames.name}: {alt}")}"
 width="{width}" height="{height}">
<p class="frames-note">{NOTE}</p>
<script type="application/json">{stored}</script>
</figure>"""


def _selects(name: str, frames: Frames) -> Iterator[str]:
    begin = [int(at) for at in frames.start.split("-") if at]
    for number, (label, words) in enumerate(frames.lists):
        options = "".join(
            f"<option{' selected' if at == begin[number] else ''}>{html.escape(word)}</option>"
            for at, word in enumerate(words)
        )
        yield (
            f'<label for="{name}-list-{number}">{html.escape(label)}</label>'
            f'<select id="{name}-list-{number}">{options}</select><span></span>'
        )


def _ranges(name: str, frames: Frames) -> Iterator[str]:
    for number, track in enumerate(frames.tracks):
        reading = html.escape(track.readings[track.start])
        yield (
            f'<label for="{name}-{number}">{html.escape(track.label)}</label>'
            f'<input type="range" id="{name}-{number}" min="0" max="{len(track.readings) - 1}"'
            f' step="1" value="{track.start}" aria-valuetext="{reading}">'
            f'<output for="{name}-{number}">{reading}</output>'
        )
