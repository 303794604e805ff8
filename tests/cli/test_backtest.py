"""`fks backtest`: what it prints, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.backtest import presets, schema
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]


def test_one_run_prints_figures_beside_buying_and_holding(fks: Fks) -> None:
    ran = fks("backtest", "sma_cross", "SPX", "--from", "2010-01-01")
    assert ran.code == 0
    assert "sma_cross on SPX 1d" in ran.out
    assert "buy and hold" in ran.out
    assert "No edge found" in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_json_is_one_object_for_one_run_and_a_list_for_more(fks: Fks) -> None:
    one = fks("backtest", "sma_cross", "SPX", "--json", "--cash", "5000", "--seed", "3", "--trials", "9")
    assert one.code == 0
    assert one.json["settings"]["cash"] == 5000.0
    assert (one.json["settings"]["seed"], one.json["settings"]["trials"]) == (3, 9)
    assert one.err == ""


@pytest.mark.real
def test_several_runs_count_as_trials_of_one_another(fks: Fks) -> None:
    many = fks("backtest", "sma_cross,channel_breakout", "SPX", "IXIC", "--json")
    assert [(run["strategy"]["name"], run["symbol"]) for run in many.json] == [
        ("sma_cross", "SPX"), ("sma_cross", "IXIC"), ("channel_breakout", "SPX"), ("channel_breakout", "IXIC"),
    ]  # fmt: skip
    assert {run["settings"]["trials"] for run in many.json} == {4}
    told = fks("backtest", "sma_cross,channel_breakout", "SPX")
    assert told.code == 0
    assert "p allows for 2 trials" in told.out


def test_a_report_is_written_where_asked(fks: Fks, tmp_path: Path) -> None:
    ran = fks("backtest", "sma_cross", "SPX", "--report", str(tmp_path))
    path = tmp_path / "backtest-sma_cross-SPX-1d.html"
    assert path.is_file()
    assert str(path) in ran.out


def test_presets_and_schema_are_listed(fks: Fks) -> None:
    assert [each["name"] for each in fks("backtest", "--list", "--json").json] == list(presets())
    listed = fks("backtest", "--list").out
    assert all(name in listed for name in presets())
    assert json.loads(fks("backtest", "--schema").out) == json.loads(schema())


def test_a_file_is_a_strategy(fks: Fks, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('exit = { bars = 5 }\nlong = { fact = "close", is = "crosses_above", than = "sma_50" }\n')
    assert fks("backtest", str(path), "SPX", "--json").json["strategy"]["name"] == "mine"
    path.write_text('exit = { bars = 5 }\nlong = { fact = "closed", is = "crosses_above", than = "sma_50" }\n')
    ran = fks("backtest", str(path), "SPX")
    assert ran.code == 2
    near = " (near: close, previous_close, close_location)"
    assert ran.err == f"error: {path}: long.fact: expected a known fact{near}, was 'closed'\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "expected a STRATEGY and a SYMBOL, as in `"),
        (("sma_cross",), 2, "expected a STRATEGY and a SYMBOL"),
        (
            ("sma_cros", "SPX"),
            2,
            "expected a preset (near: sma_cross, markov) or a .toml or .json file, was 'sma_cros'",
        ),
        (("sma_cross", "XYZ"), 2, "unknown symbol 'XYZ' for sample; expected one of IXIC, SPX"),
        (("sma_cross", "SPX", "--from", "then"), 2, "--from: expected a time like"),
        (("sma_cross", "SPX", "--from", "2030-01-01"), 2, "expected an end after 2030-01-01"),
        (("sma_cross", "SPX", "--to", "1990-01-01"), 2, "expected an end after 1999-01-04"),
        (("sma_cross", "SPX", "--trials", "0"), 2, "invalid value for '--trials'"),
        (("sma_cross", "SPX", "--cash", "-1"), 2, "cash"),
    ],
)
def test_what_cannot_run_is_told_in_one_line(fks: Fks, words: tuple[str, ...], code: int, told: str) -> None:
    ran = fks("backtest", *words)
    assert ran.code == code
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_several_symbols_are_played_in_one_account(fks: Fks) -> None:
    ran = fks("backtest", "regime_basket", "SPX", "IXIC", "--together", "--from", "2012-01-01")
    assert ran.code == 0
    assert "regime_basket on SPX, IXIC in one account" in ran.out
    assert [line[:4] for line in ran.out.splitlines() if line.startswith(("SPX ", "IXIC "))] == ["SPX ", "IXIC"]
    told = fks("backtest", "regime_basket", "SPX", "IXIC", "--together", "--from", "2012-01-01", "--json").json
    assert told["symbols"] == ["SPX", "IXIC"]
    assert set(told["trades"]) == {"SPX", "IXIC"}


def test_one_account_has_one_strategy_and_no_page(fks: Fks, tmp_path: Path) -> None:
    ran = fks("backtest", "sma_cross,asmbtr", "SPX", "IXIC", "--together")
    assert ran.code == 2
    assert "--together plays one strategy on several symbols, was 2" in ran.err
    ran = fks("backtest", "sma_cross", "SPX", "IXIC", "--together", "--report", str(tmp_path))
    assert ran.code == 2
    assert "--report writes a page for each symbol alone" in ran.err
