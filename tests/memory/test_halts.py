from __future__ import annotations

from pathlib import Path

from memory.halts import Halt
from memory.ledger import Ledger
from tests.memory.conftest import NOON


def turn(*, on: bool, reason: str = "news") -> Halt:
    return Halt(is_halted=on, by="ana", at=NOON, reason=reason)


def test_the_last_turn_counts_and_all_are_kept(ledger: Ledger) -> None:
    assert ledger.halts.current() is None
    ledger.halts.turn(turn(on=True))
    assert ledger.halts.current() == turn(on=True)
    ledger.halts.turn(turn(on=False, reason="over"))
    assert ledger.halts.current() is None
    assert [each.reason for each in ledger.halts.log()] == ["news", "over"]


def test_another_process_sees_the_halt_at_once(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as one, Ledger.open(tmp_path / "l.sqlite") as other:
        one.halts.turn(turn(on=True))
        assert other.halts.current() == turn(on=True)


def test_a_halt_says_who_and_why() -> None:
    assert str(turn(on=True)) == f"trading is halted since {NOON:%Y-%m-%d %H:%M} by ana: news"
