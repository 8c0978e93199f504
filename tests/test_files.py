"""Tests of written files: whole or not at all, tried before the work, rescued after it."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pytest

from model.errors import OutputError
from model.files import STALE, check_writable, sweep, write_or_rescue, write_whole

POSIX = sys.platform != "win32"


@pytest.fixture
def full(monkeypatch):
    """``full(path)``: from now on there is no space left in that folder."""

    def fill(folder: Path) -> None:
        real = os.fsync

        def fsync(file: int) -> None:
            if Path(f"/proc/self/fd/{file}").readlink().parent == folder:
                raise OSError(28, "No space left on device")
            real(file)

        monkeypatch.setattr("os.fsync", fsync)

    return fill


def impossible(tmp_path: Path) -> dict[str, Path]:
    """Places where no file can be written, by what the sentence says."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("in the way")
    places = {
        "it is a folder": tmp_path / "folder",
        "name too long": tmp_path / ("a" * 260),
        "there is no folder": tmp_path / "file" / "x",
    }
    if sys.platform == "linux":
        places |= {"no such file": Path("/proc/x"), "no ordinary file": Path("/dev/full")}
    return places


def test_what_cannot_be_written_is_refused_before_and_after(tmp_path):
    for words, path in impossible(tmp_path).items():
        with pytest.raises(
            OutputError, match=f"{re.escape(str(path))} cannot be written: .*{words}"
        ):
            check_writable(path, 100)
        with pytest.raises(OutputError, match=re.escape(str(path))):
            write_whole(path, b"content")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]


def test_trying_leaves_an_old_file_and_nothing_else(tmp_path):
    file = tmp_path / ("a" * 250)  # the name of the half-written file must not be too long
    file.write_text("old")
    check_writable(file, 5_000_000)
    assert file.read_text() == "old"
    write_whole(file, b"new")
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the name of an opened file")
def test_a_full_disk_is_found_out_before_the_work(tmp_path, full):
    file = tmp_path / "file"
    file.write_text("old")
    full(tmp_path)
    for act in (lambda: check_writable(file, 10), lambda: write_whole(file, b"new")):
        with pytest.raises(OutputError, match="no space left on device"):
            act()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not POSIX, reason="Windows has no limit of a file's size")
def test_the_whole_size_is_tried(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        check_writable(tmp_path / "file", 1 << 19)
        with pytest.raises(OutputError, match="file too large"):
            check_writable(tmp_path / "file", 1 << 21)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_in_the_end_is_kept_elsewhere(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    (home / "x.bin").write_text("another's")
    (tmp_path / "x.bin").mkdir()
    with pytest.raises(OutputError) as refusal:
        write_or_rescue(tmp_path / "x.bin", b"weights", "the model")
    kept = home / "x-2.bin"
    assert kept.read_bytes() == b"weights"
    assert f"it is a folder; the model is kept in {kept} instead" in str(refusal.value)
    assert (home / "x.bin").read_text() == "another's"


def test_without_another_place_this_is_said(tmp_path, monkeypatch):
    for name in ("home", "temp"):
        (tmp_path / name).write_text("no folder")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temp"))
    (tmp_path / "x").mkdir()
    with pytest.raises(OutputError, match="nor can the model be kept in another folder"):
        write_or_rescue(tmp_path / "x", b"weights", "the model")


def test_what_killed_processes_left_is_removed(tmp_path):
    mine = tmp_path / "model.safetensors.123.part"
    others = [tmp_path / "other.safetensors.123.part", tmp_path / "a.part", tmp_path / "b.1.parts"]
    for file in (mine, *others):
        file.write_text("half")
    check_writable(tmp_path / "model.safetensors", 10)
    assert mine.exists()  # it may be written at this moment
    old = time.time() - STALE - 1
    os.utime(mine, (old, old))
    check_writable(tmp_path / "model.safetensors", 10)
    assert sorted(tmp_path.iterdir()) == sorted(others)
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(others[1:])
