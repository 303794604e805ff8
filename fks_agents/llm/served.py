"""One model on the Ollama servers that have it: what it can do there, or why it cannot be asked, with the command that
helps."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from threading import Lock
from typing import TYPE_CHECKING

from fks_agents.errors import ConfigError
from fks_agents.llm.capabilities import Capabilities, Table
from fks_agents.llm.endpoints import Endpoints
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from httpx import Timeout
    from langchain_ollama import ChatOllama
    from ollama import Client

LONGEST_SHOW = 10.0
"""Seconds a server may take to describe a model."""
LONGEST_CONNECT = 5.0
"""Seconds a server may take to be there at all; what it then takes to answer is for `model_timeout`."""


class Served:
    """Shared by everyone who listens to the same model."""

    def __init__(self, name: str, endpoints: Endpoints, settings: Settings) -> None:
        self.name = name
        self.endpoints = endpoints
        self._model = name.removeprefix("ollama:")
        self._settings = settings
        self._table = Table.of(settings)
        self._chats: dict[str, ChatOllama] = {}
        self._opening = Lock()
        self._known: Capabilities | None = None

    def at(self, address: str) -> ChatOllama:
        """The client of the server at that address; of `OLLAMA_HOST` (the client reads that) where it is empty."""
        with self._opening:
            if address not in self._chats:
                self._chats[address] = self._opened(address)
            return self._chats[address]

    def probe(self, address: str) -> None:
        """Raises what the client raises where the server does not answer."""
        self._client(address).list()

    def describe(self) -> Capabilities:
        """As the first server that answers tells them now. Raises what the last client raised where none does."""
        resting = self.endpoints.resting()
        addresses = sorted(self.endpoints.addresses, key=resting.__contains__)
        for address in addresses[:-1]:
            try:
                self._known = self._described(address)
            except Exception:  # noqa: S112  the next one may know, and the last one's error is raised
                continue
            return self._known
        self._known = self._described(addresses[-1])
        return self._known

    @property
    def capabilities(self) -> Capabilities:
        """As they were told last."""
        return self._known or self.describe()

    def preflight(self) -> None:
        """Raises ConfigError where no server has the model; with several, for the last of them."""
        _explained(self.name, self._model, self.endpoints.addresses[-1], self.describe)

    def _described(self, address: str) -> Capabilities:
        client = self._client(address)
        digest = self._digest(client)
        known = self._table.known(self.name, digest)
        if known is not None:
            return known
        shown = client.show(self._model)
        lengths = [value for key, value in (shown.modelinfo or {}).items() if key.endswith(".context_length")]
        able = shown.capabilities
        found = Capabilities(
            model=self.name,
            digest=digest,
            family=(shown.details and shown.details.family) or "",
            size=(shown.details and shown.details.parameter_size) or "",
            context=lengths[0] if lengths else None,
            tools=None if able is None else "tools" in able,
            thinking=None if able is None else "thinking" in able,
        )
        self._table.keep(found)
        return found

    def _digest(self, client: Client) -> str:
        """As the server lists it; empty where it lists no such model, which `show` then says better."""
        import ollama

        wanted = {self._model, f"{self._model}:latest"}
        try:
            return next((one.digest or "" for one in client.list().models if one.model in wanted), "")
        except ollama.ResponseError:
            return ""

    def _client(self, address: str) -> Client:
        import ollama

        return ollama.Client(host=address or None, timeout=self._patience(LONGEST_SHOW))

    def _opened(self, address: str) -> ChatOllama:
        from langchain_ollama import ChatOllama

        return ChatOllama(
            model=self._model,
            base_url=address or None,
            keep_alive=self._settings.model_keep_alive,
            client_kwargs={"timeout": self._patience()},
        )

    def _patience(self, most: float = inf) -> Timeout:
        import httpx

        seconds = min(self._settings.model_timeout, most)
        return httpx.Timeout(seconds, connect=min(seconds, LONGEST_CONNECT))


def _explained(name: str, model: str, address: str, look: Callable[[], object]) -> None:
    """Raises ConfigError with the command that helps where `look` fails."""
    import httpx
    import ollama

    of = f"model {name!r}" + (f" at {address}" if address else "")
    at = f"OLLAMA_HOST={address} " if address else ""
    try:
        look()
    except httpx.TimeoutException as error:
        raise ConfigError(f"{of}: Ollama runs but does not answer; see `{at}ollama ps`") from error
    except (ConnectionError, httpx.TransportError) as error:
        raise ConfigError(f"{of}: Ollama is not running; start it with `{at}ollama serve`") from error
    except ollama.ResponseError as error:
        if error.status_code == httpx.codes.NOT_FOUND:
            raise ConfigError(f"{of} is not there yet; get it with `{at}ollama pull {model}`") from error
        raise ConfigError(f"{of}: Ollama answered {error.status_code}: {error.error[:200]}") from error
    except ValueError as error:
        raise ConfigError(f"{of}: expected Ollama's API, was something else") from error
