"""Write the detectors' sections of docs/detectors.md from their docstrings, and one small picture for each.

Run it after changing a detector: `python docs/draw_detectors.py`. A test holds the page against what this gives.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fks_agents.bars import SECONDS, Bars, moment, nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.events import Events
from tools import detectors

HERE = Path(__file__).parent
BEGIN, END = "<!-- detectors begin -->", "<!-- detectors end -->"

GROUPS: dict[str, tuple[str, ...]] = {
    "Swings and what breaks them": (
        "swings", "bos", "choch", "swing_labels", "swing_failure", "fakeout", "breakout_retest",
    ),
    "Levels and liquidity": (
        "sweep", "inducement", "equal_levels", "equal_break", "double_reversal", "level_bounce", "level_break",
        "premium_discount", "fib_retracement",
    ),
    "Zones": ("fvg", "imbalance", "order_block", "mitigation", "breaker", "gap", "gap_fill"),
    "Momentum and reversion": (
        "momentum_continuation", "compression_expansion", "range_break", "snapback", "volatility_band", "divergence",
        "hidden_divergence", "three_drives",
    ),
    "Single bars": (
        "inside_bar_break", "narrow_range", "outside_bar", "key_reversal", "engulfing_at_level", "exhaustion_wick",
        "displacement", "volume_climax",
    ),
    "Time and higher timeframes": (
        "sessions", "session_range_break", "opening_range_break", "previous_day", "previous_week", "higher_bias",
    ),
    "Gates": ("regime", "volatility", "drift"),
}  # fmt: skip

WIDTH, HEIGHT, MARGIN, STEP = 560, 200, 16, 12
SHOWN, AFTER = (WIDTH - 2 * MARGIN) // STEP, 10
"""Bars in a picture, and those of them from the one on at which the event was known."""
TIMEFRAMES: tuple[Timeframe, ...] = ("1h", "15m", "1d")
UP, DOWN, INK, MUTED = "#2a8f80", "#c2553d", "#1f2a37", "#8793a3"


class Example(NamedTuple):
    bars: Bars
    events: Events
    shown: int
    """Index of the event drawn."""
    first: int
    """The first bar drawn."""


def main() -> None:
    folder = HERE / "detectors"
    folder.mkdir(exist_ok=True)
    for name in detectors.names():
        (folder / f"{name}.svg").write_text(picture(name), encoding="utf-8")
    page = HERE / "detectors.md"
    page.write_text(with_sections(page.read_text("utf-8")), encoding="utf-8")


# --- the page ---


def with_sections(page: str) -> str:
    """The page with everything between its two marks written anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{sections()}\n{END}{rest.split(END)[1]}"


def sections() -> str:
    lines = []
    for group, members in GROUPS.items():
        lines.append(f"- {group}: " + ", ".join(f"[{name}](#{name})" for name in members))
    for group, members in GROUPS.items():
        lines += ["", f"## {group}"]
        for name in members:
            lines += ["", *_section(name)]
    return "\n".join(lines) + "\n"


def _section(name: str) -> Iterator[str]:
    module = import_module(f"tools.detectors.{name}")
    factory = _factory(module.__name__)
    text = inspect.getdoc(module) or ""
    signature = str(inspect.signature(factory)).partition(" -> ")[0].replace("'", "")
    yield from (f"### {name}", "", f"![{name}](detectors/{name}.svg)", "")
    yield from (f"`tools.detectors.{name}.{factory.__name__}{signature}`", "")
    yield from (text, "", inspect.getdoc(factory) or "")


def _factory(module: str) -> Callable[..., object]:
    """The one public function a detector's module defines, besides `detect`."""
    own = [
        value
        for name, value in vars(import_module(module)).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_") and name != "detect"
    ]
    (factory,) = own
    return factory


# --- the pictures ---


def picture(name: str) -> str:
    """An event of the detector on a random walk: its level from the bar that made it, and the bar it was known at."""
    return _svg(_example(name))


def _example(name: str) -> Example:
    """The strongest event that fits a picture, of a few walks: of the first kind if there is one, else of the last.

    Beyond four average ranges one is as good as another, for the eye.
    """
    for timeframe, kind in product(TIMEFRAMES, (0, -1)):
        fitting = [
            (min(float(found.strength[shown]), 4.0), -seed, -shown, Example(bars, found, shown, first))
            for seed in range(8)
            for bars in (walk(600, seed, timeframe),)
            for found in (detectors.get(name)(bars),)
            for shown in range(len(found))
            for first in (int(found.confirmed[shown]) + AFTER - SHOWN,)
            if found.kind[shown] == kind % len(found.kinds) and _fits(bars, found, shown, first)
        ]
        if fitting:
            return max(fitting, key=lambda each: each[:3])[3]
    raise AssertionError(f"no event of {name} fits a picture")


