"""Any chat model LangChain knows by name, asked for JSON of a given schema; its text is taken raw, not parsed here."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ConfigError, UsageError
from fks_agents.llm.replies import failed, first_line, reply
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

LONGEST_ANSWER = 8_192
"""Tokens of one answer, hidden reasoning included; a longer one comes back cut off, which is an error."""


def open_langchain(name: str, settings: Settings) -> ChatModel:
    """`PROVIDER:NAME`; raises UsageError for an unknown provider, ConfigError naming the package or key that misses."""
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    try:
        chat = init_chat_model(
            model, model_provider=provider, temperature=settings.temperature, timeout=settings.model_timeout,
            max_tokens=LONGEST_ANSWER, max_retries=0,
        )  # fmt: skip
    except ImportError as error:
        package = _package(error, provider)
        raise ConfigError(f"model {name!r} needs the package {package}: pip install {package}") from error
    except ValueError as error:
        if "Unsupported" in str(error):
            known = str(error).rpartition(": ")[2]
            raise UsageError(
                f"unknown model {name!r}; expected `rules`, `ollama:NAME`, `local:NAME_OR_PATH` or "
                f"`PROVIDER:NAME` with a provider of {known}"
            ) from error
        raise ConfigError(f"model {name!r} cannot be set up: {first_line(error)}") from error
    except Exception as error:
        # Each provider package raises its own kind for a missing key.
        raise ConfigError(f"model {name!r} cannot be set up: {first_line(error)}") from error
    return LangChainChat(name, chat)


class LangChainChat:
    """One LangChain chat model behind our protocol."""

    def __init__(self, name: str, chat: BaseChatModel) -> None:
        self.name = name
        self._chat = chat

    def ask(self, call: Call) -> Reply:
        schema = {"title": call.role, **call.answer_schema}
        started = perf_counter()
        try:
            structured: Any = self._chat.with_structured_output(schema, method="json_schema", include_raw=True)
            raw: BaseMessage = structured.invoke(messages_of(call))["raw"]
        except Exception as error:
            # A provider package raises what its HTTP client raises: to us each is a failed call, with its reason.
            raise failed(self.name, call, error) from error
        return reply_of(self.name, call, raw, perf_counter() - started)


def messages_of(call: Call) -> list[tuple[str, str]]:
    """The conversation as LangChain takes it."""
    return [(message.role, message.text) for message in call.messages]


def reply_of(name: str, call: Call, raw: BaseMessage | None, seconds: float) -> Reply:
    """Text, reasoning, usage and latency of a message; raises ModelError as `replies.reply` does."""
    if raw is None:
        return reply(name, call, "", seconds=seconds)
    told = raw.response_metadata
    usage = getattr(raw, "usage_metadata", None) or {}
    return reply(
        name,
        call,
        raw.text,
        seconds=seconds,
        ended=told.get("done_reason") or told.get("finish_reason") or told.get("stop_reason"),
        reasoning=str(raw.additional_kwargs.get("reasoning_content", "")),
        input_tokens=usage.get("input_tokens", 0),
        output_tokens=usage.get("output_tokens", 0),
    )


def _package(error: ImportError, provider: str) -> str:
    missing = getattr(error, "name", None) or (error.__cause__ and getattr(error.__cause__, "name", None))
    return str(missing or f"langchain_{provider}").partition(".")[0].replace("_", "-")


_: type[ChatModel] = LangChainChat
