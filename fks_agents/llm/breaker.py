"""A model that failed several times in a row is not waited for again in the same decision."""

from __future__ import annotations

from threading import Lock

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ModelError

MOST_FAILURES = 3


class Breaker:
    """A chat model that is left alone after three failed calls in a row; a success forgives earlier ones.

    The next decision has its own and asks again. Safe to share among threads.
    """

    def __init__(self, chat: ChatModel) -> None:
        self.name = chat.name
        self._chat = chat
        self._failures = 0
        self._lock = Lock()

    def ask(self, call: Call) -> Reply:
        with self._lock:
            if self._failures >= MOST_FAILURES:
                raise ModelError(f"{self.name} failed {MOST_FAILURES} times in a row and is not asked again")
        try:
            reply = self._chat.ask(call)
            # Half of a surrogate pair can be held in memory, and neither recorded nor shown.
            f"{reply.text}{reply.reasoning}".encode()
        except Exception as error:
            with self._lock:
                self._failures += 1
            if isinstance(error, ModelError):
                raise
            # A library that raises what nobody foresaw has failed like any other: its agent abstains.
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise ModelError(f"{self.name}: the call of {call.role} failed: {type(error).__name__}: {first}") from error
        with self._lock:
            self._failures = 0
        return reply


_: type[ChatModel] = Breaker