def _fits(bars: Bars, found: Events, shown: int, first: int) -> bool:
    if not (30 <= first < found.formed[shown] - 2 and first + SHOWN <= len(bars)):
        return False
    rows = slice(first, first + SHOWN)
    return bool(bars.low[rows].min() <= found.level[shown] <= bars.high[rows].max())


def walk(count: int, seed: int, timeframe: Timeframe) -> Bars:
    """A random walk in a swelling and calming market: nine moves in each bar, a jump now and then, and volume."""
    draw = np.random.default_rng(seed)
    swell = 1.0 + 0.6 * np.sin(np.arange(count) / 30.0)
    moves = draw.normal(0.0, 0.3, (count, 9)) * (draw.uniform(0.5, 1.5, count) * swell)[:, None]
    moves[:, 0] = np.where(draw.random(count) < 0.1, draw.normal(0.0, 0.8, count), 0.0)
    path = 100.0 + np.cumsum(moves).reshape(count, 9)
    length = SECONDS[timeframe] * 1_000_000_000
    opened = nanoseconds(moment(1_704_067_200 * 1_000_000_000)) + np.arange(count, dtype=np.int64) * length
    return Bars(
        "WALK", timeframe, "docs", opened, opened + length, path[:, 0], path.max(axis=1), path.min(axis=1),
        path[:, -1], draw.lognormal(0.0, 0.7, count),
    )  # fmt: skip


def _svg(example: Example) -> str:
    bars, events, shown, first = example
    rows = range(first, first + SHOWN)
    level, far = float(events.level[shown]), float(events.far_level[shown])
    edges = [level] if np.isnan(far) else [level, far]
    low = min(float(bars.low[first : first + SHOWN].min()), *edges, level)
    high = max(float(bars.high[first : first + SHOWN].max()), *edges, level)

    def x(row: int) -> float:
        return MARGIN + (row - first + 0.5) * STEP

    def y(price: float) -> float:
        return round(HEIGHT - MARGIN - (price - low) / (high - low) * (HEIGHT - 3 * MARGIN), 1)

    formed, known = int(events.formed[shown]), int(events.confirmed[shown])
    leans = int(events.direction[shown])
    colour = {1: UP, 0: INK, -1: DOWN}[leans]
    word = f"{events.kinds[events.kind[shown]].replace('_', ' ')}, {('bearish', 'neutral', 'bullish')[leans + 1]}"
    font = 'font-family="sans-serif" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {font}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fbfbfa"/>',
        f'<path d="M{x(known)} {MARGIN}V{HEIGHT - MARGIN / 2:g}" stroke="{MUTED}" stroke-dasharray="2 3"/>',
        f'<text x="{x(known) + 4:g}" y="{HEIGHT - MARGIN / 2:g}" fill="{MUTED}">known</text>',
        f'<path d="M{x(formed)} {y(low) + 3:g}v5" stroke="{MUTED}" stroke-width="2"/>',
    ]
    if formed != known:
        parts.append(
            f'<text x="{x(formed) - 4:g}" y="{HEIGHT - MARGIN / 2:g}" fill="{MUTED}" text-anchor="end">formed</text>'
        )
    parts += _candles(bars, rows, x, y)
    right = WIDTH - MARGIN
    if len(edges) == 2:
        top, bottom = y(max(edges)), y(min(edges))
        parts.append(
            f'<rect x="{x(formed):g}" y="{top:g}" width="{right - x(formed):g}" height="{max(bottom - top, 1):g}" '
            f'fill="{colour}" opacity="0.15"/>'
        )
    parts.append(
        f'<path d="M{x(formed):g} {y(level):g}H{right}" stroke="{colour}" stroke-width="1.4" stroke-dasharray="5 3"/>'
    )
    parts.append(f'<text x="{MARGIN}" y="{MARGIN}" fill="{colour}" font-weight="bold">{word}</text>')
    parts.append(
        f'<text x="{right}" y="{MARGIN}" fill="{MUTED}" text-anchor="end">{bars.timeframe} bars of a random walk</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _candles(bars: Bars, rows: range, x: Callable[[int], float], y: Callable[[float], float]) -> Iterator[str]:
    for rose, colour in ((True, UP), (False, DOWN)):
        wicks, bodies = [], []
        for row in rows:
            if bool(bars.close[row] >= bars.open[row]) != rose:
                continue
            wicks.append(f"M{x(row):g} {y(float(bars.high[row])):g}V{y(float(bars.low[row])):g}")
            top, bottom = sorted((y(float(bars.open[row])), y(float(bars.close[row]))))
            bodies.append(f"M{x(row):g} {top:g}V{max(bottom, top + 1):g}")
        yield f'<path d="{"".join(wicks)}" stroke="{colour}"/>'
        yield f'<path d="{"".join(bodies)}" stroke="{colour}" stroke-width="6"/>'


if __name__ == "__main__":
    main()
