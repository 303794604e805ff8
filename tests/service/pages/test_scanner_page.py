from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from memory.jobs import JobRun
from memory.watchlists import Watchlist, WatchlistVersion
from tests.service.pages.test_backtest_pages import HOSTILE, service, shown

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(client: TestClient) -> None:
    ledger = service(client).desk.ledger
    listed = Watchlist(name="daily", symbols=("SPX", "IXIC"), timeframes=("1d",))
    ledger.watchlists.add(WatchlistVersion(name="daily", number=1, by="bob", at=NOON, watchlist=listed))
    wrong = {"symbol": "SPX", "timeframe": "1d", "kind": "failed", "reason": HOSTILE}
    ledger.jobs.record(
        JobRun(job="scan 1d sample", timeframe="1d", due_at=NOON, outcome="done", at=NOON, told=[wrong])
    )  # fmt: skip


def test_a_viewer_reads_and_a_trader_acts(client: TestClient, kept: None) -> None:
    read = shown(client, "eve", "scanner").split("\n")
    assert {"off", "daily", "SPX, IXIC", f"SPX: {HOSTILE}"} <= set(read)
    assert not {"Start", "Scan now", "Save"} & set(read)
    acted = shown(client, "ana", "scanner?list=daily").split("\n")
    assert {"Start", "Scan now", "Save", "Delete", "Watchlist daily"} <= set(acted)
