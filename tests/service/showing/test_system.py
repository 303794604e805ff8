"""The service as its page shows it: words and tones from plain numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.contracts import Quality
from fks_agents.service.showing import system
from fks_agents.service.showing.system import Queue
from fks_agents.service.vitals import Disk, Feed, Look, Opening, Server
from fks_agents.settings import load
from memory.calls import FailedCall

AT = datetime(2018, 12, 24, 21, tzinfo=UTC)


def look(**changes: object) -> Look:
    plain = Look(
        at=AT, servers=(), failures=(), openings=(), feeds=(), more_symbols=0, disk=Disk(Path("/home"), 0, 10**9, 10**9)
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


def test_a_server_is_reachable_or_not_or_rests() -> None:
    server = Server("ollama:a", ("quick", "judge_2"), "http://one:1", is_reachable=True, detail="llama 3B", rests=0.0)
    assert system.server(server) == system.ServerRow(
        "ollama:a", "quick, judge 2", "http://one:1", ("reachable", "good"), "llama 3B"
    )
    assert system.server(server._replace(is_reachable=False)).health == ("not reachable", "bad")
    assert system.server(server._replace(is_reachable=None)).health == ("not asked", "")
    # It may answer a probe while calls are still kept from it.
    assert system.server(server._replace(rests=12.4)).health == ("rests 12 s", "warn")


def test_a_feed_is_as_good_as_its_newest_bars() -> None:
    newest = AT - timedelta(hours=26)
    feed = Feed("SPX", "1d", newest, Quality(score=96.0, reasons=("2 bars of zero volume: -4",)), "")
    assert system.feed(feed, AT, 60.0) == system.FeedRow(
        "SPX", "1d", "2018-12-23 19:00 UTC", ("96 of 100", "good"), "1 d 2 h old; 2 bars of zero volume: -4"
    )
    worse = feed._replace(quality=Quality(score=60.0))
    assert system.feed(worse, AT, 60.0).health == ("60 of 100", "warn")
    assert system.feed(worse, AT, 60.5).health == ("60 of 100", "bad")
    gone = Feed("SPX", "1d", None, None, "prices.csv: no such file")
    assert system.feed(gone, AT, 60.0) == system.FeedRow(
        "SPX", "1d", "-", ("no bars", "bad"), "prices.csv: no such file"
    )


@pytest.mark.parametrize(
    ("running", "waiting", "word"), [(0, 0, "takes more"), (2, 7, "takes more"), (2, 8, "full"), (0, 10, "full")]
)
def test_a_queue_without_room_is_full(running: int, waiting: int, word: str) -> None:
    assert Queue(running, waiting, 10, 2, 0, 0).health[0] == word


def test_failures_and_breakers_come_without_secrets(tmp_path: Path) -> None:
    failure = FailedCall("abcd", "ollama:a", "bull", "http://me:hunter2@host refused; api_key=sk-0123456789abcdef0123")
    shown = system.shown(
        look(failures=(failure,), openings=(Opening("abcd", "bull", "Bearer abcdefghijklmnop failed"),)),
        load(home=tmp_path), is_on_server=True,
    )  # fmt: skip
    told = repr((shown.failures, shown.breakers))
    assert "hunter2" not in told
    assert "sk-0123" not in told
    assert "abcdefghijklmnop" not in told
    assert (shown.failures[0][:3], shown.ledger[0]) == (("abcd", "ollama:a", "bull"), ("Kind", "PostgreSQL"))


def test_a_disk_with_little_room_says_so(tmp_path: Path) -> None:
    def health(free: int) -> str:
        disk = Disk(tmp_path, 17_300_000, free, 10**12)
        return system.shown(look(disk=disk), load(home=tmp_path), is_on_server=False).disk_health[0]

    assert (health(200 * 2**20), health(200 * 2**20 - 1)) == ("enough room", "nearly full")
    assert system.room(Disk(Path("/home/x"), 17_300_000, 65_700_000_000, 10**12)) == (
        ("Home", "/home/x"), ("Used by it", "17.3 MB"), ("Free", "65.7 GB of 1.0 TB"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (-3, "0 s"), (59.6, "1 min 0 s"), (725, "12 min 5 s"), (86_400, "1 d 0 h"), (276_840, "3 d 4 h")],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert system.lasted(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (3_400_000, "3.4 MB"), (2 * 10**12, "2.0 TB")]
)
def test_bytes_are_told_for_people(count: int, said: str) -> None:
    assert system.size(count) == said


def test_versions_begin_with_python() -> None:
    names = [name for name, _ in system.versions()]
    assert names[:2] == ["Python", "fks-agents"]
