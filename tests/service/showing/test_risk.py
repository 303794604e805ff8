from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.errors import UsageError
from fks_agents.service.showing import risk as showing
from fks_agents.settings import Settings, load
from graphs import limiting
from graphs.desk import Desk
from graphs.opening import open_desk
from memory.halts import Halt
from memory.ledger import Ledger
from memory.limits import LimitChange

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """It has sold on one day, on an account of that name."""
    with open_desk(load(home=tmp_path_factory.mktemp("risk"), account="book")) as opened:
        cycle = opened.analyze("SPX", as_of=datetime(2018, 4, 20, 20, tzinfo=UTC))
        assert cycle.status == "working"
        yield opened


def named(shown: tuple[showing.Limit, ...], name: str) -> showing.Limit:
    return next(each for each in shown if each.name == name)


def test_a_limit_says_who_set_it_and_what_it_would_be_otherwise(ledger: Ledger) -> None:
    for seen, (by, value) in enumerate((("ana", 0.2), ("root", 0.1))):
        change = LimitChange(limits={"max_position": value}, by=by, at=NOON, reason="CPI")
        ledger.limits.change(change, after=seen)
    shown = showing.limits(Settings(), ledger)
    position, streak = named(shown, "max_position"), named(shown, "max_losing_streak")
    assert (position.value, position.shown, position.setting) == (10.0, "10 %", "25 %")
    assert position.set_by == "root at 2018-04-20 12:00: CPI"
    assert (streak.value, streak.shown, streak.set_by) == (5, "5", "")
    assert [each.name for each in shown] == list(limiting.LIMITS)


def given(ledger: Ledger, **changes: float | None) -> dict[limiting.Limit, float | None]:
    found: dict[limiting.Limit, float | None] = {
        each.name: each.value for each in showing.limits(Settings(), ledger)
    }  # fmt: skip
    for name in limiting.LIMITS:
        found[name] = changes.get(name, found[name])
    return found


def test_only_what_is_not_as_it_was_is_changed(ledger: Ledger) -> None:
    now = showing.limits(Settings(), ledger)
    change = showing.change(now, given(ledger, max_position=12.5, max_losing_streak=3.0), " CPI ")
    assert showing.steps(now, change.wanted()) == ("Largest position 25 % -> 12.5 %", "Losses in a row 5 -> 3")
    assert change.wanted() == {"max_position": 0.125, "max_losing_streak": 3}
    assert change.reason == "CPI"


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        ({}, "CPI", "expected at least one limit that is not as it was"),
        ({"max_position": None}, "CPI", "Largest position: expected a number, was empty"),
        ({"max_position": 101.0}, "CPI", "Largest position: expected 0 to 100 %, was 101"),
        ({"max_losing_streak": 0.0}, "CPI", "Losses in a row: expected greater than or equal to 1, was 0"),
        ({"max_position": 10.0}, "  ", "reason: expected a few words, was empty or longer than 400 characters"),
    ],
)
def test_a_change_that_does_not_fit_is_told(
    ledger: Ledger, changes: dict[str, float | None], reason: str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        showing.change(showing.limits(Settings(), ledger), given(ledger, **changes), reason)
    assert str(caught.value) == said


def test_turns_and_changes_are_told_newest_first(ledger: Ledger) -> None:
    for hour, (is_on, reason) in enumerate(((True, "news"), (False, "over"))):
        ledger.halts.turn(Halt(is_halted=is_on, by="ana", at=NOON + timedelta(hours=hour), reason=reason))
    assert [(each.what, each.at, each.reason) for each in showing.turns(ledger.halts.log())] == [
        ("resumed", "2018-04-20 13:00", "over"), ("halted", "2018-04-20 12:00", "news"),
    ]  # fmt: skip
    ledger.limits.change(
        LimitChange(limits={"max_position": 0.1, "min_seconds_between_trades": 60.0}, by="ana", at=NOON, reason="CPI"),
        after=0,
    )
    assert showing.changes(ledger.limits.log()) == (
        ("2018-04-20 12:00", "ana", "Largest position 10 %, Time between entries 60 s", "CPI"),
    )


def test_an_account_is_shown_with_what_it_has_at_work_and_then_with_its_position(desk: Desk) -> None:
    (account,) = showing.accounts(desk).shown
    assert (account.name, account.equity, account.stops, account.held) == ("book", 100_000.0, (), ())
    # The entry works; the largest position is a quarter of the equity.
    assert 0.0 < account.exposure <= 0.25
    assert (account.drawdown, account.streak) == ("0 % (stops at 15 %)", "0 (stops at 5)")
    assert account.day == "0 % (stops at -5 %)"
    assert any(each.fills for each in desk.advance(until=datetime(2018, 4, 26, 20, tzinfo=UTC)))
    (account,) = showing.accounts(desk).shown
    (held,) = account.held
    assert (held.symbol, held.side) == ("SPX", "short")
    assert held.value / account.equity == pytest.approx(account.exposure)


def test_each_limit_alone_says_why_nothing_is_traded(desk: Desk) -> None:
    view = desk.broker("book", desk.settings).account("SPX", desk.clock.now())
    bad = view.model_copy(update={"drawdown": 0.2, "losing_streak": 6, "day_return": -0.06})
    # shrink() alone names the first limit that forbids; here each is asked by itself.
    assert showing._stops(bad, desk.settings) == (
        "day's return -6 %, stops at -5 %", "drawdown 20 %, stops at 15 %", "6 losses in a row, stops at 5",
    )  # fmt: skip
    assert showing._stops(view, desk.settings) == ()


def test_accounts_of_single_decisions_are_counted_and_not_opened(desk: Desk) -> None:
    for number in range(3):
        desk.ledger.paper.save(f"{number:012x}", {"symbols": {}}, (), 0)
    found = showing.accounts(desk)
    assert ([each.name for each in found.shown], found.left_out) == (["book"], 3)


def test_one_account_is_one() -> None:
    assert showing.left_out(1) == "1 more account belongs to a single decision about the past."
    assert showing.left_out(2) == "2 more accounts belong to single decisions about the past."
