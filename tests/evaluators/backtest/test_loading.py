"""Strategies in files, and what is told of those that do not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaluators.backtest import load, parse, presets, schema
from evaluators.backtest.loading import unfit
from fks_agents.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
BOS = {"detector": "bos", "direction": "bullish"}
LEAVES = {"bars": 5}


def sma(**parts: Any) -> dict[str, Any]:
    return {"fact": "sma_20", "is": "above", "than": 3, **parts}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"long": sma(fact="sma_21")}, "long.fact: expected a known fact (near: sma_20, sma_200, sma_50,"),
        ({"long": sma(fact="regime")}, "long.fact: expected a number; regime is a word, and is compared by `equals`"),
        ({"long": sma(fact="last_break_level")}, "long.fact: expected a fact that has a value on every bar"),
        ({"long": {"fact": "regime", "equals": "calmm"}}, "long.equals: expected one of calm, volatile, trending"),
        ({"long": {"fact": "close", "equals": "up"}}, "long.fact: expected a fact that is a word on every bar"),
        ({"long": {"fact": "trend", "equals": "up", "in": ["up"]}}, "long: expected either equals or in, was {fact,"),
        ({"long": {"fact": "trend", "in": []}}, "long.in: expected at least one, was []"),
        ({"long": {**BOS, "parameters": {"m": 3}}}, "long.parameters: bos takes n, was 'm'"),
        ({"long": {**BOS, "parameters": {"n": 2.5}}}, "long.parameters.n: expected a whole number, was 2.5"),
        ({"long": {**BOS, "parameters": {"n": True}}}, "long.parameters.n: expected a number or a word, was True"),
        ({"long": {**BOS, "parameters": {"n": 0}}}, "long.parameters: n must be at least 1, was 0"),
        ({"long": {"detector": "outside_bar", "parameters": {"n": 3}}}, "long.parameters: outside_bar takes no param"),
        (
            {"long": {"detector": "session_range_break", "parameters": {"session": 1}}},
            "long.parameters.session: expected a word, was 1",
        ),
        (
            {"long": {"detector": "session_range_break", "parameters": {"session": "mars"}}},
            "long.parameters: unknown session 'mars'; expected one of asia",
        ),
        ({"model": {"name": "asmbtr"}, "long": BOS}, "expected a rule for long, for short, or both; or a model"),
        ({"model": {"name": "arima"}}, "model.name: expected 'asmbtr', 'markov', 'sma_cross' or 'momentum', was"),
        ({"model": {"name": "asmbtr", "depth": 25}}, "model.depth: expected less than or equal to 24, was 25"),
        ({"model": {"name": "sma_cross", "fast": 60}}, "model.fast: expected less than slow 50, was 60"),
        ({"model": {"name": "markov", "spam": 2}}, "model.spam: unknown key (near: span"),
        ({"long": sma(than="rsi")}, "long.than: expected a known fact (near: rsi_2, rsi_14), was 'rsi'"),
        ({"long": sma(than=True)}, "long.than: expected a number, a fact, or a level of a detector's event, was True"),
        ({"long": sma(than=float("nan"))}, "long.than: expected a finite number, was nan"),
        ({"long": sma(than={"detector": "boss"})}, "long.than.detector: expected a known detector (near: bos), was"),
        ({"long": {"fact": "sma_20", "is": "above"}}, "long.than: expected a value, was none"),
        (
            {"long": {**sma(), "is": "over"}},
            "long.is: expected 'above', 'below', 'crosses_above' or 'crosses_below', was 'over'",
        ),
        (
            {"long": {"all": [BOS, {"detektor": "bos"}]}},
            "long.all[1]: expected a condition with one of the keys fact, detector, all, any, not, was {detektor}",
        ),
        ({"long": {"all": []}}, "long.all: expected at least one, was []"),
        ({"short": {"not": {"any": [{"detector": "fvgs"}]}}}, "short.not.any[0].detector: expected a known detector"),
        ({"long": {**BOS, "kind": "choch"}}, "long.kind: expected one of bos, was 'choch'"),
        ({"long": {**BOS, "direction": "up"}}, "long.direction: expected 'bullish', 'bearish' or 'neutral', was 'up'"),
        ({"long": {**BOS, "within": 0}}, "long.within: expected greater than or equal to 1, was 0"),
        ({"long": {**BOS, "newest": False}}, "long.newest: expected True, was False"),
        ({"long": {**BOS, "kinds": "bos"}}, "long.kinds: unknown key (near: kind"),
        ({"exit": LEAVES}, "expected a rule for long, for short, or both; or a model in their place, was neither"),
        ({"long": BOS}, "exit: expected a way out of a long position, was none"),
        ({"long": BOS, "exit": {"opposite": True}}, "exit: expected a way out of a long position, was none"),
        (
            {"long": BOS, "exit": {"stop": {"atr": 1, "percent": 2}}},
            "exit.stop: expected exactly one of atr, percent, volatility, was 2",
        ),
        ({"long": BOS, "exit": {"stop": {}}}, "exit.stop: expected exactly one of atr, percent, volatility, was 0"),
        ({"long": BOS, "exit": {"target": {"r": 1}}}, "exit: a distance in r needs exit.stop, was none"),
        ({"long": BOS, "exit": {"stop": {"atr": -1}}}, "exit.stop.atr: expected greater than 0, was -1"),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"sizing": "fixed_fractional"}},
            "risk.sizing: fixed_fractional needs exit.stop or exit.trail, was neither",
        ),
        ({"long": BOS, "exit": LEAVES, "risk": {"fraction": 2}}, "risk.fraction: expected less than or equal to 1"),
        ({"long": BOS, "exit": LEAVES, "entry": {"type": "stop"}}, "entry.type: expected 'market' or 'limit'"),
        ({"long": BOS, "exit": LEAVES, "entry": {"type": "limit"}}, "entry.atr: expected a value, was none"),
        ({"long": BOS, "exit": {"stop": {"atr": 1, "over": 3}}}, "exit.stop.over: expected with volatility alone, was"),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"sizing": "fixed_r", "amount": 5}},
            "risk.sizing: fixed_r needs exit.stop or exit.trail, was neither",
        ),
        ({"long": BOS, "exit": LEAVES, "risk": {"sizing": "fixed_r"}}, "risk.amount: expected with sizing fixed_r"),
        ({"long": BOS, "exit": LEAVES, "risk": {"amount": 5}}, "risk.amount: expected with sizing fixed_r"),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"rules": {"drawdwn": 0.1}}},
            "risk.rules: expected the rules of an account: expected rules among daily_loss",
        ),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"rules": "nowhere.toml"}},
            "risk.rules: expected the rules of an account: rules must be one of apex, demo",
        ),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"limits": {"groups": {"a": ["X"], "b": ["X"]}, "per_group": 1}}},
            "risk.limits.groups: expected each symbol in one group, was X in several",
        ),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"limits": {"groups": {"a": ["X"]}}}},
            "risk.limits.groups: expected a limit per_group, was none",
        ),
        ({"long": BOS, "exit": LEAVES, "risk": {"limits": {"gross": 0}}}, "risk.limits.gross: expected greater than 0"),
        (
            {"long": BOS, "exit": LEAVES, "risk": {"rules": "apexx"}},
            "risk.rules: expected the rules of an account (near: apex), was 'apexx'",
        ),
        (
            {"long": BOS, "exit": LEAVES, "sessions": [{"zone": "New_York"}]},
            "sessions[0].zone: expected a time zone like America/New_York (near: America/New_York), was 'New_York'",
        ),
        ({"long": BOS, "exits": LEAVES, "exit": LEAVES}, "exits: unknown key (near: exit"),
        ({"name": "A b", "long": BOS, "exit": LEAVES}, "name: expected words of small letters, joined by _, was 'A b'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_one_line(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse({"name": "mine", **given}, source="mine.toml")
    line = str(caught.value)
    assert line.startswith(f"mine.toml: {told}")
    assert str(unfit({"name": "mine", **given})[0]).startswith(told)
    assert "\n" not in line


def test_several_problems_are_told_together() -> None:
    with pytest.raises(UsageError, match=r"long.fact: .*; sessions: .*; exit.bars: .*; and 1 more$"):
        parse({"name": "x", "long": sma(fact="a"), "exit": {"bars": 0}, "risk": {"sizing": "all"}, "sessions": 3})


def test_every_preset_loads_says_what_it_tests_and_survives_json() -> None:
    assert len(presets()) >= 5
    for name in presets():
        strategy = load(name)
        assert strategy.name == name
        assert strategy.text.startswith("Tests whether")
        assert parse(json.loads(strategy.model_dump_json(by_alias=True))) == strategy


def test_an_unknown_preset_names_the_near_ones() -> None:
    with pytest.raises(UsageError, match=r"expected a preset \(near: sma_cross, markov\) or a .toml or .json file"):
        load("sma_cros")


def test_a_file_gives_its_own_name(tmp_path: Path) -> None:
    for suffix, text in ((".json", '{"long": %s, "exit": {"bars": 3}}'), (".toml", "long = %s\nexit = { bars = 3 }")):
        path = tmp_path / f"My idea{suffix}"
        path.write_text(text % ('{"detector": "bos"}' if suffix == ".json" else '{ detector = "bos" }'))
        assert load(path).name == "my_idea"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.toml", "long = [", "a.toml: not TOML: "),
        ("a.json", "{", "a.json: not JSON: "),
        ("a.json", "[]", "a.json: expected a table of a strategy, was list"),
        ("a.toml", "\xff", "a.toml: not TOML: "),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=told):
        load(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*nowhere.toml: No such file or directory"):
        load(tmp_path / "nowhere.toml")


def test_the_published_schema_is_that_of_the_model() -> None:
    assert (ROOT / "docs" / "strategy.schema.json").read_text("utf-8") == schema()


@pytest.mark.parametrize("name", presets())
def test_presets_fit_the_published_schema_and_a_wrong_key_does_not(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(json.loads(schema()))
    given = json.loads(load(name).model_dump_json(by_alias=True, exclude_defaults=True))
    assert list(check.iter_errors(given)) == []
    assert list(check.iter_errors({**given, "exits": {}})) != []
