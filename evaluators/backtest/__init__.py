"""Backtests: strategies as data, played by the engine, judged by the statistics, told with their reasons."""

from __future__ import annotations

from evaluators.backtest.loading import load, parse, presets, schema
from evaluators.backtest.opening import Job, backtest, run_all, run_one
from evaluators.backtest.playing import Terms
from evaluators.backtest.report import write
from evaluators.backtest.result import Backtest
from evaluators.backtest.running import run
from evaluators.backtest.strategy import Strategy

__all__ = [
    "Backtest", "Job", "Strategy", "Terms", "backtest", "load", "parse", "presets", "run", "run_all", "run_one",
    "schema", "write",
]  # fmt: skip
