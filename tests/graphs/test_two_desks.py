"""Two desks at work in one process at the same time: each has its own models, servers, budgets and seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm import ScriptedChat
from fks_agents.llm.budget import estimate
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from memory.calls import RecordedCall
from tests.graphs.scripts import honest
from tests.llm.conftest import FakeOllama, listening, streamed

DATES = ("2018-04-20T20:00:00Z", "2017-06-16T20:00:00Z", "2016-03-18T20:00:00Z")


@dataclass
class Outcome:
    """What one desk made of the dates, what it recorded, and what its listener was told."""

    cycles: list[Cycle]
    calls: list[list[RecordedCall]]
    heard: list[set[str]]


def decided(desk: Desk, together: Barrier) -> Outcome:
    found = Outcome([], [], [])
    for date in DATES:
        keys: set[str] = set()

        def listen(name: str, told: Any, keys: set[str] = keys) -> None:
            if name in ("token", "reply"):
                keys.add(told["call"])

        together.wait(60)
        cycle = desk.analyze("SPX", as_of=moment_of(date), on_event=listen)
        found.cycles.append(cycle)
        found.calls.append(list(desk.ledger.calls.calls(cycle.id)))
        found.heard.append(keys)
    return found


def side_by_side(*desks: Desk) -> list[Outcome]:
    together = Barrier(len(desks))
    with ThreadPoolExecutor(len(desks)) as executor:
        return [made.result() for made in [executor.submit(decided, desk, together) for desk in desks]]


def settings(home: Path, name: str, **more: object) -> Settings:
    return load(
        home=home, model=name, model_judge="rules", memory=False, min_conviction=0.5, call_cache=False, **more
    )  # fmt: skip


def scripted(name: str, action: str) -> ScriptedChat:
    return ScriptedChat(lambda call: honest(call, action=action), name=name)


def is_own(outcome: Outcome, name: str, seed: int) -> bool:
    """Every call of the desk went to its model with its seed, and its listener was told of these calls alone."""
    made = [kept.call for calls in outcome.calls for kept in calls]
    told = [
        heard == {kept.key[:12] for kept in calls} for heard, calls in zip(outcome.heard, outcome.calls, strict=True)
    ]
    return {(call.model, call.parameters["seed"]) for call in made} == {(name, seed)} and all(told)


def pair(home: Path, wrap: Callable[[ScriptedChat], ChatModel] = lambda chat: chat) -> list[Outcome]:
    """A desk that buys with seed 1 beside one that holds with seed 2."""
    with ExitStack() as stack:
        desks = []
        for name, action, seed in (("ollama:buyer", "buy", 1), ("ollama:holder", "hold", 2)):
            chat = wrap(scripted(name, action))
            opened = open_desk(settings(home / name, name, seed=seed), chats={"quick": chat, "deep": chat})
            desks.append(stack.enter_context(opened))
        return side_by_side(*desks)


def test_models_seeds_and_words_stay_with_their_desk(tmp_path: Path) -> None:
    buyer, holder = pair(tmp_path)
    assert is_own(buyer, "ollama:buyer", 1)
    assert is_own(holder, "ollama:holder", 2)
    assert {cycle.action for cycle in buyer.cycles} == {"buy"}
    assert {cycle.action for cycle in holder.cycles} == {"hold"}


def test_beside_another_desk_a_decision_is_the_same(tmp_path: Path) -> None:
    together, _ = pair(tmp_path / "two")
    chat = scripted("ollama:buyer", "buy")
    with open_desk(settings(tmp_path / "one", "ollama:buyer", seed=1), chats={"quick": chat, "deep": chat}) as desk:
        alone = decided(desk, Barrier(1))
    assert [cycle.digest for cycle in alone.cycles] == [cycle.digest for cycle in together.cycles]


class Shared:
    """A chat model as it must not be: the last one that was opened answers for all."""

    last: ScriptedChat

    def __init__(self, chat: ScriptedChat) -> None:
        self.name = chat.name
        Shared.last = chat

    def ask(self, call: Call) -> Any:
        return Shared.last.ask(call)


def test_a_model_that_is_shared_by_all_fails_the_same_check(tmp_path: Path) -> None:
    buyer, _ = pair(tmp_path, Shared)
    assert {cycle.action for cycle in buyer.cycles} != {"buy"}


def test_a_budget_that_is_spent_stops_its_own_desk(tmp_path: Path) -> None:
    with ExitStack() as stack:
        desks = []
        for name, most in (("ollama:rich", 200_000), ("ollama:poor", 1_000)):
            chat = scripted(name, "buy")
            own = settings(tmp_path / name, name, max_tokens_per_decision=most, on_budget=())
            desks.append(stack.enter_context(open_desk(own, chats={"quick": chat, "deep": chat})))
        rich, poor = side_by_side(*desks)
    assert {cycle.action for cycle in rich.cycles} == {"buy"}
    assert {cycle.action for cycle in poor.cycles} == {"no_decision"}


@contextmanager
def served(action: str) -> Iterator[tuple[FakeOllama, str]]:
    """A server whose model plays every role, and does that."""
    with listening() as (fake, address):

        def answer(asked: dict[str, Any]) -> Any:
            said = tuple(Message(role=one["role"], text=one["content"]) for one in asked["messages"])
            call = Call(model="tiny", role="any", messages=said, answer_schema=asked["format"])
            return streamed(honest(call, action=action), read=sum(estimate(one.text) for one in said))

        fake.answer = answer
        yield fake, address


@pytest.mark.real
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_servers_their_health_and_their_limits_stay_with_their_desk(tmp_path: Path) -> None:
    with served("buy") as (first, one), served("hold") as (second, two), ExitStack() as stack:
        desks = []
        for name, addresses, seed in (("a", (one,), 1), ("b", ("http://127.0.0.1:9", two), 2)):
            own = settings(
                tmp_path / name, "ollama:tiny", seed=seed, model_endpoints=addresses, model_concurrency=seed,
                model_timeout=30.0,
            )  # fmt: skip
            desks.append(stack.enter_context(open_desk(own)))
        buyer, holder = side_by_side(*desks)
    assert {cycle.action for cycle in buyer.cycles} == {"buy"}
    assert {cycle.action for cycle in holder.cycles} == {"hold"}
    for outcome, fake, address, seed in ((buyer, first, one, 1), (holder, second, two, 2)):
        assert is_own(outcome, "ollama:tiny", seed)
        assert {kept.reply.endpoint for calls in outcome.calls for kept in calls} == {address}
        assert {asked["options"]["seed"] for asked in fake.chats} == {seed}


def test_a_failing_model_s_breaker_is_its_own(tmp_path: Path) -> None:
    def fails(call: Call) -> str:
        raise ModelError("scripted: down")

    with ExitStack() as stack:
        desks = []
        for name, chat in (
            ("ollama:down", ScriptedChat(fails, name="ollama:down")),
            ("ollama:up", scripted("ollama:up", "buy")),
        ):
            own = settings(tmp_path / name, name)
            desks.append(stack.enter_context(open_desk(own, chats={"quick": chat, "deep": chat})))
        down, up = side_by_side(*desks)
    assert {cycle.action for cycle in down.cycles} == {"no_decision"}
    assert {cycle.action for cycle in up.cycles} == {"buy"}
