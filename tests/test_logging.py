from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
import structlog

from fks_agents import _logging, settings
from fks_agents._running import OURS, deciding
from fks_agents.bars import Bars
from fks_agents.contracts import Timeframe
from fks_agents.deps import Market
from graphs.opening import moment_of, open_desk


@dataclass(frozen=True)
class Telling:
    """A market that says when it is asked."""

    market: Market
    tell: Callable[[str], str]

    @property
    def name(self) -> str:
        return self.market.name

    def symbols(self) -> tuple[str, ...]:
        return self.market.symbols()

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return self.market.bars(self.tell(symbol), timeframe, as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        return self.market.span(symbol, timeframe)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    root.handlers = handlers
    logging.getLogger(OURS).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def test_lines_are_json_on_stderr_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("info")
    structlog.get_logger().info("asked", tokens=812)
    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert (line["event"], line["tokens"], line["level"]) == ("asked", 812, "info")


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("warning")
    structlog.get_logger().info("asked")
    assert capsys.readouterr().err == ""


def test_what_libraries_log_is_cleaned_too_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("warning")
    _logging.configure("warning")
    logging.getLogger("some.library").warning("retrying with key %s", "sk-abcdEFGH1234567890abcd")
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "retrying with key [redacted]"
    assert json.loads(line)["logger"] == "some.library"


def test_an_exception_is_logged_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("error")
    try:
        int("postgresql://fks:hunter2@db/fks")
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "hunter2" not in err


@pytest.mark.parametrize(("form", "is_json"), [("json", True), ("console", False), ("auto", True)])
def test_the_form_of_the_lines_is_a_setting(
    form: Literal["auto", "console", "json"], is_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    _logging.configure("info", form)
    structlog.get_logger().info("asked", tokens=812)
    assert capsys.readouterr().err.startswith("{") == is_json


def test_what_is_logged_while_a_decision_runs_says_which_in_its_threads_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _logging.configure("info", "json")
    logging.getLogger("some.library").setLevel("WARNING")

    def heard(node: str, _learned: object) -> None:
        logging.getLogger("some.library").warning("heard %s with password=hunter2", node)

    def slow(symbol: str) -> str:
        # A step asks the market; what it logs there is in a thread of the graph.
        logging.getLogger("fks.market").info("asked for %s", symbol)
        return symbol

    with open_desk(settings.load(home=tmp_path)) as desk:
        market = desk.feeds(desk.settings).market
        asked = desk.feeds(desk.settings)._replace(market=Telling(market, slow))
        with open_desk(settings.load(home=tmp_path / "told"), feeds=asked) as told:
            cycle = told.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"), on_event=heard)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    inside = [line for line in lines if line.get("run_id") == cycle.id]
    told_of = {line["event"].split(" ")[0] for line in inside}
    assert {"decision", "heard", "asked"} <= told_of
    assert [line["event"] for line in lines if line.get("logger") == "some.library" and line not in inside] == []
    assert not any("hunter2" in line["event"] for line in lines)
    assert next(line["event"] for line in inside) == "decision runs"


def test_after_a_decision_lines_name_none(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("info", "json")
    with deciding("d1"):
        logging.getLogger("fks.here").info("inside")
    logging.getLogger("fks.here").info("after")
    named = {line["event"]: line.get("run_id") for line in map(json.loads, capsys.readouterr().err.splitlines())}
    assert (named["inside"], named["after"]) == ("d1", None)
