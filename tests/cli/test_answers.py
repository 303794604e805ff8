"""A trade that waits is answered from the command line; a halt stops everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Fks = Callable[..., Ran]


@pytest.fixture
def asking(tmp_path: Path) -> tuple[str, ...]:
    """Flags under which every trade waits for a person."""
    policy = tmp_path / "policy.toml"
    shipped = (Path(__file__).parents[2] / "fks_agents" / "policy.toml").read_text("utf-8")
    policy.write_text(shipped.replace("below_risk = 1.0", "below_risk = 0.0"), "utf-8")
    return "--home", str(tmp_path / "home"), "--set", f"policy={policy}"


def waiting(fks: Fks, asking: tuple[str, ...]) -> str:
    asked = fks("analyze", "SPX", "--as-of", "2018-04-20T20:00:00Z", "--json", *asking)
    assert asked.json["status"] == "needs_approval", asked
    return str(asked.json["id"])


def test_a_waiting_trade_is_approved_smaller_than_it_was_sized(fks: Fks, asking: tuple[str, ...]) -> None:
    ran = fks("approve", waiting(fks, asking), "--quantity", "1", "--reason", "small first", *asking)
    assert ran.code == 0, ran
    assert ": working: " in ran.out
    assert "entry: sell limit 1 at" in ran.out


def test_every_command_that_meets_a_waiting_trade_names_its_answers(fks: Fks, asking: tuple[str, ...]) -> None:
    asked = fks("analyze", "SPX", "--as-of", "2018-04-20T20:00:00Z", *asking)
    [entry] = fks("history", "--json", *asking).json["unfinished"]
    decision = entry["id"]
    assert entry["needs_approval"] is True
    home = " ".join(asking[:2])
    answers = {f"fks approve {decision} {home}", f"fks reject {decision} --reason WORDS {home}"}
    for ran in (asked, fks("history", *asking), fks("show", decision, *asking), fks("resume", decision, *asking)):
        assert ran.code == 0, ran
        assert {answer for answer in answers if answer in ran.out} == answers, ran.out
    assert fks("history", *asking).out.startswith(f"waits for you: {decision} SPX; answer it with: ")
    assert fks("show", decision, "--json", *asking).json["status"] == "needs_approval"


def test_a_rejected_trade_is_answered_once(fks: Fks, asking: tuple[str, ...]) -> None:
    decision = waiting(fks, asking)
    ran = fks("reject", decision, "--reason", "earnings tonight", "--json", *asking)
    assert (ran.code, ran.json["status"], ran.json["orders"]) == (0, "rejected", [])
    again = fks("approve", decision, *asking)
    assert (again.code, "rejected by" in again.err) == (6, True)


def test_a_halt_is_turned_on_looked_at_and_turned_off(fks: Fks, asking: tuple[str, ...]) -> None:
    home = asking[:2]
    assert fks("halt", *home).out == "trading is not halted\n"
    assert "trading is halted since" in fks("halt", "news", *home).out
    refused = fks("approve", waiting_under_halt(fks, asking), *asking)
    assert refused.code == 6
    assert fks("halt", "--off", *home).code == 2
    assert fks("halt", "--off", "over", *home).out == "trading is not halted\n"


def waiting_under_halt(fks: Fks, asking: tuple[str, ...]) -> str:
    asked = fks("analyze", "SPX", "--as-of", "2018-04-20T20:00:00Z", "--json", *asking)
    assert asked.json["status"] == "halted", asked
    return str(asked.json["id"])
