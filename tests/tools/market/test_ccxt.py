"""The real ccxt client against a loopback server that speaks Binance's dialect."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from fks_agents.bars import Bars, moment
from fks_agents.errors import ConfigError, DataError, UsageError
from tests.tools.market.binance import BEGIN, HOUR, Exchange
from tools.bars.quality import assess
from tools.market import open_market
from tools.market.ccxt import CcxtMarket

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
NOON = datetime(2024, 1, 20, 12, tzinfo=UTC)


@pytest.fixture
def market(address: str) -> CcxtMarket:
    return CcxtMarket("binance", endpoint=address, pause=0.01, timeout=5.0)


def hour(number: int) -> datetime:
    return datetime.fromtimestamp((BEGIN + number * HOUR) / 1000, UTC)


def test_candles_come_page_by_page(market: CcxtMarket, exchange: Exchange) -> None:
    bars = market.bars("BTC/USDT", "1h", hour(1250), 1_100)

    rows = exchange.candles()
    assert len(bars) == 1_100
    assert (moment(bars.opened[0]), moment(bars.closed[-1])) == (hour(150), hour(1250))
    assert list(bars.close) == [float(row[4]) for row in rows[150:1250]]
    assert (bars.symbol, bars.venue) == ("BTC/USDT", "ccxt:binance")
    # 1,101 hours back from the end, 500 at a time: hours 149, 649, 1149.
    assert [int(asked["startTime"]) for asked in exchange.asked] == [BEGIN + n * HOUR for n in (149, 649, 1149)]


def test_the_candle_still_open_is_left_out(market: CcxtMarket, exchange: Exchange) -> None:
    half_past = market.bars("BTC/USDT", "1h", NOON + timedelta(minutes=30), 5)
    # An as_of ahead of the exchange's clock, as when ours is wrong: its own clock decides.
    ahead = market.bars("BTC/USDT", "1h", hour(exchange.count + 2), 5)

    assert moment(half_past.closed[-1]) == NOON
    assert moment(ahead.closed[-1]) == hour(exchange.count - 1)


def test_the_market_reads_while_a_loop_is_running(market: CcxtMarket) -> None:
    async def inside() -> Bars:
        return market.bars("BTC/USDT", "1h", NOON, 5)

    assert len(asyncio.run(inside())) == 5


def test_a_source_that_begins_gives_fewer(market: CcxtMarket) -> None:
    bars = market.bars("BTC/USDT", "1h", hour(10), 100)

    assert len(bars) == 10
    assert moment(bars.opened[0]) == hour(0)


def test_gaps_are_filled_from_earlier_and_seen_by_the_quality(address: str, exchange: Exchange) -> None:
    exchange.gaps = frozenset(range(400, 420))
    bars = CcxtMarket("binance", endpoint=address).bars("BTC/USDT", "1h", hour(450), 100)

    assert len(bars) == 100
    assert moment(bars.opened[0]) == hour(330)
    assert assess(bars, hour(450)).reasons == (
        "20 of 120 expected bars are missing, first after 2024-01-17 15:00: -33.3",
    )


def test_the_span_ends_with_the_last_closed_candle(market: CcxtMarket, exchange: Exchange) -> None:
    assert market.span("BTC/USDT", "1h") == (hour(1), hour(exchange.count - 1))


def test_symbols_are_listed(market: CcxtMarket) -> None:
    assert market.symbols() == ("BTC/USDT", "ETH/USDT")


@pytest.mark.parametrize(
    "answer",
    [(429, {"Retry-After": "0.05"}), (503, {}), (418, {"Retry-After": "0"}), (504, {"Retry-After": "soon"})],
    ids=str,
)
def test_a_transient_failure_is_tried_again(
    market: CcxtMarket, exchange: Exchange, answer: tuple[int, dict[str, str]]
) -> None:
    exchange.answers = [answer, answer]

    assert len(market.bars("BTC/USDT", "1h", NOON, 5)) == 5
    assert len(exchange.asked) == 3


def test_a_failure_that_stays_is_a_data_error(market: CcxtMarket, exchange: Exchange) -> None:
    exchange.answers = [(429, {})] * 10

    with pytest.raises(DataError, match=r"ccxt:binance: no answer after 4 tries: (DDoSProtection|RateLimitExceeded)"):
        market.bars("BTC/USDT", "1h", NOON, 5)
    assert len(exchange.asked) == 4


def test_a_ban_is_not_waited_for(market: CcxtMarket, exchange: Exchange) -> None:
    exchange.answers = [(418, {"Retry-After": "7200"})]

    with pytest.raises(DataError, match="no answer after 1 tries, asked to wait 7200 s"):
        market.bars("BTC/USDT", "1h", NOON, 5)


def test_without_a_second_try_a_transient_failure_is_fatal(address: str, exchange: Exchange) -> None:
    exchange.answers = [(503, {})]

    with pytest.raises(DataError, match="no answer after 1 tries"):
        CcxtMarket("binance", endpoint=address, tries=1).bars("BTC/USDT", "1h", NOON, 5)


@pytest.mark.parametrize(
    "body, complaint",
    [
        ('[[1705748400000, "1", "2"', "expected candles as JSON"),
        ("<html>maintenance</html>", "expected candles as JSON, was '<html>maintenance"),
        ("", "expected candles as JSON, was ''"),
        ("null", "expected candles as JSON, was 'null'"),
        ('[["noon", "1", "2", "1", "1", "1"]]', "candle 1: expected six numbers, was"),
        ('[[1705748400000, "NaN", "2", "1", "1", "1"]]', "candle 1: expected six numbers, was"),
        ('[[1705748400000, "1", "2", null, "1", "1"]]', "candle 1: expected six numbers, was"),
        ('[[1705748400000, "1", "2"]]', "candle 1: expected six numbers, was"),
        ('{"code": -1121, "msg": "Invalid symbol."}', "expected an answer ccxt can read: BadSymbol"),
    ],
)
def test_an_answer_that_is_no_candles_is_a_data_error(
    market: CcxtMarket, exchange: Exchange, body: str, complaint: str
) -> None:
    exchange.answers = [body]

    with pytest.raises(DataError, match=complaint):
        market.bars("BTC/USDT", "1h", NOON, 5)


def test_nobody_at_the_address_is_a_data_error() -> None:
    market = CcxtMarket("binance", endpoint="http://127.0.0.1:9", tries=2, pause=0.01)

    with pytest.raises(DataError, match="no answer after 2 tries: ExchangeNotAvailable"):
        market.bars("BTC/USDT", "1h", NOON, 5)


def test_a_time_before_the_listing_says_when_data_begin(market: CcxtMarket) -> None:
    with pytest.raises(DataError, match=r"data begin with the bar closed 2024-01-01T01:00:00\+00:00; as_of 2023-06"):
        market.bars("BTC/USDT", "1h", datetime(2023, 6, 1, tzinfo=UTC), 5)


@pytest.mark.parametrize(
    "ask, complaint",
    [
        (
            lambda m: m.bars("BTCUSDT", "1h", NOON, 5),
            "unknown symbol 'BTCUSDT' for ccxt:binance; expected one of BTC/U",
        ),
        (
            lambda m: m.bars("BTC/USDT", "2h", NOON, 5),
            "unknown timeframe '2h' for ccxt:binance; expected one of 1m, 5m",
        ),
        (lambda m: m.bars("BTC/USDT", "1h", NOON, 0), "expected a count of at least 1 bar, was 0"),
    ],
)
def test_what_is_unknown_is_answered_with_what_is_known(
    market: CcxtMarket, ask: Callable[[CcxtMarket], Bars], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        ask(market)


def test_an_unknown_exchange_is_answered_with_near_names() -> None:
    with pytest.raises(UsageError, match=r"unknown exchange 'binnance' for ccxt; expected one of binance"):
        open_market("ccxt:binnance")


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt.async_support", None)

    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[ccxt\]'"):
        open_market("ccxt:binance")
