"""The report of a day says what the record says, and draws the same picture each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fks_agents.service.daily import Report, report, text
from fks_agents.service.daily_picture import picture
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from memory.halts import Halt

SOLD = datetime.fromisoformat("2018-04-20T20:00:00Z")
DAY = timedelta(days=1)
ZONE = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(load(home=tmp_path_factory.mktemp("daily"), account="main")) as opened:
        opened.analyze("SPX", as_of=SOLD)
        opened.advance()
        yield opened


@pytest.fixture(scope="module")
def whole(desk: Desk) -> Report:
    """From the decision to long after its end."""
    return report(desk, SOLD - DAY, SOLD + 60 * DAY, ZONE)


def test_a_day_without_anything_says_so(desk: Desk) -> None:
    quiet = report(desk, SOLD - 3 * DAY, SOLD - 2 * DAY, ZONE)
    told = text(quiet)
    assert "No decision is about this time; each counts on the day it is about, whenever it was made." in told
    assert "No paper account was used." in told
    assert picture(quiet) is None


def test_decisions_and_fills_of_the_day_are_counted(desk: Desk, whole: Report) -> None:
    assert dict(whole.decided) == {"sell, working": 1}
    assert [fill.leg for fill in whole.fills] == [fill.leg for fill in desk.ledger.paper.fills()]
    assert report(desk, SOLD, SOLD + DAY, ZONE).decided.total() == 0  # it belongs to the day that ends with it


def test_what_was_realised_is_what_the_result_says(desk: Desk, whole: Report) -> None:
    [entry] = desk.ledger.decisions.history()
    result = desk.ledger.results.result(entry.id)
    assert result is not None
    assert whole.realised == pytest.approx(result.profit)
    assert f"Realised by trades that ended: {result.profit:+,.2f} after fees" in text(whole)
    assert whole.accounts[0].points[-1].equity == pytest.approx(100_000.0 + result.profit)


def test_a_day_on_which_something_is_held_tells_of_the_account(desk: Desk) -> None:
    [account] = report(desk, SOLD + 4 * DAY, SOLD + 5 * DAY, ZONE).accounts
    assert account.before is not None
    assert account.points[-1].open_profit != 0.0
    assert report(desk, SOLD + 90 * DAY, SOLD + 91 * DAY, ZONE).accounts == ()


def test_roles_without_a_view_are_told_with_their_reason(whole: Report) -> None:
    assert any(line.startswith("sentiment: ") for line in whole.abstained)


def test_too_few_outcomes_say_nothing_of_skill(whole: Report) -> None:
    assert "Too few decisions have ended to say how often agents are right." in text(whole)
    assert text(whole).endswith("say little about the next one.")


def test_the_picture_is_a_png_and_the_same_each_time(whole: Report) -> None:
    drawn = picture(whole)
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")
    assert drawn == picture(whole)
    assert len(drawn) < 200_000


def test_an_account_whose_bars_are_gone_is_said_not_to_be_known(desk: Desk, whole: Report) -> None:
    lost = whole._replace(accounts=(whole.accounts[0]._replace(points=(), problem="prices.csv is not there"),))
    assert "Account main: what it is worth cannot be worked out: prices.csv is not there" in text(lost)
    assert picture(lost) is None


def test_a_halt_stands_first_and_secrets_are_out(desk: Desk) -> None:
    at = datetime(2018, 6, 1, tzinfo=UTC)
    desk.ledger.halts.turn(Halt(is_halted=True, by="ana", at=at, reason="password=hunter2 leaked"))
    told = text(report(desk, SOLD - DAY, SOLD, ZONE)).splitlines()
    desk.ledger.halts.turn(Halt(is_halted=False, by="ana", at=at, reason="over"))
    assert told[1] == "Trading is halted since 2018-06-01 00:00 by ana: password=[redacted] leaked"
