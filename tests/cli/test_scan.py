from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from fks_agents.bars import Bars
from fks_agents.settings import load
from graphs.opening import moment_of, open_desk
from memory.halts import Halt
from memory.watchlists import Watchlist, WatchlistVersion
from tests.cli.conftest import Ran
from tests.graphs.markets import walk

Fks = Callable[..., Ran]
NOON = moment_of("2026-01-05T12:00:00Z")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    folder = tmp_path / "prices"
    folder.mkdir()
    for seed, symbol in enumerate(("A", "B")):
        write(folder / f"{symbol}.csv", walk(symbol, "1h", NOON, 320, seed=seed))
    return folder


def write(path: Path, bars: Bars) -> None:
    columns = (bars.opened // 10**9, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = [",".join(map(str, row)) for row in zip(*(column.tolist() for column in columns), strict=True)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))


def kinds(ran: Ran) -> dict[str, str]:
    return {each["symbol"]: each["kind"] for each in ran.json}


def test_every_symbol_is_decided_on_once(fks: Fks, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    first = fks("scan", "--json", *home)
    assert (first.code, kinds(first)) == (0, {"IXIC": "decided", "SPX": "decided"})
    again = fks("scan", "SPX", "IXIC", *home)
    assert again.code == 0
    assert again.out.splitlines()[-1] == "2 symbols: 2 nothing new"
    assert first.json[0]["decision_id"] in again.out


def test_a_symbol_that_fails_stops_no_other(fks: Fks, tmp_path: Path) -> None:
    ran = fks("scan", "NOPE", "SPX", "--home", str(tmp_path))
    assert ran.code == 4
    assert "unknown symbol 'NOPE' for sample; expected one of IXIC, SPX" in " ".join(ran.out.split())
    assert ran.out.splitlines()[-1] == "2 symbols: 1 failed, 1 decided"


def test_a_folder_is_scanned_side_by_side_and_again_when_it_has_grown(fks: Fks, tmp_path: Path, prices: Path) -> None:
    words = ("scan", "--json", "--source", f"csv:{prices}", "--timeframe", "1h", "--set", "higher_timeframe=4h")
    first = fks(*words, "--home", str(tmp_path / "home"), "--workers", "2")
    assert (first.code, kinds(first)) == (0, {"A": "decided", "B": "decided"})
    write(prices / "B.csv", walk("B", "1h", NOON, 321, seed=1))
    assert kinds(fks(*words, "--home", str(tmp_path / "home"))) == {"A": "nothing_new", "B": "decided"}


def test_a_list_of_the_service_is_scanned_on_its_timeframes(fks: Fks, tmp_path: Path, prices: Path) -> None:
    source = ("--source", f"csv:{prices}", "--timeframe", "1h", "--set", "higher_timeframe=1d")
    home = ("--home", str(tmp_path / "home"), *source)
    listed = Watchlist(name="core", symbols=("B",), timeframes=("1h", "4h"))
    with open_desk(load(home=tmp_path / "home")) as desk:
        desk.ledger.watchlists.add(WatchlistVersion(name="core", number=1, by="ana", at=NOON, watchlist=listed))
    ran = fks("scan", "--json", "--watchlist", "core", *home)
    assert [(each["symbol"], each["timeframe"]) for each in ran.json] == [("B", "4h"), ("B", "1h")]
    assert ran.json[1]["kind"] == "decided"
    unknown = fks("scan", "--watchlist", "nope", *home)
    assert (unknown.code, "unknown watchlist 'nope'; expected one of core" in unknown.err) == (2, True)
    assert fks("scan", "A", "--watchlist", "core", *home).code == 2


def test_nothing_is_scanned_while_trading_is_halted(fks: Fks, tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        desk.ledger.halts.turn(Halt(is_halted=True, by="eve", at=NOON, reason="CPI"))
    ran = fks("scan", "--json", "SPX", "--home", str(tmp_path))
    assert (ran.code, kinds(ran)) == (6, {"SPX": "halted"})


def test_an_exchange_is_not_scanned_whole(fks: Fks, tmp_path: Path) -> None:
    ran = fks("scan", "--source", "ccxt:binance", "--home", str(tmp_path))
    assert (ran.code, "expected symbols or --watchlist" in ran.err) == (2, True)


def test_ctrl_c_waits_for_the_decision_that_is_being_made(
    fks: Fks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphs.desk import Desk

    resume = Desk.resume

    def interrupted(desk: Desk, decision_id: str) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return resume(desk, decision_id)

    monkeypatch.setattr(Desk, "resume", interrupted)
    ran = fks("scan", "--json", "--home", str(tmp_path))
    assert (ran.code, kinds(ran)) == (130, {"IXIC": "decided", "SPX": "left"})
    assert "the same command goes on with the others" in ran.err
    monkeypatch.setattr(Desk, "resume", resume)
    assert kinds(fks("scan", "--json", "--home", str(tmp_path))) == {"IXIC": "nothing_new", "SPX": "decided"}
