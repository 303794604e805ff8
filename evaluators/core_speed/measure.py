"""The core's speed in one run: CPU time, median of several; memory and import in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from evaluators.core_speed import peers, reference
from evaluators.core_speed.floor import compiled
from execution_core import Engine, records
from execution_core.strategies import SmaCross

RUNS = 7
ORDERS, TICKS = 200_000, 2_000_000


class Figure(NamedTuple):
    name: str
    value: float
    unit: str
    target: str
    is_reached: bool | None
    """None: there is nothing to compare with."""


class Measured(NamedTuple):
    floor: float | None
    """Seconds of the C loop; None where nothing compiles it."""
    figures: tuple[Figure, ...]
    peers: tuple[tuple[str, float | str], ...]
    """Seconds, or why it was skipped."""


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """CPU time at the median, after one run that warms up."""
    work()
    took = []
    for _ in range(runs):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return median(took)


def measure(bars: int = reference.BARS) -> Measured:
    data = reference.bars(bars)
    sides = reference.turns(data.close)
    listed = sides.tolist()
    with compiled() as floor:
        least = None if floor is None else seconds(lambda: floor(data))
    ways: tuple[tuple[str, Callable[[], object], float | None, float | None], ...] = (
        ("native", lambda: reference.by_strategy(data), 0.5, None),
        ("arrays", lambda: reference.by_arrays(data, sides), 0.25, None),
        ("callback", lambda: reference.by_callback(data, listed), None, 5e6),
    )
    figures: list[Figure] = []
    for name, work, share, rate in ways:
        figures += _way(name, bars / seconds(work), bars / least if least else None, share, rate)
    figures += [
        _at_least("orders from Python", _orders(), "orders/s", 8e6),
        _at_least("ticks", _ticks(), "events/s", 20e6),
        _at_most("time for twice the trades", _scaling(data), "x", 2.3),
        _at_most("peak memory above the data", _memory(bars), "MB", 100.0),
        _at_most("import above numpy", _import(), "ms", 20.0),
    ]
    return Measured(least, tuple(figures), tuple(peers.measure(data, sides)))


def _way(name: str, rate: float, floor: float | None, share: float | None, least: float | None) -> list[Figure]:
    if least is not None:
        return [_at_least(name, rate, "bars/s", least)]
    shown = Figure(name, rate, "bars/s", "", None)
    if floor is None or share is None:
        return [shown]
    return [shown, _at_least(f"{name} / C loop", rate / floor, "", share)]


def _at_least(name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(name, value, unit, f">= {target:g}", value >= target)


def _at_most(name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(name, value, unit, f"<= {target:g}", value <= target)


def _orders() -> float:
    """Market orders a second, made as an array, placed one after each bar, filled at the next open."""
    data = reference.bars(ORDERS)
    at = np.arange(ORDERS - 1)

    def work() -> None:
        rows = records.requests(at, kind="market", side=np.where(at % 2, -1, 1), quantity=1.0)
        Engine(cash=1e7).run(*data[:7], orders=rows)

    return len(at) / seconds(work, 3)


def _ticks() -> float:
    """Ticks a second, bid and ask, with a native strategy and its legs on them."""
    data = reference.bars(min(reference.BARS, TICKS))
    bid = np.repeat(data.close, TICKS // len(data.close))
    at = np.arange(len(bid), dtype=np.int64) * 1000
    ask = bid + 0.01
    strategy = SmaCross(reference.FAST, reference.SLOW, 1.0, reference.STOP, reference.TARGET)
    return len(bid) / seconds(lambda: Engine(cash=1e7).run_ticks(at, bid, ask, strategy=strategy), 3)


def _scaling(data: records.Columns) -> float:
    half = data.part(0, len(data.opened) // 2)
    return seconds(lambda: reference.by_strategy(data)) / seconds(lambda: reference.by_strategy(half))


def _memory(bars: int) -> float:
    """MB that a run with equity, orders and trades takes at its peak above the bars themselves."""
    return float(_asked(
        "from evaluators.core_speed import reference\n"
        "from execution_core.records import Columns\n"
        "import numpy as np\n"
        "def peak():\n"
        "    return int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])\n"
        f"n = {bars}\n"
        "close = 30000.0 + 50.0 * np.sin(np.arange(n) / 6.0)\n"
        "opened = np.arange(n, dtype=np.int64) * 60_000_000_000\n"
        "data = Columns(opened, opened + 60_000_000_000, close, close + 1.0, close - 1.0, close)\n"
        "reference.by_strategy(data.part(0, 2000))\n"
        "open('/proc/self/clear_refs', 'w').write('5')  # forget the peak so far\n"
        "before = peak()\n"
        "result = reference.by_strategy(data)\n"
        "result.trades, result.orders\n"
        "print((peak() - before) / 1024)\n"
    ))  # fmt: skip


def _import() -> float:
    code = "import time, numpy; t = time.process_time(); import execution_core; print(time.process_time() - t)"
    return median(float(_asked(code)) for _ in range(RUNS)) * 1000


def _asked(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def as_json(measured: Measured) -> str:
    return json.dumps(plain(measured), indent=2)


def plain(measured: Measured) -> dict[str, Any]:
    return {
        "c_loop_s": measured.floor,
        "figures": {figure.name: figure._asdict() for figure in measured.figures},
        "peers": {
            name: {"skipped": took} if isinstance(took, str) else {"s": took} for name, took in measured.peers
        },
    }  # fmt: skip


def lines(measured: Measured) -> list[str]:
    shown = [f"{'':28}{'measured':>16} {'':9}{'target':>10}"]
    for figure in measured.figures:
        value = f"{figure.value:,.2f}" if figure.value < 1000 else f"{figure.value:,.0f}"
        mark = {True: "reached", False: "MISSED", None: ""}[figure.is_reached]
        shown.append(f"{figure.name:28}{value:>16} {figure.unit:9}{figure.target:>10}  {mark}")
    floor = "no C compiler" if measured.floor is None else f"{measured.floor * 1000:.2f} ms"
    shown.append(f"C loop with one position wired in: {floor}")
    for name, took in measured.peers:
        shown.append(f"{name:28}{took if isinstance(took, str) else f'{took:.2f} s'}")
    return shown
