"""One process at a time: a lock on a file, which the system takes back when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

HELD_BY_ANOTHER = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextlib.contextmanager
def alone(path: str | os.PathLike[str]) -> Iterator[None]:
    """Inside, no other process is inside with the same file; the file is removed at the end.

    Nothing is written to it. Raises BlockingIOError while another process, or this one, holds it,
    and OSError where it cannot be made. A file system that knows no locks holds nobody back.
    """
    path = Path(path)
    descriptor = _hold(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        os.close(descriptor)


def _hold(path: Path) -> int:
    """The open file, locked, once it is sure to be the one that the others see."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            _lock(descriptor)
            if _is_at(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder has just removed it


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    try:
        _system_lock(descriptor)
    except OSError as error:
        if error.errno in HELD_BY_ANOTHER:
            raise BlockingIOError(error.errno, "in use by another process") from error


def _system_lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
