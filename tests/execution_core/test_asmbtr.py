from __future__ import annotations

from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from execution_core.asmbtr import Asmbtr, effective_count


def walk(seed: int, count: int = 3000) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 100.0 + np.cumsum(np.random.default_rng(seed).integers(-1, 2, count)).astype(np.float64)


def test_a_planted_rule_is_found_with_its_probability() -> None:
    # After two ups the next move is up in three of four cases, after anything else in one of two.
    random, moves = np.random.default_rng(5), [1, -1]
    for _ in range(20_000):
        chance = 0.75 if moves[-2:] == [1, 1] else 0.5
        moves.append(1 if random.random() < chance else -1)
    model = Asmbtr(2)
    model.learn("X", 1000.0 + np.cumsum(moves))
    rule, other = model.odds("X", 0b11), model.odds("X", 0b01)
    assert rule is not None
    assert other is not None
    assert rule.low < 0.75 < rule.high
    assert rule.low > 0.7
    assert other.low < 0.5 < other.high


def test_on_a_random_walk_the_interval_holds_one_half_about_as_often_as_it_says() -> None:
    # 64 states x 25 worlds; 95 % of 1600 is 1520, and four binomial deviations are 35.
    held = 0
    for seed in range(25):
        model = Asmbtr(6)
        model.learn("X", walk(seed, 12_000))
        every = [model.odds("X", state) for state in range(64)]
        held += sum(odds is not None and odds.low <= 0.5 <= odds.high for odds in every)
    assert abs(held - 1520) < 35


def test_a_state_seen_too_rarely_says_nothing() -> None:
    model = Asmbtr(1, least=3)
    model.learn("X", np.array([1.0, 2.0, 3.0, 4.0]))  # under up: up, up
    assert model.observations("X") == 2
    assert model.odds("X") is None
    assert np.isnan(model.table("X")).all()
    model.learn("X", np.array([5.0, 4.0]))  # up, down
    odds = model.odds("X", 1)
    assert odds is not None
    assert (odds.up, odds.observations, odds.effective) == (0.75, 4, 4.0)
    assert model.state("X") == 0


def test_before_enough_moves_there_is_no_state() -> None:
    model = Asmbtr(3)
    model.learn("X", np.array([1.0, 1.0, 2.0]))
    assert model.state("X") is None
    assert model.odds("X") is None
    assert model.observations("X") == 0


@pytest.mark.parametrize(("count", "decay"), [(1, 0.9), (7, 0.9), (40, 0.5), (12, 1.0), (5000, 0.999)])
def test_the_effective_count_is_kishs(count: int, decay: float) -> None:
    weights = decay ** np.arange(count)
    assert effective_count(count, decay) == pytest.approx(float(weights.sum() ** 2 / np.square(weights).sum()))


@given(st.integers(0, 50), st.integers(0, 400), st.sampled_from([1.0, 0.98]))
@settings(deadline=None, max_examples=30)
def test_prices_in_two_parts_teach_the_same(seed: int, cut: int, decay: float) -> None:
    prices = walk(seed, 400)
    whole, parts = Asmbtr(3, decay=decay), Asmbtr(3, decay=decay)
    whole.learn("X", prices)
    parts.learn("X", prices[:cut])
    parts.learn("X", prices[cut:])
    np.testing.assert_array_equal(whole.table("X"), parts.table("X"))
    assert whole.state("X") == parts.state("X")


def test_symbols_know_nothing_of_each_other() -> None:
    alone, together = Asmbtr(4), Asmbtr(4)
    alone.learn("A", walk(1))
    together.learn("A", walk(1))
    together.learn("B", walk(2))
    np.testing.assert_array_equal(alone.table("A"), together.table("A"))
    assert together.symbols == ("A", "B")
    with pytest.raises(KeyError):
        together.state("C")


def test_what_is_read_is_the_tables_value_at_each_state() -> None:
    model = Asmbtr(4)
    model.learn("X", walk(3))
    prices = walk(4, 200)
    states = model.states(prices)
    expected = np.where(states < 0, nan, model.table("X")[states])
    np.testing.assert_array_equal(model.read("X", prices), expected)


def test_a_saved_model_goes_on_where_it_was(tmp_path: Path) -> None:
    model, path = Asmbtr(5, decay=0.99, least=7), tmp_path / "counts.npz"
    model.learn("EUR/USD", walk(1))
    model.learn("ü", walk(2, 3))
    model.save(path)
    loaded = Asmbtr.load(path)
    assert (loaded.depth, loaded.decay, loaded.least, loaded.symbols) == (5, 0.99, 7, ("EUR/USD", "ü"))
    for each in (model, loaded):
        each.learn("EUR/USD", walk(3))
        each.learn("ü", walk(4))
    for symbol in model.symbols:
        np.testing.assert_array_equal(model.table(symbol), loaded.table(symbol))
        assert model.odds(symbol) == loaded.odds(symbol)


def test_the_same_counts_are_the_same_bytes(tmp_path: Path) -> None:
    model = Asmbtr(5)
    model.learn("X", walk(1))
    model.save(tmp_path / "a")
    Asmbtr.load(tmp_path / "a").save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_model_of_nothing_can_be_saved(tmp_path: Path) -> None:
    Asmbtr(5).save(tmp_path / "none.npz")
    assert Asmbtr.load(tmp_path / "none.npz").symbols == ()


def test_a_damaged_file_is_refused_by_name_and_never_half_read(tmp_path: Path) -> None:
    model, path = Asmbtr(3), tmp_path / "counts.npz"
    model.learn("X", walk(1))
    model.save(path)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(ValueError, match=r"counts\.npz: expected counts saved by this model"):
            Asmbtr.load(path)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"head": np.array([2, 1, 30])}, "format was 2"),
        ({"head": np.array([1, 25, 30])}, "depth must lie in"),
        ({"states_0": np.array([0, 5])}, r"states do not rise within 0\.\.1"),
        ({"states_0": np.array([0.0, 1.0])}, "not columns of whole numbers"),
        ({"up_0": np.array([1.0, nan])}, "up is not one finite count"),
        ({"contexts": np.array([9])}, "context was 9"),
        ({"symbols": np.array(["X", "Y"])}, "argument 2 is shorter"),
        ({"decay": np.array([object()])}, "allow_pickle"),
    ],
)
def test_a_foreign_file_is_refused(
    changed: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]], says: str, tmp_path: Path
) -> None:
    model, path = Asmbtr(1), tmp_path / "counts.npz"
    model.learn("X", walk(1))
    model.save(path)
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files}
    np.savez(path, **(columns | changed))
    with pytest.raises(ValueError, match=says):
        Asmbtr.load(path)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [({"depth": 0}, "depth"), ({"depth": 25}, "depth"), ({"decay": 0.0}, "decay"), ({"least": 0}, "least")],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=f"{says} must"):
        Asmbtr(**parameters)  # type: ignore[arg-type]


def test_a_state_that_cannot_be_is_refused() -> None:
    model = Asmbtr(2)
    model.learn("X", walk(1))
    with pytest.raises(ValueError, match=r"state must lie in 0\.\.3, was 4"):
        model.odds("X", 4)
