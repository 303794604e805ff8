from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from memory.halts import Halt
from tests.service.pages.test_backtest_pages import HOSTILE, service, shown

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def halted(client: TestClient) -> None:
    halts = service(client).desk.ledger.halts
    for is_on in (True, False):
        halts.turn(Halt(is_halted=is_on, by="bob", at=NOON, reason=HOSTILE))


def test_a_viewer_reads_and_a_trader_has_the_switch_and_the_limits(client: TestClient, halted: None) -> None:
    read = shown(client, "eve", "risk").split("\n")
    assert {"trading goes on", "Largest position", "resumed", HOSTILE} <= set(read)
    assert not {"Halt trading", "Set limits"} & set(read)
    acted = shown(client, "ana", "risk").split("\n")
    assert {"Halt trading", "Reason", "Set limits", "Reason for the change"} <= set(acted)
