"""Nothing looks ahead: with everything after as_of replaced by noise, prompts, facts and decision keep every byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fks_agents.bars import Bars, Series, moment, nanoseconds
from fks_agents.contracts import Cycle, Timeframe
from fks_agents.deps import Market
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.desk import Desk, Feeds, open_feeds
from graphs.opening import open_desk
from tests.graphs.scripts import honest

DATES = int(os.environ.get("FKS_TEST_LEAK_DATES", "200"))
SAMPLE = open_feeds("sample", None)


class NoisyFuture:
    """The sample, where every price and every macro value that became known after `present` is replaced by noise."""

    name = "sample"

    def __init__(self, present: datetime, seed: int, *, peeks: int = 0) -> None:
        """With `peeks` it cheats: that many later bars are moved before the present, as a careless join would."""
        self._present, self._rng, self._peeks = present, np.random.default_rng(seed), peeks

    def symbols(self) -> tuple[str, ...]:
        return SAMPLE.market.symbols()

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        return SAMPLE.market.span(symbol, timeframe)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        end = self.span(symbol, timeframe)[1]
        whole = SAMPLE.market.bars(symbol, timeframe, end, 20_000)
        known = len(whole.until(self._present))
        noise = np.exp(self._rng.normal(0.0, 0.5, (5, len(whole) - known)))
        columns = [
            np.concatenate([column[:known], column[known:] * factor])
            for column, factor in zip(
                (whole.open, whole.high, whole.low, whole.close, whole.volume), noise, strict=True
            )
        ]
        if self._peeks:
            columns[3][known - self._peeks : known] = columns[3][known : known + self._peeks]
        o, h, low, c, v = columns
        noisy = Bars(symbol, timeframe, whole.venue, whole.opened, whole.closed, o, h, low, c, v)
        return noisy.until(as_of)[-count:]

    def series(self, as_of: datetime) -> tuple[Series, ...]:
        assert SAMPLE.macro is not None
        noisy = []
        for whole in SAMPLE.macro.series(SAMPLE.market.span("SPX", "1d")[1]):
            known = len(whole.until(self._present))
            values = np.concatenate([whole.values[:known], self._rng.normal(0.0, 100.0, len(whole) - known)])
            noisy.append(Series(whole.name, whole.unit, whole.source, whole.observed, whole.published, values))
        known_by_then = (series.until(as_of) for series in noisy)
        return tuple(series for series in known_by_then if len(series))


def dates(count: int, symbol: str = "SPX") -> list[datetime]:
    """Session closes of the sample with enough past, drawn at random."""
    closed = SAMPLE.market.bars(symbol, "1d", SAMPLE.market.span(symbol, "1d")[1], 20_000).closed
    return [moment(when) for when in np.random.default_rng(20_181_224).choice(closed[700:-20], count, replace=False)]


def deciding(folder: Path, feed: NoisyFuture | None, chat: ScriptedChat | None = None) -> Desk:
    feeds = SAMPLE if feed is None else Feeds(feed, feed, None, SAMPLE.calendar)
    chats = None if chat is None else {"quick": chat, "deep": chat}
    return open_desk(load(home=folder), feeds=feeds, chats=chats)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def true_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with deciding(tmp_path_factory.mktemp("true"), None) as desk:
        yield desk


def comparable(cycle: Cycle) -> str:
    """The whole cycle but the names it was given and the time it took; digests of bars and facts included."""
    dropped = {"id": True, "seconds": True, "orders": {"__all__": {"client_order_id", "decision_id"}}}
    dropped["receipts"] = {"__all__": {"client_order_id"}}
    return cycle.model_dump_json(exclude=dropped | {"lessons": {"__all__": {"id", "decision_id"}}})  # type: ignore[arg-type]


@pytest.mark.real
@pytest.mark.parametrize("part", range(8))
def test_noise_after_as_of_changes_no_byte_of_a_decision(part: int, true_desk: Desk, tmp_path: Path) -> None:
    for n, as_of in enumerate(dates(DATES)):
        if n % 8 != part:
            continue
        true = true_desk.analyze("SPX", as_of=as_of)
        with deciding(tmp_path / str(n), NoisyFuture(as_of, seed=n)) as noisy_desk:
            noisy = noisy_desk.analyze("SPX", as_of=as_of)
        assert comparable(noisy) == comparable(true), as_of
        assert noisy.digest == true.digest


@pytest.mark.real
@pytest.mark.parametrize("part", range(8))
def test_noise_after_as_of_changes_no_byte_of_a_prompt(part: int, tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with deciding(tmp_path / "true", None, chat) as true_desk:
        for n, as_of in enumerate(dates(DATES)):
            if n % 8 != part:
                continue
            chat.asked.clear()
            true_desk.analyze("SPX", as_of=as_of)
            true = sorted(call.model_dump_json() for call in chat.asked)
            noisy_chat = ScriptedChat(honest)
            with deciding(tmp_path / str(n), NoisyFuture(as_of, seed=n), noisy_chat) as noisy_desk:
                noisy_desk.analyze("SPX", as_of=as_of)
            assert len(true) > 8
            assert sorted(call.model_dump_json() for call in noisy_chat.asked) == true, as_of


def test_a_feed_that_peeks_changes_the_decision(true_desk: Desk, tmp_path: Path) -> None:
    as_of = dates(1)[0]
    with deciding(tmp_path, NoisyFuture(as_of, seed=1, peeks=1)) as peeking:
        assert peeking.analyze("SPX", as_of=as_of).digest != true_desk.analyze("SPX", as_of=as_of).digest


def test_the_same_date_twice_is_the_same_bytes(true_desk: Desk, tmp_path: Path) -> None:
    as_of = dates(1)[0]
    first, again = true_desk.analyze("SPX", as_of=as_of), true_desk.analyze("SPX", as_of=as_of)
    with deciding(tmp_path, None) as other:
        elsewhere = other.analyze("SPX", as_of=as_of)
    assert comparable(first) == comparable(again) == comparable(elsewhere)


def test_the_feeds_of_this_file_keep_the_market_contract() -> None:
    feed: Market = NoisyFuture(dates(1)[0], seed=1)
    past = feed.bars("SPX", "1d", dates(1)[0], 10)
    assert past.digest == SAMPLE.market.bars("SPX", "1d", dates(1)[0], 10).digest
    assert nanoseconds(dates(1)[0]) >= past.closed[-1]
