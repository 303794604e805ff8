"""`ccxt:EXCHANGE`: public candles of any exchange ccxt knows; closed bars only, no key needed.

A call opens the client, asks page by page within the exchange's rate limit, and closes the client again. Transient
failures (timeouts, 429 with its Retry-After, maintenance) are tried again; everything else is a DataError at once.
A candle is closed when both `as_of` and the exchange's own clock say so.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from fks_agents.bars import SECONDS, Bars, moment, nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.deps import Market
from fks_agents.errors import ConfigError, DataError, UsageError
from tools.market._window import last_closed, unknown

PAGE = 500
"""Candles asked for at once; an exchange that gives fewer is asked more often."""
LONGEST_WAIT = 60.0
"""Seconds; an exchange that asks for a longer pause has banned us."""
_MALFORMED = (TypeError, ValueError, KeyError, IndexError, AttributeError)
"""What ccxt's parsers raise on an answer they were not written for."""
_LONG_AGO = 1_230_768_000_000
"""2009-01-01 in milliseconds: before any exchange."""

IS_LIVE = True
"""Its newest bar is of now; `tools.market.is_live` reads this."""

_T = TypeVar("_T")
_Candles = dict[int, list[float]]


def open_source(argument: str) -> Market:
    return CcxtMarket(argument)


