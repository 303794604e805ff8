"""What a backtest found: the path of equity, the trades and why they were made, and whether it is more than luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from evaluators.backtest.conditions import Reason, View
from evaluators.backtest.playing import Terms
from evaluators.backtest.strategy import Strategy
from evaluators.backtest.trades import EXITS, Book
from evaluators.statistics import Performance, Significance
from fks_agents.bars import Bars, moment


class Month(NamedTuple):
    year: int
    month: int
    gained: float
    """As a fraction of equity at the month's beginning."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """One strategy on one symbol. The same input gives the same result."""

    strategy: Strategy
    bars: Bars
    """All that were read; `first` to `end` were traded on, those before warmed up."""
    first: int
    end: int
    cash: float
    terms: Terms
    seed: int
    trials: int
    book: Book
    performance: Performance
    significance: Significance | None
    """None where there are too few closed trades to say anything, or the run was interrupted before it was said."""
    ambiguous_bars: int
    """Bars that reached levels on both sides, so that the order inside them mattered; the worse one was taken."""

    breaker: tuple[str, int] | None
    """The rule of the account that ended trading, and when, in nanoseconds since 1970 UTC."""

    @property
    def is_partial(self) -> bool:
        """Whether the run was interrupted: before the last bar, or before its trades were tested."""
        return self.end < len(self.bars) or (self.significance is None and len(self.book.trades) >= 2)

    @property
    def verdict(self) -> str:
        """In plain words: edge found, no edge found, or too little to say."""
        if self.significance is not None:
            return self.significance.verdict
        count = len(self.book.trades)
        if count >= 2:
            return f"Not tested: interrupted before {count} trades were told from luck."
        return f"No edge found: {count} closed trade{'' if count == 1 else 's'}; at least 2 are needed to say anything."

    @property
    def label(self) -> str:
        """The verdict in two or three words."""
        if self.significance is None and len(self.book.trades) >= 2:
            return "not tested"
        return "edge found" if self.significance is not None and self.significance.is_found else "no edge found"

    @cached_property
    def _view(self) -> View:
        return View(self.bars)

    def why(self, trade: int) -> tuple[Reason, ...]:
        """The conditions and events that made the entry of a closed trade, as known when it was decided."""
        if self.strategy.model is not None:
            turned = "long" if self.book.trades.side[trade] > 0 else "short"
            return (Reason(f"{self.strategy.model.name} turned {turned}"),)
        rule = self.strategy.long if self.book.trades.side[trade] > 0 else self.strategy.short
        return () if rule is None else self._view.reasons(rule, int(self.book.trades.decided[trade]))

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Return of each calendar month (UTC) by equity at its last close."""
        equity, found = self.book.equity, []
        months = self.bars.closed[self.first : self.end].astype("datetime64[ns]").astype("datetime64[M]").astype(int)
        ends = np.flatnonzero(np.append(np.diff(months) != 0, [True])[: len(months)])
        before = float(equity[0])
        for end in ends.tolist():
            after, month = float(equity[end + 1]), int(months[end])
            gained = after / before - 1.0 if before > 0.0 else float("nan")
            found.append(Month(1970 + month // 12, month % 12 + 1, gained))
            before = after
        return tuple(found)

    @property
    def digest(self) -> str:
        """sha256 of the equity path and the trades; equal for equal runs."""
        hashed = sha256(self.book.equity.tobytes())
        for column in vars(self.book.trades).values():
            hashed.update(column.tobytes())
        return hashed.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON; times in ISO, fractions as fractions."""
        bars, book, said = self.bars, self.book, self.significance
        return {
            "strategy": self.strategy.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "symbol": bars.symbol,
            "timeframe": bars.timeframe,
            "venue": bars.venue,
            "from": _time(bars, self.first),
            "to": _time(bars, self.end - 1),
            "bars": self.end - self.first,
            "bars_digest": bars.digest,
            "settings": {"cash": self.cash, **self.terms._asdict(), "seed": self.seed, "trials": self.trials},
            "is_partial": self.is_partial,
            "equity": {
                "final": float(book.equity[-1]),
                "final_low": None if book.band is None else float(book.band[0][-1]),
                "final_high": None if book.band is None else float(book.band[1][-1]),
                "ambiguous_bars": self.ambiguous_bars,
            },
            "metrics": {**asdict(self.performance.path), "trades": _plain(self.performance.trades)},
            "benchmark": _plain(self.performance.benchmark),
            "significance": None if said is None else _significance(said),
            "verdict": self.verdict,
            "months": [month._asdict() for month in self.months],
            "trades": list(self._trades()),
            "stopped_by": None if self.breaker is None else {"rule": self.breaker[0], "at": _iso(self.breaker[1])},
            "open": None if book.held is None else {**book.held._asdict(), "entered": _time(bars, book.held.entered)},
            "digest": self.digest,
        }

    def _trades(self) -> Iterator[dict[str, Any]]:
        log = self.book.trades
        for row in range(len(log)):
            why = self.why(row)
            yield {
                "side": "long" if log.side[row] > 0 else "short",
                "decided": _time(self.bars, int(log.decided[row])),
                "entered": _time(self.bars, int(log.entered[row])),
                "left": _time(self.bars, int(log.left[row])),
                "quantity": float(log.quantity[row]),
                "entry": float(log.entry[row]),
                "exit": float(log.exit[row]),
                "exit_by": EXITS[int(log.exit_by[row])],
                "profit": float(log.profits[row]),
                "return": float(log.returns[row]),
                "fees": float(log.fees[row]),
                "slippage": float(log.slippage[row]),
                "is_ambiguous": bool(log.is_ambiguous[row]),
                "why": [reason.text for reason in why],
                "events": [reason.event.model_dump(mode="json") for reason in why if reason.event is not None],
            }


def _plain(measured: Any) -> dict[str, Any] | None:
    return None if measured is None else asdict(measured)


def _significance(said: Significance) -> dict[str, Any]:
    told = asdict(said)
    # A NamedTuple would become a list, without its names.
    return (
        told
        | {"power": said.power._asdict()}
        | {
            name: value._asdict()
            for name in ("mean", "sharpe", "sign_flip", "random_entries")
            if (value := getattr(said, name)) is not None
        }
    )


def _time(bars: Bars, row: int) -> str:
    """Close of the bar in this row."""
    return _iso(int(bars.closed[row]))


def _iso(at: int) -> str:
    return moment(at).isoformat().replace("+00:00", "Z")
