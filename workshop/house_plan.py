"""Where everything stands in the picture of the house: floors, rooms on them, columns in a room."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, permutations
from typing import NamedTuple

from workshop.floors import COMMAND_LINE, HALL, MODULES, ROOMS, floors, wing, wing_imports

# In pixels; LETTER is the width of one on average.
WIDTH, LEFT, RIGHT, ROOF, WALL = 800, 30, 770, 92, 16
ROW, LETTER, PAD, BETWEEN, STOREY = 26, 5.9, 10, 28, 28
COLUMNS = 4  # across the house


class Room(NamedTuple):
    """One wing as it is drawn: its place, the columns given to it and filled, and what it says."""

    wing: str
    x: float
    y: float
    width: float
    height: float
    given: int
    columns: list[tuple[str, list[str]]]
    words: list[str]


def rooms() -> dict[str, Room]:
    """All rooms from the top down, the last of them wider than the walls."""
    level = floors(wing_imports())
    found, y = {}, ROOF + STOREY
    for floor in sorted(set(level.values()), reverse=True):
        wings = _side_by_side([wing for wing in level if level[wing] == floor])
        for room in _storey(wings, y):
            found[room.wing] = room
        y = room.y + room.height + STOREY
    ground, margin = found[room.wing], WALL + 8
    found[room.wing] = ground._replace(x=LEFT - margin, width=RIGHT - LEFT + 2 * margin)
    return found


def _side_by_side(wings: list[str]) -> list[str]:
    """The order in which most imports lead to the room next door."""
    counted = {pair: len(found) for pair, found in wing_imports().items()}

    def next_door(order: tuple[str, ...]) -> int:
        return sum(counted.get(pair, 0) + counted.get(pair[::-1], 0) for pair in pairwise(order))

    return [*max(permutations(sorted(wings, reverse=True)), key=next_door)]


def _storey(wings: list[str], y: float) -> Iterator[Room]:
    """The rooms of one floor: as wide as the house, and as high as the fullest of them."""
    given = _columns_for(wings)
    inner = RIGHT - LEFT - BETWEEN * (len(wings) - 1) - 2 * PAD * len(wings)
    widths = {wing: inner * given[wing] / sum(given.values()) + 2 * PAD for wing in wings}
    words = {wing: _words(wing, widths[wing]) for wing in wings}
    columns = {wing: _filled(wing, given[wing]) for wing in wings}
    height = max(_height(words[wing], columns[wing]) for wing in wings)
    x = LEFT
    for each in wings:
        yield Room(each, x, y, widths[each], height, given[each], columns[each], words[each])
        x += widths[each] + BETWEEN


def _columns_for(wings: list[str]) -> dict[str, int]:
    """How many columns each room of a floor has: the fullest gets the next one."""
    given = dict.fromkeys(wings, 1)
    while sum(given.values()) < COLUMNS:
        given[max(wings, key=lambda wing: len(modules_of(wing)) / given[wing])] += 1
    return given


@cache
def modules_of(wing_: str) -> list[str]:
    """The modules of a wing, without its name."""
    inside = [name for name in ROOMS if wing(name) == wing_ and name != COMMAND_LINE]
    return sorted(name.removeprefix(f"{wing_}.") for name in inside)


def _filled(wing: str, columns: int) -> list[tuple[str, list[str]]]:
    """Columns with their headings: a folder inside a wing has a column of its own."""
    names = modules_of(wing)
    folders = sorted({name.rpartition(".")[0] for name in names})
    if len(folders) > 1:
        return [(each, [n for n in names if n.rpartition(".")[0] == each]) for each in folders]
    rows = -(-len(names) // columns)
    return [("", names[at : at + rows]) for at in range(0, len(names), rows)]


def _words(wing: str, width: float) -> list[str]:
    """The first sentence of a wing about itself, in lines that fit."""
    if wing == HALL:
        said = "The mathematics of the lessons, a subject each."
    else:
        text = ast.get_docstring(ast.parse(MODULES[wing].read_text(encoding="utf-8")))
        said = text.split("\n\n")[0].replace("`", "")
    return textwrap.wrap(" ".join(said.split()), int((width - 2 * PAD) / LETTER))


def _height(words: list[str], columns: list[tuple[str, list[str]]]) -> float:
    rows = max(len(names) + bool(heading) for heading, names in columns)
    return 34 + 15 * len(words) + ROW * rows