class CcxtMarket:
    def __init__(
        self, exchange: str, *, endpoint: str | None = None, timeout: float = 10.0, tries: int = 4, pause: float = 0.5
    ) -> None:
        """`endpoint` (scheme://host:port) stands in for the exchange's own hosts; `timeout` is seconds for one request,
        `pause` the seconds before the second of `tries`, doubled each time."""
        self._ccxt = _library()
        if exchange not in self._ccxt.exchanges:
            raise unknown("exchange", exchange, self._ccxt.exchanges, "ccxt")
        self.name = f"ccxt:{exchange}"
        self._exchange = exchange
        self._endpoint = endpoint
        self._timeout = timeout
        self._tries = tries
        self._pause = pause
        self._markets: dict[str, Any] | None = None

    def symbols(self) -> tuple[str, ...]:
        return self._asked(self._known_symbols)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        now = nanoseconds(as_of) // 1_000_000
        if count < 1:
            raise UsageError(f"expected a count of at least 1 bar, was {count}")

        async def ask(client: Any) -> Bars:
            self._check(client, symbol, timeframe)
            candles = await self._last(client, symbol, timeframe, min(now, await self._time(client, now)), count)
            if not candles:
                begin = await self._first(client, symbol, timeframe)
                raise DataError(
                    f"{self.name} {symbol} {timeframe}: data begin with the bar closed {moment(begin).isoformat()}; "
                    f"as_of {as_of.isoformat()} lies before it"
                )
            return last_closed(self._as_bars(symbol, timeframe, candles), as_of, count)

        return self._asked(ask)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        async def ask(client: Any) -> tuple[datetime, datetime]:
            self._check(client, symbol, timeframe)
            first = await self._first(client, symbol, timeframe)
            latest = await self._page(client, symbol, timeframe, None, 2)
            step = SECONDS[timeframe] * 1000
            now = await self._time(client, max(latest, default=0))
            closed = [opened + step for opened in latest if opened + step <= now]
            return moment(first), moment(max(closed) * 1_000_000) if closed else moment(first)

        return self._asked(ask)

    # --- one conversation with the exchange

    def _asked(self, question: Callable[[Any], Awaitable[_T]]) -> _T:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self._converse(question))
        with ThreadPoolExecutor(max_workers=1) as beside:  # a loop is running here and cannot run another
            return beside.submit(lambda: asyncio.run(self._converse(question))).result()

    async def _converse(self, question: Callable[[Any], Awaitable[_T]]) -> _T:
        client = getattr(self._ccxt, self._exchange)(
            {"enableRateLimit": True, "timeout": int(self._timeout * 1000), "enableLastJsonResponse": True}
        )
        if self._endpoint is not None:
            client.urls["api"] = _moved(client.urls["api"], self._endpoint)
            if self._endpoint.startswith("http:"):
                client.timeout_on_exit = 0  # the pause is for TLS to say goodbye
        try:
            if self._markets is None:
                self._markets = await self._patiently(client, client.load_markets)
            else:
                client.set_markets(self._markets)
            return await question(client)
        finally:
            await client.close()

    async def _patiently(self, client: Any, ask: Callable[[], Awaitable[_T]]) -> _T:
        for attempt in range(1, self._tries + 1):
            try:
                return await ask()
            except self._ccxt.NetworkError as error:
                wait = max(self._pause * 2 ** (attempt - 1), _retry_after(client))
                if attempt == self._tries or wait > LONGEST_WAIT:
                    asked = f", asked to wait {wait:.0f} s" if wait > LONGEST_WAIT else ""
                    raise DataError(f"{self.name}: no answer after {attempt} tries{asked}: {_short(error)}") from error
                await asyncio.sleep(wait)
            except (self._ccxt.BaseError, *_MALFORMED) as error:
                raise DataError(f"{self.name}: expected an answer ccxt can read: {_short(error)}") from error
        raise AssertionError("at least one try is made")

    async def _known_symbols(self, client: Any) -> tuple[str, ...]:
        return tuple(sorted(client.markets))

    def _check(self, client: Any, symbol: str, timeframe: str) -> None:
        if symbol not in client.markets:
            raise unknown("symbol", symbol, sorted(client.markets), self.name)
        known = [name for name in SECONDS if name in (client.timeframes or {})]
        if timeframe not in known:
            raise unknown("timeframe", timeframe, known, self.name)

    async def _time(self, client: Any, otherwise: int) -> int:
        """The exchange's own clock in milliseconds; `otherwise` where it shows none."""
        if not client.has.get("fetchTime"):
            return otherwise
        answer = await self._patiently(client, client.fetch_time)
        if not isinstance(answer, int):
            raise DataError(f"{self.name}: expected the exchange's time in milliseconds, was {answer!r}")
        return answer

    async def _last(self, client: Any, symbol: str, timeframe: Timeframe, until: int, count: int) -> _Candles:
        """At least the last `count` candles closed at `until`; fewer where three longer looks back find no more."""
        step = SECONDS[timeframe] * 1000
        begin = until - (count + 1) * step
        found = await self._between(client, symbol, timeframe, begin, until)
        width, empty = max(count, 20) * step, 0
        while len(found) < count and empty < 3 and begin > _LONG_AGO:
            earlier = await self._between(client, symbol, timeframe, begin - width, begin + step - 1)
            empty = 0 if earlier else empty + 1
            begin -= width
            width *= 2
            found |= earlier
        return found

    async def _between(self, client: Any, symbol: str, timeframe: Timeframe, since: int, until: int) -> _Candles:
        """Candles opened at or after `since` and closed at or before `until`."""
        step = SECONDS[timeframe] * 1000
        found: _Candles = {}
        while since + step <= until:
            limit = min(PAGE, math.ceil((until - since) / step))
            page = await self._page(client, symbol, timeframe, since, limit)
            fresh = {opened: row for opened, row in page.items() if opened >= since and opened + step <= until}
            found |= fresh
            # An empty page is a gap as long as the page; one that starts later says how long the gap is.
            since = max(fresh) + step if fresh else max(since + limit * step, min(page, default=0))
        return found

    async def _first(self, client: Any, symbol: str, timeframe: Timeframe) -> int:
        """When the first candle the exchange gives closed, in nanoseconds."""
        page = await self._page(client, symbol, timeframe, _LONG_AGO, 1)
        if not page:
            raise DataError(f"{self.name} {symbol} {timeframe}: expected candles, was none")
        return (min(page) + SECONDS[timeframe] * 1000) * 1_000_000

    async def _page(self, client: Any, symbol: str, timeframe: str, since: int | None, limit: int) -> _Candles:
        answer = await self._patiently(client, lambda: client.fetch_ohlcv(symbol, timeframe, since, limit))
        raw = client.last_json_response
        if not isinstance(raw, list | dict) or not isinstance(answer, list):
            said = client.last_http_response
            raise DataError(f"{self.name} {symbol}: expected candles as JSON, was {str(said)[:60]!r}")
        # ccxt drops rows it cannot date without a word, and a page of rubbish would look like a gap.
        for row, cells in enumerate(raw if isinstance(raw, list) else (), start=1):
            if isinstance(cells, list) and not (len(cells) > 5 and all(map(_is_number, cells[:6]))):
                raise DataError(f"{self.name} {symbol}, candle {row}: expected six numbers, was {str(cells)[:60]!r}")
        return dict(self._candle(symbol, row, cells) for row, cells in enumerate(answer, start=1))

    def _candle(self, symbol: str, row: int, cells: object) -> tuple[int, list[float]]:
        names = ("time", "open", "high", "low", "close", "volume")
        if not isinstance(cells, list) or len(cells) < len(names):
            raise DataError(f"{self.name} {symbol}, candle {row}: expected {', '.join(names)}, was {str(cells)[:60]!r}")
        for name, cell in zip(names, cells, strict=False):
            if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
                raise DataError(f"{self.name} {symbol}, candle {row}, {name}: expected a finite number, was {cell!r}")
        return int(cells[0]), [float(cell) for cell in cells[1:6]]

    def _as_bars(self, symbol: str, timeframe: Timeframe, candles: _Candles) -> Bars:
        opened = np.array(sorted(candles), dtype=np.int64)
        values = np.array([candles[at] for at in opened.tolist()])
        times = opened * 1_000_000
        return Bars(symbol, timeframe, self.name, times, times + SECONDS[timeframe] * 1_000_000_000, *values.T)


def _library() -> ModuleType:
    try:
        import ccxt.async_support as library
    except ImportError as error:
        raise ConfigError("the source ccxt needs an extra: pip install 'fks-agents[ccxt]'") from error
    found: ModuleType = library
    return found


def _moved(urls: object, endpoint: str) -> Any:
    """The same addresses at another host."""
    if isinstance(urls, Mapping):
        return {name: _moved(url, endpoint) for name, url in urls.items()}
    host = urlsplit(endpoint)
    return urlunsplit(urlsplit(str(urls))._replace(scheme=host.scheme, netloc=host.netloc))


def _retry_after(client: Any) -> float:
    """Seconds the exchange asked us to wait in its last answer; 0 where it did not."""
    headers = {name.lower(): value for name, value in (client.last_response_headers or {}).items()}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0


def _is_number(cell: object) -> bool:
    try:
        return not isinstance(cell, bool) and math.isfinite(float(str(cell)))
    except ValueError:
        return False


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"
