"""How the service looks after itself: once for everybody, without a question that costs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from fks_agents.clock import FixedClock
from fks_agents.deps import Call, Reply
from fks_agents.service import vitals
from fks_agents.service.vitals import FRESH, Look, Vitals
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from tools.market import open_market

NOW = datetime(2018, 12, 24, 22, tzinfo=UTC)


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(load(home=tmp_path / "home"), clock=FixedClock(NOW)) as opened:
        yield opened


def test_a_look_is_kept_for_a_while(desk: Desk) -> None:
    hand = Hand()
    own = Vitals(desk, now=hand)
    first = own.look()
    assert first is not None
    hand.at += FRESH - 0.1
    assert own.look() is first
    hand.at += 0.1
    assert own.look() is not first
    assert own.uptime == FRESH


def test_who_comes_while_another_looks_does_not_wait(desk: Desk) -> None:
    hand, begun, goes_on = Hand(), Event(), Event()

    class Slow(Vitals):
        def _looked(self) -> Look:
            begun.set()
            assert goes_on.wait(30.0)
            return super()._looked()

    own = Slow(desk, now=hand)
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(own.look)
        assert begun.wait(30.0)
        assert own.look() is None
        goes_on.set()
        first = looking.result(30.0)
        assert own.look() is first
        begun.clear()
        goes_on.clear()
        hand.at += FRESH
        looking = pool.submit(own.look)
        assert begun.wait(30.0)
        assert own.look() is first
        goes_on.set()
        assert looking.result(30.0) is not first


def test_rules_and_the_sample_are_well(desk: Desk) -> None:
    look = Vitals(desk).look()
    assert look is not None
    [server] = look.servers
    assert (server.model, server.roles[:2], server.is_reachable) == ("rules", ("quick", "deep"), True)
    assert [(feed.symbol, feed.newest) for feed in look.feeds] == [
        ("IXIC", datetime(2018, 12, 31, 21, tzinfo=UTC)), ("SPX", datetime(2018, 12, 31, 21, tzinfo=UTC)),
    ]  # fmt: skip
    # Time stands still in a file: its bars are as good as they were when the last one closed.
    assert all(feed.quality is not None and feed.quality.score > 90.0 for feed in look.feeds)
    assert (look.failures, look.openings, look.more_symbols) == ((), (), 0)


def test_a_model_that_is_not_there_is_not_reachable(desk: Desk) -> None:
    is_reachable, detail = vitals.reached("recorded:nowhere", "", desk.settings)
    assert (is_reachable, "nowhere" in detail) == (False, True)
    assert vitals.reached("nonsense", "", desk.settings)[0] is False


def test_a_symbol_the_source_has_not_is_a_problem_and_no_error(desk: Desk) -> None:
    feed = vitals.feed(open_market("sample"), "NOPE", desk.settings, None)
    assert (feed.newest, feed.quality, "NOPE" in feed.problem) == (None, None, True)


def test_a_source_that_is_gone_is_told(tmp_path: Path) -> None:
    settings = load(home=tmp_path / "home", source=f"csv:{tmp_path / 'none.csv'}")
    with open_desk(settings) as desk:
        look = Vitals(desk).look()
    assert look is not None
    [feed] = look.feeds
    assert (feed.newest, "none.csv" in feed.problem) == (None, True)


def test_the_newest_failed_calls_are_told_first(desk: Desk) -> None:
    admission = desk.ledger.decisions.admit("SPX", "1d", NOW, desk.settings)

    def asked(role: str, failure: str, text: str = "") -> None:
        call = Call(model="ollama:a", role=role, messages=(), answer_schema={})
        desk.ledger.calls.record(admission.id, role, call, Reply(text=text, failure=failure))

    asked("macro", "timed out")
    # What a model writes about failures is no failure.
    asked("bull", "", text='{"failure":"none"} and "failure":"x"')
    asked("bear", "refused")
    found = desk.ledger.calls.failed(200)
    assert [(one.role, one.failure, one.model) for one in found] == [
        ("bear", "refused", "ollama:a"), ("macro", "timed out", "ollama:a"),
    ]  # fmt: skip
    assert [one.role for one in desk.ledger.calls.failed(2)] == ["bear"]
    look = Vitals(desk).look()
    assert look is not None
    assert [one.role for one in look.failures] == ["bear", "macro"]


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"x" * 1_000)
    (tmp_path / "two").write_bytes(b"y" * 24)
    assert vitals.disk(tmp_path).used == 1_024
