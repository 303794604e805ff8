"""Figures of judges whose answers are known, worked out by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from evaluators.meta import base_rates, datasets
from evaluators.meta.checker import Checker
from evaluators.meta.examples import Example, Label
from evaluators.meta.judging import Answer
from evaluators.meta.measuring import contexts, measure
from evaluators.meta.results import Measured, compare, load
from fks_agents.errors import DataError
from tests.evaluators.meta.conftest import Scripted, example

# Ten true claims and ten wrong ones (six with a wrong sign, four ten times too large), each over a text of its own.
EXAMPLES = tuple(
    example(f"{label[0]}{n}", label, kind=("sign" if n < 6 else "scale") if label == "refuted" else "")
    for label in ("supported", "refuted")
    for n in range(10)
)
# Of the true ones 7 are supported, 1 refuted, 2 left open; of the wrong ones 6 refuted (all signs), 1 supported, 2 left
# open, 1 failed.
SCRIPT: dict[str, Answer] = {
    **{f"s{n}": "supported" for n in range(7)},
    "s7": "refuted",
    **{f"r{n}": "refuted" for n in range(6)},
    "r6": "supported",
    "r9": "failed",
}


def measured(script: dict[str, Answer] = SCRIPT, examples: tuple[Example, ...] = EXAMPLES) -> Measured:
    return measure(Scripted(script), examples, dataset="test", draws=200, probed=0, base=base_rates.given(0.1))


def test_accuracy_and_coverage_by_hand() -> None:
    found = measured()
    assert found.coverage.value == pytest.approx(15 / 20)
    # answered: 7 of 8 true ones, 6 of 7 wrong ones
    assert found.balanced_accuracy.value == pytest.approx((7 / 8 + 6 / 7) / 2)
    # an abstention is a miss: 7 of 10 and 6 of 10
    assert found.balanced_accuracy_strict.value == pytest.approx(0.65)
    assert found.failed == 1


def test_kappa_both_ways_by_hand() -> None:
    found = measured()
    # answered 15: agree 13; said supported 8, refuted 7; true 8, 7: expected (64 + 49) / 225
    expected = (8 * 8 + 7 * 7) / 225
    assert found.kappa.value == pytest.approx((13 / 15 - expected) / (1 - expected))
    # all 20: agree 13; said 8, 7, 5 open; labels 10, 10, 0: expected (80 + 70) / 400
    assert found.kappa_strict.value == pytest.approx((13 / 20 - 0.375) / 0.625)


def test_errors_of_the_gate_at_a_base_rate_by_hand() -> None:
    found = measured()
    assert found.false_pass.value == pytest.approx(0.1)  # 1 of 10 wrong ones
    assert found.false_block.value == pytest.approx(0.3)  # 3 of 10 true ones
    assert found.gate is not None
    # passes: 0.1 x 0.1 wrong, 0.9 x 0.7 true; blocked: 0.9 x 0.3 true, 0.1 x 0.9 wrong
    assert found.gate.wrong_among_passed.value == pytest.approx(0.01 / 0.64)
    assert found.gate.true_among_blocked.value == pytest.approx(0.27 / 0.36)


def test_kinds_by_hand() -> None:
    scale, sign = measured().kinds
    assert (sign.kind, sign.total, sign.refuted, sign.abstained) == ("sign", 6, 6, 0)
    # 1 of 10 true ones is refuted: 1 / (1 + 0.1)
    assert sign.precision.value == pytest.approx(1 / 1.1)
    assert (scale.total, scale.refuted, scale.abstained) == (4, 0, 3)
    assert scale.recall.value == 0.0
    assert scale.recall_answered.value == 0.0


def test_a_kind_that_is_always_caught_keeps_an_interval() -> None:
    """Six of six over six texts; Wilson's interval begins at 6 / (6 + 1.96^2)."""
    _, sign = measured().kinds
    assert sign.recall.value == 1.0
    assert sign.recall.low == pytest.approx(6 / (6 + 1.959964**2), abs=1e-6)


def test_abstaining_from_everything_is_shown_and_not_rewarded() -> None:
    found = measured({})
    assert (found.coverage.value, found.balanced_accuracy.value) == (0.0, None)
    assert found.balanced_accuracy_strict.value == 0.0
    assert (found.false_pass.value, found.false_block.value) == (0.0, 1.0)


def test_a_claim_that_cannot_be_decided_is_right_when_left_open() -> None:
    open_ones = (*EXAMPLES, example("n0", "not_enough"), example("n1", "not_enough"))
    found = measured({**SCRIPT, "n1": "supported"}, open_ones)
    assert found.balanced_accuracy.value == pytest.approx((7 / 8 + 6 / 7) / 2)
    assert found.balanced_accuracy_strict.value == pytest.approx((0.7 + 0.6 + 0.5) / 3)
    assert found.false_pass.value == pytest.approx(2 / 12)


def test_the_interval_draws_contexts_and_not_claims() -> None:
    """The same answers over two texts instead of twenty leave the figure and widen its interval."""
    two = tuple(each.model_copy(update={"context": str(n % 2)}) for n, each in enumerate(EXAMPLES))
    apart, together = measured(), measured(examples=two)
    assert together.coverage.value == apart.coverage.value
    assert (together.contexts, apart.contexts) == (2, 20)
    assert apart.coverage.low is not None
    assert apart.coverage.high is not None


