"""Several answers to one question: the share that agrees caps the conviction; without a majority there is no view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis, strategies as st

from fks_agents.agents.answers import ManagerAnswer
from fks_agents.agents.passing import Gates
from fks_agents.agents.sampling import TEMPERATURE, Drawn, View, sampled
from fks_agents.agents.speaking import Speech
from fks_agents.contracts import Action, Cycle
from fks_agents.deps import Call
from fks_agents.errors import ModelError
from fks_agents.llm import ScriptedChat
from fks_agents.settings import Settings, load
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest

ACTIONS: tuple[Action, ...] = ("buy", "sell", "hold", "no_decision")


class Few:
    """An allowance for so many samples."""

    def __init__(self, count: int) -> None:
        self.count = count

    def affords(self, role: str, calls: int, tokens: int = 0, *, giving_way: str = "samples") -> bool:
        self.count -= 1
        return self.count >= 1


def said(action: Action, conviction: float = 0.9) -> Speech[ManagerAnswer]:
    answer = ManagerAnswer.model_construct(claims=[], action=action, conviction=conviction, reason=f"it is a {action}")
    return Speech(answer, (), (), "manager/v1@x")


def drawn(*answers: Action | None, conviction: float = 0.9, affords: int | None = None) -> Drawn[ManagerAnswer]:
    """What comes of these answers; None is one that fails."""
    left = list(answers)

    def draw(own: Settings) -> Speech[ManagerAnswer]:
        action = left.pop(0)
        if action is None:
            raise ModelError("scripted: was empty")
        return said(action, conviction)

    def view(speech: Speech[ManagerAnswer]) -> View:
        return View(speech.answer.action, speech.answer.conviction, speech.answer.reason)

    settings = Settings(model_samples=len(answers))
    return sampled(draw, view, Gates("manager", settings), settings, None if affords is None else Few(affords))


def test_agreement_caps_conviction_and_dissent_is_kept() -> None:
    found = drawn("buy", "sell", "buy")
    assert found.samples is not None
    assert found.speech.answer.action == "buy"
    assert found.samples.votes == ("buy", "sell", "buy")
    assert found.samples.agreement == pytest.approx(2 / 3)
    assert found.capped(0.9) == pytest.approx(2 / 3)
    assert found.capped(0.5) == 0.5
    assert (found.samples.conviction, found.samples.dissent) == (0.9, ("sell: it is a sell",))


def test_those_who_agree_cap_nothing() -> None:
    found = drawn("buy", "buy", "buy")
    assert found.capped(0.95) == 0.95


def test_one_answer_is_no_sample() -> None:
    found = drawn("buy")
    assert found.samples is None
    assert found.capped(0.95) == 0.95


@pytest.mark.parametrize("answers", [("buy", "sell"), ("buy", "sell", "hold"), ("buy", "buy", "sell", "sell")])
def test_without_more_than_half_there_is_no_view(answers: tuple[Action, ...]) -> None:
    with pytest.raises(ModelError, match=f"{len(answers)} samples of manager do not agree: buy [12], "):
        drawn(*answers)


def test_a_failed_sample_agrees_with_nobody() -> None:
    found = drawn("buy", None, "buy")
    assert found.samples is not None
    assert found.samples.votes == ("buy", "failed", "buy")
    assert found.samples.agreement == pytest.approx(2 / 3)
    with pytest.raises(ModelError, match="do not agree: buy 1, failed 1, sell 1"):
        drawn("buy", None, "sell")
    with pytest.raises(ModelError, match="scripted: was empty"):
        drawn("buy", None, None)


def test_a_short_budget_draws_fewer_and_says_so() -> None:
    settings = Settings(model_samples=5)
    gates = Gates("manager", settings)
    found = sampled(lambda _: said("buy"), lambda _: View("buy", 0.9, ""), gates, settings, Few(2))
    assert found.samples is not None
    assert (found.samples.wanted, found.samples.votes) == (5, ("buy", "buy"))
    [bite] = gates.marked(drawn_plan()).bites
    assert (bite.phase, bite.effect, bite.reason) == ("budget", "fewer_samples", "the budget affords 2 of 5 samples")


def drawn_plan() -> Any:
    from fks_agents.contracts import Turn

    return Turn(speaker="bull", round=1, model="rules")


@given(st.lists(st.sampled_from([*ACTIONS, None]), min_size=2, max_size=9))
@hypothesis(max_examples=200, deadline=None)
def test_what_is_followed_has_more_than_half_of_the_votes(answers: list[Action | None]) -> None:
    counts = {action: answers.count(action) for action in answers}
    winner = next((action for action, count in counts.items() if 2 * count > len(answers)), None)
    if winner is None:
        with pytest.raises(ModelError):
            drawn(*answers)
        return
    found = drawn(*answers)
    assert found.samples is not None
    assert found.speech.answer.action == winner
    assert found.samples.agreement == counts[winner] / len(answers) > 0.5


def decided(home: Path, samples: int, actions: dict[int, Action], **more: object) -> tuple[Cycle, list[Call]]:
    """One decision in which the manager's answer depends on the seed."""

    def plays(call: Call) -> str:
        seed = call.parameters["seed"]
        assert isinstance(seed, int)
        return honest(call, action=actions.get(seed, "buy"))

    chat = ScriptedChat(plays)
    settings = load(
        home=home,
        model="ollama:tiny",
        memory=False,
        min_conviction=0.5,
        model_samples=samples,
        call_cache=False,
        **more,
    )
    with open_desk(settings, chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
        asked = len(chat.asked)
        assert desk.replay(cycle.id).differences == ()
        assert len(chat.asked) == asked
        assert len(desk.ledger.calls.calls(cycle.id)) == asked
    return cycle, chat.asked


def test_each_sample_is_a_recorded_call_with_a_seed_of_its_own(tmp_path: Path) -> None:
    cycle, asked = decided(tmp_path, 3, {8: "hold"})
    mine = [call for call in asked if call.role == "manager"]
    assert [call.parameters for call in mine] == [{"temperature": TEMPERATURE, "seed": seed} for seed in (7, 8, 9)]
    assert cycle.draft is not None
    assert cycle.draft.samples is not None
    assert cycle.draft.samples.votes == ("buy", "hold", "buy")
    # the model stated 0.9; two of three agree
    assert cycle.draft.conviction == pytest.approx(2 / 3)
    assert cycle.draft.samples.conviction == 0.9
    assert "2 of 3 samples agree (buy, hold, buy): conviction 0.90 -> 0.67" in cycle.explain()
    assert [plan.samples.votes for plan in cycle.proposals if plan.samples] == [("take",) * 3] * len(cycle.proposals)
    assert {call.parameters["temperature"] for call in asked if call.role in ("technical", "bull")} == {0.0}


def test_samples_that_do_not_agree_are_no_decision(tmp_path: Path) -> None:
    cycle, _ = decided(tmp_path, 2, {8: "hold"})
    assert (cycle.action, cycle.orders) == ("no_decision", ())
    assert cycle.reason == "2 samples of manager do not agree: buy 1, hold 1"


def test_without_samples_the_same_model_trades_on_its_first_answer(tmp_path: Path) -> None:
    cycle, asked = decided(tmp_path, 1, {8: "hold"})
    assert cycle.action == "buy"
    assert cycle.draft is not None
    assert (cycle.draft.samples, cycle.draft.conviction) == (None, 0.9)
    assert (
        json.dumps([call.parameters for call in asked if call.role == "manager"]) == '[{"temperature": 0.0, "seed": 7}]'
    )
