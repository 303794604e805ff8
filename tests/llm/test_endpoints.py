"""Calls go to the healthy server with the fewest under way; one that fails rests, and is asked before it is used."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.errors import ModelError
from fks_agents.llm.endpoints import LONGEST_REST, REST, EndpointError, Endpoints


@dataclass
class Time:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Servers:
    """Which servers are down, and what they were asked."""

    down: set[str] = field(default_factory=set)
    probed: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    def probe(self, address: str) -> None:
        self.probed.append(address)
        if address in self.down:
            raise ConnectionError("refused")

    def call(self, address: str, started: float) -> str:
        self.called.append(address)
        if address in self.down:
            raise EndpointError(f"{address} broke off")
        return address


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def servers() -> Servers:
    return Servers()


def pool(*addresses: str, limit: int = 2, time: Time | None = None) -> Endpoints:
    return Endpoints(addresses, limit, time or Time())


@contextmanager
def busy(endpoints: Endpoints, servers: Servers, count: int) -> Iterator[Sequence[str]]:
    """So many calls under way, and where they went."""
    with ExitStack() as stack:
        yield [stack.enter_context(endpoints.taken(servers.probe)) for _ in range(count)]


def test_the_least_busy_is_taken(servers: Servers) -> None:
    with busy(pool("a", "b", "c"), servers, 6) as taken:
        assert Counter(taken) == {"a": 2, "b": 2, "c": 2}
        assert taken[:3] == ["a", "b", "c"]
    assert servers.probed == []


def test_a_call_waits_where_all_are_busy(servers: Servers) -> None:
    endpoints = pool("a", limit=1)
    done = threading.Event()

    def second() -> str:
        with endpoints.taken(servers.probe) as address:
            done.set()
            return address

    with ThreadPoolExecutor(1) as executor:
        with endpoints.taken(servers.probe):
            waiting = executor.submit(second)
            assert not done.wait(0.05)
        assert waiting.result(5.0) == "a"


def test_one_that_fails_rests_and_the_next_one_answers(servers: Servers, time: Time) -> None:
    endpoints = pool("a", "b", time=time)
    servers.down = {"a"}
    assert endpoints.ask(servers.call, servers.probe, 10.0) == "b"
    assert (servers.called, tuple(endpoints.resting())) == (["a", "b"], ("a",))
    assert [endpoints.ask(servers.call, servers.probe, 10.0) for _ in range(3)] == ["b", "b", "b"]
    assert servers.probed == []


def test_it_is_probed_before_it_is_used_again(servers: Servers, time: Time) -> None:
    endpoints = pool("a", "b", time=time)
    servers.down = {"a"}
    endpoints.ask(servers.call, servers.probe, 10.0)
    time.now += REST
    assert endpoints.ask(servers.call, servers.probe, 10.0) == "b"
    assert (servers.probed, servers.called) == (["a"], ["a", "b", "b"])
    # a second failure: twice the rest
    time.now += REST
    endpoints.ask(servers.call, servers.probe, 10.0)
    assert servers.probed == ["a"]
    servers.down = set()
    time.now += REST
    assert endpoints.ask(servers.call, servers.probe, 10.0) == "a"
    assert (servers.probed, tuple(endpoints.resting())) == (["a", "a"], ())
    assert endpoints.ask(servers.call, servers.probe, 10.0) == "a"
    assert servers.probed == ["a", "a"]


def test_a_rest_has_an_end(servers: Servers, time: Time) -> None:
    endpoints = pool("a", "b", time=time)
    servers.down = {"a"}
    for _ in range(20):
        endpoints.ask(servers.call, servers.probe, 10.0)
        time.now += LONGEST_REST
    before = len(servers.probed)
    time.now += LONGEST_REST
    endpoints.ask(servers.call, servers.probe, 10.0)
    assert len(servers.probed) == before + 1


def test_where_all_rest_one_is_probed_at_once(servers: Servers, time: Time) -> None:
    endpoints = pool("a", time=time)
    servers.down = {"a"}
    with pytest.raises(EndpointError, match="a broke off"):
        endpoints.ask(servers.call, servers.probe, 10.0)
    with pytest.raises(ModelError, match="no server answers: a: ConnectionError: refused"):
        endpoints.ask(servers.call, servers.probe, 10.0)
    assert (servers.called, servers.probed) == (["a"], ["a"])
    servers.down = set()
    assert endpoints.ask(servers.call, servers.probe, 10.0) == "a"


def test_an_answer_that_is_no_good_is_not_the_server_s_fault(servers: Servers) -> None:
    endpoints = pool("a", "b")

    def empty(address: str, started: float) -> str:
        servers.called.append(address)
        raise ModelError("expected a reply, was empty")

    with pytest.raises(ModelError, match="was empty"):
        endpoints.ask(empty, servers.probe, 10.0)
    assert (servers.called, tuple(endpoints.resting())) == (["a"], ())


def test_no_server_is_tried_once_the_time_is_over(servers: Servers) -> None:
    servers.down = {"a"}
    with pytest.raises(EndpointError, match="a broke off"):
        pool("a", "b").ask(servers.call, servers.probe, 0.0)
    assert servers.called == ["a"]


def test_waiting_for_a_turn_is_no_part_of_the_time(servers: Servers) -> None:
    endpoints = pool("a", limit=1)
    began = perf_counter()
    with ThreadPoolExecutor(1) as executor:
        with endpoints.taken(servers.probe):
            waiting = executor.submit(endpoints.ask, lambda _, started: started, servers.probe, 0.01)
            threading.Event().wait(0.05)
        assert waiting.result(5.0) - began >= 0.05


@given(
    limit=st.integers(1, 4),
    addresses=st.integers(1, 4),
    down=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_whatever_fails_no_slot_is_lost(limit: int, addresses: int, down: list[set[int]]) -> None:
    time, servers = Time(), Servers()
    endpoints = Endpoints([str(n) for n in range(addresses)], limit, time)
    for failing in down:
        servers.down = {str(n) for n in failing}
        try:
            assert endpoints.ask(servers.call, servers.probe, 10.0) not in servers.down
        except EndpointError:
            assert servers.down >= {str(n) for n in range(addresses)}
        time.now += 3.0
    servers.down = set()
    for _ in range(addresses):  # each is probed and forgiven
        time.now += LONGEST_REST
        endpoints.ask(servers.call, servers.probe, 10.0)
    with busy(endpoints, servers, limit * addresses) as taken:
        assert Counter(taken) == {str(n): limit for n in range(addresses)}


@pytest.mark.parametrize("is_limited", [True, False])
def test_no_server_is_given_more_calls_than_its_limit(*, is_limited: bool) -> None:
    """Without the limit the same check fails."""
    endpoints = Endpoints(["a", "b"], 2 if is_limited else 1_000)
    under_way, most, lock = Counter[str](), Counter[str](), threading.Lock()

    def call(address: str, started: float) -> None:
        with lock:
            under_way[address] += 1
            most[address] = max(most[address], under_way[address])
        threading.Event().wait(0.01)
        with lock:
            under_way[address] -= 1

    with ThreadPoolExecutor(12) as executor:
        list(executor.map(lambda _: endpoints.ask(call, lambda _: None, 10.0), range(48)))
    assert (max(most.values()) <= 2) == is_limited
