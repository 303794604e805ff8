"""One small question on the path that every agent's call takes: what fails here would fail in each of them."""

from __future__ import annotations

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.llm.structured import Answer, ask, schema_of
from fks_agents.settings import Settings


class Ready(Answer):
    is_ready: bool


def rehearse(chat: ChatModel, settings: Settings) -> None:
    """Ask for one word under a schema; raises ModelError where the model cannot be asked or does not keep to it."""
    call = Call(
        model=chat.name,
        role="rehearsal",
        messages=(
            Message(role="system", text="Reply with one JSON object that fits the given schema, and nothing else."),
            Message(role="user", text="Set `is_ready` to true if you can read this."),
        ),
        answer_schema=schema_of(Ready),
        parameters={"temperature": settings.temperature, "seed": settings.seed},
    )
    ask(chat, call, Ready, 1)
