"""One small question on the path that every agent's call takes: what fails here would fail in each of them."""

from __future__ import annotations

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm.capabilities import Capable, Table
from fks_agents.llm.structured import Answer, UnreadableError, read, schema_of
from fks_agents.settings import Settings


class Ready(Answer):
    is_ready: bool


def rehearse(chat: ChatModel, settings: Settings) -> None:
    """Ask for one word under a schema, and keep whether the model held to it.

    Raises ModelError where it cannot be asked or does not keep to the schema.
    """
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
    text = chat.ask(call).text
    try:
        read(text, Ready)
    except UnreadableError as error:
        _keep(chat, settings, holds_schema=False)
        raise ModelError(f"{chat.name} does not keep to a JSON schema: {error.fault}") from error
    _keep(chat, settings, holds_schema=True)


def _keep(chat: ChatModel, settings: Settings, *, holds_schema: bool) -> None:
    if isinstance(chat, Capable):
        Table.of(settings).keep(chat.capabilities().model_copy(update={"holds_schema": holds_schema}))
