"""What all judges of one decision may use together, and why they may not be asked at all."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.llm.budget import estimate, length
from fks_agents.llm.gates import GateError

ANSWER = 160
"""Tokens a judge's reply is expected to need."""


class Purse:
    """Safe to share among threads. `refusal` is asked once, before the first call: why none may be made, or nothing."""

    def __init__(self, tokens: int, refusal: Callable[[], GateError | None] = lambda: None, *, used: int = 0) -> None:
        """`used`: what an interrupted decision had paid already."""
        self._limit, self._refusal = tokens, refusal
        self._used = used
        self._is_open: bool | None = None
        self._shut: GateError | None = None
        self._lock = Lock()

    def hold(self, tokens: int) -> None:
        """Raises GateError where judges may not be asked, or the tokens would pass the limit."""
        with self._lock:
            if self._is_open is None:
                self._shut = self._refusal()
                self._is_open = self._shut is None
            if self._shut is not None:
                raise GateError(self._shut.phase, str(self._shut))
            if self._used + tokens > self._limit:
                raise GateError(
                    "budget", f"judges' budget: {self._used} tokens spent, {tokens} more wanted, limit {self._limit}"
                )
            self._used += tokens

    def settle(self, held: int, used: int) -> None:
        with self._lock:
            self._used += used - held


class Pursed:
    """A judge model that pays from the purse."""

    def __init__(self, chat: ChatModel, purse: Purse) -> None:
        self.name = chat.name
        self._chat, self._purse = chat, purse

    def ask(self, call: Call) -> Reply:
        asked = length(call)
        self._purse.hold(asked + ANSWER)
        used = asked
        try:
            reply = self._chat.ask(call)
            used = (reply.input_tokens or asked) + (reply.output_tokens or estimate(reply.text + reply.reasoning))
        finally:
            self._purse.settle(asked + ANSWER, used)
        return reply


_: type[ChatModel] = Pursed
