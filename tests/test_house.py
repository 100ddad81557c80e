"""The picture of the house: as the library is now, complete, and on floors that imports make."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from workshop import COURSE
from workshop.floors import HALL, LIBRARY, MODULES, ROOMS, WINGS, floors, imports, wing_imports
from workshop.house import OUT, picture, title

SMALL = 60_000  # bytes


@pytest.fixture(scope="module")
def drawn():
    """The stored picture."""
    return ElementTree.fromstring(OUT.read_text(encoding="utf-8"))


def words(drawn):
    return [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_is_of_the_library_as_it_is_now():
    assert OUT.read_text(encoding="utf-8") == picture(), "run: python -m workshop.house"


def test_every_wing_and_every_module_is_in_it(drawn):
    said = words(drawn)
    assert {title(wing) for wing in [*WINGS, HALL]} <= {*said}
    there = [name.rpartition(".")[2] for name in ROOMS if name != "__main__"]
    assert [name for name in there if said.count(name) != there.count(name)] == []


def test_every_import_between_neighbouring_floors_is_an_arrow(drawn):
    level = floors(wing_imports())
    said = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}title")]
    near = [pair for pair in wing_imports() if level[pair[0]] - level[pair[1]] < 2]
    arrows = [", ".join(f"{a} imports {b}" for a, b in wing_imports()[pair]) for pair in near]
    assert [arrow for arrow in arrows if arrow not in said] == []


def test_no_import_leads_up():
    level = floors(wing_imports())
    assert all(level[high] >= level[low] for high, low in wing_imports())


def test_the_page_shows_it_in_words_too(drawn):
    page = (COURSE / "docs" / "design.md").read_text(encoding="utf-8")
    (alt,) = re.findall(r"!\[([^\]]+)\]\(pictures/house\.svg\)", page)
    assert [wing for wing in WINGS if wing not in alt] == []
    assert drawn.attrib["role"] == "img" and drawn[1].tag.endswith("desc")
    assert OUT.stat().st_size < SMALL


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["b a"], {"a": 0, "b": 1}),
        (["b a", "c a", "c b"], {"a": 0, "b": 1, "c": 2}),
        (["b a", "c a"], {"a": 0, "b": 1, "c": 1}),
        (["b a", "c b", "b c", "d c"], {"a": 0, "b": 1, "c": 1, "d": 2}),
        (["b a", "c b", "d c", "b d"], {"a": 0, "b": 1, "c": 1, "d": 1}),
    ],
)
def test_a_floor_is_right_above_what_it_imports(pairs, expected):
    assert floors(tuple(pair.split()) for pair in pairs) == expected


def test_a_relative_import_is_refused(tmp_path):
    (tmp_path / "near.py").write_text("import torch\nfrom . import far\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"near\.py, line 2: imports have full names"):
        imports(tmp_path / "near.py")


def test_the_library_that_is_read_is_the_one_that_is_imported():
    import wgan_lib

    assert LIBRARY.samefile(wgan_lib.__path__[0]) and MODULES
