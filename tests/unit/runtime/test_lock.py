from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.domain.errors import StoreUnavailable
from monitor.runtime.lock import RunLock

HOLD = (
    "import sys, time; from pathlib import Path; from monitor.runtime.lock import RunLock;"
    "RunLock(Path(sys.argv[1])).take(); print('held', flush=True); time.sleep(60)"
)


def test_there_is_one_scheduler_a_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db.run"
    first, second = RunLock(path), RunLock(path)
    first.take()
    with pytest.raises(StoreUnavailable, match=str(os.getpid())):
        second.take()
    first.release()
    first.release()
    second.take()
    second.release()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.db.run"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreUnavailable, match=str(holder.pid)):
        RunLock(path).take()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            RunLock(path).take()
            break
        except StoreUnavailable:
            assert time.monotonic() < deadline
