"""Hours of use in small: decisions are asked for, pages are opened and left, one stays open; memory stays flat.

FKS_TEST_SOAK says for how many seconds; memory is judged from ten minutes on. Before that so many decisions are made
that the pages have as much to read as they ever look at, and the libraries that weigh a long record are loaded: what a
service needs more in its first hour than in its first minute is no leak.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from itertools import cycle
from statistics import median
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from fks_agents.service.speed import asking
from fks_agents.service.speed.measure import question
from tests.browser.test_access import PATHS

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

    from tests.browser.conftest import Desk

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

_LOG = logging.getLogger(__name__)
SECONDS = float(os.environ.get("FKS_TEST_SOAK", "8"))
LONG = 600.0
RECORD = 750
"""Decisions before a long soak: of them more end at once than the page of agents looks at, the others wait."""
AT_ONCE = 50
GROWTH = 1.1
"""Of the last fifth over the second."""


def heap(session: CDPSession) -> float:
    """MiB in use by a page's scripts, after what they left was collected."""
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def test_memory_stays_flat_while_pages_come_and_go(visit: Callable[..., Page], desk: Desk) -> None:
    stays, moves = visit(), visit("dark")
    stays.goto(f"{desk.address}/desk/system")
    stays.get_by_role("heading", level=1).wait_for()
    session = stays.context.new_cdp_session(stays)
    server, script, opened = list[float](), list[float](), 0
    asked = fill(desk, RECORD) if SECONDS >= LONG else 0
    ends = monotonic() + SECONDS
    for path in cycle(PATHS):
        if monotonic() > ends:
            break
        moves.goto(f"{desk.address}/desk/{path}")
        moves.get_by_role("heading", level=1).wait_for()
        opened += 1
        told = asking.post(desk.server, "/v1/ai/analyze", [question(asked)], clients=1)
        assert set(told.statuses) == {202}
        asked += 1
        server.append(desk.server.memory or 0.0)
        script.append(heap(session))
    _LOG.info(
        "%d pages, %d decisions; MiB in the second and the last fifth: server %.0f and %.0f, scripts %.1f and %.1f",
        opened, asked, *fifths(server), *fifths(script),
    )  # fmt: skip
    assert stays.get_by_role("heading", level=1).inner_text() == "System"
    assert opened >= 3
    if SECONDS >= LONG:
        assert flat(server), server[:: len(server) // 20]
        assert flat(script), script[:: len(script) // 20]


def fill(desk: Desk, decisions: int) -> int:
    """So many decisions, as many at a time as the service takes."""
    for first in range(0, decisions, AT_ONCE):
        told = asking.post(desk.server, "/v1/ai/analyze", map(question, range(first, first + AT_ONCE)), clients=2)
        assert set(told.statuses) == {202}
        while (now := asking.fetched(desk.server, "/v1/runs?limit=1"))["running"] + now["waiting"]:
            sleep(0.2)
    return decisions


def fifths(values: list[float]) -> tuple[float, float]:
    """Medians of the second fifth and of the last one."""
    fifth = max(len(values) // 5, 1)
    return median(values[fifth : 2 * fifth] or values), median(values[-fifth:])


def flat(values: list[float]) -> bool:
    second, last = fifths(values)
    return last <= GROWTH * second


def test_what_grows_is_not_flat() -> None:
    """The control: a leak of a tenth of a MiB with each page."""
    assert flat([300.0] * 100)
    assert not flat([100 + 0.2 * page for page in range(500)])
