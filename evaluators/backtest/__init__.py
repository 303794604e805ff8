"""Backtests: strategies as data, played by the engine, judged by the statistics, told with their reasons."""

from __future__ import annotations

from evaluators.backtest.loading import load, parse, presets, schema
from evaluators.backtest.opening import Job, backtest, run_account, run_all, run_one
from evaluators.backtest.playing import Terms
from evaluators.backtest.report import write
from evaluators.backtest.result import Backtest
from evaluators.backtest.running import run
from evaluators.backtest.strategy import Strategy
from evaluators.backtest.together import Together, run_together

__all__ = [
    "Backtest", "Job", "Strategy", "Terms", "Together", "backtest", "load", "parse", "presets", "run",
    "run_account", "run_all", "run_one", "run_together", "schema", "write",
]  # fmt: skip
