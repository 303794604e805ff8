"""Who is heard: marks are set by code, and what rests on text raises nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

import fks_agents
from fks_agents.agents.debater import points, rules_turn
from fks_agents.agents.levels import planned
from fks_agents.agents.manager import DRAFT, manager, rules_draft, stances
from fks_agents.agents.personas import profile
from fks_agents.agents.risk import size
from fks_agents.agents.selector import selector
from fks_agents.agents.support import carried, cautioned, heard, marked
from fks_agents.contracts import Claim, Plan, Report
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings
from tests.agents.conftest import RISING, Opened, as_json, claim, report, run, said, snapshot_of

SNAPSHOT = snapshot_of(RISING | {"headlines_7d": 5.0, "headlines_tone_7d": 1.0})
(TONE,) = [fact for fact in SNAPSHOT.facts if fact.name == "headlines_tone_7d"]
ON_TEXT = claim("sentiment.1", "The tone of headlines is 1", fact_ids=(TONE.id,), direction="bullish", support="text")
ON_FACTS = claim("technical.1", "The close is 100", direction="bullish")
SENTIMENT = report("sentiment", 1.0, 1.0, ON_TEXT)
VOTING = [report("technical", 0.3, 0.5, ON_FACTS), report("macro", 0.1, 0.5, claim("macro.1"))]


def test_a_mark_is_what_code_reads_off_the_citations() -> None:
    lying = Claim(id="x.1", text="x", fact_ids=(TONE.id,), support="facts")
    assert [one.support for one in marked([lying, ON_FACTS], SNAPSHOT)] == ["text", "facts"]
    assert carried(marked([lying, ON_FACTS], SNAPSHOT)) == (ON_FACTS,)


def test_neither_text_nor_whoever_was_shown_it_is_heard() -> None:
    exposed = VOTING[0].model_copy(update={"is_exposed": True})
    assert heard([SENTIMENT, exposed, *VOTING]) == VOTING


def test_the_debate_makes_no_point_of_it() -> None:
    assert [point.analyst for point in points("bull", [SENTIMENT, *VOTING])] == ["technical"]
    assert rules_turn("bull", [SENTIMENT, *VOTING], []) == rules_turn("bull", VOTING, [])


def test_the_manager_decides_as_if_it_were_not_there() -> None:
    with_it = rules_draft(SNAPSHOT, [SENTIMENT, *VOTING], [], Settings())
    assert with_it == rules_draft(SNAPSHOT, VOTING, [], Settings())


def test_heard_it_would_have_raised_the_conviction() -> None:
    """The naive control: the same report, believed."""
    believed = report("sentiment", 1.0, 1.0, ON_TEXT.model_copy(update={"support": "facts"}))
    raised = rules_draft(SNAPSHOT, [believed, *VOTING], [], Settings())
    assert raised.conviction > rules_draft(SNAPSHOT, VOTING, [], Settings()).conviction


def test_its_words_are_shown_to_nobody_who_decides() -> None:
    assert stances([SENTIMENT]) == "sentiment: no view"
    assert stances([report("technical", 0.3, 0.5, ON_TEXT, ON_FACTS)]).count("[F") == 1


def test_two_views_on_measurements_are_needed(opened: Opened) -> None:
    draft = run(manager, opened(), SNAPSHOT, reports=[SENTIMENT, VOTING[0]], debate=[])["draft"]
    assert draft.reason == "expected at least 2 analysts with a view, was 1 (technical)"


def test_a_model_s_trade_on_text_alone_is_no_decision(opened: Opened) -> None:
    on_text = said("The tone of headlines is 1", 1.0, unit="ratio", fact_ids=[TONE.id], direction="bullish")
    chat = ScriptedChat(lambda _: as_json(action="buy", conviction=0.9, reason="so", claims=[on_text]))
    draft = run(manager, opened(deep=chat), SNAPSHOT, reports=VOTING, debate=[])["draft"]
    assert (draft.action, draft.reason) == ("no_decision", "no claim for buy rests on a measured fact")


def ungrounded() -> Plan:
    return planned(
        "moderate", "buy", 0.9, "so", profile("moderate"), SNAPSHOT, Settings(), claims=(ON_TEXT,), model="m"
    )  # fmt: skip


def test_the_selector_takes_it_for_declined_and_risk_sizes_it_at_nothing(opened: Opened) -> None:
    draft = rules_draft(SNAPSHOT, [report("technical", 1.0, 1.0, ON_FACTS), VOTING[1]], [], Settings())
    choice = run(selector, opened(), SNAPSHOT, draft=draft, proposals=[ungrounded()])["choice"]
    assert (choice.plan.action, choice.plan.reason) == ("hold", "no claim of moderate rests on a measured fact")
    sized = size(ungrounded(), SNAPSHOT, Settings())
    assert (sized.quantity, sized.limits[-1].limit) == (0.0, "support")
    grounded = ungrounded().model_copy(update={"claims": (ON_FACTS, *ungrounded().claims)})
    assert size(grounded, SNAPSHOT, Settings()).quantity > 0


@given(
    st.floats(0, 1), st.sampled_from(["buy", "sell", "hold", "no_decision"]), st.floats(-1, 1), st.floats(0, 1),
    st.floats(0, 1),
)  # fmt: skip
@hypothesis_settings(max_examples=200, deadline=None)
def test_caution_never_raises_a_conviction(
    conviction: float, action: str, stance: float, sure: float, weight: float
) -> None:
    exposed = Report(analyst="sentiment", stance=stance, conviction=sure, is_exposed=True, model="m")
    after = cautioned(conviction, action, [exposed, *VOTING], weight)  # type: ignore[arg-type]
    assert after <= conviction
    assert after >= min(conviction, 0.5)
    assert cautioned(conviction, action, VOTING, weight) == conviction  # type: ignore[arg-type]


def test_caution_by_hand() -> None:
    # 0.5 + (0.9 - 0.5) x (1 - 0.5 x 0.6 x 0.5) = 0.84
    against = Report(analyst="sentiment", stance=-0.6, conviction=0.5, is_exposed=True, model="m")
    assert cautioned(0.9, "buy", [against], 0.5) == pytest.approx(0.84)
    assert cautioned(0.9, "sell", [against], 0.5) == 0.9
    assert DRAFT.risk == 0.01


# --- the way to an order leads through no prompt ---

AGENTS = Path(fks_agents.__file__).parent / "agents"
SPEAKING = {"speaking", "reporting", "debater", "manager", "proposing", "consulting", "sampling", "research", "answers"}


def reached(path: Path) -> set[str]:
    """Names of attributes that a file reads of anything."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("name", sorted(SPEAKING))
def test_who_talks_to_a_model_reaches_no_broker_and_no_order(name: str) -> None:
    path = AGENTS / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"there is no {name}")
    assert reached(path) & {"broker", "intents", "place", "intend", "gatekeeper", "allowances"} == set()


def test_orders_are_made_in_one_place_that_asks_no_model() -> None:
    ordering = [path.stem for path in AGENTS.rglob("*.py") if reached(path) & {"place", "intend"}]
    assert ordering == ["execute"]
    assert reached(AGENTS / "execute.py") & {"chats", "ask"} == set()
