"""The history as its page lists it: what an address asks for, and what stands in a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.contracts import Cycle, Result
from fks_agents.errors import UsageError
from fks_agents.service.showing import history
from fks_agents.service.showing.history import Listed, Wanted
from fks_agents.settings import load
from memory.decisions import Entry
from memory.ledger import Ledger
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, lesson, refused, result, snapshot, stopped

__all__ = ["bars", "cycle", "lesson", "refused", "result", "snapshot", "stopped"]


def entry_of(cycle: Cycle) -> Entry:
    return Entry(
        id=cycle.id, sequence=1, symbol=cycle.symbol, timeframe=cycle.timeframe, as_of=cycle.as_of, action=cycle.action,
        status=cycle.status, outcome=cycle.verdict.outcome, reason=cycle.reason, account="paper", digest=cycle.digest,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, stopped: Cycle) -> Iterator[Ledger]:
    """30 decisions, a day apart, the last of them about NDX; one more that is not finished."""
    home: Path = tmp_path_factory.mktemp("history")
    settings = load(home=home)
    with Ledger.open(home / "ledger.sqlite") as opened:
        for number in range(30):
            as_of = AS_OF + timedelta(days=number)
            symbol = "NDX" if number == 29 else "SPX"
            admission = opened.decisions.admit(symbol, "1d", as_of, settings)
            opened.decisions.finish(stopped.model_copy(update={"id": admission.id, "symbol": symbol, "as_of": as_of}))
        opened.decisions.admit("SPX", "1d", AS_OF, settings)
        yield opened


def test_a_row_says_what_was_decided_and_what_came_of_it(cycle: Cycle, result: Result) -> None:
    row = history.row(Listed(entry_of(cycle), result), cycle)
    assert row._asdict() == {
        "id": cycle.id, "at": "2018-10-12 20:00", "symbol": "SPX", "timeframe": "1d", "action": "sell",
        "verdict": "pass", "status": "working", "conviction": "0.68", "outcome": "horizon -0.08 R", "r": -0.08,
        "model": "rules", "reason": "sell 9.03 SPX at a limit; the gate passed",
    }  # fmt: skip


def test_what_is_not_known_is_not_a_zero(cycle: Cycle, stopped: Cycle, result: Result) -> None:
    still_open = history.row(Listed(entry_of(cycle), None), cycle)
    assert (still_open.outcome, still_open.r) == ("open", None)
    unfilled = history.row(Listed(entry_of(cycle), result.model_copy(update={"kind": "expired"})), cycle)
    assert (unfilled.outcome, unfilled.r) == ("expired", None)
    nobody = history.row(Listed(entry_of(stopped), None), stopped)
    assert (nobody.action, nobody.conviction, nobody.outcome, nobody.r) == ("no decision", "-", "-", None)


def test_two_models_are_named_and_judges_are_not() -> None:
    named = {"quick": "ollama:a", "deep": "ollama:b", "judge": "ollama:c"}
    assert history.models(named) == "ollama:a, ollama:b"
    assert history.models(dict.fromkeys(named, "rules")) == "rules"


def test_pages_join_without_a_gap(ledger: Ledger) -> None:
    first = history.listing(ledger, Wanted())
    second = history.listing(ledger, Wanted(before=str(first.next)))
    assert (len(first.rows), len(second.rows), second.next) == (25, 5, None)
    assert [row.at for row in (first.rows[0], first.rows[-1], second.rows[0])] == [
        "2018-11-10 20:00", "2018-10-17 20:00", "2018-10-16 20:00",
    ]  # fmt: skip
    assert (first.unfinished, first.is_empty) == (1, False)


def test_a_day_is_meant_from_its_first_moment_to_its_last(ledger: Ledger) -> None:
    def found(**asked: str) -> list[str]:
        return [row.at[:10] for row in history.listing(ledger, Wanted(**asked)).rows]

    assert found(since="2018-11-09") == ["2018-11-10", "2018-11-09"]
    assert found(until="2018-10-13") == ["2018-10-13", "2018-10-12"]
    assert found(until="2018-10-13T12:00:00Z") == ["2018-10-12"]
    assert found(symbol="NDX") == ["2018-11-10"]
    assert (len(found(status="no_decision")), found(action="buy"), len(found(text="QUALITY 41"))) == (25, [], 25)


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        assert history.listing(opened, Wanted(symbol="SPX")) == history.Listing((), None, 0, is_empty=True)


def test_an_address_is_read_and_written() -> None:
    asked = history.wanted({"symbol": " SPX ", "until": "2018-10-13", "page": "7"})
    assert asked == Wanted(symbol="SPX", until="2018-10-13")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"action": "panic"}, "action: expected one of buy, sell, hold, no_decision, was 'panic'"),
        ({"status": "lost"}, "status: expected one of filled"),
        ({"since": "soon"}, "since: expected a day like 2018-12-24"),
        ({"until": "2018-10-13T12:00:00"}, "until: expected a day like"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since: expected a day like"),
        ({"text": "x" * 201}, "text: expected at most 200 characters, was 201"),
        ({"symbol": "SP\x00X"}, "symbol: expected text without control characters"),
        ({"before": "-1"}, "before: expected a number, was '-1'"),
        ({"before": "9" * 10}, "before: expected a number"),
    ],
)
def test_what_an_address_cannot_ask_for_is_told(query: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        history.wanted(query)
    assert str(refused.value).startswith(said)


def test_a_moment_is_told_in_utc() -> None:
    assert history.moment("since", "2018-10-13T12:00:00+02:00", is_end=False) == datetime(2018, 10, 13, 10, tzinfo=UTC)
    assert history.moment("since", "", is_end=False) is None


@pytest.mark.parametrize("text", ["", "abc", "ABCD", "abcd' or 1", "a" * 13, "%%%%"])
def test_only_an_id_names_a_decision(text: str) -> None:
    with pytest.raises(UsageError, match="id: expected 4 to 12 of the digits"):
        history.decision_named("id", text)
