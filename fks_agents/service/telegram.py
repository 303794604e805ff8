"""Commands from Telegram: the bot asks for messages and waits, so it works where nothing can be reached from outside.

Only private chats are answered: in a group everybody would read along. How far it has read is kept in the ledger.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from fks_agents.service.chats import Chats
from fks_agents.service.commands import Reply
from fks_agents.service.posting import CallError
from fks_agents.service.state import Service
from fks_agents.service.telegram_api import TelegramApi, Text, Update
from memory.notices import Cursor

_LOG = logging.getLogger("fks.chat")

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_REFUSED_PAUSE = 300.0
"""Seconds after a wrong token: waiting does not mend it, somebody has to."""

_ATTEMPTS = 3
"""To send an answer."""

OLDEST = timedelta(minutes=10)
"""What was sent longer ago, while nobody listened, is not acted on any more."""


class Telegram:
    """Start it once the service is up; stop it before the ledger is closed."""

    def __init__(
        self, service: Service, chats: Chats, api: TelegramApi, *, poll: int = 25, patience: float = 1.0
    ) -> None:
        """`poll` is how long one request waits for a message, `patience` how long a stop waits for one, in seconds."""
        self._desk, self._chats, self._api = service.desk, chats, api
        self._poll, self._patience = poll, patience
        self._stopped = Event()
        self._failures = 0
        self._thread = Thread(target=self._run, name="telegram", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What has been fetched and not acted on is fetched again at the next start."""
        self._stopped.set()
        self._thread.join(self._patience)

    def _run(self) -> None:
        while not self._stopped.is_set():
            pause = 30.0
            try:
                with self._desk.ledger.sole("telegram") as is_ours:
                    while is_ours and not self._stopped.is_set():
                        self._stopped.wait(self.step())
            except Exception:
                if self._stopped.is_set():
                    return
                _LOG.exception("commands from Telegram broke off; they are taken up again")
                pause = _LONGEST_PAUSE
            self._stopped.wait(pause)

    def step(self) -> float:
        """Take what there is, and say how many seconds to rest.

        Raises LedgerError; what was not done is then done later, and what was done is not done again.
        """
        name = f"telegram/{self._api.bot}"
        cursor = self._desk.ledger.notices.read_to(name, 0)
        try:
            updates = self._api.updates(cursor.value + 1 if cursor.value else 0, self._poll)
        except CallError as error:
            return self._rests(error)
        self._failures = 0
        for update in sorted(updates, key=lambda each: each.update_id):
            if self._stopped.is_set():
                break
            self._take(update)
            self._desk.ledger.notices.add(read=Cursor(name, update.update_id))
        return 0.0

    def _rests(self, error: CallError) -> float:
        self._failures += 1
        pause = min(_FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10), _LONGEST_PAUSE)
        if error.status in (401, 404):
            pause = _REFUSED_PAUSE
        pause = max(pause, error.wait)
        if not self._stopped.is_set():
            _LOG.warning("no messages from Telegram, next attempt in %.0f s: %s", pause, error)
        return pause

    def _take(self, update: Update) -> None:
        message = update.message
        if message is None or message.sender is None or message.sender.is_bot or message.chat.type != "private":
            return
        reply = self._answer(update.update_id, message, message.sender.id)
        if reply is not None:
            self._send(message.chat.id, reply)

    def _answer(self, number: int, message: Text, sender: int) -> Reply | None:
        sent = datetime.fromtimestamp(min(message.date, 2**33), UTC)
        if self._desk.clock.now() - sent > OLDEST:
            said = f"Your message of {sent:%Y-%m-%d %H:%M} UTC came too late; nothing was done. Send it again."
            return Reply(said) if self._chats.knows("telegram", str(sender)) else None
        return self._chats.heard("telegram", str(sender), f"{self._api.bot}/{number}", message.text)

    def _send(self, chat: int, reply: Reply) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._api.say(chat, reply.text)
                break
            except CallError as error:
                _LOG.warning("an answer was not sent, attempt %d of %d: %s", attempt, _ATTEMPTS, error)
                if attempt == _ATTEMPTS or self._stopped.wait(max(error.wait, float(attempt))):
                    return
        if reply.picture is not None and (drawn := reply.picture()) is not None:
            try:
                self._api.show(chat, drawn)
            except CallError as error:
                _LOG.warning("a picture was not sent: %s", error)


def open_telegram(service: Service, chats: Chats) -> Telegram | None:
    """None where no bot is set up."""
    settings = service.settings
    if not settings.service_telegram_token.get_secret_value():
        return None
    return Telegram(service, chats, TelegramApi(settings.service_telegram_url, settings.service_telegram_token))
