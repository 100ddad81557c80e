"""The library as a building: imports point down, modules are short, what is public is explained."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from workshop.floors import COMMAND_LINE, LIBRARY, MODULES, ROOMS, WINGS, imports, neighbours, wing

EVERYWHERE = sorted(LIBRARY.rglob("*.py"))
EXERCISES = LIBRARY / "classroom" / "exercises"
MACHINERY = {"__init__", "checking"}  # the rest of EXERCISES is what students write
AUTHORS_TOOLS = {"workshop", "jupytext", "nbformat", "nbclient", "nbval", "pytest", "hypothesis"}
FOR_THE_CLASSROOM = {"matplotlib", "IPython", "ipywidgets"}
SLOW_TO_IMPORT = FOR_THE_CLASSROOM | {"scipy", "ot", "torchvision", "PIL"}


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def below(module: str) -> set[str]:
    """All rooms that a module stands on, however far down."""
    found, todo = set(), [module]
    while todo:
        for room in neighbours(ROOMS[todo.pop()]) & ROOMS.keys() - found:
            found.add(room)
            todo.append(room)
    return found


def lines(modules: set[str]) -> int:
    return sum(len(ROOMS[name].read_text(encoding="utf-8").splitlines()) for name in modules)


def test_imports_never_run_in_circles():
    TopologicalSorter({name: neighbours(path) for name, path in ROOMS.items()}).prepare()


# Who may be asked by whom: a wing imports from the wings that are listed for it, and from itself.
MAY_USE = {
    "ground": set(),
    "": {"ground", "lipschitz", "training"},
    "lipschitz": {"ground", ""},
    "training": {"ground", "lipschitz", ""},
    "clinic": {"ground", "", "lipschitz", "training"},
    "images": {"ground", "", "training", "lipschitz"},
    "measuring": {"ground", "", "lipschitz", "training"},
    "ward": {"ground", "", "lipschitz", "training", "images", "clinic"},
    "experiments": {"ground", "", "lipschitz", "training", "images", "measuring", "ward"},
    "classroom": {
        *("ground", "", "lipschitz", "training", "clinic", "images", "measuring", "ward"),
        "experiments",
    },
    "commands": {
        *("ground", "", "lipschitz", "training", "clinic", "images", "measuring", "ward"),
        "experiments",
        "classroom",
    },
}


def test_a_wing_imports_from_wings_below_it():
    assert set(MAY_USE) == {*WINGS, ""}
    wrong = [
        f"{name} imports {used}"
        for name, path in MODULES.items()
        for used in neighbours(path)
        if name != COMMAND_LINE and wing(used) not in MAY_USE[wing(name)] | {wing(name)}
    ]
    assert wrong == []


def test_the_heart_stands_on_little():
    """What a student meets who follows the arrows below the objectives, and below the loop."""
    assert below("training.objectives") == {"lipschitz.slopes", "ground.arguments"}
    assert lines(below("training.loop") | {"training.loop"}) < 1500
    assert not {"transport", "metrics"} & below("training.loop")
    assert {wing(name) for name in below("training.loop")} <= {"ground", "training", "lipschitz"}


@pytest.mark.parametrize("name", [n for n in MODULES if wing(n) != "classroom"])
def test_nothing_outside_the_classroom_draws(name):
    assert not tops(MODULES[name]) & FOR_THE_CLASSROOM


@pytest.mark.parametrize("name", MODULES)
def test_no_module_needs_an_authors_tool(name):
    """The wheel brings what pyproject.toml lists, and none of these."""
    assert not tops(MODULES[name]) & AUTHORS_TOOLS


@pytest.mark.parametrize("name", WINGS)
def test_a_door_names_every_room_behind_it(name):
    """Or every folder: what stands in `classroom/figures` is a matter of that folder."""
    text = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    behind = {module.split(".")[1] for module in MODULES if module.startswith(f"{name}.")}
    assert [room for room in sorted(behind) if f"`{room}`" not in text] == []


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_a_module_is_short_and_what_is_public_is_explained(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 300 and ast.get_docstring(tree)
    if path.parent == EXERCISES and path.stem not in MACHINERY:
        return
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def public_functions(tree):
    """Functions, and the methods of classes, with the name by which they are called."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from ((f"{node.name}.{name}", method) for name, method in public_functions(node))
        elif isinstance(node, ast.FunctionDef) and (
            not node.name.startswith("_") or node.name in ("__init__", "__call__")
        ):
            yield node.name, node


def without_annotation(function):
    """What a function takes and returns without saying its type; `self` needs none."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    named += filter(None, (arguments.vararg, arguments.kwarg))
    bare = [each.arg for each in named if each.annotation is None]
    bare = [name for name in bare if name not in ("self", "cls")]
    return bare + (["return"] if function.returns is None and function.name != "__init__" else [])


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_what_is_public_is_typed(path):
    """The reference answers too, which stand in the lessons as a student would write them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {name: without_annotation(function) for name, function in public_functions(tree)}
    assert {name: bare for name, bare in found.items() if bare} == {}


def test_a_missing_type_is_noticed():
    """Of a method, of a function of any kind of parameter, and of what it returns."""
    text = "class A:\n def f(self, x, *y: int, z=0, **w): ...\ndef g(a: int): ...\ndef _h(a): ..."
    found = {name: without_annotation(node) for name, node in public_functions(ast.parse(text))}
    assert found == {"A.f": ["x", "z", "w", "return"], "g": ["return"]}


def test_importing_the_library_imports_nothing_slow(environment):
    code = "import sys, wgan_lib; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert not SLOW_TO_IMPORT & set(done.stdout.split())
