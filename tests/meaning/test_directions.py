"""Nothing in the product reads a wrong direction from words: it reads the right one, or none.

369 texts: plain ones, negations, doubts, refusals, a head against its body, idioms, other languages. Whatever reads
words is shown them all: the word list of headlines, findings of the crew, answers of models.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.agents import analyst
from fks_agents.agents.manager import manager
from fks_agents.contracts import Claim, Document, Headline, Plan
from fks_agents.deps import Call
from fks_agents.llm.scripted import ScriptedChat
from graphs.research_crew import CREW, SaidFinding, grounded
from tests.agents.conftest import AS_OF, RISING, Opened, claim, facts_of, report, run, snapshot_of
from tests.meaning.texts import Text, texts
from tools.indicators import present
from tools.indicators.headlines import describe, side

TEXTS = texts()
SNAPSHOT = snapshot_of(RISING)


def test_there_are_three_hundred_of_every_kind() -> None:
    kinds = Counter(text.kind for text in TEXTS)
    assert sum(kinds.values()) == len({text.text for text in TEXTS}) == 369
    assert set(kinds) == {"plain", "negated", "doubted", "refused", "headed", "turned", "elsewhere", "mixed"}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.text[:60])
def test_a_headline_is_read_rightly_or_not_at_all(text: Text) -> None:
    assert side(text.text) in (0, text.meaning)


def test_how_much_is_read_at_all() -> None:
    """11 of the 12 plain texts, none of the others: silence is the price of no error."""
    read = Counter(text.kind for text in TEXTS if side(text.text))
    assert read == {"plain": 11}


def test_a_count_of_words_alone_would_read_many_wrongly() -> None:
    """The naive control: the same lists of words without what silences them."""
    from tools.indicators._tone import BAD, GOOD

    def counted(text: str) -> int:
        words = text.casefold().replace(".", " ").replace(",", " ").split()
        return sum((word in GOOD) - (word in BAD) for word in words)

    wrong = [text for text in TEXTS if counted(text.text) * (text.meaning or -counted(text.text)) < 0]
    assert len(wrong) > 150


def test_the_sentiment_view_never_points_the_wrong_way() -> None:
    for text in TEXTS:
        told = (Headline(id="H1", text=text.text, published_at=AS_OF - timedelta(hours=1), source="wire"),)
        tone = dict(present(describe(told, AS_OF)))["headlines_tone_7d"]
        assert tone in (0.0, float(text.meaning))


@pytest.mark.parametrize("said", ["bullish", "bearish", "neutral"])
def test_a_finding_never_points_the_wrong_way_whatever_the_model_says(said: str) -> None:
    wrong = {"bullish": 1, "bearish": -1, "neutral": 0}
    kept = 0
    for text in TEXTS:
        document = Document(id="D1", text=text.text, published_at=AS_OF, source="wire")
        finding = SaidFinding.model_validate({"document": "D1", "quote": text.text[:300], "direction": said})
        findings, _ = grounded([(CREW[0], finding)], (document,))
        kept += len(findings)
        assert all(wrong[each.direction] in (0, text.meaning) for each in findings)
    assert kept == len(TEXTS)


@pytest.mark.parametrize("change", [3.0, -3.0])
def test_a_claim_never_passes_whose_words_mean_something_else(change: float) -> None:
    """The same texts as claims that cite a market's change: what the checks pass means what the change shows."""
    way = 1 if change > 0 else -1
    facts = facts_of({"return_20": change, "roc_10": change, "close": 100.0})
    passed = [
        text
        for text in TEXTS
        if outcome_of(
            check_claims(
                (
                    Claim(
                        id="technical.1",
                        text=text.text,
                        fact_ids=("F1", "F2"),
                        direction="bullish" if way > 0 else "bearish",
                    ),
                ),
                facts,
            )
        )
        == "pass"
    ]
    # True of the price, whatever the market is called.
    still_true = {"Stocks rise in bear market"}
    assert [text for text in passed if text.meaning != way and text.text not in still_true] == []
    assert len(passed) >= 4


def test_a_model_that_answers_in_words_has_no_direction(opened: Opened) -> None:
    """Neither an analyst's nor the manager's prose is searched for one."""
    reports = [report("technical", 0.9, 0.9, claim("technical.1")), report("macro", 0.5, 0.6, claim("macro.1"))]
    for text in TEXTS[::3]:
        chat = ScriptedChat(*[text.text] * 2)
        deps = opened(quick=chat, deep=chat, model_attempts=1)
        (spoken,) = run(analyst("technical"), deps, SNAPSHOT)["reports"]
        assert (spoken.stance, spoken.conviction, spoken.claims) == (0.0, 0.0, ())
        draft = run(manager, deps, SNAPSHOT, reports=reports, debate=[])["draft"]
        assert isinstance(draft, Plan)
        assert draft.action == "no_decision"


@pytest.mark.parametrize("stance", [0.8, -0.8])
def test_a_head_against_its_body_is_shown_to_its_author_and_then_no_view(opened: Opened, stance: float) -> None:
    against = "bearish" if stance > 0 else "bullish"
    said = {"text": "The close is 100", "value": 100.0, "unit": "price", "fact_ids": ["F1"], "formula": None}

    def answer(call: Call) -> str:
        told = {"stance": stance, "conviction": 0.9, "claims": [said | {"direction": against}]}
        return json.dumps(told)

    chat = ScriptedChat(answer)
    (spoken,) = run(analyst("technical"), opened(quick=chat), SNAPSHOT)["reports"]
    assert spoken.abstained == "scripted: the stance of technical points one way and all its claims the other"
    assert "every claim that points anywhere is" in chat.asked[1].messages[-1].text


def test_a_decision_against_all_its_claims_is_none(opened: Opened) -> None:
    said = {"text": "The close is 100", "value": 100.0, "unit": "price", "fact_ids": ["F1"], "formula": None}
    told = {"action": "buy", "conviction": 0.9, "reason": "so", "claims": [said | {"direction": "bearish"}]}
    reports = [report("technical", 0.9, 0.9, claim("technical.1")), report("macro", 0.5, 0.6, claim("macro.1"))]
    deps = opened(deep=ScriptedChat(lambda call: json.dumps(told)))
    draft = run(manager, deps, SNAPSHOT, reports=reports, debate=[])["draft"]
    assert (draft.action, draft.reason) == (
        "no_decision",
        "the decision was buy and all its claims point the other way",
    )
