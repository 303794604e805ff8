"""The paper broker on the book it lives in: the ledger's database."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import JsonValue

from fks_agents.contracts import Fill
from fks_agents.deps import PaperBook
from fks_agents.errors import RefusedError
from fks_agents.settings import Settings
from memory.ledger import Ledger
from tests.tools.brokers.conftest import MONDAY, MemoryBook, bracket, candles
from tools.brokers.paper import PaperBroker


def placed_at_once(book: PaperBook, settings: Settings, rivals: int) -> int:
    """How many of so many brackets, each worth a little under half the account, were taken."""

    def place(number: int) -> bool:
        try:
            PaperBroker(book, "main", settings).place(bracket(f"d{number}", quantity=500.0))
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(rivals) as pool:
        return sum(pool.map(place, range(rivals)))


class CarelessBook(MemoryBook):
    """The control: a book that takes whatever is written last."""

    def save(self, account: str, state: dict[str, JsonValue], fills: Sequence[Fill], expected: int) -> None:
        self.before_save()
        expected = self.kept.get(account, (0, ""))[0]
        super().save(account, state, fills, expected)


def test_an_account_survives_between_processes(tmp_path: Path, settings: Settings) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        decision = ledger.decisions.admit("ACME", "1d", MONDAY, settings, account="main").id
        PaperBroker(ledger.paper, "main", settings).place(bracket(decision))
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        broker = PaperBroker(ledger.paper, "main", settings)
        first = broker.advance(candles((100, 101, 97, 99)))
        again = broker.advance(candles((100, 101, 97, 99)))
        assert [fill.leg for fill in first.fills] == ["entry"]
        assert again.fills == ()
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.paper.fills(decision_id=decision) == first.fills
        view = PaperBroker(ledger.paper, "main", settings).account("ACME", first.fills[0].at)
        assert view.position is not None
        assert view.equity == first.equity


def test_rivals_never_spend_the_same_money(tmp_path: Path, settings: Settings) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert placed_at_once(ledger.paper, settings, 4) == 2
        # 2 x 500 x 98 x 1.001 = 98,098 of 100,000
        view = PaperBroker(ledger.paper, "main", settings).account("ACME", MONDAY)
        assert view.working_orders == 2


def test_a_book_without_versions_loses_an_order(settings: Settings) -> None:
    book = CarelessBook()
    rival = PaperBroker(book, "main", settings)

    def overtake() -> None:
        book.before_save = lambda: None
        rival.place(bracket("d2", quantity=500.0))

    book.before_save = overtake
    broker = PaperBroker(book, "main", settings)
    broker.place(bracket(quantity=500.0))
    with pytest.raises(AssertionError):
        assert broker.account("ACME", MONDAY).working_orders == 2
