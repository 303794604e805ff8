"""Order intents, committed before anything is sent, and what the broker answered to each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from fks_agents.contracts import OrderIntent, Receipt
from fks_agents.deps import IntentLog
from memory._database import Database, add
from memory.schema import intents, receipts


class Orders:
    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        """Commit all intents or none; where an id is known already, what was committed then comes back."""
        with self._database.write() as connection:
            return tuple(_committed(connection, intent) for intent in intents)

    def intents(self, decision_id: str) -> tuple[OrderIntent, ...]:
        """In the order they were committed."""
        query = select(intents.c.intent).where(intents.c.decision_id == decision_id).order_by(intents.c.sequence)
        with self._database.read() as connection:
            return tuple(OrderIntent.model_validate_json(text) for text in connection.execute(query).scalars())

    def receive(self, answers: Sequence[Receipt]) -> None:
        """Append the broker's answers; one that only repeats the last answer to its order is left out."""
        with self._database.write() as connection:
            for answer in answers:
                text = answer.model_dump_json()
                last = (
                    select(receipts.c.receipt)
                    .where(receipts.c.client_order_id == answer.client_order_id)
                    .order_by(receipts.c.sequence.desc())
                    .limit(1)
                )
                if connection.execute(last).scalar() != text:
                    row = {"client_order_id": answer.client_order_id, "receipt": text}
                    connection.execute(insert(receipts).values(row))

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        """Every answer to the decision's orders, in the order they came."""
        query = (
            select(receipts.c.receipt)
            .join_from(receipts, intents)
            .where(intents.c.decision_id == decision_id)
            .order_by(receipts.c.sequence)
        )
        with self._database.read() as connection:
            return tuple(Receipt.model_validate_json(text) for text in connection.execute(query).scalars())


def _committed(connection: Connection, intent: OrderIntent) -> OrderIntent:
    row = {
        "client_order_id": intent.client_order_id,
        "decision_id": intent.decision_id,
        "intent": intent.model_dump_json(),
    }
    if add(connection, intents, row):
        return intent
    known = select(intents.c.intent).where(intents.c.client_order_id == intent.client_order_id)
    return OrderIntent.model_validate_json(connection.execute(known).scalar_one())


_: type[IntentLog] = Orders
