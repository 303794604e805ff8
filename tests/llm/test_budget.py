"""No more is spent than was allowed; who is refused follows from what was asked, not from which thread was faster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import permutations

import pytest

from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import ModelError
from fks_agents.llm import Budget, Recorder, ScriptedChat, budget_for
from fks_agents.llm.budget import Budgeted, limits_of
from fks_agents.llm.gates import GateError
from fks_agents.llm.prices import Prices
from fks_agents.settings import Settings
from fks_agents.usage import Amount, Limits, Spent
from tests.llm.conftest import Log

STAGES = (("forecast", "macro", "technical"), ("bull",), ("bear",), ("manager",), ("bold", "calm"))
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def asks(role: str, length: int = 40, model: str = "scripted") -> Call:
    """A prompt of so many characters: a quarter of that in tokens."""
    return Call(model=model, role=role, messages=(Message(role="user", text="x" * length),), answer_schema={})


def reply(tokens: int, seconds: float = 0.0, money: float | None = 0.0) -> Reply:
    return Reply(text="x", input_tokens=tokens, seconds=seconds, money=money)


def test_what_was_held_and_not_used_is_given_back() -> None:
    budget = Budget(Limits(tokens=100))
    budget.hold("bull", Amount(90))
    with pytest.raises(GateError, match="token budget of the decision: 90 spent, 11 more wanted, limit 100"):
        budget.hold("bull", Amount(11))
    budget.settle("bull", "k1", Amount(90), reply(40))
    budget.hold("bull", Amount(60))
    assert budget.spent == Amount(40)


def test_the_longest_answer_is_held_before_a_call() -> None:
    chat = ScriptedChat("never said")
    with pytest.raises(GateError, match="0 spent, 110 more wanted, limit 100"):
        Budgeted(chat, Budget(Limits(tokens=100)), longest=100).ask(asks("bull"))
    assert chat.asked == []


def test_a_role_has_its_own_limit() -> None:
    budget = Budget(Limits(tokens=1_000), Limits(tokens=50))
    budget.hold("bull", Amount(50))
    with pytest.raises(GateError, match="token budget of the role bull: 50 spent, 1 more wanted, limit 50"):
        budget.hold("bull", Amount(1))
    budget.hold("bear", Amount(50))


def test_time_that_was_used_up_stops_the_next_call() -> None:
    budget = Budget(Limits(seconds=2.0))
    for key in ("k1", "k2"):
        budget.hold("bull", Amount(10))  # 1.5 s so far: how long the next one takes nobody knows
        budget.settle("bull", key, Amount(10), reply(10, seconds=1.5))
    with pytest.raises(GateError, match=r"time budget of the decision: 3\.0 s spent, limit 2 s"):
        budget.hold("bear", Amount(10))


def test_money_is_held_at_the_price_of_the_longest_answer() -> None:
    chat = ScriptedChat("a", name="openai:gpt-4o")
    # 10 tokens in and 1,000 out at 2.50 and 10 dollars a million: 0.010025
    poor = Budgeted(chat, Budget(Limits(money=0.01)), longest=1_000, prices=Prices(NOW))
    with pytest.raises(GateError, match=r"money budget of the decision: 0\.0000 US dollars spent, 0\.0100 more wanted"):
        poor.ask(asks("bull", model="openai:gpt-4o"))
    rich = Budgeted(chat, Budget(Limits(money=0.02)), longest=1_000, prices=Prices(NOW))
    # 10 in, 1 out: 0.000025 + 0.00001
    assert rich.ask(asks("bull", model="openai:gpt-4o")).money == pytest.approx(0.000035, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "price"),
    [("ollama:llama3.2:3b", 0.0), ("local:smollm2", 0.0), ("openai:no-such-model", None), ("nobody:gpt-4o", None)],
)
def test_a_price_is_known_or_said_to_be_unknown(model: str, price: float | None) -> None:
    assert Prices(NOW).of(model, 1_000, 1_000) == price


def test_a_failed_call_counts_its_prompt(log: Log) -> None:
    budget = Budget(Limits(tokens=1_000))
    chat = Recorder(Budgeted(ScriptedChat(), budget, longest=100), log, "d1", budget=budget)
    with pytest.raises(ModelError, match="the script is over"):
        chat.ask(asks("bull"))
    assert budget.spent.tokens == 10
    [told] = budget.told()
    assert (told.calls, told.failures, told.input_tokens, told.output_tokens) == (1, 1, 10, 0)


def test_a_refused_call_counts_nothing(log: Log) -> None:
    budget = Budget(Limits(tokens=5))
    chat = Recorder(Budgeted(ScriptedChat("a"), budget), log, "d1", budget=budget)
    for _ in range(2):  # the second time from the record
        with pytest.raises(GateError) as shut:
            chat.ask(asks("bull"))
        assert shut.value.phase == "budget"
    assert (budget.spent, budget.told()) == (Amount(), ())


def test_an_answer_from_another_decision_s_record_costs_nothing() -> None:
    budget = Budget(Limits(tokens=100))
    budget.count("bull", "k1", reply(90).model_copy(update={"cached": True, "money": None}))
    assert budget.told() == (Spent(role="bull", calls=1, cached=1),)
    budget.hold("bull", Amount(100))


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    budget = Budget(Limits())
    budget.count("bull", "k1", reply(10, money=0.5))
    budget.count("bull", "k2", reply(10, money=None))
    assert [told.money for told in budget.told()] == [None]


@pytest.mark.parametrize("order", list(permutations(STAGES[0])), ids="-".join)
def test_who_is_refused_side_by_side_does_not_depend_on_who_comes_first(order: tuple[str, ...]) -> None:
    # 300 left among three: macro's second call of 60 would pass its 100 whoever else has room
    wanted = {"forecast": (60,), "macro": (60, 60), "technical": (60, 40)}
    budget, refused = Budget(Limits(tokens=300), stages=STAGES), []
    for role in order:
        for n, tokens in enumerate(wanted[role]):
            try:
                budget.hold(role, Amount(tokens))
            except GateError as shut:
                refused.append((role, str(shut)))
            else:
                budget.settle(role, f"{role}{n}", Amount(tokens), reply(tokens))
    assert refused == [
        ("macro", "token budget of the share of macro: 60 spent, 60 more wanted, limit 100"),
    ]


def test_without_stages_it_does() -> None:
    def first_refused(order: tuple[str, ...]) -> str:
        budget = Budget(Limits(tokens=150))
        for role in order:
            try:
                budget.hold(role, Amount(60))
            except GateError:
                return role
        return ""

    assert {first_refused(order) for order in permutations(STAGES[0])} == set(STAGES[0])


def test_what_a_stage_leaves_is_there_for_the_next() -> None:
    budget = Budget(Limits(tokens=300), stages=STAGES)
    for role in STAGES[0]:
        budget.hold(role, Amount(100))
        budget.settle(role, role, Amount(100), reply(20))
    budget.hold("bull", Amount(240))
    with pytest.raises(GateError):
        budget.hold("bull", Amount(1))


def test_many_threads_together_do_not_pass_the_limit() -> None:
    budget = Budget(Limits(tokens=1_000))

    def one(n: int) -> int:
        try:
            budget.hold(f"role{n % 7}", Amount(30))
        except GateError:
            return 0
        budget.settle(f"role{n % 7}", f"k{n}", Amount(30), reply(30))
        return 30

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(one, range(200))) == budget.spent.tokens == 990


def test_a_resumed_decision_counts_what_was_recorded_and_goes_on_alike() -> None:
    whole, resumed = Budget(Limits(tokens=300), stages=STAGES), Budget(Limits(tokens=300), stages=STAGES)
    made = [("macro", "a", 30), ("forecast", "b", 20), ("bull", "c", 50)]
    for role, key, tokens in made:
        whole.hold(role, Amount(tokens))
        whole.settle(role, key, Amount(tokens), reply(tokens))
        resumed.count(role, key, reply(tokens))
    for _, key, tokens in made:
        resumed.count("bull", key, reply(tokens))  # met again on the way: counted once
    assert (resumed.spent, resumed.told()) == (whole.spent, whole.told())
    for budget in (whole, resumed):
        with pytest.raises(GateError, match="100 spent, 201 more wanted, limit 300"):
            budget.hold("bear", Amount(201))


@pytest.mark.parametrize(
    ("limit", "samples", "rounds"),
    [(700, True, True), (699, False, True), (600, False, True), (599, False, False)],
)
def test_samples_give_way_before_rounds(limit: int, samples: bool, rounds: bool) -> None:
    budget = Budget(Limits(tokens=limit), stages=STAGES, gives_way=("samples", "rounds", "rules"))
    budget.count("technical", "k", reply(100))
    # 100 spent. Four more samples of the manager, at 100 each, and two personas: 600 more, 700 in all
    assert budget.affords("manager", 4, 100) is samples
    # another round is two turns, then manager and two personas: 500 more, at the length of the longest call
    assert budget.affords("bear", 2, giving_way="rounds") is rounds


def test_what_does_not_give_way_is_afforded() -> None:
    budget = Budget(Limits(tokens=1), stages=STAGES, gives_way=("rules",))
    assert budget.affords("manager", 9, 1_000)
    assert budget.affords("bear", 2, giving_way="rounds")


def test_limits_are_those_of_the_settings() -> None:
    settings = Settings(max_tokens_per_role=5, max_seconds_per_day=2.5, max_money_per_decision=0.5)
    assert limits_of(settings, "role") == Limits(5, None, None)
    assert limits_of(settings, "day") == Limits(None, 2.5, None)
    assert limits_of(settings, "decision") == Limits(200_000, None, 0.5)
    allowed = budget_for(Settings(), STAGES, Limits(tokens=10))
    with pytest.raises(GateError, match="limit 10"):
        allowed.hold("x" * 3, Amount(4).plus(Amount(7)))
