from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from fks_agents.errors import LedgerError, UsageError
from fks_agents.settings import Settings
from memory.decisions import Admission
from memory.ledger import Ledger
from tests.memory.conftest import NOON, cycle_of

Admit = Callable[..., Admission]


def test_an_id_comes_from_symbol_timeframe_time_settings_and_number(admit: Admit) -> None:
    first, second = admit(), admit()
    key = f"SPX|1d|2018-12-24T12:00:00+00:00|{Settings().digest}"
    assert first.id == sha256(f"{key}|1".encode()).hexdigest()[:12]
    assert second.id == sha256(f"{key}|2".encode()).hexdigest()[:12]


def test_two_fresh_ledgers_give_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for name in ("a.db", "b.db"):
        with Ledger.open(tmp_path / name) as ledger:
            ids.append([ledger.decisions.admit(symbol, "1d", NOON, Settings()).id for symbol in ("SPX", "NDX", "SPX")])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_the_same_moment_in_another_zone_gives_the_same_id(tmp_path: Path) -> None:
    ids = []
    for name, moment in (("a.db", NOON), ("b.db", NOON.astimezone(timezone(timedelta(hours=5))))):
        with Ledger.open(tmp_path / name) as ledger:
            ids.append(ledger.decisions.admit("SPX", "1d", moment, Settings()).id)
    assert ids[0] == ids[1]


def test_a_time_without_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="as_of: expected a time with zone, was '2018-12-24T12:00:00'"):
        ledger.decisions.admit("SPX", "1d", NOON.replace(tzinfo=None), Settings())


def test_an_admission_can_be_read_back_and_its_settings_given_again(ledger: Ledger, admit: Admit) -> None:
    admission = admit()
    assert ledger.decisions.admission(admission.id) == admission
    assert admission.account == "main"
    assert admission.models == {"quick": "rules", "deep": "rules"}
    again = Settings.model_validate(admission.settings)
    assert again.digest == admission.settings_digest


def test_where_things_lie_is_no_part_of_an_admission(ledger: Ledger) -> None:
    settings = Settings.model_validate({"database_url": "postgresql://me:hunter2@db/x", "home": "/srv/secret-home"})
    text = ledger.decisions.admit("SPX", "1d", NOON, settings).model_dump_json()
    assert "hunter2" not in text
    assert "secret-home" not in text


def test_without_an_account_a_decision_gets_its_own(admit: Admit) -> None:
    admission = admit(account=None)
    assert admission.account == admission.id


def test_what_was_admitted_and_not_finished_is_listed(ledger: Ledger, admit: Admit) -> None:
    first, second, third = admit(), admit("NDX"), admit(days=1)
    ledger.decisions.finish(cycle_of(second))
    assert ledger.decisions.unfinished() == (first, third)
    assert ledger.decisions.unfinished_ids() == (first.id, third.id)
    assert [ledger.decisions.is_finished(each.id) for each in (first, second, third)] == [False, True, False]


def test_of_what_is_unfinished_a_part_may_be_asked_for(ledger: Ledger, admit: Admit) -> None:
    first, second, third = admit(), admit("NDX"), admit(days=1)
    assert ledger.decisions.unfinished(limit=2) == (first, second)
    assert ledger.decisions.unfinished(besides=[first.id, "unknown"]) == (second, third)
    assert ledger.decisions.unfinished(besides=[first.id], limit=1) == (second,)


def test_a_decision_is_finished_under_its_whole_id_only(ledger: Ledger, admit: Admit) -> None:
    cycle = cycle_of(admit())
    ledger.decisions.finish(cycle)
    assert not ledger.decisions.is_finished(cycle.id[:5])
    assert not ledger.decisions.is_finished("unknown")


def test_a_finished_cycle_comes_back_whole(ledger: Ledger, admit: Admit) -> None:
    cycle = cycle_of(admit(), seconds=1.25)
    ledger.decisions.finish(cycle)
    assert ledger.decisions.cycle(cycle.id) == cycle
    assert ledger.decisions.cycle(cycle.id[:5]) == cycle


