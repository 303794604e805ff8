"""The report: one file, nothing fetched, everything said."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluators.backtest import Backtest, load, run, write
from evaluators.backtest.report import MOST_TRADES, render, rows, years
from fks_agents.errors import LedgerError
from tests.evaluators.backtest.tables import ABOVE_100, played, strategy, walk
from tests.evaluators.backtest.test_result import UP

AMBIGUOUS = [*UP, (101.0, 102.0, 100.0, 101.0), (101.0, 120.0, 90.0, 100.0), (100.0, 100.0, 100.0, 100.0)]


@pytest.fixture(scope="module")
def result() -> Backtest:
    return run(load("channel_breakout"), walk(3, 900))


class Tags(HTMLParser):
    """Checks that what is opened is closed."""

    EMPTY = frozenset({"meta", "br", "path", "use", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(result: Backtest) -> None:
    page = render(result)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"|url\((?!#)|@import', page) == []
    ids = re.findall(r' id="([^"]+)"', page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors - set(ids) == set()
    assert {"equity-text", "price-text", "luck", "figures", "months", "trades", "rules", "origin"} <= set(ids)


def test_the_page_says_verdict_figures_and_reasons(result: Backtest) -> None:
    page = render(result)
    assert result.verdict in page
    for words in ("Buy and hold", "Sortino", "Expected shortfall", "Slippage paid", "Against random entries"):
        assert words in page
    assert "close crosses" not in page
    assert re.search(r"close [\d.,]+ above high_20 [\d.,]+", page)
    assert result.digest in page


def test_the_same_result_is_the_same_page(result: Backtest) -> None:
    assert render(result) == render(run(load("channel_breakout"), walk(3, 900)))


def test_ambiguous_bars_are_told_with_their_interval() -> None:
    page = render(played(AMBIGUOUS, long=ABOVE_100, exit={"stop": {"percent": 5}, "target": {"percent": 10}}))
    assert "1 bar reached levels on both sides" in page
    assert "955 to 1,091 at the end" in page
    assert "ambiguous</span>" in page


def test_a_run_without_trades_has_a_page() -> None:
    page = render(played([*UP, *UP], long={"fact": "close", "is": "above", "than": 1000}, exit={"bars": 1}))
    assert "No trade was closed." in page
    assert "at least 2 are needed" in page


def test_words_from_outside_are_escaped() -> None:
    made = strategy(long=ABOVE_100, exit={"bars": 1}, text="<script>alert(1)</script>")
    page = render(run(made, walk(1, 100)))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


def test_a_long_run_shows_its_last_trades() -> None:
    made = strategy(long={"fact": "close", "is": "above", "than": 0}, exit={"bars": 1})
    result = run(made, walk(2, 2000))
    shown = list(rows(result))
    assert len(shown) == MOST_TRADES
    assert shown[-1].number == len(result.book.trades)
    assert f"The last {MOST_TRADES} of {len(result.book.trades)} trades" in render(result)


def test_years_compound_their_months(result: Backtest) -> None:
    first = years(result)[0]
    total = 1.0
    for gained in first.months:
        total *= 1.0 + (gained or 0.0)
    assert first.total == pytest.approx(total - 1.0)
    assert len(first.months) == 12


def test_the_file_is_named_after_the_run(result: Backtest, tmp_path: Path) -> None:
    path = write(result, tmp_path / "new")
    assert path.name == "backtest-channel_breakout-TEST-1d.html"
    assert path.read_text("utf-8") == render(result)


def test_a_folder_that_cannot_be_written_is_named(result: Backtest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot write the report to"):
        write(result, tmp_path / "file")
