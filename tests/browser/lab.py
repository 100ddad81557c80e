"""JupyterLab on a copy of the lessons, with settings of its own, for one browser to open."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
TOKEN = "browser"
PATIENCE = 60  # seconds for the server to answer
SETTINGS = {
    # No question about news, and every cell on the page even while it is out of sight.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Starts JupyterLab in `folder`, on a copy of the lessons, and yields its address.

    On a copy, because JupyterLab saves what it has open.
    """
    lessons = folder / "notebooks"
    lessons.mkdir()
    for lesson in (COURSE / "notebooks").glob("*.ipynb"):
        (lessons / lesson.name).write_text(_never_run(lesson), encoding="utf-8")
        _older_twin(lesson.with_suffix(".md"), lessons)
    settings = folder / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    port = free_port()
    with open(folder / "jupyterlab.log", "w") as log:
        command = _command(lessons, settings, port)
        server = subprocess.Popen(command, env=_environment(folder), stdout=log, stderr=log)
        try:
            _wait_for(port, server, folder / "jupyterlab.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address(server: str, lesson: str) -> str:
    """Where JupyterLab shows that lesson, in a workspace without a past."""
    return f"{server}/lab/tree/{lesson}.ipynb?token={TOKEN}&reset"


def _never_run(lesson: Path) -> str:
    """The lesson without outputs and counts: what is on the page afterwards, this run has made."""
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(notebook)


def _older_twin(source: Path, folder: Path) -> None:
    """The .md of a lesson, of long ago: JupyterLab must not mind which of the two is newer."""
    twin = folder / source.name
    shutil.copyfile(source, twin)
    os.utime(twin, (0, 0))


def _command(lessons: Path, settings: Path, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={lessons}",
        "--ServerApp.allow_root=True",
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.app_settings_dir={settings}",
        f"--LabServerApp.app_settings_dir={settings}",
    ]


def _environment(folder: Path) -> dict[str, str]:
    """Whatever JupyterLab and its kernels remember, they remember in `folder`."""
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    places += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    path = os.pathsep.join(filter(None, [str(COURSE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **{place: str(folder / place) for place in places}, "PYTHONPATH": path}


def _wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=2)
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