def test_finishing_twice_changes_nothing(ledger: Ledger, admit: Admit) -> None:
    admission = admit()
    ledger.decisions.finish(cycle_of(admission, seconds=1.0))
    ledger.decisions.finish(cycle_of(admission, seconds=2.0))  # wall time is no part of the digest
    assert ledger.decisions.verify() == 1
    assert ledger.decisions.cycle(admission.id).seconds == 1.0


def test_finishing_twice_with_other_content_is_refused(ledger: Ledger, admit: Admit) -> None:
    admission = admit()
    ledger.decisions.finish(cycle_of(admission))
    with pytest.raises(LedgerError, match="cannot be finished again"):
        ledger.decisions.finish(cycle_of(admission, "another view"))
    assert ledger.decisions.cycle(admission.id).reason == "no view"
    assert ledger.decisions.verify() == 1


def test_what_was_never_admitted_cannot_finish(ledger: Ledger, admit: Admit) -> None:
    stranger = cycle_of(admit()).model_copy(update={"id": "f" * 12})
    with pytest.raises(LedgerError, match=r"(?i)foreign key"):
        ledger.decisions.finish(stranger)
    assert ledger.decisions.verify() == 0


def test_an_unknown_id_lists_the_latest(ledger: Ledger, admit: Admit) -> None:
    ids = [admit(days=day).id for day in range(7)]
    for wrong in ("zzz", "%", "_" * 12):
        with pytest.raises(UsageError) as caught:
            ledger.decisions.cycle(wrong)
        assert str(caught.value) == f"unknown decision {wrong!r}; the latest: {', '.join(ids[:1:-1])}"


def test_an_empty_ledger_says_that_there_is_nothing_yet(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="the latest: none yet"):
        ledger.decisions.admission("abc")


def test_a_beginning_that_fits_several_is_refused(ledger: Ledger, admit: Admit) -> None:
    for day in range(17):  # 17 ids over 16 first digits
        admit(days=day)
    firsts = [admission.id[0] for admission in ledger.decisions.unfinished()]
    shared = next(digit for digit in firsts if firsts.count(digit) > 1)
    with pytest.raises(UsageError, match=f"{shared!r} names several: {shared}"):
        ledger.decisions.admission(shared)


def test_an_unfinished_decision_has_no_cycle_yet(ledger: Ledger, decision_id: str) -> None:
    with pytest.raises(UsageError, match=f"fks resume {decision_id}"):
        ledger.decisions.cycle(decision_id)


def test_history_is_newest_first_and_can_be_narrowed(ledger: Ledger, admit: Admit) -> None:
    admissions = [admit(symbol, day) for day, symbol in enumerate(["SPX", "NDX", "SPX"])]
    for admission in admissions:
        ledger.decisions.finish(cycle_of(admission))
    a, b, c = (admission.id for admission in admissions)
    history = ledger.decisions.history
    assert [entry.id for entry in history()] == [c, b, a]
    assert [entry.id for entry in history(symbol="SPX")] == [c, a]
    assert [entry.id for entry in history(since=NOON + timedelta(days=1))] == [c, b]
    assert [entry.id for entry in history(limit=1)] == [c]
    assert history(action="buy") == ()
    assert [entry.id for entry in history(action="hold", status="hold", symbol="NDX")] == [b]
    newest = history()[0]
    assert (newest.as_of, newest.account, newest.outcome) == (NOON + timedelta(days=2), "main", "pass")


def test_history_refuses_unknown_words(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="unknown action 'byu'; expected one of buy, sell, hold, no_decision"):
        ledger.decisions.history(action="byu")
    with pytest.raises(UsageError, match="unknown status 'done'"):
        ledger.decisions.history(status="done")


def test_the_account_of_a_source_may_have_a_long_name(ledger: Ledger) -> None:
    """On a server a column has its length."""
    name = f"main@csv:/{'folder/' * 20}spx.csv?timeframe=1d"
    admitted = ledger.decisions.admit("SPX", "1d", NOON, Settings(), account=name)
    assert ledger.decisions.admission(admitted.id).account == name
    ledger.paper.save(name, {"opened_with": 1.0}, (), 0)
    assert ledger.paper.accounts() == (name,)
