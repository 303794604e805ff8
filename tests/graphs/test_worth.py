"""What an account was worth is what its broker says, at every close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.errors import UsageError
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.worth import worth

SOLD = datetime.fromisoformat("2018-04-20T20:00:00Z")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(load(home=tmp_path_factory.mktemp("worth"), account="main")) as opened:
        opened.analyze("SPX", as_of=SOLD)
        yield opened


def test_before_the_first_fill_it_is_worth_what_it_opened_with(desk: Desk) -> None:
    [only] = worth(desk, "main", SOLD)
    assert (only.equity, only.drawdown, only.open_profit) == (100_000.0, 0.0, 0.0)


def test_at_every_close_it_is_what_the_broker_says(desk: Desk) -> None:
    held = 0
    for day in range(1, 25):
        at = SOLD + timedelta(days=day)
        desk.advance(until=at)
        said = desk.broker("main", desk.settings).account("SPX", at)
        last = worth(desk, "main", at)[-1]
        assert last.equity == pytest.approx(said.equity, abs=1e-6)
        assert last.drawdown == pytest.approx(said.drawdown, abs=1e-9)
        assert last.open_profit == pytest.approx(said.position.unrealised if said.position else 0.0, abs=1e-6)
        held += said.position is not None
    assert held > 3  # else nothing was shown


def test_an_unknown_account_is_named(desk: Desk) -> None:
    with pytest.raises(UsageError, match="unknown paper account 'other'; known: main"):
        worth(desk, "other", SOLD)


def test_the_same_account_gives_the_same_points(desk: Desk) -> None:
    until = SOLD + timedelta(days=24)
    assert worth(desk, "main", until) == worth(desk, "main", until)


def test_nothing_later_is_looked_at(desk: Desk, tmp_path: Path) -> None:
    until = SOLD + timedelta(days=6)
    assert worth(desk, "main", until)[-1].at <= until
