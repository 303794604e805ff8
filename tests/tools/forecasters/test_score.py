from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from fks_agents.bars import Floats
from fks_agents.errors import DataError, ModelError, UsageError
from tests.tools.forecasters.conftest import Walk
from tools import forecasters
from tools.forecasters import random_walk, score
from tools.forecasters._checked import checked
from tools.forecasters._score import pinball


def test_pinball_by_hand() -> None:
    # Step 1, actual 10: 10 % quantile 8 costs 0.1 x 2, 90 % quantile 12 costs 0.1 x 2.
    # Step 2, actual 15: 0.1 x 6 = 0.6 and, above the upper quantile, 0.9 x 1 = 0.9. Mean of 0.2, 0.2, 0.6, 0.9.
    path = np.array([[8.0, 12.0], [9.0, 14.0]])
    assert pinball(path, np.array([10.0, 15.0]), (0.1, 0.9)) == pytest.approx(0.475, abs=1e-15)


class Recording:
    """A forecaster that keeps all it is ever shown."""

    def __init__(self) -> None:
        self.shown: list[Sequence[float]] = []

    def __call__(self, closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        self.shown.append(closes)
        return random_walk.forecast(closes, horizon, levels)


def test_a_forecaster_is_shown_only_what_came_before(walk: Walk) -> None:
    closes, recording = walk(1, 300), Recording()
    score(closes, recording, 10, folds=8)
    assert [len(shown) for shown in recording.shown] == [290, 280, 270, 260, 250, 240, 230, 220]
    # Tuples of floats: no array that has the whole history behind it, nothing that could be written to.
    assert all(type(shown) is tuple for shown in recording.shown)
    assert all(list(shown) == closes[: len(shown)] for shown in recording.shown)


def test_the_closes_of_a_stretch_change_no_forecast_of_it(walk: Walk) -> None:
    closes = walk(2, 300)
    first, second = Recording(), Recording()
    score(closes, first, 10, folds=8)
    score([*closes[:290], *[1.0] * 10], second, 10, folds=8)
    assert first.shown == second.shown


def test_who_saw_the_answer_would_score_one(walk: Walk) -> None:
    # The control: handed the future by its maker, not by `score`.
    closes = walk(3, 300)

    def peeking(past: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        answer = np.array(closes[len(past) : len(past) + horizon])
        return np.repeat(answer[:, None], len(levels), axis=1)

    assert score(closes, peeking, 10) == 1.0


def test_the_random_walk_has_no_skill_over_itself(walk: Walk) -> None:
    assert score(walk(4, 600), forecasters.get("random_walk"), 10) == 0.0


def test_a_biased_forecast_scores_below_zero(walk: Walk) -> None:
    def too_high(past: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        return 1.2 * random_walk.forecast(past, horizon, levels)

    skill = score(walk(5, 600), too_high, 10)
    assert skill is not None
    assert skill < -1


def test_drift_beats_the_random_walk_where_there_is_one() -> None:
    moves = np.random.default_rng(6).normal(0.004, 0.005, 600)
    skill = score((100 * np.exp(np.cumsum(moves))).tolist(), forecasters.get("drift"), 10)
    assert skill is not None
    assert skill > 0.2


def test_a_score_by_hand() -> None:
    # Always doubling. The random walk's median stays at p, the actual is 2p: loss 0.5 of the last close at level 0.5.
    # The rival says 1.5p: loss 0.25. Skill 1 - 0.25 / 0.5.
    closes = [2.0**i for i in range(40)]

    def rival(past: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        return np.full((horizon, len(levels)), 1.5 * past[-1])

    assert score(closes, rival, 1, levels=(0.5,)) == pytest.approx(0.5, abs=1e-15)


@pytest.mark.parametrize(("count", "is_scored"), [(0, False), (29, False), (100, False), (101, True)])
def test_eight_stretches_with_enough_past_are_needed(count: int, *, is_scored: bool, walk: Walk) -> None:
    # The random walk needs 21 closes; eight stretches of ten more.
    skill = score(walk(7, 200)[:count], forecasters.get("drift"), 10)
    assert (skill is not None) == is_scored


def test_nothing_is_better_than_a_random_walk_that_never_errs() -> None:
    assert score([5.0] * 300, forecasters.get("drift"), 10) is None


def test_a_forecaster_that_needs_more_past_is_scored_on_fewer_stretches(walk: Walk) -> None:
    recording = Recording()

    def demanding(past: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        if len(past) < 250:
            raise DataError(f"expected at least 250 closes, was {len(past)}")
        return recording(past, horizon, levels)

    assert score(walk(8, 340), demanding, 10) == 0.0
    assert len(recording.shown) == 9  # origins 330, 320, ..., 250
    assert score(walk(8, 320), demanding, 10) is None


def test_a_close_that_is_no_price_is_an_error_and_no_lack_of_past(walk: Walk) -> None:
    with pytest.raises(DataError, match=r"row 3: close must be a finite price above zero, was -1\.0"):
        score([*walk(9, 300)[:3], -1.0, *walk(9, 300)], forecasters.get("drift"), 10)


def test_fewer_than_eight_folds_cannot_be_asked_for(walk: Walk) -> None:
    with pytest.raises(UsageError, match="folds must be at least 8, was 7"):
        score(walk(10, 300), forecasters.get("drift"), 10, folds=7)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.ones((2, 3)), r"expected quantiles of shape \(3, 3\), was \(2, 3\)"),
        (np.full((3, 3), np.nan), "expected finite prices above zero"),
        (np.zeros((3, 3)), r"expected finite prices above zero, was between 0\.0 and 0\.0"),
        (np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0]]), "rising along levels, was .* at step 2"),
    ],
)
def test_an_unusable_answer_is_a_model_error(answer: Floats, message: str, walk: Walk) -> None:
    forecast = checked("broken", lambda closes, horizon, levels: answer)
    with pytest.raises(ModelError, match=f"broken: .*{message}"):
        forecast(walk(11, 50), 3, (0.1, 0.5, 0.9))
