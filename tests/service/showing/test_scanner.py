from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fks_agents.errors import UsageError
from fks_agents.service.routes.scan import Listed
from fks_agents.service.scan_status import FrameStatus, ScannerStatus, ScanRun
from fks_agents.service.showing import scanner as showing
from graphs.scan import Scanned
from memory.decisions import Entry

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)
CLOSE = datetime(2018, 4, 19, 20, tzinfo=UTC)


def scanned(symbol: str, kind: str, **more: Any) -> Scanned:
    return Scanned.model_validate({"symbol": symbol, "timeframe": "1d", "kind": kind, "closed_at": CLOSE, **more})


def ran(**changes: Any) -> ScanRun:
    given = {
        "job": "scan 1d sample", "timeframe": "1d", "due_at": CLOSE, "outcome": "done", "at": NOON, "seconds": 1.26,
        "by": "clock", "count": 1, "attempt": 1, "is_complete": True, "reason": "", "counts": {}, "symbols": (),
    }  # fmt: skip
    return ScanRun.model_validate(given | changes)


def status(**changes: Any) -> ScannerStatus:
    given = {
        "is_on": False, "by": None, "at": None, "halted": None, "is_scanning": False, "source": "sample",
        "is_live": False, "delay": 10.0, "timeframes": (), "outcomes": None, "next_outcomes_at": NOON,
    }  # fmt: skip
    return ScannerStatus.model_validate(given | changes)


@pytest.mark.parametrize(
    ("changes", "head"),
    [
        ({}, ("off", "muted", "nobody has started it yet")),
        ({"by": "ana", "at": NOON}, ("off", "muted", "stopped 2018-04-20 12:00 by ana")),
        ({"is_on": True}, ("on", "good", "by the settings")),
        ({"is_on": True, "by": "ana", "at": NOON}, ("on", "good", "started 2018-04-20 12:00 by ana")),
        ({"is_on": True, "is_scanning": True}, ("scanning now", "good", "by the settings")),
        ({"is_on": True, "halted": "trading is halted"}, ("on, and halted", "bad", "trading is halted")),
    ],
)
def test_it_is_told_whether_it_scans_and_why_not(changes: dict[str, Any], head: tuple[str, str, str]) -> None:
    assert showing.head(status(**changes)) == head


def test_each_timeframe_tells_its_next_and_its_last_scan() -> None:
    frame = FrameStatus(timeframe="1d", symbols=2, sessions="new_york", next_at=NOON, last=ran(outcome="missed"))
    idle = FrameStatus(timeframe="1h", symbols=1, sessions="new_york", next_at=None, last=None)
    assert showing.frames(status(timeframes=(frame, idle))) == (
        ("1d", "2", "2018-04-20 12:00", "missed, bar of 2018-04-19 20:00", "warn"),
        ("1h", "1", "not while it is off or halted", "never", ""),
    )


def test_a_run_tells_what_became_of_its_symbols_and_what_went_wrong() -> None:
    symbols = (
        scanned("SPX", "admitted", decision_id="a" * 12),
        scanned("IXIC", "failed", reason="no prices"),
        scanned("NDX", "stale"),
    )
    told = showing.run(ran(symbols=symbols, counts={"admitted": 1, "failed": 1, "stale": 1}, is_complete=False))
    assert (told.what, told.outcome, told.tone, told.seconds) == ("scan 1d", "done, looked for again", "warn", "1.3 s")
    assert told.symbols == "1 admitted, 1 failed, 1 stale"
    assert told.wrong == ("IXIC: no prices", "NDX: stale")


def test_missed_closes_and_looks_for_outcomes_are_runs_too() -> None:
    missed = showing.run(ran(outcome="missed", count=3, reason="no service was running"))
    assert (missed.outcome, missed.reason) == ("missed (3 closes)", "no service was running")
    looked = showing.run(ran(timeframe=None, job="outcomes", counts={"open": 2, "ended": 1}, by="ana"))
    assert (looked.what, looked.symbols) == ("outcomes by ana", "1 ended, 2 open")


def entry(decision_id: str, action: str) -> Entry:
    return Entry.model_validate(
        {
            "id": decision_id, "sequence": 1, "symbol": "SPX", "timeframe": "1d", "as_of": CLOSE, "action": action,
            "status": "working" if action != "hold" else "hold", "outcome": "pass", "reason": "", "account": "main",
            "digest": "d",
        }
    )  # fmt: skip


def test_trades_come_first_and_each_decision_once() -> None:
    one, two, three = "a" * 12, "b" * 12, "c" * 12
    newest = ran(symbols=(scanned("SPX", "admitted", decision_id=one), scanned("IXIC", "admitted", decision_id=two)))
    before = ran(
        symbols=(scanned("SPX", "nothing_new", decision_id=one), scanned("NDX", "admitted", decision_id=three))
    )
    found = showing.found((newest, before), (entry(one, "hold"), entry(two, "sell")))
    assert [(each.decision_id, each.action, each.is_trade) for each in found] == [
        (two, "sell", True), (one, "hold", False), (three, "being made", False),
    ]  # fmt: skip


def test_a_trade_that_waits_for_a_person_is_not_being_made() -> None:
    run = ran(
        symbols=(scanned("SPX", "admitted", decision_id="a" * 12), scanned("NDX", "admitted", decision_id="b" * 12))
    )
    waits, made = showing.found((run,), (), waiting=("b" * 12,))
    assert (waits.symbol, waits.action, waits.status, waits.is_waiting) == ("NDX", "trade", "waits for a person", True)
    assert (made.symbol, made.action, made.is_waiting, made.is_on_record) == ("SPX", "being made", False, False)


def test_the_last_scan_of_a_timeframe_may_be_one_that_a_person_asked_for() -> None:
    frame = FrameStatus(timeframe="1d", symbols=2, sessions="new_york", next_at=NOON, last=ran(by="ana"))
    [shown] = showing.frames(status(timeframes=(frame,)))
    assert shown.last == "done, bar of 2018-04-19 20:00 by ana"


def test_a_form_gives_a_list() -> None:
    draft = showing.draft("SPX, IXIC;NDX\nDAX", ("1d", "1h"), 2)
    assert (draft.symbols, draft.timeframes, draft.version) == (("SPX", "IXIC", "NDX", "DAX"), ("1d", "1h"), 2)
    assert showing.named("us-large_1") == "us-large_1"


@pytest.mark.parametrize(
    ("symbols", "frames", "said"),
    [
        ("", ("1d",), "symbols: expected at least 1 item"),
        ("SPX SPX", ("1d",), "symbols: expected each once, was twice: SPX"),
        ("SPX", (), "timeframes: expected at least 1 item"),
        ("SPX", ("1w",), "timeframes.0: expected '1m'"),
    ],
)
def test_a_list_that_does_not_fit_is_told(symbols: str, frames: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        showing.draft(symbols, frames, 0)
    assert str(caught.value).startswith(said)


def test_a_name_that_does_not_fit_is_told() -> None:
    with pytest.raises(UsageError, match="expected small letters, digits, - and _, was 'My List'"):
        showing.named("My List")


def test_a_list_is_told_with_who_saved_it() -> None:
    listed = Listed(name="daily", version=3, by="ana", at=NOON, symbols=("SPX", "IXIC"), timeframes=("1d",))
    assert showing.row(listed) == ("SPX, IXIC", "1d", "version 3, ana at 2018-04-20 12:00")
