"""What is told of the core's speed: that all of it is there and agrees with itself. No figure is a matter of a test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path

import pytest

from evaluators.core_speed import peers, reference
from evaluators.core_speed.figures import Figure, Measured, Peer, at_least, at_most, lines, plain, shown
from evaluators.core_speed.floor import compiled
from evaluators.core_speed.measure import QUICK, measure
from evaluators.core_speed.timing import in_turn, ratio
from execution_core.records import Columns

TARGETS = {
    "native": "", "native / C loop": "at least 0.5", "arrays": "", "arrays / C loop": "at least 0.25",
    "callback": "at least 5e+06", "orders from Python, as columns": "at least 8e+06",
    "orders from Python, a call each": "at least 8e+06", "orders and bars, a call each": "",
    "ticks": "at least 2e+07", "time for twice the trades": "at most 2.3", "peak memory above the data": "at most 100",
    "all detectors": "at most 25", "encoder with table": "at least 3e+08", "import above numpy": "at most 20",
}  # fmt: skip
ALL_PEERS = ["vectorbt", "backtesting.py", "hftbacktest", "backtrader", "nautilus_trader"]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Of sizes that are done in seconds, beside an interpreter that is not there."""
    return measure(QUICK, Path("/nowhere/python"))


def test_everything_that_is_promised_is_told_in_one_run(measured: Measured) -> None:
    if measured.c_loop is None:
        pytest.skip("no C compiler here")
    assert {figure.name: figure.target for figure in measured.figures} == TARGETS
    assert all(isfinite(figure.value) and figure.value > 0.0 and figure.what for figure in measured.figures)
    assert [peer.name for peer in measured.peers] == ALL_PEERS


def test_a_target_is_reached_where_the_figure_says_so(measured: Measured) -> None:
    for figure in measured.figures:
        if not figure.target:
            assert figure.is_reached is None
            continue
        word, number = figure.target.rsplit(" ", 1)
        reached = figure.value >= float(number) if word == "at least" else figure.value <= float(number)
        assert figure.is_reached is reached
    assert measured.is_reached == all(figure.is_reached is not False for figure in measured.figures)


def test_the_figures_agree_with_one_another(measured: Measured) -> None:
    if measured.c_loop is None:
        pytest.skip("no C compiler here")
    value = {figure.name: figure.value for figure in measured.figures}
    floor = QUICK.bars / measured.c_loop
    for way in ("native", "arrays"):
        # The one is a ratio of medians, the other a median of ratios, of three rounds.
        assert value[f"{way} / C loop"] == pytest.approx(value[way] / floor, rel=3.0)
    # A call each costs more than none, and a bar with it more than without; half the work is less than the whole.
    assert value["native"] > value["callback"] > value["orders and bars, a call each"]
    assert value["orders from Python, a call each"] > value["orders and bars, a call each"]
    assert value["time for twice the trades"] > 1.0


def test_a_peer_that_is_not_there_is_skipped_with_its_reason(measured: Measured) -> None:
    for peer in measured.peers:
        assert peer.skipped == "no environment of peers at /nowhere/python: make bench-peers"
        assert (peer.bars, peer.bars_per_s, peer.version) == (0, 0.0, "")


def told_by(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """The first peer, its program replaced by this one."""
    (folder / "benchmarks" / "peers").mkdir(parents=True)
    for package in ("benchmarks", "benchmarks/peers"):
        (folder / package / "__init__.py").touch()
    (folder / "benchmarks" / "peers" / "vectorbt.py").write_text(program)
    monkeypatch.setattr(peers, "CHECKOUT", folder)
    columns: Columns = reference.bars(3_000)
    return next(peers.measure(columns, Path(sys.executable), {"arrays": 1000.0, "callback": 10.0}))


def test_a_peer_plays_the_bars_it_is_given_and_is_compared_by_bars_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_by(
        "import json, sys\nimport numpy as np\n"
        "with np.load(sys.argv[1]) as file:\n"
        "    assert sorted(file) == ['close', 'high', 'low', 'open', 'opened', 'sides', 'volume']\n"
        "    trades = int((file['sides'] != 0).sum())\n"
        "told = {'version': '9', 'bars': int(sys.argv[2]), 's': 60.0, 'trades': trades, 'final_equity': 1.0}\n"
        "print(json.dumps(told))\n",
        tmp_path, monkeypatch,
    )  # fmt: skip
    turns = int((reference.turns(reference.bars(3_000).close) != 0).sum())
    # 3,000 bars in a minute are 50 a second; our arrays play 1,000.
    assert (told.version, told.bars, told.bars_per_s, told.times_slower) == ("9", 3_000, 50.0, 20.0)
    assert told.trades == turns > 50


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raise SystemExit('it does not like these bars')\n", "it does not like these bars"),
        ("print('no figures')\n", "ended with 0"),
    ],
)
def test_a_peer_that_fails_says_why(program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_by(program, tmp_path, monkeypatch)
    assert (told.skipped, told.bars_per_s) == (reason, 0.0)


def test_every_peer_has_its_program_and_none_is_imported_by_the_product() -> None:
    for known in peers.KNOWN.values():
        assert (peers.CHECKOUT / "benchmarks" / "peers" / f"{known.module}.py").exists()
    assert not {known.module for known in peers.KNOWN.values()} & set(sys.modules)


def test_works_are_taken_in_turn_after_one_round_that_is_not_told() -> None:
    rounds: list[tuple[str, int]] = []
    works: dict[str, Callable[[int], object]] = {
        "a": lambda turn: rounds.append(("a", turn)),
        "b": lambda turn: rounds.append(("b", turn)),
    }
    took = in_turn(works, 2)
    assert rounds == [("a", 0), ("b", 0), ("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert [len(times) for times in took.values()] == [2, 2]
    # 2, 3 and 12 times: what disturbed one round alone does not count.
    assert ratio([2.0, 6.0, 12.0], [1.0, 2.0, 1.0]) == 3.0


def test_a_missed_target_is_said_and_a_figure_without_one_is_not_judged() -> None:
    figures: tuple[Figure, ...] = (
        at_least("fast", 4e6, "bars/s", 5e6, ""), at_most("small", 3.0, "MB", 100.0, ""), shown("seen", 1.0, "", ""),
    )  # fmt: skip
    measured = Measured(0.005, 1_000_000, figures, (Peer("slow", "does half", "1.0", 500, 20.0, 3, 50.0),))
    told = lines(measured)
    assert told[1].split() == ["fast", "4,000,000", "bars/s", "at", "least", "5", "M", "MISSED"]
    assert told[2].split() == ["small", "3.00", "MB", "at", "most", "100", "reached"]
    assert told[3].split() == ["seen", "1.00"]
    assert told[4] == "C loop with one position wired in, 1,000,000 bars: 5.00 ms"
    assert told[5].endswith("50 times slower on 500 bars; does half")
    assert plain(measured)["c_loop"] == {"s": 0.005, "bars_per_s": 200e6}
    assert not measured.is_reached


def test_the_c_loop_and_the_engine_trade_the_same_on_every_cut() -> None:
    whole = reference.bars(60_000)
    with compiled() as floor:
        if floor is None:
            pytest.skip("no C compiler here")
        for start in range(0, 60_000, 20_000):
            cut = whole.part(start, start + 20_000)
            totals, result = floor(cut), reference.by_strategy(cut)
            assert totals.trades == result.trades.rows > 400
            assert totals.equity == pytest.approx(result.final_equity, rel=1e-9)
