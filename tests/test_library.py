"""The library as a building: imports point down, modules are short, what is public is explained."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import wgan_lib

LIBRARY = Path(wgan_lib.__file__).parent
MODULES = {path.stem: path for path in LIBRARY.glob("*.py") if path.stem != "__init__"}
EVERYWHERE = sorted(LIBRARY.rglob("*.py"))
EXERCISES = LIBRARY / "classroom" / "exercises"
MACHINERY = {"__init__", "checking", "solving"}  # the rest of EXERCISES is what students write
FLOORS = [
    {"arguments"},
    {"codes", "distributions", "divergences", "known_pairs", "transport"}
    | {"lipschitz", "lipschitz_bounds", "lipschitz_layers", "networks", "piecewise_linear"}
    | {"checkpoints", "datasets", "devices", "history", "idx", "image_files", "optimisers"}
    | {"dcgan_guidelines", "digit_attributes", "image_classifier", "results"},
    {"image_judge", "image_metrics", "metrics", "objectives", "penalised_critic", "settings"},
    {"dirac_gan", "latent", "players", "run", "training"},
    {"recipes"},
    {"doctor", "evaluation", "run_folder", "sheets", "terminal", "trained"}
    | {"image_looks", "stored_runs", "studies"},
    {"commands"},
    {"__main__"},
]
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
FOR_THE_CLASSROOM = {"matplotlib", "IPython", "ipywidgets"}
SLOW_TO_IMPORT = FOR_THE_CLASSROOM | {"scipy", "ot", "torchvision", "PIL"}


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


def parts(name: str, depth: int) -> str:
    return [*name.split("."), ""][depth]


def neighbours(path: Path) -> set[str]:
    """The modules of the library that a file imports."""
    ours = {name for name in imports(path) if parts(name, 0) == "wgan_lib"}
    return {parts(name, 1) for name in ours} & {*MODULES, "classroom"}


def test_every_module_stands_on_a_floor():
    assert FLOOR.keys() == MODULES.keys()


def test_imports_point_down_and_never_in_circles():
    graph = {name: neighbours(path) - {"classroom"} for name, path in MODULES.items()}
    upwards = [(name, i) for name, used in graph.items() for i in used if FLOOR[i] > FLOOR[name]]
    assert upwards == []
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_only_sheets_of_samples_reach_up_into_the_classroom():
    assert [name for name, path in MODULES.items() if "classroom" in neighbours(path)] == ["sheets"]


@pytest.mark.parametrize("name", MODULES)
def test_nothing_below_the_classroom_draws(name):
    assert not {parts(i, 0) for i in imports(MODULES[name])} & FOR_THE_CLASSROOM


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
