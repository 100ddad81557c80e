"""The folder of one run: whose it is, how far the run has come, and where its files lie."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wgan_lib.distributions import Distribution
from wgan_lib.experiments import inspection
from wgan_lib.experiments.fingerprints import fingerprint
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.results import circumstances, write_json
from wgan_lib.ground import checkpoints
from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.ground.files import write_whole
from wgan_lib.ground.locks import alone
from wgan_lib.ground.reading import read_json
from wgan_lib.images.datasets import Images
from wgan_lib.training.history import History
from wgan_lib.training.run import Run

CUT_SHORT = re.compile(r"\..+\.[0-9a-f]{16}\.part")  # what a killed `write_whole` leaves
CHECKPOINT, LENGTH = "checkpoint.pt", "set steps"
MOST_SAID = 2**20  # bytes in a recipe.json


@dataclass(frozen=True)
class RunFolder:
    """A folder that belongs to one recipe, and says so in its recipe.json."""

    path: Path
    recipe: Recipe

    @property
    def checkpoint(self) -> Path:
        return self.path / CHECKPOINT

    @property
    def history(self) -> Path:
        return self.path / "history.csv"

    @property
    def recipe_file(self) -> Path:
        return self.path / "recipe.json"

    def steps_done(self) -> int:
        """How far the recipe has come in this folder; 0 in one that is new or empty.

        Writes nothing. Raises CheckpointError where the folder belongs to another recipe, and
        FileExistsError or NotADirectoryError where it was not made by this command.
        """
        if self.path.exists() and not self.path.is_dir():
            raise NotADirectoryError(f"--out must be a folder, got the file {self.path}")
        try:
            if self.checkpoint.exists():
                return self._steps_in_checkpoint()
            if self.recipe_file.exists():
                self._require_same(self.recipe_file, self._labels_in_recipe_file())
        except CheckpointError as error:
            advice = f"delete {self.path} to start afresh, or give another --out"
            raise CheckpointError(f"{error}; {advice}") from error
        self._refuse_foreign()
        return 0

    @contextmanager
    def in_use(self) -> Iterator[int]:
        """Inside, the folder is there and no other process uses it; gives the steps done.

        Raises what ``steps_done`` raises, before anything is written; OSError where no folder can
        be made; and BlockingIOError where another process is inside.
        """
        done = self.steps_done()
        if done >= self.recipe.settings.steps and not os.access(self.path, os.W_OK):
            yield done  # a finished run may lie where nobody can write
            return
        self._make()
        with ExitStack() as until_the_end:
            try:
                until_the_end.enter_context(alone(self.path / ".lock"))
            except BlockingIOError as error:
                raise BlockingIOError(
                    f"--out must be a folder that no other run uses; {self.path} is "
                    f"{error.strerror}: wait for it, stop it, or give another --out"
                ) from error
            self._clear_away()
            yield self.steps_done()

    def _make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        if not os.access(self.path, os.W_OK):
            raise PermissionError(f"--out must be a folder to write to; {self.path} is read-only")

    def _clear_away(self) -> None:
        """What a process that was killed in the middle of a write left; nobody writes now."""
        for file in self.path.iterdir():
            if CUT_SHORT.fullmatch(file.name):
                with suppress(OSError):
                    file.unlink()

    def claim(self, run: Run) -> None:
        """A callback: after the first step that was taken here, the folder is this recipe's.

        Not earlier: what fails before, such as missing data, leaves an empty folder behind.
        """
        if not self.recipe_file.exists():
            self._sign()

    def renew(self) -> None:
        """Makes recipe.json say again whose folder this is, and how long the run is now."""
        try:
            said = self._labels_in_recipe_file() if self.recipe_file.exists() else {}
            checkpoints.require_same(self.recipe_file, said, self.recipe.labels())
        except CheckpointError:
            self._sign()

    def _sign(self) -> None:
        write_json(self.recipe_file, {**self.recipe.description(), **circumstances()})

    def change_length(self) -> int | None:
        """Makes the checkpoint that of a run of as many steps as the recipe has.

        Returns how many it was to have until now, or None where that is the same.
        """
        contents, steps = inspection.read(self.checkpoint), self.recipe.settings.steps
        identity = inspection.labels_of(self.checkpoint, contents, "identity")
        with checkpoints.entry(self.checkpoint, "identity"):
            before = int(identity["steps"])
        if before == steps:
            return None
        labels = self.recipe.labels() | {k: v for k, v in identity.items() if k == "data"}
        kept = {key: word for key, word in identity.items() if key != LENGTH}
        words = {"identity": {**kept, **labels, "steps": str(steps)}, "labels": labels}
        checkpoints.save(self.checkpoint, contents | words)
        return before

    def require_data(self, data: Distribution | Images) -> None:
        """CheckpointError for other data than those of the checkpoint."""
        found = inspection.labels_of(self.checkpoint, inspection.read(self.checkpoint))
        if "data" in found:
            wanted = found | {"data": fingerprint(data)}
            checkpoints.require_same(self.checkpoint, found, wanted)

    def saved_history(self) -> History:
        """The rows up to the checkpoint."""
        return History(inspection.read(self.checkpoint)["history"])

    def _steps_in_checkpoint(self) -> int:
        contents = inspection.read(self.checkpoint)
        labels = inspection.labels_of(self.checkpoint, contents)
        self._require_same(self.checkpoint, labels)
        inspection.require_resumable(self.checkpoint, contents, self.recipe)
        done, steps = inspection.steps_of(self.checkpoint, contents), self.recipe.settings.steps
        if done > steps:
            raise CheckpointError(f"steps must be {done} or more, which are done, got {steps}")
        return done

    def _require_same(self, path: Path, found: Mapping[str, str]) -> None:
        """The same recipe; its length may change, and data are compared once they are loaded."""
        free = {LENGTH, "data"}
        found, wanted = (
            {key: word for key, word in words.items() if key not in free}
            for words in (found, self.recipe.labels())
        )
        checkpoints.require_same(path, found, wanted)

    def _labels_in_recipe_file(self) -> dict[str, str]:
        try:
            said = read_json(self.recipe_file, "what a run says of itself", MOST_SAID)
        except ValueError as error:
            raise CheckpointError(f"{error}; it was not written by this course") from error
        if not isinstance(said.get("labels"), dict):
            raise CheckpointError(
                f"{self.recipe_file} was not written by this course: it has no words under 'labels'"
            )
        return said["labels"]

    def _refuse_foreign(self) -> None:
        """Hidden files do not count (systems leave them), nor do files that were cut short."""
        if self.recipe_file.exists() or not self.path.exists():
            return
        names = sorted(file.name for file in self.path.iterdir())
        foreign = [n for n in names if not n.startswith(".") and not n.endswith(".part")]
        if foreign:
            raise FileExistsError(
                f"--out must be a new folder, an empty one or that of the same run; {self.path} "
                f"holds other files, such as {foreign[0]}, and nothing in it was touched"
            )


def write_history(path: str | Path, history: History) -> None:
    """One line per step, the step first; the file is written whole or not at all.

    A file that says just that is left alone.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["step", *history])
    table = zip(*(column.tolist() for column in history.values()), strict=True)
    for step, row in enumerate(table, start=1):
        writer.writerow([step, *(f"{value:.6g}" for value in row)])
    path, content = Path(path), buffer.getvalue().encode()
    same = path.is_file() and path.stat().st_size == len(content)
    if not (same and path.read_bytes() == content):
        write_whole(path, content)
