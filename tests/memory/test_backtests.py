from __future__ import annotations

from datetime import timedelta

import pytest

from fks_agents.errors import UsageError
from memory.backtests import Backtest, Result
from memory.ledger import Ledger
from tests.memory.conftest import NOON

RESULT = Result(told='{"bars": 3}', drawn="{}", report="<html></html>")


def asked(number: int, *, by: str = "ana", symbol: str = "SPX", strategy: str = "sma_cross") -> Backtest:
    return Backtest(
        id=f"{number:012x}", by=by, at=NOON + timedelta(hours=number), strategy=strategy, symbol=symbol, request="{}"
    )


def states(ledger: Ledger) -> list[str]:
    return [each.state for each in ledger.backtests.page()]


def test_a_request_is_kept_and_found_again(ledger: Ledger) -> None:
    assert ledger.backtests.add(asked(1))
    assert not ledger.backtests.add(asked(1))
    assert ledger.backtests.get(asked(1).id) == asked(1).model_copy(update={"sequence": 1})
    assert ledger.backtests.get("f" * 12) is None


def test_the_newest_come_first_and_are_filtered(ledger: Ledger) -> None:
    for each in (asked(1), asked(2, by="bob"), asked(3, symbol="NDX"), asked(4, strategy="mine")):
        ledger.backtests.add(each)
    ledger.backtests.begin(asked(1).id, NOON)

    def ids(**filters: object) -> list[int]:
        return [int(each.id, 16) for each in ledger.backtests.page(**filters)]  # type: ignore[arg-type]

    assert ids() == [4, 3, 2, 1]
    assert (ids(by="bob"), ids(symbol="NDX"), ids(strategy="mine"), ids(state="running")) == ([2], [3], [4], [1])
    assert (ids(limit=2), ids(before=3)) == ([4, 3], [2, 1])
    assert ledger.backtests.count() == {"running": 1, "waiting": 3}


def test_one_that_has_ended_is_not_begun_again(ledger: Ledger) -> None:
    ledger.backtests.add(asked(1))
    assert ledger.backtests.begin(asked(1).id, NOON)
    ledger.backtests.progress(asked(1).id, 2, 3)
    assert ledger.backtests.end(asked(1).id, "done", NOON, result=RESULT)
    assert not ledger.backtests.begin(asked(1).id, NOON)
    assert not ledger.backtests.end(asked(1).id, "failed", NOON, reason="too late")
    found = ledger.backtests.get(asked(1).id)
    assert found is not None
    assert (found.state, found.reason, found.done, found.of, found.tries) == ("done", "", 2, 3, 1)
    assert ledger.backtests.result(asked(1).id) == RESULT
    assert ledger.backtests.unfinished() == ()


def test_one_that_was_broken_off_waits_and_counts_no_try(ledger: Ledger) -> None:
    ledger.backtests.add(asked(1))
    ledger.backtests.begin(asked(1).id, NOON)
    ledger.backtests.progress(asked(1).id, 2, 3)
    ledger.backtests.wait(asked(1).id)
    (found,) = ledger.backtests.unfinished()
    assert (found.state, found.done, found.of, found.tries) == ("waiting", 0, 0, 0)


def test_one_that_waits_is_cancelled_now_and_one_that_runs_by_whoever_runs_it(ledger: Ledger) -> None:
    for number in (1, 2):
        ledger.backtests.add(asked(number))
    ledger.backtests.begin(asked(2).id, NOON)
    for number in (1, 2):
        ledger.backtests.cancel(asked(number).id, "bob", NOON)
    assert states(ledger) == ["running", "cancelled"]
    assert [each.cancelled_by for each in ledger.backtests.page()] == ["bob", "bob"]
    # Whoever ran it has died: at the next start it is not run again.
    assert not ledger.backtests.begin(asked(2).id, NOON)
    assert states(ledger) == ["cancelled", "cancelled"]


def test_only_one_that_has_ended_is_deleted(ledger: Ledger) -> None:
    ledger.backtests.add(asked(1))
    with pytest.raises(UsageError, match="under way or unknown"):
        ledger.backtests.delete(asked(1).id)
    ledger.backtests.begin(asked(1).id, NOON)
    ledger.backtests.end(asked(1).id, "done", NOON, result=RESULT)
    ledger.backtests.delete(asked(1).id)
    assert ledger.backtests.page() == ()
    assert ledger.backtests.result(asked(1).id) is None


def test_the_oldest_results_are_forgotten_and_none_that_is_under_way(ledger: Ledger) -> None:
    for number in range(1, 5):
        ledger.backtests.add(asked(number))
    for number in (2, 3, 4):
        ledger.backtests.begin(asked(number).id, NOON)
        ledger.backtests.end(asked(number).id, "done", NOON, result=RESULT)
    ledger.backtests.keep(2)
    assert [int(each.id, 16) for each in ledger.backtests.page()] == [4, 3, 1]
    assert ledger.backtests.result(asked(2).id) is None
