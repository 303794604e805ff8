"""What every broker promises, run on each that is discovered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from fks_agents.contracts import AccountView, OrderIntent, Receipt
from fks_agents.deps import Broker, PaperBook
from fks_agents.errors import RefusedError, UsageError
from fks_agents.settings import Settings
from tests.tools.brokers.conftest import MONDAY, MemoryBook, bracket
from tools import brokers
from tools.brokers.paper import PaperBroker


@pytest.fixture(params=brokers.names())
def broker(request: pytest.FixtureRequest, book: MemoryBook, settings: Settings) -> Broker:
    return brokers.open_broker(request.param, book, "main", settings)


def check_that_asking_again_changes_nothing(broker: Broker) -> None:
    first = broker.place(bracket())
    before = broker.account("ACME", MONDAY)
    assert broker.place(bracket()) == first
    assert broker.account("ACME", MONDAY) == before


def test_a_broker_tells_what_it_knows_and_sends_nothing(broker: Broker) -> None:
    before = broker.account("ACME", MONDAY)
    assert broker.known(bracket()) is None
    assert broker.account("ACME", MONDAY) == before
    sent = broker.place(bracket())
    assert broker.known(bracket()) == sent


def test_there_is_a_paper_broker() -> None:
    assert "paper" in brokers.names()


def test_an_unknown_broker_is_refused_with_the_known_ones(book: MemoryBook, settings: Settings) -> None:
    with pytest.raises(UsageError, match="unknown broker 'papper'; expected one of paper"):
        brokers.open_broker("papper", book, "main", settings)


def test_each_intent_gets_one_receipt_in_order(broker: Broker) -> None:
    intents = bracket()
    receipts = broker.place(intents)
    assert [receipt.client_order_id for receipt in receipts] == [intent.client_order_id for intent in intents]
    assert [receipt.status for receipt in receipts] == ["working", "waiting", "waiting"]
    turned = broker.place(intents[::-1])
    assert [receipt.client_order_id for receipt in turned] == [intent.client_order_id for intent in intents[::-1]]


def test_the_same_ids_again_change_nothing(broker: Broker) -> None:
    check_that_asking_again_changes_nothing(broker)


def test_a_broker_that_does_not_look_at_ids_fails_that_check(book: MemoryBook, settings: Settings) -> None:
    class Forgetful:
        """The control: the same broker, each request taken for a new one."""

        def __init__(self) -> None:
            self.inner = PaperBroker(book, "main", settings)
            self.asked = 0

        def account(self, symbol: str, as_of: object) -> AccountView:
            return self.inner.account(symbol, MONDAY)

        def known(self, intents: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
            return self.inner.known(intents)

        def place(self, intents: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
            self.asked += 1
            renamed = [
                intent.model_copy(update={"client_order_id": f"{intent.client_order_id}-{self.asked}"})
                for intent in intents
            ]
            return self.inner.place(renamed)

    with pytest.raises(AssertionError):
        check_that_asking_again_changes_nothing(Forgetful())


def test_an_account_that_did_nothing_is_worth_its_cash(broker: Broker) -> None:
    view = broker.account("ACME", MONDAY)
    assert view == AccountView(equity=100_000.0, cash=100_000.0)


def test_what_it_cannot_carry_is_refused_whole(broker: Broker) -> None:
    # 1,100 x 98 = 107,800 of 100,000
    with pytest.raises(RefusedError, match="cannot carry"):
        broker.place(bracket(quantity=1100.0))
    assert broker.account("ACME", MONDAY).working_orders == 0
    assert broker.place(bracket())[0].status == "working"


@pytest.mark.parametrize("legs", [(0, 1), (0, 1, 1), (1, 2), (), (0, 1, 2, 0)])
def test_what_is_no_bracket_is_refused(broker: Broker, legs: tuple[int, ...]) -> None:
    whole = bracket()
    with pytest.raises(UsageError, match="expected one entry, one stop and one target"):
        broker.place([whole[leg] for leg in legs])


def test_an_entry_that_expired_already_is_refused(broker: Broker) -> None:
    with pytest.raises(RefusedError, match="not after it was placed"):
        broker.place(bracket(days=0.0))


def test_levels_out_of_order_are_refused(broker: Broker) -> None:
    with pytest.raises(RefusedError, match="needs stop, price and target in order"):
        broker.place(bracket(stop=99.0))


def test_accounts_of_one_book_do_not_mix(book: MemoryBook, settings: Settings) -> None:
    books: PaperBook = book
    for name in brokers.names():
        one, other = (brokers.open_broker(name, books, account, settings) for account in ("one", "other"))
        one.place(bracket())
        assert one.account("ACME", MONDAY + timedelta(days=1)).working_orders == 1
        assert other.account("ACME", MONDAY + timedelta(days=1)).working_orders == 0
