"""Words on their way: what a model writes is told piece by piece, and counts for nothing until the reply is whole."""

from __future__ import annotations

from fks_agents._redaction import redact
from fks_agents.deps import Call, ChatModel, Hear, Piece, Reply, Streaming
from fks_agents.errors import ModelError
from fks_agents.llm.recorder import key_of

DIGITS = 12
"""Of a call's key: enough to tell the calls of one decision apart."""


class Telling:
    """Tells one call's words to whoever listens; where nobody does, nothing happens."""

    def __init__(self, hear: Hear | None, call: Call) -> None:
        self._hear = hear
        self._role = call.role
        self._key = key_of(call)[:DIGITS] if hear is not None else ""
        self._is_first = True

    def begin(self) -> None:
        """Another try: what was told before is void."""
        self._is_first = True

    def wrote(self, text: str, reasoning: str = "") -> None:
        if self._hear is not None and (text or reasoning):
            self._hear(Piece(self._role, self._key, text, reasoning, is_first=self._is_first))
            self._is_first = False


class Told:
    """A chat model whose replies are told once they are whole, and whose failures are told as such.

    It stands below the recorder: what is read from the record is told to nobody.
    """

    def __init__(self, chat: ChatModel, hear: Hear) -> None:
        self.name = chat.name
        self._chat = chat
        self._hear = hear

    def ask(self, call: Call) -> Reply:
        try:
            reply = self._chat.ask(call)
        except ModelError as error:
            self._end(call, Reply(text="", failure=redact(str(error)) or type(error).__name__))
            raise
        self._end(call, reply)
        return reply

    def _end(self, call: Call, reply: Reply) -> None:
        self._hear(Piece(call.role, key_of(call)[:DIGITS], reply=reply))


def heard_by(hear: Hear | None, chat: ChatModel) -> ChatModel:
    """The chat with its words told to `hear` as they are written, where it can do that."""
    return chat if hear is None or not isinstance(chat, Streaming) else chat.heard_by(hear)


_: type[ChatModel] = Told
