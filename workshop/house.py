"""The house of the library as a picture, from its imports as they are: docs/pictures/house.svg.

python -m workshop.house

A wing stands right above the highest wing that it imports, the ground at the bottom. Under the name
of a module lies a brick for each 25 lines. The file is the same on every machine, and a test says
when it is not the picture of the library as it is now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape

from wgan_lib.classroom.style import looks
from workshop import COURSE
from workshop.floors import COMMAND_LINE, LIBRARY, ROOMS, floors, neighbours, wing_imports
from workshop.house_plan import (
    BETWEEN,
    LEFT,
    PAD,
    RIGHT,
    ROOF,
    ROW,
    STOREY,
    WALL,
    WIDTH,
    Room,
    modules_of,
    rooms,
)

OUT = COURSE / "docs" / "pictures" / "house.svg"
BRICK, JOINT = 25, 12.5  # lines of a brick, and pixels from one to the next


def picture() -> str:
    """The whole drawing, as the text of an SVG file."""
    plan = rooms()
    ground = [*plan.values()][-1]
    parts = [*_walls(ground.y), *_arrows(plan)]
    for number, room in enumerate(plan.values()):
        parts += _room(room, number)
    height = round(ground.y + ground.height + 12)
    head = _HEAD.format(width=WIDTH, height=height, words=escape(_in_words(plan)))
    return "\n".join([head, *_style(plan), *parts, "</svg>", ""])


_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>The house of wgan_lib</title>
<desc>{words}</desc>
<!-- Written by python -m workshop.house. -->"""


def _in_words(plan: dict[str, Room]) -> str:
    said = [f"{title(room.wing)}: {', '.join(modules_of(room.wing))}." for room in plan.values()]
    return "The wings of the library, from the roof down to the ground. " + " ".join(said)


def title(wing: str) -> str:
    """What stands on the door of a wing."""
    return f"{wing}/" if wing else "the hall, wgan_lib/*.py"


# --- how it is drawn ----------------------------------------------------------------------------


def _style(plan: dict[str, Room]) -> Iterator[str]:
    """Colours by wing, on paper of the picture's own, for readers by day and by night.

    The ground is of no colour: everything stands on it.
    """
    wings = [*plan][:-1]
    colours = [look.colour for _, _, look in looks("wings", dict.fromkeys(wings[::-1], 0))][::-1]
    yield f"<style>\n{_SHEET}"
    yield "".join(f" .w{number} {{ --own: {each} }}" for number, each in enumerate(colours))
    light = [_mixed(each, "#FFFFFF", 0.5) for each in colours]
    own = " ".join(f".w{number} {{ --own: {each} }}" for number, each in enumerate(light))
    yield f"@media (prefers-color-scheme: dark) {{\n{_DARK}\n{own}\n}}\n</style>"
    yield '<rect class="paper" width="100%" height="100%" rx="8"/>'


_SHEET = """\
svg { --paper: #FFFFFF; --ink: #1B1F24; --quiet: #57606A; --wall: #EEF0F3 }
text { font: 13px "Source Sans 3", "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink) }
.name { font-size: 15px; font-weight: 600 } .said, .folder { fill: var(--quiet) }
.folder { font-style: italic } .paper { fill: var(--paper) }
.wall { fill: var(--wall); stroke: var(--quiet); stroke-width: 1.5; stroke-linejoin: round }
.room { fill: var(--paper); stroke: var(--own, var(--quiet)); stroke-width: 1.5 }
.bricks { stroke: var(--own, var(--quiet)); stroke-width: 5; stroke-dasharray: 11.5 1; fill: none }
.arrow { stroke: var(--quiet); stroke-width: 1.2; fill: none } .head { fill: var(--quiet) }
.hit { stroke: transparent; stroke-width: 14; fill: none }"""
_DARK = "svg { --paper: #14181F; --ink: #ECEFF3; --quiet: #A9B3BF; --wall: #232A35 }"


def _mixed(colour: str, other: str, share: float) -> str:
    """`colour` with that share of `other`."""
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in pairs)


def _room(room: Room, number: int) -> Iterator[str]:
    yield f'<g class="w{number}">'
    yield f'<rect class="room" {_box(room.x, room.y, room.width, room.height)} rx="4"/>'
    x, y = room.x + PAD, room.y + 20
    yield _text(x, y, title(room.wing), "name")
    for line in room.words:
        y += 15
        yield _text(x, y, line, "said")
    for at, (folder, names) in enumerate(room.columns):
        left = x + at * (room.width - 2 * PAD) / room.given
        yield from _column(room.wing, folder, names, left, y + 8)
    yield "</g>"


