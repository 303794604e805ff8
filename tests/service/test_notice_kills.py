"""A process that sends is killed at random moments: nothing is lost, and what came twice says that it may have.

FKS_TEST_NOTICE_KILLS says how often; the default is what a quick run has time for.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from fks_agents.service.notices.sending import REPEAT
from memory.ledger import Ledger
from memory.notices import Notice

KILLS = int(os.environ.get("FKS_TEST_NOTICE_KILLS", "4"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

CHILD = '''
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from fks_agents.service.notices.sending import Sender, Tallies
from memory.ledger import Ledger
from tools.alerts import open_channel

class Clock:
    """Each start is half an hour after the one before: what a dead process took up is free again."""
    def now(self):
        gone = timedelta(minutes=30 * int(sys.argv[2]), seconds=time.monotonic() - began)
        return datetime(2026, 3, 2, 12, tzinfo=UTC) + gone

began = time.monotonic()
ledger = Ledger.open(Path(sys.argv[1]) / "l.sqlite")
channel = open_channel(SecretStr(f"file://{sys.argv[1]}/told.jsonl"))
sender = Sender("1-file", channel, ledger.notices, Clock(), Tallies(CollectorRegistry()), 1_000_000)
print("ready", flush=True)
while True:
    sender.step()
    time.sleep(0.005)
'''


@pytest.mark.real
def test_nothing_is_lost_and_repeats_say_so(tmp_path: Path) -> None:
    random = Random(7)
    told = tmp_path / "told.jsonl"
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        ledger.notices.began("channel/1-file", 0)
        for start in range(KILLS + 1):
            ledger.notices.add(*(notice(start, number) for number in range(25)))
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, str(tmp_path), str(start)], stdout=subprocess.PIPE, text=True
            )
            assert child.stdout is not None
            child.stdout.readline()
            if start < KILLS:
                time.sleep(random.uniform(0.0, 0.25))
            else:
                wait_for(told, 25 * (KILLS + 1))
            child.kill()
            child.wait()
            child.stdout.close()
    lines = read(told)
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line["title"]] += 1
        if seen[line["title"]] > 1:
            assert REPEAT in line["text"], line
    assert len(seen) == 25 * (KILLS + 1)
    assert sum(count > 1 for count in seen.values()) <= KILLS  # at most the one that was under way


def wait_for(told: Path, count: int) -> None:
    """Until so many have come; fails where none comes for a while."""
    came, since = 0, time.monotonic()
    while came < count:
        found = len(titles(told))
        if found > came:
            came, since = found, time.monotonic()
        assert time.monotonic() - since < 30, f"{count - came} were lost"
        time.sleep(0.1)


def notice(start: int, number: int) -> Notice:
    return Notice(kind="fill", key=f"{start}/{number}", title=f"title {start}/{number}", at=NOON)


def read(path: Path) -> list[dict[str, str]]:
    """A line that a kill cut off is none."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in re.findall(r"^\{.*\}$", text, re.MULTILINE)]


def titles(path: Path) -> set[str]:
    return {line["title"] for line in read(path)}
