"""Stop in the first seconds: a package that is being imported arrives whole; then one is told."""

import os
import signal
import subprocess
import sys
import textwrap
from importlib import import_module

import pytest

from wgan_lib.ground.imports import import_whole

posix = pytest.mark.skipif(os.name != "posix", reason="sends signals as POSIX can")

STOPPED = """
    import os, signal, sys
    from wgan_lib import WGANGP, distributions, networks, train
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it

    class PressStop:
        '''Stop is pressed while this module is looked for, in the middle of another import.'''
        def find_spec(self, name, path=None, target=None):
            if name == sys.argv[1]:
                sys.meta_path.remove(self)
                os.kill(os.getpid(), signal.SIGINT)

    sys.meta_path.insert(0, PressStop())

    def cell():
        pair = networks.toy_mlp(width=8)
        ring = distributions.gaussian_ring()
        return train(*pair, ring.sample, WGANGP(), steps=2, batch_size=8, device="cpu").step

    try:
        cell()
    except KeyboardInterrupt:
        print("stopped", "torch._dynamo.eval_frame" in sys.modules)
    print(cell(), cell())
"""


@posix
def test_stop_in_the_first_cell_leaves_a_kernel_that_trains(environment):
    program = [sys.executable, "-c", textwrap.dedent(STOPPED), "torch._dynamo.symbolic_convert"]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=600)
    assert done.stdout == "stopped True\n2 2\n", done.stderr[-2000:]


@posix
def test_stop_waits_for_the_import_and_is_heard_then(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    press = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(0.2)\n"
    (tmp_path / "torn_by_stop.py").write_text(press + "whole = True\n")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            import_whole("torn_by_stop")
    finally:
        signal.signal(signal.SIGINT, before)
    assert import_module("torn_by_stop").whole  # which waits for the rest of it


def test_what_cannot_be_imported_says_so_each_time():
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="no_such_package"):
            import_whole("no_such_package")
