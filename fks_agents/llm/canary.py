"""A mark in the instructions of each decision: an answer that repeats it gave its instructions away, and is no answer.

It follows from the snapshot, so that a replay asks with the same mark; nobody who writes a headline can know it,
because the headline is part of what it follows from.
"""

from __future__ import annotations

from hashlib import sha256

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ModelError

_LENGTH = 12


def mark_of(snapshot_digest: str) -> str:
    """`desk-` and twelve hexadecimal digits."""
    return f"desk-{sha256(f'canary/{snapshot_digest}'.encode()).hexdigest()[:_LENGTH]}"


def repeats(text: str, mark: str) -> bool:
    """Whether the text holds the mark: in any case, backwards, or with anything but letters and digits between."""
    said = "".join(filter(str.isalnum, text.casefold()))
    kept = mark.removeprefix("desk-")
    return kept in said or kept[::-1] in said


class Watched:
    """A chat model whose answers are refused where they repeat the mark; its thoughts may."""

    def __init__(self, chat: ChatModel, mark: str) -> None:
        self.name = chat.name
        self._chat = chat
        self._mark = mark

    def ask(self, call: Call) -> Reply:
        reply = self._chat.ask(call)
        if repeats(reply.text, self._mark):
            raise ModelError(
                f"{self.name}: the reply to {call.role} repeats the desk's mark: it gives instructions away"
            )
        return reply


_: type[ChatModel] = Watched
