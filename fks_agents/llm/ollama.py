"""A local model served by Ollama: answers constrained to the JSON schema while they are decoded, never tool calls."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm.langchain import messages_of, reply_of
from fks_agents.llm.structured import LONGEST
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessageChunk

LONGEST_ANSWER = 2_048
"""Tokens of one answer; a longer one comes back cut off, which is an error."""


def open_ollama(name: str, settings: Settings) -> ChatModel:
    """`ollama:NAME`; raises ConfigError where the client package is missing. The server is only met by `preflight`."""
    try:
        import langchain_ollama  # noqa: F401
    except ImportError as error:
        raise ConfigError(f"model {name!r} needs langchain-ollama: pip install 'fks-agents[ollama]'") from error
    return OllamaChat(name, settings)


class OllamaChat:
    """One model of the Ollama server at `OLLAMA_HOST` (its client reads that), by default on this machine."""

    def __init__(self, name: str, settings: Settings) -> None:
        from langchain_ollama import ChatOllama

        self.name = name
        self._model = name.removeprefix("ollama:")
        self._seconds = settings.model_timeout
        self._chat = ChatOllama(
            model=self._model,
            temperature=settings.temperature,
            seed=settings.seed,
            num_predict=LONGEST_ANSWER,
            # The server's own default context would drop the beginning of a longer prompt without a word.
            num_ctx=settings.max_prompt_tokens + 3 * LONGEST_ANSWER,
            # Thinking would run outside the schema and eat the answer's tokens.
            reasoning=False,
            client_kwargs={"timeout": settings.model_timeout},
        )

    def preflight(self) -> None:
        """Raises ConfigError where the server does not run or the model was not pulled, with the command that helps."""
        import httpx
        import ollama

        try:
            ollama.Client(timeout=min(self._seconds, 10.0)).show(self._model)
        except (ConnectionError, httpx.TransportError) as error:
            raise ConfigError(f"model {self.name!r}: Ollama is not running; start it with `ollama serve`") from error
        except ollama.ResponseError as error:
            if error.status_code == httpx.codes.NOT_FOUND:
                raise ConfigError(
                    f"model {self.name!r} is not there yet; get it with `ollama pull {self._model}`"
                ) from error
            raise ConfigError(
                f"model {self.name!r}: Ollama answered {error.status_code}: {error.error[:200]}"
            ) from error

    def ask(self, call: Call) -> Reply:
        started = perf_counter()
        try:
            whole = self._gather(call, started)
        except ModelError:
            raise
        except Exception as error:
            # httpx, ollama and pydantic errors alike: a failed call, with its reason.
            said = str(error).strip().splitlines()
            raise ModelError(
                f"{self.name}: the call of {call.role} failed: {type(error).__name__}: {said[0][:200] if said else ''}"
            ) from error
        return reply_of(self.name, call, whole, perf_counter() - started)

    def _gather(self, call: Call, started: float) -> BaseMessageChunk | None:
        whole: BaseMessageChunk | None = None
        for chunk in self._chat.stream(messages_of(call), format=call.answer_schema):
            whole = chunk if whole is None else whole + chunk
            if perf_counter() - started > self._seconds:
                raise ModelError(f"{self.name}: {call.role} waited {self._seconds:g} s for a reply that did not end")
            if len(whole.text) > LONGEST:
                raise ModelError(f"{self.name}: expected at most {LONGEST} characters for {call.role}, was more")
        return whole


_: type[ChatModel] = OllamaChat
