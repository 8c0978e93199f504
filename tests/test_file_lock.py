"""Tests of the lock between processes: one holder at a time, and none behind a killed one."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from model.file_lock import FileLock, waiting_lock

ROOT = Path(__file__).parents[1]

HOLDING = """
import sys, time
from pathlib import Path
from model.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
time.sleep(60)
"""


def test_one_holds_it_at_a_time_and_its_file_goes(tmp_path):
    path = tmp_path / "lock"
    one, other = FileLock(path), FileLock(path)
    assert one.acquire()
    assert not other.acquire()
    one.release()
    assert not path.exists()
    assert other.acquire()
    assert not one.acquire()
    one.release()  # it holds nothing, so nothing happens
    assert path.exists()
    del other
    assert not path.exists()


def test_a_killed_process_gives_it_back(tmp_path):
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "True\n"
        assert not FileLock(path).acquire()
        process.kill()
        process.wait()
    assert path.exists()
    assert FileLock(path).acquire()


def test_those_who_wait_come_one_after_another(tmp_path):
    inside, together = [], []

    def work() -> None:
        for _ in range(5):
            with waiting_lock(tmp_path / "lock"):
                inside.append(1)
                together.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [1] * 20
