"""A scan admits many decisions at one moment; their accounts are run over newer bars once, not once for each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.settings import load
from graphs.desk import Desk, Feeds
from graphs.following import Follower
from graphs.opening import open_desk
from tests.graphs.markets import walk
from tools.bars.resample import resample
from tools.market._window import last_closed, span_of

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
SYMBOLS = ("A", "B", "C", "D", "E")


class Counting:
    """Daily bars of a random walk, known up to `now`; counts how often it is asked how far they go."""

    name = "counting"

    def __init__(self) -> None:
        self.now = BEGIN
        self.asked = 0
        self._bars = {
            symbol: walk(symbol, "1d", BEGIN - timedelta(days=400), 500, seed=at) for at, symbol in enumerate(SYMBOLS)
        }

    def symbols(self) -> tuple[str, ...]:
        return SYMBOLS

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return last_closed(self._known(symbol, timeframe), as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        self.asked += 1
        return span_of(self._known(symbol, timeframe))

    def _known(self, symbol: str, timeframe: Timeframe) -> Bars:
        assert nanoseconds(self.now)
        return resample(self._bars[symbol].until(self.now), timeframe)


def admitted(desk: Desk, market: Counting) -> int:
    """Decide on every symbol; how often the market was asked meanwhile, beside once for each admission."""
    before = market.asked
    for symbol in SYMBOLS:
        desk.resume(desk.admit(symbol).id)
    return market.asked - before - len(SYMBOLS)


@pytest.mark.parametrize(("is_remembered", "asked"), [(True, 5), (False, 25)])
def test_open_decisions_are_followed_once_for_a_moment(is_remembered: bool, asked: int, tmp_path: Path) -> None:
    """Forgetting makes the same check find five times as many questions."""
    market = Counting()
    with open_desk(load(home=tmp_path, min_conviction=1.0), feeds=Feeds(market)) as desk:
        if not is_remembered:
            desk.__dict__["_caught_up"] = Forgetful()
        assert admitted(desk, market) == 0
        market.now += timedelta(days=1)
        assert admitted(desk, market) == asked


class Forgetful(dict[str, tuple[datetime, frozenset[str]]]):
    def get(self, *_: object) -> None:  # type: ignore[override]
        return None


def test_a_decision_that_ends_later_is_followed_all_the_same(tmp_path: Path) -> None:
    market = Counting()
    with open_desk(load(home=tmp_path), feeds=Feeds(market)) as desk:
        slow = desk.admit("A")
        market.now += timedelta(days=1)
        desk.admit("B")
        desk.resume(slow.id)
        before, known = market.asked, desk._caught_up
        Follower(desk).catch_up(slow.account, market.now, known)
        assert market.asked == before + 1
        Follower(desk).catch_up(slow.account, market.now, known)
        assert market.asked == before + 1
