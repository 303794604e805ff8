"""Judges with a known weakness are flagged, and one without is not."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from evaluators.meta.examples import Case, Example
from evaluators.meta.judging import Judge
from evaluators.meta.measuring import measure
from evaluators.meta.probing import padded, reordered, reworded
from evaluators.meta.results import Probe
from tests.evaluators.meta.conftest import Ruled, example

EXAMPLES = tuple(
    example(f"{claim[:5]}{n}", "supported" if claim.startswith("sales") else "refuted", claim=f"{claim} ({n})")
    for n in range(20)
    for claim in ("sales rose 5 %", "costs fell 9 %")
)


def knows(case: Case) -> bool:
    """Whether the evidence, in any order, has the claim's words."""
    core = next(word for word in ("sales rose 5", "costs fell 9") if word in case.claim)
    return any(core in paragraph.lower() for paragraph in case.paragraphs)


def probes(judge: Judge, examples: tuple[Example, ...] = EXAMPLES) -> dict[str, Probe]:
    return {probe.name: probe for probe in measure(judge, examples, dataset="test", draws=200).probes}


def flagged(judge: Judge) -> set[str]:
    return {name for name, probe in probes(judge).items() if probe.is_flagged}


def test_a_judge_that_reads_everything_is_not_flagged() -> None:
    assert flagged(Ruled(knows)) == set()
    assert set(probes(Ruled(knows))) == {"retest", "position", "verbosity", "paraphrase"}


def test_a_judge_that_reads_the_first_text_only_is_flagged_by_position_alone() -> None:
    first = Ruled(lambda case: "sales rose 5" in case.paragraphs[0].lower() and "sales rose 5" in case.claim)
    assert flagged(first) == {"position"}
    found = probes(first)["position"]
    # Every true claim loses its support once the second text comes first.
    assert (found.compared, found.changed, found.reversed, found.from_support) == (40, 20, 20, 20)


def test_a_judge_that_likes_long_answers_is_flagged_by_verbosity_alone() -> None:
    found = probes(Ruled(lambda case: knows(case) or len(case.claim) > 120))
    assert {name for name, probe in found.items() if probe.is_flagged} == {"verbosity"}
    # All 20 wrong claims are supported once they are long; 2 / 2^20
    assert (found["verbosity"].to_support, found["verbosity"].from_support) == (20, 0)
    assert found["verbosity"].p == pytest.approx(2 / 2**20)


def test_a_judge_that_changes_its_mind_is_flagged_when_asked_again() -> None:
    seen: dict[str, int] = {}

    def fickle(case: Case) -> bool:
        seen[case.id] = seen.get(case.id, 0) + 1
        return seen[case.id] % 2 == 1

    found = probes(Ruled(fickle))["retest"]
    assert found.is_flagged
    assert found.stable.value == 0.0


def test_a_judge_that_needs_the_very_words_is_flagged_by_paraphrase() -> None:
    assert "paraphrase" in flagged(Ruled(lambda case: case.claim.startswith("sales rose")))


def test_paraphrases_of_the_data_set_come_first() -> None:
    other = EXAMPLES[0].model_copy(update={"id": "other", "claim": "sales went up", "paraphrase_of": EXAMPLES[0].id})
    judge = Ruled(lambda case: "went up" not in case.claim)
    found = probes(judge, (*EXAMPLES, other))["paraphrase"]
    assert (found.compared, found.changed) == (42, 1)


def test_without_a_second_text_position_cannot_be_probed() -> None:
    alone = EXAMPLES[0].model_copy(update={"paragraphs": ("one text",)})
    assert reordered(alone) is None
    assert "position" not in probes(Ruled(lambda _: True), (alone,))


@given(st.integers(0, 10**9), st.floats(0, 100, allow_nan=False))
def test_rewording_keeps_every_number(whole: int, share: float) -> None:
    claim = f"sales were {whole:,} and rose {share:.1f} %"
    said = reworded(example("a", "supported", claim=claim))
    assert said.claim.endswith(f"sales were {whole} and rose {share:.1f} percent")
    assert claim in padded(said.model_copy(update={"claim": claim})).claim
