"""Judges of language models, one claim at a time, with models whose every answer is known."""

from __future__ import annotations

import pytest

from evaluators.judges import Means
from evaluators.meta import datasets, opening
from evaluators.meta.examples import Case
from evaluators.meta.measuring import measure
from evaluators.meta.models import ModelJudge, submission
from fks_agents.deps import Call
from fks_agents.errors import ModelError, UsageError
from fks_agents.llm import ScriptedChat
from fks_agents.settings import Settings
from tests.evaluators.judges.conftest import chat, finds

RIGHT, WRONG = datasets.load("sample")[0], datasets.load("sample")[3]


def judge(reply: object, kind: str = "factual_consistency", name: str = "test:judge") -> ModelJudge:
    return ModelJudge(kind, Means(chats=(chat(reply, name),)))  # type: ignore[arg-type]


def test_pass_and_fail_become_supported_and_refuted() -> None:
    seeing = judge(finds(lambda text: "thousand" in text))
    assert [seeing.judge(case).answer for case in (RIGHT, WRONG)] == ["supported", "refuted"]
    assert seeing.judge(RIGHT).tokens > 0
    assert seeing.judge(RIGHT).score == pytest.approx(0.9)


def test_an_answer_that_cannot_be_read_is_an_abstention() -> None:
    assert judge("I would rather not say").judge(RIGHT).answer == "not_enough"


def test_a_model_that_cannot_be_asked_has_failed() -> None:
    def down(call: Call) -> str:
        raise ModelError("no answer within 120 s")

    opinion = ModelJudge("factual_consistency", Means(chats=(ScriptedChat(down),))).judge(RIGHT)
    assert (opinion.answer, opinion.tokens) == ("failed", 0)
    assert "no answer" in opinion.reason


def test_the_name_holds_judge_prompt_and_models() -> None:
    first = judge(finds())
    assert first.name.startswith("factual_consistency/v1@")
    assert first.name.endswith("+test:judge")
    assert first.name == judge(finds()).name
    assert len({first.name, judge(finds(), "bias").name, judge(finds(), name="test:other").name}) == 3


def test_a_long_name_keeps_its_beginning_and_stays_apart_from_others() -> None:
    names = [judge(finds(), name=f"local:/{'models/' * 30}{n}.gguf").name for n in (1, 2)]
    assert [len(name) for name in names] == [128, 128]
    assert names[0] != names[1]
    assert names[0].startswith("factual_consistency/v1@")


def test_the_cited_facts_come_first_and_tables_row_by_row() -> None:
    case = next(each for each in datasets.load("sample") if each.id == "selloff-7")
    shown = submission(case)
    assert shown.evidence[0].id == "F4"
    assert shown.evidence[0].text == "close_to_sma_200 = -14.73 percent (1d)"
    assert shown.as_of == case.facts[0].as_of
    table = submission(RIGHT)
    assert (table.evidence[0].id, table.evidence[0].text) == ("T1R1", " | Second quarter | Third quarter")
    assert table.question == RIGHT.question


def test_a_judge_with_a_model_is_measured_like_any_other() -> None:
    found = measure(
        judge(finds(lambda text: "thousand" in text)), datasets.load("sample")[:6], dataset="x", probed=0, draws=100
    )
    assert found.coverage.value == 1.0
    assert found.cost.tokens > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("oracle", "unknown judge 'oracle'; expected one of checker, bias"),
        ("bias", "asks a model, and none is configured"),
        ("knowledge", "set knowledge to their folder"),
    ],
)
def test_a_judge_that_cannot_be_opened_says_what_is_missing(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        opening.open_judge(name, Settings())


def test_without_a_model_the_checker_is_the_judge() -> None:
    assert opening.default(Settings()) == "checker"
    assert opening.default(Settings.model_validate({"model_judge": "ollama:judge"})) == "factual_consistency"
    assert opening.open_judge("checker", Settings()).is_local


def test_what_has_no_date_is_not_looked_up_in_later_documents() -> None:
    assert submission(Case(id="a", claim="x")).as_of.year == 1970