def test_a_pool_gives_the_same_figures() -> None:
    with ThreadPoolExecutor(3) as pool:
        many = measure(Scripted(SCRIPT), EXAMPLES, dataset="test", draws=200, executor=pool)
    alone = measure(Scripted(SCRIPT), EXAMPLES, dataset="test", draws=200)
    assert many.model_dump(exclude={"cost"}) == alone.model_dump(exclude={"cost"})
    assert many.cost.tokens == alone.cost.tokens == 200


def test_a_better_version_is_told_from_the_first_one() -> None:
    better = measured(
        {**SCRIPT, **{f"r{n}": "refuted" for n in range(10)}, **{f"s{n}": "supported" for n in range(10)}}
    )
    found = compare(measured(), better)
    # right where the first was not: 3 true and 4 wrong ones; 2 x 1 / 2^7
    assert (found.common, found.only_first_right, found.only_second_right) == (20, 0, 7)
    assert found.p == pytest.approx(2 / 128)
    assert found.difference.value == pytest.approx(7 / 20)
    assert (found.is_better, found.is_worse) == (True, False)
    back = compare(better, measured())
    assert (back.p, back.is_better, back.is_worse) == (found.p, False, True)


def test_the_same_version_is_neither_better_nor_worse() -> None:
    found = compare(measured(), measured())
    assert (found.p, found.is_better, found.is_worse) == (1.0, False, False)


def test_results_over_other_claims_cannot_be_compared() -> None:
    other = measured(examples=(example("x", "supported"), example("y", "refuted")))
    with pytest.raises(DataError, match="no claim in common"):
        compare(measured(), other)
    turned = measured(examples=tuple(each.model_copy(update={"label": "refuted"}) for each in EXAMPLES))
    with pytest.raises(DataError, match="claim 's0' has another label"):
        compare(measured(), turned)


def test_a_sample_takes_whole_contexts_and_stays_the_same() -> None:
    found = datasets.load("sample")
    drawn = contexts(found, 20, 7)
    assert 20 <= len(drawn) < len(found)
    assert contexts(found, 20, 7) == drawn
    taken = {each.context for each in drawn}
    assert [each for each in found if each.context in taken] == list(drawn)
    assert contexts(found, None, 7) == found


def test_the_checker_needs_no_model_and_answers_the_same_twice() -> None:
    found = datasets.load("sample")
    first, second = (measure(Checker(), found, dataset="sample", draws=200, probed=10) for _ in range(2))
    assert first.model_dump(exclude={"cost"}) == second.model_dump(exclude={"cost"})
    assert first.cost.tokens == 0


def test_a_result_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("{}")
    with pytest.raises(DataError, match="expected a result of `fks bench judge --json`"):
        load(path)


LABELS: st.SearchStrategy[Label] = st.sampled_from(["supported", "refuted", "not_enough"])
ANSWERS: st.SearchStrategy[Answer] = st.sampled_from(["supported", "refuted", "not_enough", "failed"])
TURNED: dict[Label, Answer] = {"supported": "refuted", "refuted": "supported", "not_enough": "supported"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(LABELS, ANSWERS, st.integers(0, 3)), min_size=1, max_size=30))
def test_figures_are_those_of_counting(rows: list[tuple[Label, Answer, int]]) -> None:
    examples = [example(str(n), label, context=str(context)) for n, (label, _, context) in enumerate(rows)]
    script = {str(n): answer for n, (_, answer, _) in enumerate(rows)}
    found = measure(Scripted(script), examples, dataset="x", probed=0, draws=100)
    answered = [answer in ("supported", "refuted") for _, answer, _ in rows]
    assert found.coverage.value == pytest.approx(sum(answered) / len(rows))
    wrong = [answer for label, answer, _ in rows if label != "supported"]
    right = [answer for label, answer, _ in rows if label == "supported"]
    passed = wrong.count("supported") / len(wrong) if wrong else None
    blocked = 1.0 - right.count("supported") / len(right) if right else None
    assert found.false_pass.value == (None if passed is None else pytest.approx(passed))
    assert found.false_block.value == (None if blocked is None else pytest.approx(blocked))
    for figure in (found.coverage, found.false_pass, found.false_block, found.balanced_accuracy):
        if figure.low is not None and figure.high is not None:
            assert 0.0 <= figure.low <= figure.high <= 1.0


@settings(max_examples=15, deadline=None)
@given(st.lists(LABELS, min_size=2, max_size=20).filter(lambda labels: {"supported", "refuted"} <= set(labels)))
def test_one_that_knows_the_labels_is_perfect_and_its_opposite_is_not(labels: list[Label]) -> None:
    examples = [example(str(n), label) for n, label in enumerate(labels)]
    right: dict[str, Answer] = {str(n): label for n, label in enumerate(labels)}
    wrong = {str(n): TURNED[label] for n, label in enumerate(labels)}
    knows, errs = (measure(Scripted(script), examples, dataset="x", draws=100) for script in (right, wrong))
    assert (knows.balanced_accuracy_strict.value, knows.kappa_strict.value, knows.false_pass.value) == (1.0, 1.0, 0.0)
    assert (errs.balanced_accuracy.value, errs.false_pass.value, errs.false_block.value) == (0.0, 1.0, 1.0)
    assert compare(errs, knows).only_first_right == 0
