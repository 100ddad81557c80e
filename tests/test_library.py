"""The library as a building: imports point down, modules are short, what is public is explained."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import wgan_lib

LIBRARY = Path(wgan_lib.__file__).parent
WINGS = sorted(path.parent.name for path in LIBRARY.glob("*/__init__.py"))
EVERYWHERE = sorted(LIBRARY.rglob("*.py"))
EXERCISES = LIBRARY / "classroom" / "exercises"
MACHINERY = {"__init__", "checking"}  # the rest of EXERCISES is what students write
AUTHORS_TOOLS = {"workshop", "jupytext", "nbformat", "nbclient", "nbval", "pytest", "hypothesis"}
FOR_THE_CLASSROOM = {"matplotlib", "IPython", "ipywidgets"}
SLOW_TO_IMPORT = FOR_THE_CLASSROOM | {"scipy", "ot", "torchvision", "PIL"}


def name_of(path: Path) -> str:
    """`training.loop` for wgan_lib/training/loop.py, and `training` for its __init__."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in EVERYWHERE if name_of(path)}
# A wing's __init__ says what lives there and hands names on. It is a door, and no room.
DOORS = {name for name, path in MODULES.items() if path.stem == "__init__"}
ROOMS = {name: path for name, path in MODULES.items() if name not in DOORS}


def imports(path: Path) -> set[str]:
    """Full names of all that a file imports, inside functions too; never relative here."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports have full names here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def module_of(name: str) -> str | None:
    """The module of the library that a full name lies in; None for torch, numpy and the rest."""
    parts = name.split(".")
    if parts[0] != "wgan_lib":
        return None
    there = [".".join(parts[1:end]) for end in range(len(parts), 1, -1)]
    return next((module for module in there if module in MODULES), None)


def neighbours(path: Path) -> set[str]:
    """The modules of the library that a file imports."""
    return {*filter(None, map(module_of, imports(path)))} - {name_of(path)}


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def wing(module: str) -> str:
    """The folder that a module stands in; the hall has none."""
    return module.split(".")[0] if module.split(".")[0] in WINGS else ""


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
    "images": {"ground", "", "training", "lipschitz"},
    "experiments": {"ground", "", "lipschitz", "training", "images"},
    "classroom": {"ground", "", "lipschitz", "training", "images", "experiments"},
    "commands": {"ground", "", "lipschitz", "training", "images", "experiments", "classroom"},
}


def test_a_wing_imports_from_wings_below_it():
    assert set(MAY_USE) == {*WINGS, ""}
    wrong = [
        f"{name} imports {used}"
        for name, path in MODULES.items()
        for used in neighbours(path)
        if name != "__main__" and wing(used) not in MAY_USE[wing(name)] | {wing(name)}
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
    functions = [node for node in public if isinstance(node, ast.FunctionDef)]
    for function in functions:
        arguments = [*function.args.args, *function.args.kwonlyargs]
        bare = [argument.arg for argument in arguments if argument.annotation is None]
        assert bare == [], f"{function.name} has parameters without annotations"


def test_importing_the_library_imports_nothing_slow(environment):
    code = "import sys, wgan_lib; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert not SLOW_TO_IMPORT & set(done.stdout.split())
