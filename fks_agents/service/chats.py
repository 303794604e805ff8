"""Between a chat and the commands: who it is, each message once, so many a minute."""

from __future__ import annotations

from typing import Literal, cast

from fks_agents._serving_settings import CHAT_PERSON
from fks_agents.service.auth.limits import Limiter
from fks_agents.service.commands import Reply, answer
from fks_agents.service.people import Person, Role
from fks_agents.service.problems import Problem
from fks_agents.service.state import Service
from fks_agents.settings import Settings

Chat = Literal["telegram", "discord"]

RATE = "20/minute"
"""Messages of one person; and answers that all strangers together get."""

CUT_OFF = (
    "This message was taken up before the service stopped; whether it was acted on is not certain. Send status, and "
    "your message once more if it is needed."
)


def people_of(settings: Settings) -> dict[str, Person]:
    """`telegram:12345` -> the person, as the settings name them."""
    named = [CHAT_PERSON.fullmatch(entry) for entry in settings.service_chat_people]
    return {found["id"]: Person(found["name"], cast(Role, found["role"])) for found in named if found is not None}


class Chats:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._people = people_of(service.settings)
        self._rate, self._strangers = Limiter(RATE), Limiter(RATE)

    def knows(self, chat: Chat, user_id: str) -> bool:
        return f"{chat}:{user_id}" in self._people

    def heard(self, chat: Chat, user_id: str, message_id: str, text: str) -> Reply | None:
        """The answer to a message, or None where there is to be none. The same message again is not acted on again.

        Raises LedgerError where it cannot be taken up: it was not acted on then.
        """
        person = self._people.get(f"{chat}:{user_id}")
        if person is None:
            return self._stranger(f"{chat}:{user_id}")
        if not _is_urgent(text):
            try:
                self._rate.hit(f"{chat}:{user_id}")
            except Problem as problem:
                return Reply(f"Too many messages: {problem.detail}; nothing was done.")
        messages, name = self._service.desk.ledger.messages, f"{chat}/{message_id}"
        seen = messages.take(name, self._service.desk.clock.now())
        if seen == "answered":
            return None
        reply = answer(text, person, self._service) if seen == "new" else Reply(CUT_OFF)
        messages.answer(name)
        return reply

    def _stranger(self, name: str) -> Reply | None:
        """Only what they need to become known; they share a rate, so that nobody makes us talk."""
        try:
            self._strangers.hit("strangers")
        except Problem:
            return None
        return Reply(f"You are not known here. Whoever runs this service can add {name} to service_chat_people.")


def _is_urgent(text: str) -> bool:
    """What no rate holds up."""
    return text.lstrip("/ ").lower().replace("-", "_").startswith("emergency_stop")
