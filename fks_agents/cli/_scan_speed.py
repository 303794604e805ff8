"""How long a scan of many symbols takes: files made on the spot, hourly bars, one more at every close."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fks_agents.settings import load
from graphs.opening import open_desk
from graphs.scan import scan

TARGET_SECONDS = 30.0
"""A cycle over 50 symbols in rules mode, on two cores."""

SYMBOLS, CLOSES = 50, 12
"""At the twelfth close as many decisions are open as ever will be: one ends ten bars after it was made."""

_BARS, _HOUR, _BEGIN = 700, 3_600, 1_704_067_200


class Scanned(NamedTuple):
    """One scan of all symbols."""

    seconds: float
    cpu_seconds: float
    open_before: int
    """Decisions whose outcome was open when it began."""
    statuses: dict[str, int]


def measure(
    symbols: int = SYMBOLS,
    closes: int = CLOSES,
    workers: int = 1,
    on_done: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Scanned, ...]:
    """A scan at each of so many closes, of a ledger and a memory that grow."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "prices"
        folder.mkdir()
        rows = {f"S{number:03d}": _rows(number, _BARS + closes) for number in range(symbols)}
        settings = load(
            home=Path(home) / "desk", source=f"csv:{folder}", timeframe="1h", higher_timeframe="4h", model="rules",
            min_seconds_between_trades=0,
        )  # fmt: skip
        with ThreadPoolExecutor(workers) as threads:
            _write(folder, rows, _BARS)
            with open_desk(settings) as desk:
                for close in range(closes):
                    _write(folder, rows, _BARS + close)
                    opened = len(desk.ledger.decisions.open_decisions())
                    began, cpu = time.perf_counter(), time.process_time()
                    scanned = scan(desk, tuple(rows), "1h", executor=threads if workers > 1 else None)
                    took, used = time.perf_counter() - began, time.process_time() - cpu
                    counted = Counter[str](each.status or each.kind for each in scanned)
                    found.append(Scanned(took, used, opened, dict(counted)))
                    on_done(close + 1, closes)
    return tuple(found)


def _rows(seed: int, count: int) -> list[str]:
    """A random walk; the same seed gives the same one."""
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0.0, 0.006, count)))
    opening = np.append(100.0, close[:-1])
    high = np.maximum(opening, close) * (1 + np.abs(draw.normal(0.0, 0.002, count)))
    low = np.minimum(opening, close) * (1 - np.abs(draw.normal(0.0, 0.002, count)))
    volume = draw.uniform(50, 150, count)
    columns = zip(opening, high, low, close, volume, strict=True)
    return [
        f"{_BEGIN + _HOUR * at},{','.join(f'{price:.4f}' for price in prices)}" for at, prices in enumerate(columns)
    ]


def _write(folder: Path, rows: dict[str, list[str]], count: int) -> None:
    for symbol, lines in rows.items():
        whole = "\n".join(["time,open,high,low,close,volume", *lines[:count]])
        (folder / f"{symbol}.new").write_text(whole)
        (folder / f"{symbol}.new").replace(folder / f"{symbol}.csv")
