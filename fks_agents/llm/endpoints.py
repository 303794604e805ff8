"""Servers that have the same models: the healthy one with the fewest calls under way gets the next.

One that fails rests, for 5 s after the first failure and twice as long after each further one in a row, at most 5
minutes. Then it is probed with a question that costs no tokens before it is given a call again. Where all rest, nobody
waits: the one whose rest ends first is probed at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Lock
from time import monotonic, perf_counter
from typing import Protocol, TypeVar, runtime_checkable

from fks_agents.errors import ModelError
from fks_agents.settings import Settings

REST = 5.0
LONGEST_REST = 300.0
"""Seconds."""

MOST_POOLS = 64
"""Of which a desk remembers the health; a person may ask for a decision again with any model."""

T = TypeVar("T")
Attempt = Callable[[str, float], T]
"""Makes the call at an address; also told when the first try began (`perf_counter`)."""
Probe = Callable[[str], None]
"""Asks the server at an address whether it is there; raises whatever its client raises."""


class EndpointError(ModelError):
    """A call failed for a reason that lies with the server and not with the answer; another one may do better."""


class Turns:
    """The calls that servers are being given, by all models on them together."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.under_way: Counter[str] = Counter()
        """By server, as `ollama=http://gpu1:11434`; read and changed while `changed` is held."""


@dataclass
class Endpoint:
    """What is known of one server; times are those of the pool's clock."""

    address: str
    failures: int = 0
    """In a row."""
    back_at: float = 0.0
    is_probed: bool = False


@runtime_checkable
class Pooled(Protocol):
    """A chat model that answers from one of several servers."""

    @property
    def endpoints(self) -> Endpoints: ...


@dataclass
class Endpoints:
    """The servers of one model. Safe to share among threads."""

    addresses: Sequence[str]
    limit: int
    """Calls that one of them is given at a time, together with those of other models that share `turns`."""
    now: Callable[[], float] = monotonic
    provider: str = ""
    turns: Turns = field(default_factory=Turns, repr=False)
    _all: list[Endpoint] = field(init=False, repr=False)
    _changed: Condition = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._all = [Endpoint(address) for address in self.addresses]
        self._changed = self.turns.changed

    def __len__(self) -> int:
        return len(self._all)

    def ask(self, attempt: Attempt[T], probe: Probe, seconds: float) -> T:
        """What `attempt` makes of the server that is free; where that fails, of the next, each at most once and none
        begun `seconds` after the first was. Waiting for a turn does not count. Raises the last EndpointError."""
        tried: list[str] = []
        started: float | None = None
        failure: EndpointError | None = None
        while True:
            before = len(tried)
            try:
                with self.taken(probe, tried) as address:
                    tried.append(address)
                    started = perf_counter() if started is None else started
                    return attempt(address, started)
            except EndpointError as error:
                if len(tried) == before:  # nobody took it
                    raise failure or error from None
                if len(tried) == len(self._all) or perf_counter() - (started or 0.0) >= seconds:
                    raise
                failure = error

    @contextmanager
    def taken(self, probe: Probe, tried: Sequence[str] = ()) -> Iterator[str]:
        """The address for one call; waits for its turn. An EndpointError inside sends the server to rest, anything
        else does not, and a call that ends well forgives earlier failures.

        Raises EndpointError where every server but those `tried` failed its probe.
        """
        endpoint = self._take(probe, list(tried))
        try:
            yield endpoint.address
        except EndpointError:
            self._release(endpoint, is_well=False)
            raise
        except BaseException:
            self._release(endpoint)
            raise
        self._release(endpoint, is_well=True)

    def resting(self) -> dict[str, float]:
        """Addresses that are left alone now, and for how many seconds more."""
        with self._changed:
            left = {one.address: one.back_at - self.now() for one in self._all if one.failures}
        return {address: seconds for address, seconds in left.items() if seconds > 0.0}

    def under_way(self) -> dict[str, int]:
        """Calls that each address is being given now, of whichever model."""
        with self._changed:
            return {address: self.turns.under_way[self._server(address)] for address in self.addresses}

    def _server(self, address: str) -> str:
        return f"{self.provider}={address}"

    def _busy(self, endpoint: Endpoint) -> int:
        return self.turns.under_way[self._server(endpoint.address)]

    def _take(self, probe: Probe, tried: list[str]) -> Endpoint:
        reason = "every server was tried"
        while (endpoint := self._next(tried)) is not None:
            if not endpoint.is_probed:
                return endpoint
            try:
                probe(endpoint.address)
            except Exception as error:
                # Whatever its client raises, the server is not there.
                reason = f"no server answers: {endpoint.address or 'the usual one'}: {type(error).__name__}: {error}"
                tried.append(endpoint.address)
                self._release(endpoint, is_well=False)
            except BaseException:
                self._release(endpoint)
                raise
            else:
                with self._changed:
                    endpoint.is_probed = False
                    self._changed.notify_all()
                return endpoint
        raise EndpointError(reason)

    def _next(self, tried: Sequence[str]) -> Endpoint | None:
        """The server to call, with one more call counted, `is_probed` where it has to be asked first; None where none
        is left."""
        with self._changed:
            while True:
                left = [one for one in self._all if one.address not in tried]
                if not left:
                    return None
                free = [one for one in left if self._busy(one) < self.limit and not one.is_probed]
                well = [one for one in free if not one.failures]
                due = [one for one in free if one.failures and one.back_at <= self.now()]
                if not due and all(one.failures for one in left):
                    due = free
                if due or well:
                    chosen = min(due, key=_back) if due else min(well, key=self._busy)
                    chosen.is_probed = bool(due)
                    self.turns.under_way[self._server(chosen.address)] += 1
                    return chosen
                self._changed.wait()

    def _release(self, endpoint: Endpoint, *, is_well: bool | None = None) -> None:
        with self._changed:
            self.turns.under_way[self._server(endpoint.address)] -= 1
            endpoint.is_probed = False
            if is_well:
                endpoint.failures = 0
            elif is_well is False:
                endpoint.failures += 1
                endpoint.back_at = self.now() + min(LONGEST_REST, REST * 2 ** (endpoint.failures - 1))
            self._changed.notify_all()


class Servers:
    """All pools of one desk: what is known of a model's servers, and how busy they are, whatever else settings say."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._pools: dict[tuple[str, tuple[str, ...], int], Endpoints] = {}
        self._opening = Lock()

    def of(self, name: str, settings: Settings) -> Endpoints:
        """Those that have the model; one at the empty address, the usual one, where the settings name none."""
        provider = name.partition(":")[0]
        addresses = settings.endpoints(provider) or ("",)
        key = (name, addresses, settings.model_concurrency)
        with self._opening:
            if key not in self._pools:
                if len(self._pools) >= MOST_POOLS:
                    del self._pools[next(iter(self._pools))]
                self._pools[key] = Endpoints(
                    addresses, settings.model_concurrency, provider=provider, turns=self._turns
                )
            return self._pools[key]


def _back(endpoint: Endpoint) -> float:
    return endpoint.back_at
