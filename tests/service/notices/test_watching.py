"""What happened becomes one notice each, whoever was there to see it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from fks_agents._serving_settings import NoticeKind
from fks_agents.contracts import Bite, Cycle, LimitEvent, Usage
from fks_agents.service.notices import wording
from fks_agents.service.notices.watching import Watcher, last_due, moment_on
from fks_agents.settings import Settings
from graphs.desk import Desk
from graphs.opening import open_desk
from memory.ledger import Ledger
from tests.service.notices.conftest import NOON, SOLD, UTC_ZONE, Hands, halt, keys


def watcher(desk: Desk, daily_at: str = "") -> Watcher:
    made = Watcher(desk, daily_at, UTC_ZONE)
    made.look()
    return made


def test_the_kinds_that_can_be_chosen_are_those_that_are_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text("utf-8")
    table = page.partition("## What is told")[2].partition("- **Once.**")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(get_args(NoticeKind))


def test_a_trade_and_its_fills_and_a_halt_are_told_once_each(desk: Desk) -> None:
    first, other = watcher(desk), watcher(desk)
    cycle = desk.analyze("SPX", as_of=SOLD)
    desk.advance()
    desk.ledger.halts.turn(halt())
    fills = desk.ledger.paper.fills()
    assert (first.look(), other.look(), first.look()) == (2 + len(fills), 0, 0)
    told = keys(desk.ledger)
    assert told[0] == f"idea/{cycle.id}/working"
    assert [key.split("/")[0] for key in told] == ["idea", *["fill"] * len(fills), "halt"]
    assert watcher(desk).look() == 0  # after a restart
    newest = {notice.kind: notice for notice in desk.ledger.notices.all()}
    assert newest["idea"].title == "SPX 1d: sell was ordered by itself"
    assert f"decision {cycle.id} about 2018-04-20 20:00 UTC" in newest["idea"].text
    assert newest["halt"].text.startswith("news\n")


def test_what_was_before_anybody_watched_is_not_told(desk: Desk) -> None:
    desk.analyze("SPX", as_of=SOLD)
    desk.advance()
    desk.ledger.halts.turn(halt())
    assert watcher(desk).look() == 0
    assert keys(desk.ledger) == []


def test_what_happens_between_the_start_and_the_first_look_is_told(desk: Desk) -> None:
    looking = Watcher(desk, "", UTC_ZONE)
    looking.started()
    desk.analyze("SPX", as_of=SOLD)
    desk.ledger.halts.turn(halt())
    assert looking.look() == 2


def test_what_happens_while_nobody_watches_is_told_afterwards(desk: Desk) -> None:
    watcher(desk)
    for number in range(60):  # more than a page of the history
        desk.cancel(desk.ledger.decisions.admit("SPX", "1d", SOLD, desk.settings).id, f"nobody wants {number}")
    assert Watcher(desk, "", UTC_ZONE).look() == 60
    assert [notice.kind for notice in desk.ledger.notices.all()] == ["failure"] * 60
    assert "nobody wants 0" in desk.ledger.notices.all()[-1].text


def test_a_trade_that_waits_is_told_and_so_is_its_answer(asking: Settings, clock: Hands) -> None:
    with open_desk(asking, clock=clock) as desk:
        looking = watcher(desk)
        cycle = desk.analyze("SPX", as_of=SOLD)
        assert (looking.look(), looking.look(), watcher(desk).look()) == (1, 0, 0)
        [waiting] = desk.ledger.notices.all()
        assert (waiting.key, waiting.title) == (f"idea/{cycle.id}/waits/1", "SPX 1d: sell waits for you")
        assert "stop" in waiting.text
        desk.approvals.modify(cycle.id, by="ana", quantity=1.0)
        assert looking.look() == 0
        desk.approvals.approve(cycle.id, by="ana")
        assert looking.look() == 1
        assert desk.ledger.notices.all()[0].title == "SPX 1d: sell was ordered by ana"


def test_an_idea_that_nobody_answers_is_told_when_it_expires(asking: Settings, clock: Hands) -> None:
    with open_desk(asking.having(account="main"), clock=clock) as desk:
        looking = watcher(desk)
        desk.analyze("SPX", as_of=SOLD)
        looking.look()
        assert len(desk.approvals.expire()) == 1  # the sample's newest bar is years later
        looking.look()
        assert desk.ledger.notices.all()[0].title == "SPX 1d: sell has expired"


def test_a_service_that_goes_on_after_a_kill_says_so_once(desk: Desk) -> None:
    left = desk.ledger.decisions.admit("SPX", "1d", SOLD, desk.settings)
    for _ in range(2):  # two replicas
        Watcher(desk, "", UTC_ZONE).started()
    [told] = desk.ledger.notices.all()
    assert told.title == "The service has started again and finishes 1 decision"
    assert left.id in told.text


def test_a_limit_that_ends_trading_is_told_once_a_day(sold: Cycle, ledger: Ledger) -> None:
    assert sold.sized is not None
    cut = LimitEvent(limit="drawdown", before=10.0, after=0.0, reason="drawdown 16 %, stops at 15 %")
    other = LimitEvent(limit="max_position", before=10.0, after=5.0, reason="too large")
    stopped = sold.model_copy(
        update={"status": "refused", "sized": sold.sized.model_copy(update={"limits": (other, cut)})}
    )
    told = [*wording.decided(stopped, NOON), *wording.decided(stopped.model_copy(update={"id": "b" * 12}), NOON)]
    assert ledger.notices.add(*told) == 1
    assert keys(ledger) == ["limit/drawdown/2018-04-20"]


def test_a_breaker_is_told_when_it_opens_and_not_while_it_is_open(sold: Cycle) -> None:
    bite = Bite(phase="breaker", role="bull", effect="rules", reason="3 failures in a row")
    broken = sold.model_copy(update={"usage": Usage(bites=(bite, bite))})
    [told] = wording.opened(broken, sold, NOON)
    assert told.title == "The breaker of bull has opened: its model is left alone"
    assert list(wording.opened(broken, broken, NOON)) == []


def test_the_report_of_a_day_is_told_once_its_time_has_come(desk: Desk, clock: Hands) -> None:
    looking = watcher(desk, "22:00")
    clock.move(hours=9, minutes=59)
    assert looking.look() == 0
    clock.move(minutes=1)
    assert (looking.look(), looking.look(), watcher(desk, "22:00").look()) == (1, 0, 0)
    [told] = desk.ledger.notices.all()
    assert (told.kind, told.key) == ("daily", "daily/2026-03-02")
    assert "From 2026-03-01 22:00 to 2026-03-02 22:00 (UTC)" in told.text
    clock.move(days=3)  # of days that were missed the last one is told
    assert looking.look() == 1
    assert desk.ledger.notices.all()[0].key == "daily/2026-03-05"


def test_a_day_ends_by_the_clock_of_its_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The clocks went forward on 2026-03-29: 22:00 is 21:00 UTC the day before, 20:00 UTC from then on.
    assert moment_on(datetime(2026, 3, 28).date(), "22:00", berlin) == datetime(2026, 3, 28, 21, tzinfo=UTC)  # noqa: DTZ001
    assert moment_on(datetime(2026, 3, 29).date(), "22:00", berlin) == datetime(2026, 3, 29, 20, tzinfo=UTC)  # noqa: DTZ001
    assert last_due(datetime(2026, 3, 29, 19, 59, tzinfo=UTC), "22:00", berlin).isoformat() == "2026-03-28"
    assert last_due(datetime(2026, 3, 29, 20, 0, tzinfo=UTC), "22:00", berlin).isoformat() == "2026-03-29"
