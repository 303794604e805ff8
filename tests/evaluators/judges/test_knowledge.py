"""The knowledge judge: recomputes from documents without a model, cites what it used, and is silent about the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from evaluators import judges
from evaluators.judges import Means, Statement, Submission
from fks_agents.contracts import Judgement, Outcome
from fks_agents.deps import Call
from fks_agents.judgements import Passage
from tests.evaluators.judges.conftest import AS_OF, PLANTED, chat, shown, verdict

REVENUE = "Revenue was $4.2 million in 2018, after $3.9 million in 2017."


class Shelf:
    def __init__(self, *texts: str, published_at: datetime = AS_OF) -> None:
        self.asked: list[tuple[str, datetime]] = []
        self._passages = tuple(
            Passage(id=f"notes#{n}", text=text, published_at=published_at, source="notes")
            for n, text in enumerate(texts, 1)
        )

    def search(self, query: str, as_of: datetime, count: int) -> tuple[Passage, ...]:
        self.asked.append((query, as_of))
        return self._passages


def submission(*texts: str) -> Submission:
    return Submission(tuple(Statement(f"bull.{n}", text) for n, text in enumerate(texts, 1)), (), AS_OF)


def judged(shelf: Shelf, *texts: str, model: object = None, **given: object) -> Judgement:
    chats = (chat(model),) if model is not None else ()  # type: ignore[arg-type]
    return judges.get("knowledge")(submission(*texts), Means(chats=chats, library=shelf, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "outcome", "cited"),
    [
        ("Revenue was 4.2 million in 2018", "pass", ("notes#1",)),
        ("Revenue was 5.2 million in 2018", "fail", ("notes#1",)),
        ("The trend is up", "unscored", ()),
    ],
)
def test_without_a_model_numbers_are_recomputed_from_the_passages(
    said: str, outcome: Outcome, cited: tuple[str, ...]
) -> None:
    found = judged(Shelf(REVENUE), said)
    assert (found.outcome, found.evidence, found.model, found.tokens) == (outcome, cited, "rules", 0)


def test_the_score_is_the_share_that_is_borne_out() -> None:
    found = judged(Shelf(REVENUE), "Revenue was 4.2 million in 2018", "The trend is up")
    assert (found.outcome, found.score) == ("pass", 0.5)


def test_what_no_document_bears_on_is_unscored() -> None:
    assert judged(Shelf(), "Revenue was 4.2 million").reason == "no document bears on what was said"


def test_a_passage_from_later_is_not_used_though_a_library_gives_it() -> None:
    late = Shelf(REVENUE, published_at=AS_OF + timedelta(seconds=1))
    assert judged(late, "Revenue was 5.2 million in 2018").outcome == "unscored"
    assert {as_of for _, as_of in late.asked} == {AS_OF}


def test_no_more_than_five_passages_are_used() -> None:
    assert len(judged(Shelf(*(f"Note {n}." for n in range(9))), "Revenue was 4.2 million").passages) == 5


def sees(cites: bool) -> object:
    def reply(call: Call) -> str:
        planted = [label for label, text in shown(call).items() if text in PLANTED]
        text = call.messages[-1].text
        labels = [line.partition(":")[0] for line in text.splitlines() if line.startswith("E") and "(2018" in line]
        return verdict(planted, evidence=tuple(labels[:1]) if cites else ())

    return reply


def test_a_model_has_to_cite_a_document() -> None:
    assert judged(Shelf(REVENUE), "Revenue grew", model=sees(cites=True)).outcome == "pass"
    silent = judged(Shelf(REVENUE), "Revenue grew", model=sees(cites=False))
    assert (silent.outcome, silent.score, silent.reason) == ("unscored", None, "it cites no document")


def test_passages_that_do_not_fit_are_left_out_before_statements_are() -> None:
    long = Shelf(*("x" * 300 for _ in range(5)))
    found = judged(long, "Revenue grew", model=sees(cites=True), most_tokens=700)
    assert (found.outcome, found.statements) == ("pass", ("bull.1",))
