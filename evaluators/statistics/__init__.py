"""What a backtest or a record of decisions shows, and whether it is more than luck. Numbers in, values out; no files.

A statistic without a value is None, with its reason beside it. Every draw comes from a seed that is handed in.
"""

from __future__ import annotations

from evaluators.statistics._arrays import UndefinedError
from evaluators.statistics.agreement import Agreement, agreement
from evaluators.statistics.bootstrap import Estimate, block_length, interval
from evaluators.statistics.calibration import Bin, Calibration, calibration
from evaluators.statistics.discoveries import Discoveries, benjamini_hochberg, best_of
from evaluators.statistics.metrics import PathMetrics, Performance, measure
from evaluators.statistics.nulls import Null, overlaps, random_entries, sign_flip
from evaluators.statistics.overfitting import Overfitting, overfitting
from evaluators.statistics.paired import Paired, mcnemar, sign_p
from evaluators.statistics.power import Power, detectable, power
from evaluators.statistics.raters import Ratio, balanced_accuracy, clustered, confusion, kappa
from evaluators.statistics.sharpe import deflated_sharpe, expected_best, probabilistic_sharpe, spread
from evaluators.statistics.significance import Placed, Significance, place, significance
from evaluators.statistics.trades import TradeMetrics, Trades, measure_trades

__all__ = [
    "Agreement", "Bin", "Calibration", "Discoveries", "Estimate", "Null", "Overfitting", "Paired", "PathMetrics",
    "Performance", "Placed", "Power", "Ratio", "Significance", "TradeMetrics", "Trades", "UndefinedError",
    "agreement", "balanced_accuracy", "benjamini_hochberg", "best_of", "block_length", "calibration", "clustered",
    "confusion", "deflated_sharpe", "detectable", "expected_best", "interval", "kappa", "mcnemar", "measure",
    "measure_trades", "overfitting", "overlaps", "place", "power", "probabilistic_sharpe", "random_entries",
    "sign_flip", "sign_p", "significance", "spread",
]  # fmt: skip
