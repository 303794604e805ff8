"""Any chat model LangChain knows by name, asked for JSON of a given schema; its text is taken raw, not parsed here."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ConfigError, ModelError, UsageError
from fks_agents.llm.structured import LONGEST
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

LONGEST_ANSWER = 8_192
"""Tokens of one answer, hidden reasoning included; a longer one comes back cut off, which is an error."""

_CUT_OFF = {"length", "max_tokens", "MAX_TOKENS"}


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
                f"unknown model {name!r}; expected `rules`, `ollama:NAME` or `PROVIDER:NAME` with a provider of {known}"
            ) from error
        raise ConfigError(f"model {name!r} cannot be set up: {_first_line(error)}") from error
    except Exception as error:
        # Each provider package raises its own kind for a missing key.
        raise ConfigError(f"model {name!r} cannot be set up: {_first_line(error)}") from error
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
            raise ModelError(f"{self.name}: the call of {call.role} failed: {_first_line(error)}") from error
        return reply_of(self.name, call, raw, perf_counter() - started)


def messages_of(call: Call) -> list[tuple[str, str]]:
    """The conversation as LangChain takes it."""
    return [(message.role, message.text) for message in call.messages]


def reply_of(name: str, call: Call, raw: BaseMessage | None, seconds: float) -> Reply:
    """Text, usage and latency of a message; raises ModelError where it is missing, empty, cut off or too long."""
    text = raw.text.strip() if raw is not None else ""
    if raw is None or not text:
        raise ModelError(f"{name}: expected a reply to {call.role}, was empty")
    reason = raw.response_metadata.get("done_reason") or raw.response_metadata.get("finish_reason")
    reason = reason or raw.response_metadata.get("stop_reason")
    if reason in _CUT_OFF:
        raise ModelError(f"{name}: the reply to {call.role} was cut off after {len(text)} characters")
    if len(text) > LONGEST:
        raise ModelError(f"{name}: expected at most {LONGEST} characters for {call.role}, was {len(text)}")
    usage = getattr(raw, "usage_metadata", None) or {}
    return Reply(
        text=text,
        reasoning=str(raw.additional_kwargs.get("reasoning_content", "")),
        input_tokens=usage.get("input_tokens", 0),
        output_tokens=usage.get("output_tokens", 0),
        seconds=seconds,
    )


def _package(error: ImportError, provider: str) -> str:
    missing = getattr(error, "name", None) or (error.__cause__ and getattr(error.__cause__, "name", None))
    return str(missing or f"langchain_{provider}").partition(".")[0].replace("_", "-")


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


_: type[ChatModel] = LangChainChat
