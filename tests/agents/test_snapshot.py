from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from fks_agents.agents.snapshot import snapshot
from fks_agents.bars import Bars
from fks_agents.contracts import Snapshot, Timeframe
from fks_agents.deps import Deps
from fks_agents.errors import DataError, LookaheadError, UsageError
from tests.agents.synthetic import (
    MemoryStore,
    OnePosition,
    SyntheticFeeds,
    SyntheticMarket,
    World,
    asked,
    day,
    deps,
    runtime,
    with_column,
)
from tools import indicators
from tools.bars.resample import resample
from tools.market import open_market

TODAY = 900
NOW = day(TODAY)


def taken(known: Deps, as_of: datetime = NOW) -> Snapshot:
    learned = snapshot(asked(as_of), runtime(known))
    assert set(learned) == {"snapshot"}
    return learned["snapshot"]


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    return taken(deps(World(), NOW))


def test_ids_run_from_one_without_a_gap(whole: Snapshot) -> None:
    assert [fact.id for fact in whole.facts] == [f"F{number}" for number in range(1, len(whole.facts) + 1)]


def test_every_fact_is_defined_and_counted_in_its_unit(whole: Snapshot) -> None:
    defined = {each.name: each.unit for each in indicators.definitions()}
    assert all(defined[fact.name] == fact.unit for fact in whole.facts)


def test_no_name_comes_twice_on_a_timeframe(whole: Snapshot) -> None:
    named = [(fact.name, fact.timeframe) for fact in whole.facts]
    assert len(named) == len(set(named))


def test_no_fact_is_newer_than_the_decision(whole: Snapshot) -> None:
    assert all(fact.as_of <= NOW for fact in whole.facts)


def test_both_timeframes_and_every_feed_are_told(whole: Snapshot) -> None:
    assert sum(fact.timeframe == "1d" for fact in whole.facts) >= 80
    assert sum(fact.timeframe == "1w" for fact in whole.facts) >= 80
    families = {fact.source.partition("/")[2] for fact in whole.facts}
    assert families == {each.family for each in indicators.definitions()}


def test_facts_of_a_timeframe_are_what_is_measured_on_its_bars(whole: Snapshot) -> None:
    bars = World().history().until(NOW)[-600:]
    by_bars = {each.name for each in indicators.definitions()} & dict(indicators.measure(bars)).keys()
    for timeframe, measured in (("1d", bars), ("1w", resample(bars, "1w")[1:])):
        told = [(f.name, f.value) for f in whole.facts if f.timeframe == timeframe and f.name in by_bars]
        assert told == list(indicators.measure(measured))


def test_price_regime_and_account_agree_with_their_facts(whole: Snapshot) -> None:
    facts = {name: whole.fact(name, "1d") for name in ("close", "regime")}
    assert facts["close"] is not None
    assert facts["regime"] is not None
    assert (whole.price, whole.regime) == (facts["close"].value, facts["regime"].value)
    share = whole.fact("position_share")
    assert share is not None
    assert share.value == pytest.approx(1000.0 * whole.price / 10_005.0)


def test_what_was_read_is_stored_by_digest() -> None:
    store = MemoryStore()
    seen = taken(deps(World(), NOW, store=store))
    (kept,) = seen.bars
    assert (kept.timeframe, kept.count, len(store.bars(kept.digest))) == ("1d", 600, 600)
    assert [each.name for each in seen.series] == ["aaa_yield", "baa_yield", "vix", "wti"]
    assert all(store.series(each.digest).name == each.name for each in seen.series)


def test_a_series_is_dated_by_its_publication(whole: Snapshot) -> None:
    # Published at the end of the next day: at the end of day 900 that of day 899 came out just now.
    spread, age = whole.fact("credit_spread"), whole.fact("vix_age")
    assert spread is not None
    assert age is not None
    assert (spread.as_of, age.value, age.as_of) == (NOW, 0.0, NOW)
    later = taken(deps(World(), NOW + timedelta(hours=12)), NOW + timedelta(hours=12))
    vix, age = later.fact("vix"), later.fact("vix_age")
    assert vix is not None
    assert age is not None
    assert (vix.as_of, age.value, age.as_of) == (NOW, 0.5, NOW + timedelta(hours=12))


def test_headlines_of_a_week_are_kept_and_their_text_is_no_fact(whole: Snapshot) -> None:
    assert [headline.id for headline in whole.headlines] == [f"H{n}" for n in range(TODAY - 6, TODAY + 1)]
    texts = {headline.text for headline in whole.headlines}
    assert not texts & {fact.value for fact in whole.facts}


def test_feeds_that_are_not_there_are_facts_that_are_not_there() -> None:
    seen = taken(deps(World(), NOW, alone=True))
    families = {fact.source.partition("/")[2] for fact in seen.facts}
    assert not families & {"macro", "headlines", "schedule"}
    assert {"trend", "structure", "outlook", "account", "quality"} <= families


def test_only_the_detectors_and_forecasters_asked_for_are_heard() -> None:
    seen = taken(deps(World(), NOW, detectors=("fvg",), forecasters=("drift",), horizon=5))
    assert {event.detector for event in seen.events} == {"fvg"}
    assert [(forecast.forecaster, forecast.horizon) for forecast in seen.forecasts] == [("drift", 5)]
    assert seen.fact("swing_high") is None
    assert seen.fact("forecast_ewma_q50") is None


def test_a_snapshot_survives_json(whole: Snapshot) -> None:
    assert Snapshot.model_validate_json(whole.model_dump_json()) == whole


