"""Imports that Stop cannot tear: half a package stays broken until its kernel is started again."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module


@cache
def import_whole(*names: str) -> None:
    """Import modules in a thread, which Stop and Ctrl-C do not reach; raises what they raise."""
    with ThreadPoolExecutor(1) as thread:  # its end is waited for, also when Stop was pressed
        list(thread.map(import_module, names))
