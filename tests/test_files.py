"""Files: written whole or not at all, whatever happens on the way."""

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.ground import files
from wgan_lib.ground.files import write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="needs what POSIX has")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ------------------------------------------------------------------ what is written


@given(st.one_of(TEXT, st.binary()), st.one_of(TEXT, st.binary()))
def test_what_is_written_is_there_and_nothing_beside_it(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("any")
    for content in (first, second):
        write_whole(folder / "file", content)
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        assert (folder / "file").read_bytes() == data
    assert names(folder) == ["file"]


@pytest.mark.parametrize("name", ["[a].csv", "été.json", "-", ".hidden"])
def test_any_name_of_a_file_will_do(tmp_path, name):
    write_whole(str(tmp_path / name), "x")
    assert names(tmp_path) == [name]


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "ours", "x")
        (tmp_path / "plain").write_text("x")
    finally:
        os.umask(before)
    ours, plain = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ours", "plain"))
    assert ours == plain == 0o666 & ~mask


@posix
def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "target").read_text() == "mine"
    assert (tmp_path / "link").read_text() == "new" and not (tmp_path / "link").is_symlink()


@posix
def test_a_link_planted_at_the_temporary_name_is_never_written_through(tmp_path, monkeypatch):
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "guessed")
    (tmp_path / "target").write_text("mine")
    (tmp_path / ".file.guessed.part").symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError, match="file"):
        write_whole(tmp_path / "file", "new")
    assert (tmp_path / "target").read_text() == "mine" and not (tmp_path / "file").exists()


# ------------------------------------------------------------------ what goes wrong


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("before", [None, "from before"])
def test_a_write_that_fails_names_the_file_and_changes_nothing(tmp_path, monkeypatch, call, before):
    path = tmp_path / "table.csv"
    if before is not None:
        path.write_text(before)
    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="could not be written: No space left") as caught:
        write_whole(path, "new")
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(path)
    kept = "nothing is there" if before is None else "what was there before is untouched"
    assert kept in str(caught.value)
    assert names(tmp_path) == ([] if before is None else ["table.csv"])
    assert before is None or path.read_text() == before


def test_an_interrupted_write_leaves_nothing_beside_the_file(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    (tmp_path / "file").write_text("from before")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", "new")
    assert names(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "from before"


def test_the_kind_of_error_is_that_of_the_system(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "file", "x")
    with pytest.raises(NotADirectoryError if os.name == "posix" else OSError, match="below"):
        write_whole(tmp_path / "file" / "below", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", "x")
    assert names(tmp_path) == ["file", "folder"]


def test_text_that_utf_8_has_no_bytes_for_is_refused_before_anything_is_touched(tmp_path):
    (tmp_path / "file").write_text("from before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "file", "\ud800")
    assert names(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "from before"


def test_a_folder_that_cannot_be_flushed_is_no_reason_to_fail(tmp_path, monkeypatch):
    whole, calls = os.fsync, []

    def only_files(descriptor):
        calls.append(descriptor)
        return whole(descriptor) if len(calls) == 1 else full()

    monkeypatch.setattr(os, "fsync", only_files)
    write_whole(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"
    assert len(calls) == (2 if os.name == "posix" else 1)


KILLED = """
    import os, signal, sys
    from wgan_lib.ground import files
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    MOMENT
    files.write_whole(sys.argv[1], "new " * 10_000)
"""
MOMENTS = {
    "before the file is on the disk": ("os.fsync = die", "from before"),
    "before the rename": ("os.replace = die", "from before"),
    "after the rename": ("files._flush_folder = die", "new " * 10_000),
}


@posix
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path, environment, moment):
    line, expected = MOMENTS[moment]
    path = tmp_path / "file"
    path.write_text("from before")
    program = textwrap.dedent(KILLED).replace("MOMENT", line)
    command = [sys.executable, "-c", program, str(path)]
    assert subprocess.run(command, env=environment).returncode == -signal.SIGKILL
    assert path.read_text() == expected
    left = [name for name in names(tmp_path) if name != "file"]
    assert all(name.startswith(".file.") and name.endswith(".part") for name in left)


def test_what_a_killed_writer_left_is_removed_by_a_later_one(tmp_path):
    old, young = tmp_path / ".file.0a.part", tmp_path / ".file.0b.part"
    other = tmp_path / ".file2.0a.part"
    for left in (old, young, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (0, time.time() - files.ABANDONED - 1))
    write_whole(tmp_path / "file", "new")
    assert set(names(tmp_path)) == {young.name, other.name, "file"}
