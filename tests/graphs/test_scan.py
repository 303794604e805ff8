"""One cycle over many symbols: each bar once, each failure told with its symbol, nothing stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from fks_agents.contracts import Cycle, Timeframe
from fks_agents.errors import DataError, RefusedError
from fks_agents.settings import load
from graphs.opening import open_desk
from graphs.scan import Admit, Scan, Scanned, StoppedError, expected, scan
from memory.decisions import Admission
from memory.halts import Halt
from memory.requests import Asked
from tests.service.scanning import NOON, Floor, floor


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Floor]:
    with floor(tmp_path) as opened:
        yield opened


def kinds(found: tuple[Scanned, ...]) -> dict[str, str]:
    return {each.symbol: each.kind for each in found}


def test_every_symbol_is_decided_on_once_in_the_order_given(live: Floor) -> None:
    told: list[Scanned] = []
    found = scan(live.desk, ("B", "A"), "1h", person="ana", on_scanned=told.append)
    assert [(each.symbol, each.kind, each.closed_at) for each in found] == [
        ("B", "decided", NOON), ("A", "decided", NOON),
    ]  # fmt: skip
    assert tuple(told) == found
    for each in found:
        assert each.decision_id is not None
        cycle = live.desk.ledger.decisions.cycle(each.decision_id)
        assert (cycle.action, cycle.status, cycle.reason) == (each.action, each.status, each.reason)
        assert live.desk.ledger.requests.askers([cycle.id]) == {cycle.id: "ana"}
    again = scan(live.desk, ("A", "B"), "1h")
    assert [(each.kind, each.decision_id) for each in again] == [
        ("nothing_new", found[1].decision_id), ("nothing_new", found[0].decision_id),
    ]  # fmt: skip
    live.clock.go(hours=1)
    assert kinds(scan(live.desk, ("A",), "1h")) == {"A": "decided"}


def test_side_by_side_the_same_is_told(live: Floor) -> None:
    with ThreadPoolExecutor(3) as threads:
        found = scan(live.desk, ("C", "A", "B", "A"), "1h", executor=threads)
    assert [each.symbol for each in found] == ["C", "A", "B", "A"]
    assert sorted(each.kind for each in found) == ["decided", "decided", "decided", "nothing_new"]
    assert len(live.desk.ledger.decisions.history()) == 3


def test_each_failure_is_told_with_its_symbol(live: Floor) -> None:
    live.market.failing = {"A": DataError("no answer after 3 tries"), "B": KeyError("opened")}
    live.market.late["C"] = timedelta(hours=2)
    found = scan(live.desk, ("A", "B", "C", "D"), "1h")
    assert [(each.kind, each.closed_at is None) for each in found] == [
        ("failed", True), ("failed", True), ("stale", False), ("failed", True),
    ]  # fmt: skip
    assert [each.reason for each in found[:3]] == [
        "no answer after 3 tries",
        "broke off with KeyError: 'opened'",
        "the newest bar closed at 2026-01-05 10:00, one of 2026-01-05 12:00 is expected",
    ]
    assert live.desk.ledger.decisions.unfinished() == ()


def test_a_decision_that_breaks_off_is_named(live: Floor) -> None:
    def fails(_: Admission) -> Cycle:
        raise DataError("the feed is gone")

    one = Scan(live.desk, "1h", "ana", admit=admit(live), make=fails).one
    scanned = one("A")
    [admission] = live.desk.ledger.decisions.unfinished()
    assert (scanned.kind, scanned.decision_id, scanned.reason) == ("failed", admission.id, "the feed is gone")


def test_whoever_was_faster_leaves_nothing_new(live: Floor) -> None:
    """Another scan admits between the look and the admission."""

    def late(symbol: str, timeframe: Timeframe, asked: Asked) -> Admission:
        scan(live.desk, (symbol,), timeframe)
        return admit(live)(symbol, timeframe, asked)

    scanned = Scan(live.desk, "1h", "ana", admit=late).one("A")
    [entry] = live.desk.ledger.decisions.history()
    assert (scanned.kind, scanned.reason) == (
        "nothing_new", f"A 1h: decision {entry.id} was made for the bar that closed at 2026-01-05 12:00",
    )  # fmt: skip


def test_a_halt_and_a_stop_leave_the_others_unasked(live: Floor) -> None:
    asked: list[str] = []

    def check() -> None:
        asked.append("?")
        if len(asked) == 2:
            raise StoppedError("interrupted")

    assert kinds(scan(live.desk, ("A", "B"), "1h", check=check)) == {"A": "decided", "B": "left"}
    live.desk.ledger.halts.turn(Halt(is_halted=True, by="eve", at=NOON, reason="CPI"))
    [halted] = scan(live.desk, ("B",), "1h")
    assert (halted.kind, halted.reason) == ("halted", "trading is halted since 2026-01-05 12:00 by eve: CPI")


def test_any_other_refusal_is_a_failure(live: Floor) -> None:
    def refuse(*_: object) -> Admission:
        raise RefusedError("no")

    assert Scan(live.desk, "1h", "ana", admit=refuse).one("A").kind == "failed"


def test_a_bar_is_expected_only_where_time_goes_on(live: Floor, tmp_path: Path) -> None:
    assert expected(live.desk, "1h", timedelta(seconds=10)) == NOON - timedelta(hours=1)
    assert expected(live.desk, "1h", timedelta(0)) == NOON
    with open_desk(load(home=tmp_path / "still")) as still:
        assert expected(still, "1d", timedelta(0)) is None


def admit(live: Floor) -> Admit:
    return lambda symbol, timeframe, asked: live.desk.admit(symbol, timeframe=timeframe, asked=asked)
