from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tools.indicators.columns import bars, known, number, walk
from tools.indicators import sequence


def test_the_run_is_told_oldest_first_and_counted_without_the_last() -> None:
    # Two ups and a down, over and over: after up, up, down always comes an up.
    closes = 100.0 + np.cumsum([1.0, 1.0, -1.0] * 30)
    facts = known(bars(closes.tolist()))
    assert facts["asmbtr_run"] == "up_up_down"
    # 90 closes make 89 moves, the run ends on every third of them, 29 times, and the last time nothing followed.
    assert facts["asmbtr_observations"] == 28.0
    assert facts["asmbtr_up"] == 1.0
    assert facts["asmbtr_up_low"] == pytest.approx(28 / (28 + 1.959964**2))


def test_closes_that_do_not_move_are_no_part_of_a_run() -> None:
    moving = walk(2, 300).close
    still = np.repeat(moving, 2).tolist()
    assert [sequence.measure(bars(still))[f"asmbtr_{name}"] for name in ("run", "up", "observations")] == [
        sequence.measure(bars(moving.tolist()))[f"asmbtr_{name}"] for name in ("run", "up", "observations")
    ]


def test_a_run_seen_too_rarely_has_no_odds() -> None:
    facts = known(walk(1, 60))
    assert "asmbtr_run" in facts
    assert number(walk(1, 60), "asmbtr_observations") < sequence.LEAST
    assert "asmbtr_up" not in facts


def test_a_climb_that_ends_in_a_fall_is_a_bear_regime() -> None:
    closes = [100.0 * 1.01**step for step in range(150)]
    up = known(bars(closes))
    assert up["markov_state"] == "bull"
    assert up["markov_stay"] == 1.0
    assert "markov_duration" not in up  # never left
    down = known(bars([*closes, *(closes[-1] * 0.97**step for step in range(1, 41))]))
    assert down["markov_state"] == "bear"


def test_a_dead_market_goes_sideways_and_has_no_run() -> None:
    facts = known(bars([100.0] * 200))
    assert facts["markov_state"] == "sideways"
    assert not [name for name in facts if name.startswith("asmbtr")]


def test_fewer_than_a_hundred_closes_have_no_regime() -> None:
    assert "markov_state" not in known(walk(3, 99))
    assert "markov_state" in known(walk(3, 100))


def test_the_expected_stretch_follows_from_the_share_that_stays() -> None:
    facts = walk(7, 600)
    assert number(facts, "markov_duration") == round(1.0 / (1.0 - number(facts, "markov_stay")))


def test_on_random_walks_the_interval_of_an_up_move_holds_one_half_about_as_often_as_it_says() -> None:
    held = []
    for seed in range(200):
        facts = sequence.measure(walk(seed, 600))
        held.append(float(facts["asmbtr_up_low"]) <= 0.5 <= float(facts["asmbtr_up_high"]))
    assert abs(sum(held) - 190) < 4 * np.sqrt(200 * 0.95 * 0.05)  # 190 +- 12.3


def test_random_walks_stay_as_the_definition_says() -> None:
    stays = []
    for seed in range(200):
        facts = sequence.measure(walk(seed, 600))
        low, high = (0.68, 0.84) if facts["markov_state"] == "sideways" else (0.76, 0.91)
        stays.append(low <= float(facts["markov_stay"]) <= high)
    assert sum(stays) > 180


def test_the_page_shows_each_fact_as_it_is_defined() -> None:
    page = (Path(__file__).parents[3] / "docs/encoders.md").read_text("utf-8")
    assert all(f"| `{name}` | {text} |\n" in page for name, _, text in sequence.FACTS)


def test_a_column_is_what_is_measured_at_each_bar() -> None:
    walked = walk(9, 320)
    still = np.repeat(walked.close, 2)[:320]
    for measured in (walked, bars(still.tolist())):
        columns = {name: column(measured) for name, column in sequence.COLUMNS.items()}
        for row in range(0, 320, 7):
            told = sequence.measure(measured[: row + 1])
            for name, values in columns.items():
                assert values[row] == pytest.approx(told.get(name, np.nan), nan_ok=True)