def _column(wing: str, folder: str, names: list[str], x: float, y: float) -> Iterator[str]:
    if folder:
        yield _text(x, y + 13, f"{folder}/", "folder")
    if folder or "." in "".join(modules_of(wing)):
        y += ROW
    for name in names:
        whole = f"{wing}.{name}" if wing else name
        long = JOINT * _bricks(whole) - 1
        yield f"<g><title>{escape(_uses(whole))}</title>"
        yield f'<path class="bricks" d="M{_n(x)} {_n(y + 20)}h{_n(long)}"/>'
        yield _text(x, y + 13, name.rpartition(".")[2], "") + "</g>"
        y += ROW


def _bricks(module: str) -> int:
    lines = len(ROOMS[module].read_text(encoding="utf-8").splitlines())
    return max(1, round(lines / BRICK))


def _uses(module: str) -> str:
    used = sorted(neighbours(ROOMS[module]) & ROOMS.keys())
    return f"{module} imports {', '.join(used) or 'nothing of the library'}"


def _walls(ground: float) -> Iterator[str]:
    """The roof with the command line, and the walls down to the ground."""
    middle, left, right = (LEFT + RIGHT) / 2, LEFT - WALL, RIGHT + WALL
    yield f'<rect class="wall" {_box(left, ROOF, right - left, ground - ROOF)}/>'
    yield f"<g><title>{escape(_uses(COMMAND_LINE))}</title>"
    yield f'<path class="wall" d="M{left - 8} {ROOF}L{_n(middle)} 12L{right + 8} {ROOF}z"/>'
    said = f"python -m {LIBRARY.name}"
    yield _text(middle, ROOF - 16, said, "name").replace(" x=", ' text-anchor="middle" x=') + "</g>"


# --- what imports what --------------------------------------------------------------------------


def _arrows(plan: dict[str, Room]) -> Iterator[str]:
    """To the floor right below, and to rooms on the same floor. What leads further is not drawn."""
    level = floors(wing_imports())
    middle = (LEFT + RIGHT) / 2
    yield from _arrow([(middle, ROOF), (middle, ROOF + STOREY)], _uses(COMMAND_LINE))
    for (high, low), found in sorted(wing_imports().items()):
        said = ", ".join(f"{user} imports {used}" for user, used in found)
        if level[high] == level[low] + 1:
            yield from _arrow(_down(plan[high], plan[low]), said)
        elif level[high] == level[low]:
            yield from _arrow(_across(plan[high], plan[low]), said)


def _down(high: Room, low: Room) -> list[tuple[float, float]]:
    x = (max(high.x, low.x) + min(high.x + high.width, low.x + low.width)) / 2
    return [(x, high.y + high.height), (x, low.y)]


def _across(first: Room, second: Room) -> list[tuple[float, float]]:
    """Next door through the wall, further away below the floor."""
    rightward = first.x < second.x
    start = first.x + first.width if rightward else first.x
    end = second.x if rightward else second.x + second.width
    if abs(end - start) <= BETWEEN + 1:
        y = first.y + (46 if rightward else 62)
        return [(start, y), (end, y)]
    floor = first.y + first.height
    start, end = (start - 24, end + 24) if rightward else (start + 24, end - 24)
    return [(start, floor), (start, floor + 12), (end, floor + 12), (end, floor)]


def _arrow(points: list[tuple[float, float]], said: str) -> Iterator[str]:
    line = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    back = [(x - 8 * dx + side * 4 * dy, y - 8 * dy + side * 4 * dx) for side in (1, -1)]
    head = f"M{_n(x)} {_n(y)}" + "".join(f"L{_n(a)} {_n(b)}" for a, b in back) + "z"
    yield f"<g><title>{escape(said)}</title>"
    yield f'<path class="arrow" d="{line}"/><path class="head" d="{head}"/>'
    yield f'<path class="hit" d="{line}"/></g>'


def _text(x: float, y: float, words: str, kind: str) -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float) -> str:
    return f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'


def _n(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def main() -> int:
    """Write the picture; returns the exit code."""
    OUT.write_text(picture(), encoding="utf-8", newline="\n")
    print(f"wrote {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
