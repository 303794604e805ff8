"""The process is killed while it scans, at random moments, and started again: nothing twice, the newest bar not lost.

FKS_TEST_SCAN_KILLS says how often.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.service.scanning import AFTER, NOON, floor

KILLS = int(os.environ.get("FKS_TEST_SCAN_KILLS", "2"))
EACH = 5
"""Hours that have begun before a kill, at most; it takes a moment more."""
_SCAN = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.service.scanning import NOON, floor
home, first, end = sys.argv[1:]
with floor(Path(home)) as opened:
    for hour in range(int(first), int(end)):
        opened.clock.at = NOON + timedelta(hours=hour, minutes=30)
        print(hour, flush=True)
        opened.scanner().scan_due()
"""


def scanned(home: Path, first: int, end: int, killed_after: tuple[int, float] | None = None) -> int:
    """Scan hour after hour, the last one left; where wanted, kill some seconds after so many hours had begun."""
    arguments = [sys.executable, "-c", _SCAN, str(home), str(first), str(end)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        hour = first
        for count, line in enumerate(child.stdout, start=1):
            hour = int(line)
            if killed_after is not None and count == killed_after[0]:
                time.sleep(killed_after[1])
                child.kill()
    assert child.returncode == (0 if killed_after is None else -9)
    return hour


@pytest.mark.real
def test_a_scan_that_is_killed_is_taken_up_again(tmp_path: Path) -> None:
    draw = Random(7)
    with floor(tmp_path) as opened:
        opened.keep(symbols="ABC")
    hour = 0
    for _ in range(KILLS):
        hour = scanned(tmp_path, hour, AFTER, (draw.randint(1, EACH), draw.uniform(0.0, 0.03)))
    end = hour + EACH
    assert scanned(tmp_path, hour, end) == end - 1
    with floor(tmp_path) as opened:
        often = Counter(opened.decided())
    assert max(often.values()) == 1
    # Each hour that was scanned, before a kill or after it.
    assert {closed for *_, closed in often} == {NOON + timedelta(hours=each) for each in range(end)}
    assert len(often) == 3 * end
