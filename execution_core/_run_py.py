"""Runs over arrays, in plain Python: what is decided after each bar, and the bars themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from execution_core._bar_py import Bar, play
from execution_core._book_py import Book, Prices
from execution_core._columns import Feed, checked_together
from execution_core._order_py import Request
from execution_core._submit_py import place_row
from execution_core._turns_py import Turns, turns_of
from execution_core.records import KINDS, TIFS
from execution_core.strategies import Strategy

MERGED = ("quantity", "price", "trigger", "stop", "target", "trail", "activation", "stop_distance", "target_distance",
          "stop_fraction", "target_fraction", "horizon", "starts", "expires", "group", "side")  # fmt: skip


def bars_of(feed: Feed) -> list[Bar]:
    opened, closed, *prices, volume, ask = feed
    bids = [Prices(*row) for row in zip(*(column.tolist() for column in prices), strict=True)]
    asks = bids if ask is None else [Prices(*row) for row in zip(*(column.tolist() for column in ask), strict=True)]
    volumes = np.zeros(len(opened)) if volume is None else volume
    return [Bar(*row) for row in zip(opened.tolist(), closed.tolist(), bids, asks, volumes.tolist(), strict=True)]


def play_finer(b: Book, bar: Bar, finer: list[Bar], row: int) -> int:
    """`bar` as the finer bars inside it, from `row` on; as itself where there are none. The next row."""
    while row < len(finer) and finer[row].opened < bar.opened:
        row += 1
    if row == len(finer) or finer[row].closed > bar.closed:
        play(b, bar, is_last=True)
        return row
    while True:
        is_last = row + 1 == len(finer) or finer[row + 1].closed > bar.closed
        play(b, finer[row], is_last=is_last)
        row += 1
        if is_last:
            return row


def requests_of(rows: np.ndarray[Any, Any]) -> Iterator[tuple[int, Request]]:
    for row in rows:
        named = {name: row[name].item() for name in MERGED}
        yield row["bar"].item(), Request(
            **named, kind=KINDS[row["kind"]], tif=TIFS[row["tif"]], is_reduce_only=bool(row["is_reduce_only"]),
            is_target=bool(row["is_target"]),
        )  # fmt: skip


def run(
    engine: Any,
    b: Book,
    feed: Feed,
    finer: Feed | None,
    rows: np.ndarray[Any, Any] | None,
    strategy: Strategy | None,
    on_bar: Any,
    equity: np.ndarray[Any, Any] | None,
) -> None:
    waiting = list(requests_of(rows)) if rows is not None else []
    waiting.reverse()
    fine, row = bars_of(finer) if finer is not None else [], 0
    turns: Turns | None = turns_of(strategy) if strategy is not None else None
    while waiting and waiting[-1][0] < 0:
        place_row(b, waiting.pop()[1])
    for i, bar in enumerate(bars_of(feed)):
        row = play_finer(b, bar, fine, row)
        while waiting and waiting[-1][0] == i:
            place_row(b, waiting.pop()[1])
        side = None if turns is None else turns.after(bar.bid.close)
        if side is not None and strategy is not None:
            wanted = Request(side * strategy.size, is_target=True)
            wanted.stop_fraction, wanted.target_fraction = strategy.stop_fraction, strategy.target_fraction
            place_row(b, wanted)
        if on_bar is not None:
            on_bar(engine, i)
        if equity is not None:
            equity[i] = b.account.equity


def run_together(
    engines: Sequence[Any], bars: Any, orders: Any, equity: np.ndarray[Any, Any], on_bar: Any = None
) -> None:
    kept = checked_together(engines, bars, orders, equity, on_bar)
    books: list[Book] = [engine.book for engine in engines]
    for number, book in enumerate(books):
        if book.account is not books[0].account:
            raise ValueError(f"engine {number} has another account: make it beside the first")
    feeds = [bars_of(feed) for feed in kept.feeds]
    waiting = [list(requests_of(rows))[::-1] for rows in kept.orders]
    for book, orders_left in zip(books, waiting, strict=True):
        while orders_left and orders_left[-1][0] < 0:
            place_row(book, orders_left.pop()[1])
    order = list(zip(kept.which.tolist(), kept.row.tolist(), strict=True))
    closes = [feeds[which][row].closed for which, row in order]
    for engine in engines:
        if engine.is_running:
            raise ValueError("the engine is running: it cannot be run from its own callback")
    for engine in engines:
        engine.is_running = True
    try:
        _play_in_order(engines, books, feeds, waiting, order, closes, equity, on_bar)
    finally:
        for engine in engines:
            engine.is_running = False


def _play_in_order(
    engines: Sequence[Any], books: list[Book], feeds: list[list[Bar]], waiting: list[list[tuple[int, Request]]],
    order: list[tuple[int, int]], closes: list[int], equity: np.ndarray[Any, Any], on_bar: Any,
) -> None:  # fmt: skip
    rows = [-1] * len(books)
    for k, (which, row) in enumerate(order):
        play(books[which], feeds[which][row], is_last=True)
        while waiting[which] and waiting[which][-1][0] == row:
            place_row(books[which], waiting[which].pop()[1])
        rows[which] = row
        if on_bar is not None and closes[k] not in closes[k + 1 : k + 2]:
            on_bar(tuple(engines), tuple(rows))
        equity[k] = books[which].account.equity
