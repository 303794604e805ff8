"""Messages of chats that were taken up: each is acted on once, whatever the chat sends again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from memory._database import Database, add
from memory.service_schema import messages

Seen = Literal["new", "unanswered", "answered"]
"""`unanswered`: taken up before, by a process that did not come to its end."""


class Messages:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, message_id: str, at: datetime) -> Seen:
        """Take a message up; committed when this returns, so that it is `new` once."""
        with self._database.write() as connection:
            if add(connection, messages, {"id": message_id, "at": at, "is_answered": False}):
                return "new"
            query = select(messages.c.is_answered).where(messages.c.id == message_id)
            return "answered" if connection.execute(query).scalar_one() else "unanswered"

    def answer(self, message_id: str) -> None:
        """Say that it was acted on and answered."""
        with self._database.write() as connection:
            connection.execute(update(messages).where(messages.c.id == message_id).values(is_answered=True))