# --- nothing looks ahead ---


MOMENTS = np.random.default_rng(14).integers(260, 990, 12).tolist()


def futures(number: int, peek: bool = False) -> set[str]:
    """The snapshot at the end of that day, as JSON, in worlds that differ from then on."""
    as_of = day(number)
    worlds = [World(cut=number + 1, future=seed) for seed in (1, 2, 3)]
    return {
        taken(deps(world, as_of, market=Peeking(world.history()) if peek else None), as_of).model_dump_json()
        for world in worlds
    }


@dataclass(frozen=True)
class Peeking(SyntheticMarket):
    """Honest times, but the last close is the next bar's: what no guard can see."""

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        known = super().bars(symbol, timeframe, as_of, count)
        tomorrow = self.history.until(as_of + timedelta(days=1))
        high = np.maximum(known.high, tomorrow.close[-1])
        return with_column(known, close=np.append(known.close[:-1], tomorrow.close[-1]), high=high)


@pytest.mark.parametrize("number", MOMENTS)
def test_whatever_comes_later_changes_no_byte(number: int) -> None:
    assert len(futures(number)) == 1


def test_a_market_that_peeks_is_seen_by_the_same_comparison() -> None:
    assert len(futures(MOMENTS[0], peek=True)) == 3


def test_two_looks_at_the_same_moment_are_the_same_bytes(whole: Snapshot) -> None:
    assert taken(deps(World(), NOW)).model_dump_json() == whole.model_dump_json()


def test_a_market_that_gives_a_later_bar_is_refused() -> None:
    cheat = SyntheticMarket(World().history(), late=1)
    with pytest.raises(LookaheadError, match="a bar closed"):
        snapshot(asked(NOW), runtime(deps(World(), NOW, market=cheat)))


@pytest.mark.parametrize(
    ("late", "message"), [(timedelta(days=1), "a value came out"), (timedelta(hours=22), "headline")]
)
def test_a_feed_that_gives_what_came_later_is_refused(late: timedelta, message: str) -> None:
    known = deps(World(), NOW, feeds=SyntheticFeeds(World(), late=late))
    with pytest.raises(LookaheadError, match=message):
        snapshot(asked(NOW), runtime(known))


def test_an_account_that_has_traded_later_is_refused() -> None:
    known = deps(World(), NOW, broker=OnePosition(last_trade_at=NOW))
    traded = taken(known).fact("account_days_since_trade")
    assert traded is not None
    assert traded.value == 0.0
    later = deps(World(), NOW, broker=OnePosition(last_trade_at=NOW + timedelta(seconds=1)))
    with pytest.raises(LookaheadError, match="the account traded"):
        snapshot(asked(NOW), runtime(later))


# --- when it is not enough ---


def test_too_few_bars_say_how_many_were_needed() -> None:
    assert taken(deps(World(), day(249)), day(249)).bars[0].count == 250
    with pytest.raises(DataError, match=r"SYN 1d: expected at least 250 bars closed by 2015-09-07.*, was 249"):
        snapshot(asked(day(248)), runtime(deps(World(), day(248))))


@pytest.mark.parametrize("timeframe", ["1d", "1w"])
def test_the_second_timeframe_must_be_the_longer_one(timeframe: Timeframe) -> None:
    known = deps(World(), NOW, timeframe="1h", higher_timeframe="1d")
    with pytest.raises(UsageError, match=f"expected a higher_timeframe longer than {timeframe}, was '1d'"):
        snapshot({**asked(NOW), "timeframe": timeframe}, runtime(known))


def broken(**columns: Any) -> Deps:
    return deps(World(), NOW, market=SyntheticMarket(with_column(World().history(), **columns)))


def test_poor_bars_stop_the_cycle_and_still_show_what_is_there() -> None:
    # Every tenth close above its high.
    history = World().history()
    close = np.where(np.arange(len(history)) % 10 == 0, 1.1 * history.high, history.close)
    learned = snapshot(asked(NOW), runtime(broken(close=close)))
    score = learned["snapshot"].quality.score
    assert score < 60.0
    assert learned["stopped"].startswith(f"data quality {score:g} of 100, at least 60 wanted: ")
    assert learned["snapshot"].quality.reasons[0] in learned["stopped"]


def test_prices_that_are_none_leave_only_the_reason() -> None:
    close = World().history().close.copy()
    close[TODAY - 5] = np.nan
    learned = snapshot(asked(NOW), runtime(broken(close=close)))
    assert set(learned) == {"stopped"}
    assert "data quality 0 of 100" in learned["stopped"]


def test_a_lower_bar_for_quality_lets_the_same_bars_through() -> None:
    history = World().history()
    close = np.where(np.arange(len(history)) % 10 == 0, 1.1 * history.high, history.close)
    market = SyntheticMarket(with_column(history, close=close))
    assert taken(deps(World(), NOW, market=market, min_quality=0)).quality.score < 60.0


# --- on real prices ---


def test_the_sample_on_christmas_eve_2018() -> None:
    as_of = datetime(2018, 12, 24, 21, tzinfo=UTC)
    known = deps(World(), as_of, market=open_market("sample"), alone=True)
    seen = snapshot({"symbol": "SPX", "timeframe": "1d", "as_of": as_of}, runtime(known))["snapshot"]
    assert (seen.price, seen.regime, seen.quality.score) == (2351.100098, "volatile", 100.0)
    moved = seen.fact("return_1", "1d")
    assert moved is not None
    assert moved.value == pytest.approx(100.0 * (2351.100098 / 2416.620117 - 1.0))
