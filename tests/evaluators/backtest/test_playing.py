"""Small strategies on small tables, every number worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluators.backtest import Terms, run
from evaluators.backtest.trades import EXITS
from execution_core.backtest import sides
from fks_agents.bars import moment
from fks_agents.errors import UsageError
from tests.evaluators.backtest.tables import (
    ABOVE_100,
    BELOW_100,
    FREE,
    candles,
    flat,
    played,
    strategy,
    trades,
    walk,
)
from tools.indicators import column

UP = [(99.0, 99.0, 99.0, 99.0), (100.0, 101.0, 100.0, 101.0)]
"""Crosses above 100 at the close of row 1, at 101."""


def test_a_rule_enters_at_the_next_open_and_leaves_at_the_open_after_its_bars() -> None:
    rows = [*UP, (102, 103, 101, 102), (103, 104, 102, 103), (105, 106, 104, 105), (105, 105, 105, 105)]
    result = played(rows, long=ABOVE_100, exit={"bars": 2})
    # 1000 / 101 is 9.9: nine whole units, from 102 to 105.
    assert trades(result) == [("long", 2, 102.0, 4, 105.0, "bars")]
    assert result.book.trades.quantity.tolist() == [9.0]
    # Marked at each close: 9 x (102 - 102), 9 x (103 - 102), then 9 x 3 for good.
    assert result.book.equity.tolist() == [1000.0, 1000.0, 1000.0, 1000.0, 1009.0, 1027.0, 1027.0]


def test_a_stop_lies_that_far_below_the_fill() -> None:
    rows = [*UP, (103, 103, 100, 101), (100, 101, 90, 92), (92, 92, 92, 92)]
    result = played(rows, long=ABOVE_100, exit={"stop": {"percent": 5}})
    # 5 % of the deciding close of 101 is 5.05, below the fill at 103.
    assert trades(result) == [("long", 2, 103.0, 3, 97.95, "stop")]


def test_a_target_in_r_is_a_multiple_of_the_stop() -> None:
    rows = [*UP, (101, 102, 100, 101), (101, 120, 101, 119), (119, 119, 119, 119)]
    result = played(rows, long=ABOVE_100, exit={"stop": {"percent": 5}, "target": {"r": 2}})
    # 2 x 5.05 above 101.
    assert trades(result) == [("long", 2, 101.0, 3, pytest.approx(111.1), "target")]


def test_a_bar_that_reaches_stop_and_target_takes_the_stop_and_tells_the_interval() -> None:
    rows = [*UP, (101, 102, 100, 101), (101, 120, 90, 100), (100, 100, 100, 100)]
    result = played(rows, long=ABOVE_100, exit={"stop": {"percent": 5}, "target": {"percent": 10}})
    assert trades(result) == [("long", 2, 101.0, 3, 95.95, "stop")]
    assert result.ambiguous_bars == 1
    # Nine units: 9 x 5.05 lost, or 9 x 10.1 gained at 111.1.
    assert result.book.equity[-1] == pytest.approx(1000.0 - 45.45)
    assert result.book.band is not None
    assert result.book.band[0].tolist() == result.book.equity.tolist()
    assert result.book.band[1].tolist() == pytest.approx([1000.0, 1000.0, 1000.0, 1000.0, 1090.9, 1090.9])


def test_a_bar_that_reaches_one_level_leaves_no_interval() -> None:
    rows = [*UP, (101, 102, 100, 101), (101, 102, 90, 100), (100, 100, 100, 100)]
    result = played(rows, long=ABOVE_100, exit={"stop": {"percent": 5}, "target": {"percent": 10}})
    assert result.ambiguous_bars == 0
    assert result.book.resolved is not None
    assert result.book.resolved[0].tolist() == result.book.resolved[1].tolist() == result.book.equity.tolist()


def test_the_opposite_rule_turns_the_position_at_one_open() -> None:
    rows = [*UP, (102, 102, 101, 101), (101, 101, 98, 98), (97, 97, 95, 95), (96, 101, 96, 101), (99, 99, 99, 99)]
    result = played(rows, long=ABOVE_100, short=BELOW_100)
    # Long 9 at 102; below 100 at row 3, so out at 97 and short; above 100 at row 5, so out at 99 and long again.
    assert trades(result) == [("long", 2, 102.0, 4, 97.0, "signal"), ("short", 4, 97.0, 6, 99.0, "signal")]
    held = result.book.held
    assert held is not None
    assert (held.side, held.entered, held.entry, held.unrealised) == (1, 6, 99.0, 0.0)


def test_a_rule_of_its_own_leaves() -> None:
    rows = [*UP, (102, 102, 102, 102), (104, 105, 104, 105), (106, 106, 106, 106), (107, 107, 107, 107)]
    result = played(rows, long=ABOVE_100, exit={"long": {"fact": "close", "is": "above", "than": 104}})
    assert trades(result) == [("long", 2, 102.0, 4, 106.0, "signal")]


def test_a_trailing_stop_follows_the_highs_before_the_bar() -> None:
    rows = [*UP, (101, 102, 101, 102), (102, 110, 102, 109), (109, 109, 100, 101), (101, 101, 101, 101)]
    result = played(rows, long=ABOVE_100, exit={"trail": {"by": {"percent": 5}}})
    # 5 % of 101 is 5.05; the high of 110 puts the stop at 104.95 for the next bar.
    assert trades(result) == [("long", 2, 101.0, 4, 104.95, "stop")]


def test_a_limit_waits_below_the_close_and_is_withdrawn() -> None:
    quiet = flat(99.0, 20, reach=1.0)
    # True ranges of 2 over 20 bars, then 3 (102 - 99): (13 x 2 + 3) / 14 is 2.0714..., half of it 1.0357.
    cross = [(100.0, 102.0, 100.0, 102.0)]
    entry = {"type": "limit", "atr": 0.5, "bars": 2}
    high = [(102.0, 103.0, 101.5, 102.0)] * 2
    back = [(101.0, 101.0, 99.0, 100.5)] * 2
    rested = played([*quiet, *cross, *back], long=ABOVE_100, entry=entry, exit={"bars": 1})
    # The limit of 100.96 is passed at the open of 101? No: 101 lies above, the low of 99 reaches it.
    assert trades(rested) == [("long", 21, 100.96, 22, 101.0, "bars")]
    gone = played([*quiet, *cross, *high, *back], long=ABOVE_100, entry=entry, exit={"bars": 1})
    assert trades(gone) == []


def test_fees_and_slippage_are_told_apart() -> None:
    rows = [*UP, (100, 100, 100, 100), (100, 100, 100, 100), (110, 110, 110, 110)]
    terms = Terms(fee=0.01, slippage=0.02, tick=0.01, lot=1.0)
    result = played(rows, terms=terms, long=ABOVE_100, exit={"bars": 2})
    # In at 102, out at 107.8; slippage 9 x 2 and 9 x 2.2; fees a hundredth of 9 x 102 and of 9 x 107.8.
    log = result.book.trades
    assert (log.entry[0], log.exit[0]) == (102.0, pytest.approx(107.8))
    assert log.slippage[0] == pytest.approx(9 * 2.0 + 9 * 2.2)
    assert log.fees[0] == pytest.approx(9.18 + 9.702)
    assert result.book.equity[-1] == pytest.approx(1000.0 + 9 * 5.8 - 18.882)
    trading = result.performance.trades
    assert trading is not None
    assert trading.fees == pytest.approx(18.882)
    assert trading.slippage == pytest.approx(37.8)


def test_both_sides_at_once_enter_neither() -> None:
    rows = [*UP, (102, 102, 102, 102), (102, 102, 102, 102)]
    result = played(rows, long=ABOVE_100, short=ABOVE_100, exit={"bars": 1})
    assert trades(result) == []


def test_what_is_forbidden_is_not_entered_but_left() -> None:
    rows = [*UP, (102, 103, 101, 102), (99, 99, 99, 99), (101, 101, 101, 101), (102, 102, 102, 102)]
    never: dict[str, Any] = {
        "long": ABOVE_100,
        "exit": {"bars": 1},
        "forbidden": [{"fact": "low", "is": "above", "than": 100.5}],
    }
    # The second cross, at row 4, has a low of 101.
    assert [trade[1] for trade in trades(played(rows, **never))] == [2]


def test_sizes_follow_the_risk() -> None:
    rows = [*UP, (101, 101, 101, 101), (101, 101, 101, 101)]
    fixed: dict[str, Any] = {"long": ABOVE_100, "exit": {"stop": {"percent": 10}, "bars": 1}}
    # 2 % of 1000 is 20, lost over 10.1: 1.98, so one unit; with 50 % the position may cost 1000 at most: nine units.
    for fraction, units in ((0.02, 1.0), (0.5, 9.0)):
        risk = {"sizing": "fixed_fractional", "fraction": fraction}
        assert played(rows, **fixed, risk=risk).book.trades.quantity.tolist() == [units]
    lent = {"sizing": "fixed_fractional", "fraction": 0.5, "max_position": 3.0}
    # 500 / 10.1 is 49.5, three times equity 29.7.
    assert played(rows, **fixed, risk=lent).book.trades.quantity.tolist() == [29.0]


def test_levels_nearer_than_two_ticks_are_no_trade() -> None:
    rows = [*UP, (101, 101, 101, 101), (101, 101, 101, 101)]
    for percent, count in ((0.01, 0), (0.1, 1)):  # of 101: 0.0101, which is one tick, and 0.101
        assert len(trades(played(rows, long=ABOVE_100, exit={"stop": {"percent": percent}, "bars": 1}))) == count


def test_a_tick_too_coarse_for_the_prices_is_refused() -> None:
    rows = [(0.5, 0.6, 0.4, 0.5)] * 3
    with pytest.raises(UsageError, match=r"tick: expected at most 0.004 for prices down to 0.4, was 0.01"):
        played(rows, long=ABOVE_100, exit={"bars": 1})


def test_a_position_too_small_for_a_lot_is_no_trade() -> None:
    rows = [*UP, (101, 101, 101, 101), (101, 101, 101, 101)]
    assert trades(played(rows, cash=50.0, long=ABOVE_100, exit={"bars": 1})) == []


def test_the_rules_of_an_account_cap_the_size_and_end_trading() -> None:
    # Apex: ten contracts, and 500 of loss in a day. Ten units fall by 60.
    rows = [*UP, (101, 102, 100, 101), (100, 100, 40, 41), (41, 41, 41, 41), *UP, (102, 102, 102, 102)]
    made = strategy(long=ABOVE_100, exit={"bars": 50}, risk={"rules": "apex"})
    result = run(made, candles(rows, "1h"), cash=100_000.0, terms=FREE)
    assert result.book.trades.quantity.tolist() == [10.0]
    assert result.breaker is not None
    assert result.breaker[0] in ("daily_loss", "drawdown")
    # Nothing is entered at the second cross.
    assert trades(result)[0][5] == "rule"
    assert result.book.held is None


def test_sessions_are_hours_of_their_zone() -> None:
    # Four-hour bars from Monday 00:00 UTC; crosses close at 08:00 and 20:00, in New York 03:00 and 15:00.
    rows = [(99, 99, 99, 99), (100, 101, 100, 101), (101, 101, 99, 99), (99, 99, 99, 99), (100, 101, 100, 101)]
    rows += [(101, 101, 101, 101)] * 2

    bars = candles(rows, "4h")
    day = {"begin": "09:30", "end": "16:00", "zone": "America/New_York"}
    night = {"begin": "20:00", "end": "09:30", "zone": "America/New_York", "days": ["sun"]}
    for session, entered in ((day, [5]), (night, [2]), ({**day, "days": ["tue"]}, [])):
        made = strategy(long=ABOVE_100, exit={"bars": 1}, sessions=[session])
        assert run(made, bars, cash=1000.0, terms=FREE).book.trades.entered.tolist() == entered


def test_bars_before_the_beginning_warm_up_only() -> None:

    bars = candles([*UP, (99, 99, 99, 99), (100, 101, 100, 101), (101, 101, 101, 101), (103, 103, 103, 103)])
    made = strategy(long=ABOVE_100, exit={"bars": 1})
    result = run(made, bars, cash=1000.0, terms=FREE, begin=moment(bars.closed[3]))
    assert trades(result) == [("long", 4, 101.0, 5, 103.0, "bars")]
    assert len(result.book.equity) == 4


def test_one_r_is_what_is_lost_at_the_stop() -> None:
    rows = [*UP, (101, 102, 100, 101), (101, 102, 90, 92), (92, 92, 92, 92)]
    result = played(rows, long=ABOVE_100, exit={"stop": {"percent": 10}}, risk={"sizing": "fixed_r", "amount": 50})
    # 10 % of 101 is 10.1: 50 / 10.1 is 4.95, four whole units.
    assert result.book.trades.quantity.tolist() == [4.0]
    assert result.book.equity[-1] == pytest.approx(1000.0 - 4 * 10.1)


def test_kelly_goes_by_the_trades_that_have_closed() -> None:
    # Crosses at 101, in at the open of 100, out a bar later: twice +10, once -5, over and over.
    rows: list[tuple[float, float, float, float]] = []
    for gain in (10.0, 10.0, -5.0) * 2:
        out = 100.0 + gain
        rows += [(99, 99, 99, 99), (101, 101, 101, 101), (100, 101, 100, 100.5), (out, out, out, out)]
    kelly = {"share": 0.5, "cap": 1.0, "least": 3}
    result = played(
        rows, cash=10_000.0, long=ABOVE_100, exit={"bars": 1}, risk={"sizing": "kelly", "fraction": 0.1, "kelly": kelly}
    )
    # First a tenth, at the deciding close of 101: 1000 / 101, 1009 / 101 and 1018 / 101 are 9.9, 9.99 and 10.08. Then
    # two of three were won, 90 on the mean against 50: f = 2/3 - (1/3) / 1.8 = 0.48148, half of it of 10,130 is 24.1
    # units.
    assert result.book.trades.quantity[:4].tolist() == [9.0, 9.0, 10.0, 24.0]


def test_a_distance_by_volatility_is_the_move_to_expect() -> None:
    bars = walk(3, 300)
    rule = {"fact": "close", "is": "crosses_above", "than": "sma_20"}
    one, four = (
        run(
            strategy(long=rule, exit={"stop": {"volatility": 2, **over}, "bars": 9}), bars, cash=100_000.0, terms=FREE
        ).book.trades
        for over in ({}, {"over": 4})
    )
    stopped = [row for row in range(len(one)) if EXITS[one.exit_by[row]] == "stop"]
    assert stopped
    for row in stopped:
        decided = one.decided[row]
        distance = bars.close[decided] * column(bars, "expected_move_1")[decided] / 100.0 * 2.0
        assert one.exit[row] <= one.entry[row] - distance + 0.02
    # The root of four is two: twice as far away.
    assert len([row for row in range(len(four)) if EXITS[four.exit_by[row]] == "stop"]) < len(stopped)


@pytest.mark.parametrize(("rules", "most"), [({"contracts": 3}, 3.0), ("hyrotrader", 5.0), ({"daily_loss": 0.5}, 9.0)])
def test_rules_may_be_told_in_the_strategy(rules: object, most: float) -> None:
    rows = [*UP, (102, 103, 101, 102), (103, 104, 102, 103), (105, 106, 104, 105), (105, 105, 105, 105)]
    result = played(rows, long=ABOVE_100, exit={"bars": 2}, risk={"rules": rules})
    assert result.book.trades.quantity.tolist() == [most]


def test_rules_of_ones_own_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("contracts = 2\n")
    rows = [*UP, (102, 103, 101, 102), (103, 104, 102, 103), (105, 106, 104, 105), (105, 105, 105, 105)]
    result = played(rows, long=ABOVE_100, exit={"bars": 2}, risk={"rules": str(tmp_path / "own.toml")})
    assert result.book.trades.quantity.tolist() == [2.0]


def test_limits_of_the_account_cap_the_size() -> None:
    rows = [*UP, (102, 103, 101, 102), (103, 104, 102, 103), (105, 106, 104, 105), (105, 105, 105, 105)]
    result = played(rows, long=ABOVE_100, exit={"bars": 2}, risk={"limits": {"gross": 0.5, "net": 0.8}})
    # 500 at 101 are 4.95.
    assert result.book.trades.quantity.tolist() == [4.0]


@pytest.mark.parametrize("name", ["asmbtr", "markov", "sma_cross", "momentum"])
def test_a_model_enters_and_leaves_where_its_side_changes(name: str) -> None:
    bars = walk(11, 1200)
    own = {"asmbtr": {"depth": 3, "confidence": 0.3}, "markov": {"confidence": 0.3}}.get(name, {})
    made = strategy(model={"name": name, **own}, risk={"fraction": 0.5})
    assert made.model is not None
    side = sides(made.model.native, bars.close)
    result = run(made, bars, cash=10_000.0, terms=FREE)
    log = result.book.trades
    assert len(log) > 10
    for row in range(len(log)):
        decided, left = int(log.decided[row]), int(log.left[row])
        assert side[decided] == log.side[row] != side[decided - 1]
        assert side[left - 1] != log.side[row]
    assert result.why(0)[0].text == f"{name} turned {'long' if log.side[0] > 0 else 'short'}"
