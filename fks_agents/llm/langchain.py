"""Any chat model LangChain knows by name, asked for JSON of a given schema; its text is taken raw, not parsed here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from fks_agents.deps import Call, ChatModel, Hear, Reply
from fks_agents.errors import ConfigError, ModelError, UsageError
from fks_agents.llm.capabilities import Capabilities
from fks_agents.llm.endpoints import EndpointError, Endpoints, Servers
from fks_agents.llm.replies import failed, first_line, reply
from fks_agents.llm.streaming import Telling
from fks_agents.llm.structured import LONGEST
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

ENDINGS = ("done_reason", "finish_reason", "stop_reason", "finishReason", "stopReason")
"""Where providers say why a reply ended; each of them says it."""

OUR_FAULT = frozenset({400, 401, 403, 422})
"""HTTP answers that another server would give as well."""

SEEDED = frozenset({"openai", "azure_openai"})
"""Providers, and those compatible with them, that take a seed with each call."""

LONGEST_ANSWER = 8_192
"""Tokens of one answer, hidden reasoning included; a longer one comes back cut off, which is an error."""


def open_langchain(name: str, settings: Settings, servers: Servers) -> ChatModel:
    """`PROVIDER:NAME`; raises UsageError for an unknown provider, ConfigError naming the package or key that misses."""
    endpoints = servers.of(name, settings)
    chats = {address: _opened(name, settings, address) for address in endpoints.addresses}
    return LangChainChat(name, chats, endpoints, settings)


def _opened(name: str, settings: Settings, address: str) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    where: dict[str, Any] = {"base_url": address} if address else {}
    try:
        chat: BaseChatModel = init_chat_model(
            model, model_provider=provider, temperature=settings.temperature, timeout=settings.model_timeout,
            max_tokens=LONGEST_ANSWER, max_retries=0, **where,
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
    return chat


class LangChainChat:
    """One LangChain chat model behind our protocol, on each server that has it."""

    def __init__(
        self,
        name: str,
        chats: Mapping[str, BaseChatModel],
        endpoints: Endpoints,
        settings: Settings,
        hear: Hear | None = None,
    ) -> None:
        self.name = name
        self._chats = chats
        self._endpoints = endpoints
        self._settings = settings
        self._seconds = settings.model_timeout
        self._hear = hear

    @property
    def endpoints(self) -> Endpoints:
        return self._endpoints

    def heard_by(self, hear: Hear) -> LangChainChat:
        return LangChainChat(self.name, self._chats, self._endpoints, self._settings, hear)

    def capabilities(self) -> Capabilities:
        """As LangChain's own table of models has them."""
        profile: Mapping[str, Any] = next(iter(self._chats.values())).profile or {}
        return Capabilities(
            model=self.name,
            context=profile.get("max_input_tokens"),
            tools=profile.get("tool_calling"),
            thinking=profile.get("reasoning_output"),
        )

    def ask(self, call: Call) -> Reply:
        attempt = partial(self._asked, call, Telling(self._hear, call))
        return self._endpoints.ask(attempt, _unprobed, self._seconds)

    def _asked(self, call: Call, telling: Telling, address: str, started: float) -> Reply:
        telling.begin()
        try:
            whole = self._gather(call, telling, address, started)
        except ModelError:
            raise
        except Exception as error:
            # A provider package raises what its HTTP client raises: to us each is a failed call, with its reason.
            raise failed(self.name, call, error, EndpointError if _is_the_servers(error) else ModelError) from error
        return reply_of(self.name, call, whole, perf_counter() - started, address)

    def _gather(self, call: Call, telling: Telling, address: str, started: float) -> AIMessageChunk | None:
        whole: AIMessageChunk | None = None
        for chunk in self._held_to(call, address).stream(messages_of(call)):
            whole = chunk if whole is None else whole + chunk
            telling.wrote(chunk.text, thought(chunk))
            if perf_counter() - started > self._seconds:
                raise EndpointError(f"{self.name}: {call.role} waited {self._seconds:g} s for a reply that did not end")
            if len(whole.text) > LONGEST:
                raise ModelError(f"{self.name}: expected at most {LONGEST} characters for {call.role}, was more")
        if whole is not None and ending(whole) is None:
            raise EndpointError(f"{self.name}: the reply to {call.role} broke off after {len(whole.text)} characters")
        return whole

    def _held_to(self, call: Call, address: str) -> Any:
        """The model, held to a schema in its provider's own way, without the parser that would swallow its words."""
        chat, schema = self._chats[address], {"title": call.role, **call.answer_schema}
        structured: Any = chat.with_structured_output(schema, method="json_schema")
        asked: dict[str, Any] = {}
        if (
            temperature := call.parameters.get("temperature", self._settings.temperature)
        ) != self._settings.temperature:
            asked["temperature"] = temperature
        if self.name.partition(":")[0] in SEEDED:
            asked["seed"] = call.parameters.get("seed")
            # Servers that are not the provider's own leave usage out of a stream unless they are asked for it.
            asked["stream_usage"] = True
        return structured.first.bind(**asked) if asked else structured.first


def _is_the_servers(error: BaseException | None) -> bool:
    """Whether the server or the connection refused; libraries wrap each other's errors."""
    import httpx

    while error is not None:
        status = getattr(error, "status_code", None)
        if isinstance(status, int):
            return status not in OUR_FAULT
        if isinstance(error, OSError | httpx.TransportError):
            return True
        error = error.__cause__
    return False


def _unprobed(address: str) -> None:
    """There is no question that costs nothing: the next call finds out."""
    del address


def messages_of(call: Call) -> list[tuple[str, str]]:
    """The conversation as LangChain takes it."""
    return [(message.role, message.text) for message in call.messages]


def thought(message: BaseMessage) -> str:
    """What a model thought, where it says so apart from its answer."""
    return str(message.additional_kwargs.get("reasoning_content") or "")


def ending(message: BaseMessage) -> str | None:
    """The server's reason for the end; None where the reply has no end."""
    told = message.response_metadata
    return next((str(told[name]) for name in ENDINGS if told.get(name)), None)


def reply_of(name: str, call: Call, raw: BaseMessage | None, seconds: float, address: str = "") -> Reply:
    """Text, reasoning, usage and latency of a message; raises ModelError as `replies.reply` does."""
    if raw is None:
        return reply(name, call, "", seconds=seconds)
    read, written = _usage(raw)
    return reply(
        name,
        call,
        raw.text,
        seconds=seconds,
        ended=ending(raw),
        reasoning=thought(raw),
        input_tokens=read,
        output_tokens=written,
        endpoint=address,
    )


def _usage(message: BaseMessage) -> tuple[int, int]:
    """Tokens read and written; 0 where nobody says. langchain-openai puts those of a stream that is held to a schema
    into the metadata alone."""
    usage = getattr(message, "usage_metadata", None)
    if usage:
        return usage.get("input_tokens", 0), usage.get("output_tokens", 0)
    told = message.response_metadata.get("token_usage") or {}
    return told.get("prompt_tokens") or 0, told.get("completion_tokens") or 0


def _package(error: ImportError, provider: str) -> str:
    missing = getattr(error, "name", None) or (error.__cause__ and getattr(error.__cause__, "name", None))
    return str(missing or f"langchain_{provider}").partition(".")[0].replace("_", "-")


_: type[ChatModel] = LangChainChat
