"""Tokens one decision may use, over all its calls; enforced before a call is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ModelError

CHARACTERS_PER_TOKEN = 4
"""A model's own tokenizer would need a download; four is usual for English and JSON."""


def estimate(text: str) -> int:
    """Tokens in `text`, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


@dataclass
class Budget:
    """Safe to share among threads."""

    limit: int
    spent: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def reserve(self, tokens: int) -> None:
        """Raises ModelError where the tokens would pass the limit; nothing is spent then."""
        with self._lock:
            if self.spent + tokens > self.limit:
                raise ModelError(
                    f"token budget of the decision: {self.spent} spent, {tokens} more wanted, limit {self.limit}"
                )
            self.spent += tokens

    def settle(self, reserved: int, used: int) -> None:
        """Replace a reservation by what was used."""
        with self._lock:
            self.spent += used - reserved


class Budgeted:
    """A chat model on a budget: the prompt's estimate is reserved before the call, reported usage replaces it after."""

    def __init__(self, chat: ChatModel, budget: Budget) -> None:
        self.name = chat.name
        self._chat = chat
        self._budget = budget

    def ask(self, call: Call) -> Reply:
        asked = sum(estimate(message.text) for message in call.messages)
        self._budget.reserve(asked)
        reply = self._chat.ask(call)
        used = (reply.input_tokens or asked) + (reply.output_tokens or estimate(reply.text + reply.reasoning))
        self._budget.settle(asked, used)
        return reply


_: type[ChatModel] = Budgeted
