"""The core's speed in one run: CPU time at the median, ratios of what was measured in the same round."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from evaluators.core_speed import peers, reference, structure
from evaluators.core_speed.figures import Figure, Measured, at_least, at_most, shown
from evaluators.core_speed.floor import Totals, compiled
from evaluators.core_speed.timing import asked, in_turn, ratio, seconds
from execution_core import Engine, records
from execution_core.strategies import SmaCross

Floor = Callable[[records.Columns], Totals]


class Sizes(NamedTuple):
    bars: int = 1_000_000
    orders: int = 200_000
    ticks: int = 2_000_000
    structure_bars: int = 100_000
    encoded_ticks: int = 1_000_000
    rounds: int = 15


QUICK = Sizes(20_000, 5_000, 50_000, 2_000, 20_000, 3)
"""For a look at the form; its figures say little."""
CALLS = 10_000
"""Orders that are placed by one call each before a new engine takes over."""


def measure(sizes: Sizes, python: Path | None = None) -> Measured:
    """`python`: the interpreter of the peers' environment; None leaves the peers out."""
    whole = reference.bars(max(sizes.bars, sizes.orders))
    # A short cut is taken from another place each round, or the processor would know its branches by heart.
    starts = range(0, len(whole.opened) - sizes.bars + 1, sizes.bars)
    cuts = [whole.part(start, start + sizes.bars) for start in starts]
    with compiled() as floor:
        ways, c_loop, rates = _ways(cuts, sizes, floor)
    figures = (
        *ways,
        *_orders(whole.part(0, sizes.orders), sizes),
        at_least("ticks", _ticks(sizes), "events/s", 20e6, "bid and ask, a native strategy with stop and target"),
        at_most("time for twice the trades", _scaling(cuts[0], sizes), "x", 2.3, "native, on all bars and on half"),
        at_most("peak memory above the data", _memory(sizes.bars), "MB", 100.0,
                "native, with equity, orders and trades, in a process of its own"),
        at_most("all detectors", structure.detectors_s(sizes.structure_bars, sizes.rounds) * 1000, "ms", 25.0,
                f"each on the same {sizes.structure_bars:,} hourly bars, nothing computed beforehand"),
        at_least("encoder with table", structure.ticks_per_s(sizes.encoded_ticks, sizes.rounds), "ticks/s", 300e6,
                 "states of 8 moves, each looked up"),
        at_most("import above numpy", _import(sizes.rounds), "ms", 20.0, "import execution_core after numpy"),
    )  # fmt: skip
    told = () if python is None else tuple(peers.measure(cuts[0], python, rates))
    return Measured(c_loop, sizes.bars, figures, told)


def _ways(
    cuts: list[records.Columns], sizes: Sizes, floor: Floor | None
) -> tuple[list[Figure], float | None, dict[str, float]]:
    sides = [reference.turns(cut.close) for cut in cuts]
    listed = [side.tolist() for side in sides]
    works: dict[str, Callable[[int], object]] = {
        "native": lambda turn: reference.by_strategy(cuts[turn % len(cuts)]),
        "arrays": lambda turn: reference.by_arrays(cuts[turn % len(cuts)], sides[turn % len(cuts)]),
        "callback": lambda turn: reference.by_callback(cuts[turn % len(cuts)], listed[turn % len(cuts)]),
    }
    if floor is not None:
        works["C loop"] = lambda turn: floor(cuts[turn % len(cuts)])
    took = in_turn(works, sizes.rounds)
    rates = {name: sizes.bars / median(times) for name, times in took.items()}
    figures = []
    for name, share, what in (
        ("native", 0.5, "a strategy in the engine"), ("arrays", 0.25, "signals of all bars, orders made of them"),
    ):  # fmt: skip
        figures.append(shown(name, rates[name], "bars/s", f"{what}, to a result with equity and trades"))
        if floor is not None:
            of_floor = ratio(took["C loop"], took[name])
            figures.append(
                at_least(f"{name} / C loop", of_floor, "", share, "bars a second, as a share of the C loop's")
            )
    what = "a Python function after each bar that looks its side up"
    figures.append(at_least("callback", rates["callback"], "bars/s", 5e6, what))
    return figures, None if floor is None else median(took["C loop"]), rates


def _orders(data: records.Columns, sizes: Sizes) -> list[Figure]:
    """Market orders, of which none knows the others: as columns in one call, by a call each, and from a callback."""
    at = np.arange(sizes.orders - 1)
    sides = np.where(at % 2, -1, 1)
    words = ["sell" if bar % 2 else "buy" for bar in range(sizes.orders)]
    calls = min(CALLS, sizes.orders)

    def as_columns() -> None:
        rows = records.requests(at, kind="market", side=sides, quantity=1.0)
        Engine(cash=1e7).run(*data[:7], orders=rows)

    def by_calls() -> None:
        place = Engine(cash=1e7).place
        for side in words[:calls]:
            place("market", side, 1.0)

    def on_bar(engine: Engine, bar: int) -> None:
        engine.place("market", words[bar], 1.0)

    def by_callback() -> None:
        Engine(cash=1e7).run(*data[:7], on_bar=on_bar)

    return [
        at_least("orders from Python, as columns", len(at) / seconds(as_columns, sizes.rounds), "orders/s", 8e6,
                 "checked, placed after their bars and filled at the next open, all told in one call"),
        at_least("orders from Python, a call each", calls / seconds(by_calls, sizes.rounds), "orders/s", 8e6,
                 "Engine.place: checked and in the book, without a bar between them"),
        shown("orders and bars, a call each", len(at) / seconds(by_callback, sizes.rounds), "orders/s",
              "a callback places one after each bar, which the next open fills"),
    ]  # fmt: skip


def _ticks(sizes: Sizes) -> float:
    close = reference.bars(min(reference.BARS, sizes.ticks)).close
    bid = np.repeat(close, sizes.ticks // len(close))
    at = np.arange(len(bid), dtype=np.int64) * 1000
    ask = bid + 0.01
    strategy = SmaCross(reference.FAST, reference.SLOW, 1.0, reference.STOP, reference.TARGET)
    return len(bid) / seconds(lambda: Engine(cash=1e7).run_ticks(at, bid, ask, strategy=strategy), sizes.rounds)


def _scaling(data: records.Columns, sizes: Sizes) -> float:
    half = data.part(0, sizes.bars // 2)
    works = {"whole": lambda _: reference.by_strategy(data), "half": lambda _: reference.by_strategy(half)}
    took = in_turn(works, sizes.rounds)
    return ratio(took["whole"], took["half"])


def _memory(bars: int) -> float:
    """MB that a run takes at its peak above the bars themselves."""
    return float(asked(
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


def _import(rounds: int) -> float:
    """ms with bytecode there, as after any first start: it is written to a folder of our own by one more run."""
    code = "import time, numpy; t = time.process_time(); import execution_core; print(time.process_time() - t)"
    with tempfile.TemporaryDirectory() as folder:
        kept = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        took = [float(asked(code, **kept)) for _ in range(rounds + 1)]
    return median(took[1:]) * 1000
