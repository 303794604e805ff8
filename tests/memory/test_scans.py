"""A bar is tied to one decision, in the transaction that admits it; lists and runs of jobs are kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pydantic import ValidationError

from fks_agents.errors import RefusedError
from fks_agents.settings import Settings
from memory.decisions import Admission
from memory.jobs import KEPT, JobRun, Turn
from memory.ledger import Ledger
from memory.requests import Asked
from memory.scans import BarKey, DecidedError
from memory.watchlists import Watchlist, WatchlistVersion
from tests.memory.conftest import NOON

BAR = BarKey(source="sample", symbol="SPX", timeframe="1d", closed_at=NOON)
ASKED = Asked("scanner", NOON, None, "q", is_scan=True)


@pytest.fixture
def scanned(ledger: Ledger) -> Callable[..., Admission]:
    def one(symbol: str = "SPX", days: int = 0, asked: Asked = ASKED) -> Admission:
        at = NOON + timedelta(days=days)
        return ledger.decisions.admit(symbol, "1d", at, Settings(), account="main", asked=asked)

    return one


def test_a_bar_is_tied_to_its_decision(ledger: Ledger, scanned: Callable[..., Admission]) -> None:
    assert (ledger.scans.decision(BAR), ledger.scans.newest("sample", "SPX", "1d")) == (None, None)
    admission = scanned()
    assert ledger.scans.decision(BAR) == admission.id
    scanned(days=2)
    scanned("IXIC", days=5)
    assert ledger.scans.newest("sample", "SPX", "1d") == NOON + timedelta(days=2)


def test_a_second_scan_of_a_bar_admits_nothing(ledger: Ledger, scanned: Callable[..., Admission]) -> None:
    first = scanned()
    with pytest.raises(DecidedError, match=f"SPX 1d: decision {first.id} was made for the bar that closed at 2018"):
        scanned()
    assert [each.id for each in ledger.decisions.unfinished()] == [first.id]
    assert ledger.requests.askers([first.id]) == {first.id: "scanner"}


def test_whoever_is_no_scan_may_ask_again(ledger: Ledger, scanned: Callable[..., Admission]) -> None:
    scanned()
    scanned(asked=ASKED._replace(is_scan=False))
    ledger.decisions.admit("SPX", "1d", NOON, Settings())
    assert len(ledger.decisions.unfinished()) == 3


@pytest.mark.parametrize(("is_scan", "decisions"), [(True, 1), (False, 8)])
def test_of_many_at_once_one_is_admitted(
    is_scan: bool, decisions: int, ledger: Ledger, scanned: Callable[..., Admission]
) -> None:
    """Without the key the same check finds eight."""

    def attempt(_: int) -> bool:
        try:
            scanned(asked=ASKED._replace(is_scan=is_scan))
        except DecidedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(attempt, range(8)))
    assert sum(admitted) == len(ledger.decisions.unfinished()) == decisions


def test_an_admission_that_fails_leaves_the_bar_to_the_next_scan(
    ledger: Ledger, scanned: Callable[..., Admission]
) -> None:
    taken = scanned(days=1, asked=ASKED._replace(key="ana/k"))
    with pytest.raises(RefusedError):
        scanned(asked=ASKED._replace(key="ana/k"))
    assert ledger.scans.decision(BAR) is None
    assert scanned().id != taken.id


def test_versions_of_a_watchlist_follow_one_another(ledger: Ledger) -> None:
    listed = Watchlist(name="core", symbols=("SPX",), timeframes=("1d",))

    def add(number: int, watchlist: Watchlist | None) -> None:
        ledger.watchlists.add(WatchlistVersion(name="core", number=number, by="ana", at=NOON, watchlist=watchlist))

    add(1, listed)
    with pytest.raises(RefusedError, match="watchlist core was changed meanwhile: 1 is not its next version"):
        add(1, listed)
    assert [each.watchlist for each in ledger.watchlists.newest()] == [listed]
    add(2, None)
    assert ledger.watchlists.newest() == ()
    assert [each.number for each in ledger.watchlists.of("core")] == [1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"symbols": ()},
        {"symbols": ("SPX", "SPX")},
        {"symbols": ("S P",)},
        {"timeframes": ()},
        {"timeframes": ("2d",)},
        {"timeframes": ("1w",)},
        {"name": "Core list"},
        {"symbols": tuple(f"S{n}" for n in range(501))},
    ],
)
def test_a_watchlist_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    given = {"name": "core", "symbols": ("SPX",), "timeframes": ("1d",)}
    Watchlist.model_validate(given)
    with pytest.raises(ValidationError):
        Watchlist.model_validate(given | changes)


def run(job: str, hours: int, attempt: int = 1) -> JobRun:
    return JobRun(job=job, due_at=NOON + timedelta(hours=hours), outcome="done", at=NOON, attempt=attempt)


def test_the_last_run_is_the_newest_attempt_at_the_newest_due_time(ledger: Ledger) -> None:
    assert ledger.jobs.last("scan 1h") is None
    runs = (run("scan 1h", 2), run("scan 1h", 1), run("scan 1h", 2, attempt=2), run("outcomes", 9))
    for each in runs:
        ledger.jobs.record(each)
    assert ledger.jobs.last("scan 1h") == runs[2]
    assert ledger.jobs.newest("scan") == (runs[2], runs[1], runs[0])
    assert ledger.jobs.newest(limit=1) == (runs[3],)


def test_the_oldest_runs_of_a_job_are_forgotten(ledger: Ledger) -> None:
    ledger.jobs.record(run("outcomes", 0))
    for hour in range(KEPT + 3):
        ledger.jobs.record(run("scan 1h", hour))
    kept = ledger.jobs.newest("scan 1h", limit=1_000)
    assert (len(kept), kept[-1].due_at) == (KEPT, NOON + timedelta(hours=3))
    assert ledger.jobs.last("outcomes") is not None


def test_who_started_and_stopped_the_scanner_is_kept(ledger: Ledger) -> None:
    turns = tuple(Turn(is_on=is_on, by="ana", at=NOON) for is_on in (True, False))
    for turn in turns:
        ledger.jobs.turn(turn)
    assert ledger.jobs.turns() == turns
