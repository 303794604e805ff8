"""`fks daily`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from fks_agents.settings import load
from graphs.opening import open_desk
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One decision of 2018-04-20, and what became of it."""
    folder = tmp_path_factory.mktemp("daily")
    with open_desk(load(home=folder, account="main")) as desk:
        desk.analyze("SPX", as_of=datetime.fromisoformat("2018-04-20T20:00:00Z"))
        desk.advance()
    return str(folder)


def test_a_day_is_told_in_words_and_drawn(fks: Fks, home: str, tmp_path: Path) -> None:
    chart = tmp_path / "day.png"
    ran = fks("daily", "--day", "2018-04-24", "--home", home, "--chart", str(chart))
    assert ran.code == 0
    assert "No decision is about this time" in ran.out
    assert "Account main: equity" in ran.out
    assert chart.read_bytes().startswith(b"\x89PNG")


def test_a_day_is_told_as_json(fks: Fks, home: str) -> None:
    told = fks("daily", "--day", "2018-04-20", "--home", home, "--json").json
    assert told["decided"] == {"sell, working": 1}
    assert told["since"] == "2018-04-20T00:00:00+00:00"
    assert told["accounts"][0]["name"] == "main"


def test_without_a_day_it_is_the_last_24_hours(fks: Fks, home: str, tmp_path: Path) -> None:
    chart = tmp_path / "none.png"
    ran = fks("daily", "--home", home, "--chart", str(chart))
    assert "No decision is about this time" in ran.out
    assert "no chart: no account was used" in ran.out
    assert not chart.exists()


def test_the_day_is_that_of_its_zone(fks: Fks, home: str) -> None:
    # 20:00 UTC is 05:00 of the next day in Tokyo.
    told = fks("daily", "--day", "2018-04-21", "--home", home, "--set", "service_daily_zone=Asia/Tokyo", "--json").json
    assert told["decided"] == {"sell, working": 1}


@pytest.mark.parametrize("day", ["yesterday", "2018-4", "2018-02-30", ""])
def test_what_is_no_day_is_refused(day: str, fks: Fks, tmp_path: Path) -> None:
    ran = fks("daily", "--day", day, "--home", str(tmp_path))
    assert ran.code == 2
    assert "--day: expected a date like 2018-04-20" in ran.err
