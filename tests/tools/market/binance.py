"""A loopback server that speaks the part of Binance's dialect that candles need, with faults on demand."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aiohttp import web

HOUR = 3_600_000
BEGIN = 1_704_067_200_000
"""2024-01-01T00:00:00Z."""


@dataclass
class Exchange:
    """Hourly BTC/USDT from `BEGIN`, `count` candles, the last one still open at `now`."""

    count: int = 1_300
    gaps: frozenset[int] = frozenset()
    """Hours after `BEGIN` without a candle."""
    answers: list[Any] = field(default_factory=list)
    """What the next requests for candles get instead: a status with headers, or a body."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The queries for candles, in order."""

    @property
    def now(self) -> int:
        return BEGIN + self.count * HOUR - HOUR // 2

    def candles(self) -> list[list[Any]]:
        noise = np.random.default_rng(7)
        close = 40_000 * np.exp(np.cumsum(noise.normal(0, 0.005, self.count)))
        open_ = np.append(40_000.0, close[:-1])
        rows = []
        for hour in range(self.count):
            high, low = max(open_[hour], close[hour]) + 10, min(open_[hour], close[hour]) - 10
            prices = [f"{price:.2f}" for price in (open_[hour], high, low, close[hour])]
            at = BEGIN + hour * HOUR
            if hour not in self.gaps:
                rows.append([at, *prices, "12.5", at + HOUR - 1, "500000", 100, "6", "250000", "0"])
        return rows

    async def klines(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, tuple):
                status, headers = answer
                return web.Response(status=status, headers=headers, text='{"code": -1003, "msg": "slow down"}')
            return web.Response(text=answer, content_type="application/json")
        start, limit = int(request.query.get("startTime", 0)), int(request.query.get("limit", 500))
        rows = [row for row in self.candles() if row[0] >= start]
        chosen = rows[:limit] if "startTime" in request.query else rows[-limit:]
        return web.Response(text=json.dumps(chosen), content_type="application/json")

    async def exchange_info(self, request: web.Request) -> web.Response:
        spot = "/api/" in request.path
        symbols = [_listed("BTC"), _listed("ETH")] if spot else []
        return web.json_response({"timezone": "UTC", "serverTime": self.now, "symbols": symbols})

    async def time(self, request: web.Request) -> web.Response:
        return web.json_response({"serverTime": self.now})


def _listed(base: str) -> dict[str, Any]:
    return {
        "symbol": f"{base}USDT", "status": "TRADING", "baseAsset": base, "baseAssetPrecision": 8, "quoteAsset": "USDT",
        "quotePrecision": 8, "quoteAssetPrecision": 8, "orderTypes": ["LIMIT"], "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False, "permissions": ["SPOT"],
        "filters": [{"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"}],
    }  # fmt: skip


@contextmanager
def served(exchange: Exchange) -> Iterator[str]:
    """The exchange at an address on loopback, in a thread of its own."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_get("/api/v3/klines", exchange.klines)
    app.router.add_get("/api/v3/time", exchange.time)
    app.router.add_get("/{api:(api|fapi|dapi)}/{version}/exchangeInfo", exchange.exchange_info)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    host, port = runner.addresses[0][:2]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://{host}:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
