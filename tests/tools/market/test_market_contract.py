"""What every source promises, over every source there is; and markets that cheat, which the same checks must catch."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import fastparquet
import pandas as pd
import pytest

from fks_agents.bars import Bars, moment
from fks_agents.contracts import Timeframe
from fks_agents.deps import Market
from fks_agents.errors import DataError, LookaheadError, UsageError
from tests.tools.bars.conftest import around_the_clock
from tests.tools.market.binance import Exchange, served
from tools.market import open_market, sources
from tools.market.ccxt import CcxtMarket
from tools.market.sample import SampleMarket

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


class Subject(NamedTuple):
    market: Market
    symbol: str
    timeframe: Timeframe
    unknown_timeframe: str


def _frame() -> pd.DataFrame:
    bars = around_the_clock(300)
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame({"timestamp": pd.to_datetime(bars.opened), **columns})


def _csv(folder: Path) -> Iterator[Subject]:
    path = folder / "btc.csv.gz"
    path.write_bytes(gzip.compress(_frame().to_csv(index=False).encode()))
    yield Subject(open_market(f"csv:{path}"), "btc", "1h", "5m")


def _parquet(folder: Path) -> Iterator[Subject]:
    path = folder / "btc.parquet"
    fastparquet.write(str(path), _frame(), write_index=False)
    yield Subject(open_market(f"parquet:{path}"), "btc", "1h", "5m")


def _sample(folder: Path) -> Iterator[Subject]:
    yield Subject(open_market("sample"), "SPX", "1w", "1h")


def _ccxt(folder: Path) -> Iterator[Subject]:
    with served(Exchange(count=300)) as address:
        yield Subject(CcxtMarket("binance", endpoint=address), "BTC/USDT", "1h", "7m")


SUBJECTS: dict[str, Callable[[Path], Iterator[Subject]]] = {
    "ccxt": _ccxt, "csv": _csv, "parquet": _parquet, "sample": _sample,
}  # fmt: skip


def test_every_source_has_a_subject_here() -> None:
    assert tuple(SUBJECTS) == sources()


def test_an_unknown_source_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown market source 'yahoo'; expected one of ccxt, csv, parquet, sample"):
        open_market("yahoo:SPX")


@pytest.fixture(scope="module", params=sorted(SUBJECTS))
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from SUBJECTS[request.param](tmp_path_factory.mktemp("market"))


def test_its_symbols_are_sorted_and_hold_the_symbol(subject: Subject) -> None:
    symbols = subject.market.symbols()

    assert list(symbols) == sorted(symbols)
    assert subject.symbol in symbols


def check_bars_are_closed(market: Market, symbol: str, timeframe: Timeframe) -> None:
    """No bar closes after as_of, none that had closed is missing, and asking later does not change the past."""
    first, last = market.span(symbol, timeframe)
    whole = market.bars(symbol, timeframe, last, 10_000)
    assert (moment(whole.closed[0]), moment(whole.closed[-1])) == (first, last)
    middle = moment(whole.closed[len(whole) // 2])
    for as_of in (first, middle, middle - timedelta(seconds=1), middle + timedelta(minutes=30), last):
        bars = market.bars(symbol, timeframe, as_of, 10_000).guard(as_of)
        assert bars.digest == whole.until(as_of).digest
    assert market.bars(symbol, timeframe, middle, 7).digest == whole.until(middle)[-7:].digest


def test_its_bars_are_closed(subject: Subject) -> None:
    check_bars_are_closed(subject.market, subject.symbol, subject.timeframe)


def test_the_same_question_has_the_same_answer(subject: Subject) -> None:
    _, last = subject.market.span(subject.symbol, subject.timeframe)

    one, other = (subject.market.bars(subject.symbol, subject.timeframe, last, 50) for _ in range(2))

    assert one.digest == other.digest
    assert (one.symbol, one.timeframe) == (subject.symbol, subject.timeframe)


def test_a_time_before_the_data_says_when_they_begin(subject: Subject) -> None:
    first, _ = subject.market.span(subject.symbol, subject.timeframe)
    too_early = first - timedelta(seconds=1)

    with pytest.raises(DataError, match=f"data begin with the bar closed {first.isoformat()}".replace("+", r"\+")):
        subject.market.bars(subject.symbol, subject.timeframe, too_early, 5)


def test_an_unknown_symbol_is_answered_with_the_known_ones(subject: Subject) -> None:
    with pytest.raises(UsageError, match=f"unknown symbol 'NOPE'.*expected one of .*{subject.symbol}"):
        subject.market.bars("NOPE", subject.timeframe, datetime(2024, 1, 5, tzinfo=UTC), 5)


def test_a_timeframe_it_cannot_give_is_answered_with_those_it_can(subject: Subject) -> None:
    with pytest.raises(UsageError, match=r"expected .*1w.*"):
        subject.market.bars(subject.symbol, subject.unknown_timeframe, datetime(2024, 1, 5, tzinfo=UTC), 5)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, -3])
def test_a_count_below_one_is_refused(subject: Subject, count: int) -> None:
    with pytest.raises(UsageError, match=f"expected a count of at least 1 bar, was {count}"):
        subject.market.bars(subject.symbol, subject.timeframe, datetime(2024, 1, 5, tzinfo=UTC), count)


def test_a_time_without_zone_is_refused(subject: Subject) -> None:
    with pytest.raises(DataError, match="expected a time with a zone"):
        subject.market.bars(subject.symbol, subject.timeframe, datetime(2018, 1, 5), 5)  # noqa: DTZ001


class Peeking(SampleMarket):
    """Gives the bar that is still open as well."""

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        whole = super().bars(symbol, timeframe, datetime(2019, 1, 1, tzinfo=UTC), 10_000)
        return whole[: len(whole.until(as_of)) + 1][-count:]


class Forgetful(SampleMarket):
    """Leaves out the last closed bar."""

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        whole = super().bars(symbol, timeframe, as_of, count + 1)
        return whole[:-1] if len(whole) > 1 else whole


def test_a_market_that_looks_ahead_is_caught() -> None:
    with pytest.raises(LookaheadError):
        check_bars_are_closed(Peeking(), "SPX", "1d")


def test_a_market_that_comes_late_is_caught() -> None:
    with pytest.raises(AssertionError):
        check_bars_are_closed(Forgetful(), "SPX", "1d")
