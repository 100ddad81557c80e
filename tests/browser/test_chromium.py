"""Where there is no browser, one is fetched; where that fails, the message says what to do."""

import os
import subprocess
import sys

import pytest

NOWHERE = "http://127.0.0.1:9"  # nobody listens there, so nothing can be fetched


def asked(folder, **environment):
    """`python -m workshop.chromium` on a machine whose path holds no browser."""
    empty = {"PATH": str(folder), "HOME": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "workshop.chromium"],
        env={**os.environ, **empty, "PLAYWRIGHT_DOWNLOAD_HOST": NOWHERE, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize(("named", "fetched"), [("", True), ("/no/such/program", False)])
def test_what_cannot_be_had_is_said_once_and_plainly(tmp_path, named, fetched):
    found = asked(tmp_path, CHROMIUM=named)
    assert found.returncode == 2
    assert ("fetching" in found.stdout) == fetched
    assert "sudo apt install chromium" in found.stderr and "CHROMIUM=" in found.stderr
    assert "Traceback" not in found.stderr


def test_the_browser_that_is_there_is_named():
    found = subprocess.run(
        [sys.executable, "-m", "workshop.chromium"], capture_output=True, text=True, timeout=300
    )
    assert found.returncode == 0 and found.stdout.startswith("The browser: ")
