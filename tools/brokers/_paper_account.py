"""A paper account in memory: one engine for each symbol, the brackets it works, and what its trades came to.

Engines start with no cash of their own; the account's cash is what it opened with plus what its engines took and paid.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any, NamedTuple

from pydantic import JsonValue

from execution_core import Engine, OrderEvent
from execution_core.limits import Account, Limits, shrink
from fks_agents.bars import moment, nanoseconds
from fks_agents.contracts import AccountView, Fill, OrderIntent, Position, Side
from fks_agents.errors import RefusedError
from fks_agents.settings import Settings


class ClosedTrade(NamedTuple):
    """One bracket from its entry's fill to its exit."""

    decision_id: str
    symbol: str
    side: Side
    quantity: float
    entry: float
    exit: float
    entered_at: datetime
    closed_at: datetime
    leg: str
    """What ended it: `stop`, `target` or `horizon`."""
    profit: float
    """After fees, in account currency."""


@dataclass
class Bracket:
    """One placed bracket until it ends."""

    decision_id: str
    ids: dict[str, str]
    """Leg -> client order id."""
    symbol: str
    side: Side
    quantity: float
    price: float
    """What the entry asked for; once filled, what it got."""
    fee: float = 0.0
    entered_at: int = 0
    """Close of the bar it filled in, ns; 0 while the entry works."""


@dataclass
class Record:
    """Running sums over marked equity and closed trades: all the limits ask for, O(1) per bar and trade."""

    peak: float
    day: str = ""
    """UTC date of the last bar, `YYYY-MM-DD`."""
    day_began_with: float = 0.0
    """Equity at the close of the day before."""
    losing_streak: int = 0
    closed: int = 0
    wins: int = 0
    losses: int = 0
    gained: float = 0.0
    lost: float = 0.0
    last_entry: int = 0
    """Close of the bar of the last entry, ns."""
    last_placed: int = 0
    """When the last bracket was placed, ns."""

    def count(self, profit: float) -> None:
        self.closed += 1
        if profit > 0.0:
            self.wins += 1
            self.gained += profit
            self.losing_streak = 0
        elif profit < 0.0:
            self.losses += 1
            self.lost -= profit
            self.losing_streak += 1


@dataclass
class PaperAccount:
    name: str
    settings: Settings
    opened_with: float
    record: Record
    engines: dict[str, Engine] = field(default_factory=dict)
    brackets: dict[str, dict[int, Bracket]] = field(default_factory=dict)
    """Symbol -> engine's entry id -> bracket that has not ended."""
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Client order id -> status and reason, of every order there ever was."""

    # --- between runs

    @classmethod
    def opened(cls, name: str, settings: Settings) -> PaperAccount:
        return cls(name, settings, settings.cash, Record(peak=settings.cash))

    @classmethod
    def loaded(cls, name: str, settings: Settings, state: dict[str, Any]) -> PaperAccount:
        """Raises KeyError, TypeError or ValueError where `state` is not what `state()` gave."""
        account = cls(name, settings, state["opened_with"], Record(**state["record"]))
        for symbol, kept in state["symbols"].items():
            # Fees, steps and slippage of today's settings apply from here on.
            account.engines[symbol] = Engine.restore({**kept["engine"], "settings": account.engine_settings()})
            account.brackets[symbol] = {int(entry): Bracket(**bracket) for entry, bracket in kept["brackets"].items()}
        account.answers = {order: (status, reason) for order, (status, reason) in state["answers"].items()}
        return account

    def state(self) -> dict[str, JsonValue]:
        return {
            "opened_with": self.opened_with,
            "record": asdict(self.record),
            "symbols": {
                symbol: {
                    "engine": engine.export(),
                    "brackets": {str(entry): asdict(kept) for entry, kept in self.brackets[symbol].items()},
                }
                for symbol, engine in self.engines.items()
            },
            "answers": {order: list(answer) for order, answer in self.answers.items()},
        }

    def engine_settings(self) -> dict[str, Any]:
        set_ = self.settings
        return {
            "cash": 0.0, "maker_fee": set_.fee, "taker_fee": set_.fee, "slippage": set_.slippage, "tick": set_.tick,
            "lot": set_.lot,
        }  # fmt: skip

    # --- what it is worth

    @property
    def clock(self) -> int:
        """The latest moment it knows of, by a bar of any symbol or an order, ns; 0 before the first."""
        return max(self.record.last_placed, *(engine.clock for engine in self.engines.values()), 0)

    @property
    def cash(self) -> float:
        return self.opened_with + sum(engine.cash for engine in self.engines.values())

    @property
    def equity(self) -> float:
        return self.opened_with + sum(engine.equity for engine in self.engines.values())

    def view(self, symbol: str, as_of: datetime) -> AccountView:
        record, engine = self.record, self.engines.get(symbol)
        held = None
        if engine is not None and engine.position != 0.0:
            held = Position(
                side="buy" if engine.position > 0.0 else "sell",
                quantity=abs(engine.position),
                average_price=engine.average_price,
                unrealised=engine.unrealised,
            )
        is_new_day = _day(nanoseconds(as_of)) > record.day
        return AccountView(
            equity=self.equity,
            cash=self.cash,
            position=held,
            working_orders=sum(order.is_working for order in engine.orders()) if engine is not None else 0,
            ordered=self._ordered(symbol),
            day_return=0.0 if is_new_day or not record.day_began_with else self.equity / record.day_began_with - 1.0,
            drawdown=min(max(1.0 - self.equity / record.peak, 0.0), 1.0),
            losing_streak=record.losing_streak,
            last_trade_at=moment(last) if (last := max(record.last_entry, record.last_placed)) else None,
            closed_trades=record.closed,
            win_rate=record.wins / record.closed if record.closed else None,
            payoff=(record.gained / record.wins) / (record.lost / record.losses)
            if record.wins and record.losses
            else None,
        )

    # --- orders

    def place(self, entry: OrderIntent, stop: OrderIntent, target: OrderIntent) -> None:
        """Take the bracket; raises RefusedError where time, position, money or price do not allow it."""
        self._check_time(entry)
        self._check_direction(entry)
        self._check_money(entry)
        self._check_position(entry)
        self._check_limits(entry)
        engine = self.engines.setdefault(entry.symbol, Engine(**self.engine_settings()))
        try:
            order = engine.place(
                entry.type,
                entry.side,
                entry.quantity,
                0.0 if entry.type == "market" else entry.price,
                stop=stop.price,
                target=target.price,
                horizon=entry.horizon,
                starts=nanoseconds(entry.placed_at),
                expires=nanoseconds(entry.expires_at) if entry.expires_at is not None else 0,
            )
        except ValueError as error:
            raise RefusedError(f"account {self.name!r} cannot place the bracket: {error}") from error
        told = engine.drain()
        self.record.last_placed = nanoseconds(entry.placed_at)
        if order < 0:
            raise RefusedError(
                f"account {self.name!r} cannot place the bracket: quantity {entry.quantity!r} is {told[-1].reason}"
            )
        ids = {str(intent.leg): intent.client_order_id for intent in (entry, stop, target)}
        ids["horizon"] = OrderIntent.id_for(entry.decision_id, "horizon")
        self.brackets.setdefault(entry.symbol, {})[order] = Bracket(
            entry.decision_id, ids, entry.symbol, entry.side,
            engine.orders()[-1].quantity, entry.price,
        )  # fmt: skip
        self.answers[ids["entry"]] = ("working", "")
        self.answers[ids["stop"]] = self.answers[ids["target"]] = ("waiting", "")

    def withdraw(self, reason: str) -> tuple[str, ...]:
        """Take back every entry that still works; the orders that ended, each with its legs."""
        ended: list[str] = []
        for symbol, brackets in self.brackets.items():
            for entry, kept in [each for each in brackets.items() if not each[1].entered_at]:
                self.engines[symbol].cancel(entry)
                del brackets[entry]
                self.answers |= dict.fromkeys(kept.ids.values(), ("rejected", reason))
                ended += [kept.ids[leg] for leg in ("entry", "stop", "target")]
            self.engines[symbol].drain()
        return tuple(ended)

    def _check_time(self, entry: OrderIntent) -> None:
        placed_at = nanoseconds(entry.placed_at)
        if placed_at < self.clock:
            raise RefusedError(
                f"account {self.name!r} has already seen bars to {moment(self.clock).isoformat()}, the bracket is of "
                f"{entry.placed_at.isoformat()}; name another account"
            )
        if entry.expires_at is not None and nanoseconds(entry.expires_at) <= placed_at:
            raise RefusedError(
                f"the entry expires {entry.expires_at.isoformat()}, not after it was placed "
                f"{entry.placed_at.isoformat()}"
            )

    def _check_direction(self, entry: OrderIntent) -> None:
        for kept in self.brackets.get(entry.symbol, {}).values():
            if kept.side != entry.side:
                state = "holds" if kept.entered_at else "works"
                raise RefusedError(
                    f"account {self.name!r} {state} a {kept.side} of {kept.quantity!r} {entry.symbol}; a {entry.side} "
                    "would net against it"
                )

    def _check_money(self, entry: OrderIntent) -> None:
        needed = entry.quantity * entry.price * (1.0 + self.settings.fee)
        working = sum(
            kept.quantity * kept.price * (1.0 + self.settings.fee)
            for brackets in self.brackets.values()
            for kept in brackets.values()
            if not kept.entered_at
        )
        held = sum(abs(engine.position) * engine.mark for engine in self.engines.values())
        free = self.equity - held - working
        if needed > free:
            raise RefusedError(
                f"account {self.name!r} cannot carry {needed:.2f} ({entry.quantity!r} {entry.symbol} at "
                f"{entry.price!r}, with fee): {free:.2f} of equity {self.equity:.2f} is free"
            )

    def _check_position(self, entry: OrderIntent) -> None:
        """Two decisions may be sized at once, each seeing room that only one of them can have."""
        engine = self.engines.get(entry.symbol)
        held = abs(engine.position) * engine.mark if engine is not None else 0.0
        working = self._ordered(entry.symbol)
        wanted, allowed = entry.quantity * entry.price, self.settings.max_position * self.equity
        if held + working + wanted > allowed * (1.0 + 1e-9):
            raise RefusedError(
                f"account {self.name!r} holds {held:.2f} of {entry.symbol} and works {working:.2f} more; "
                f"{wanted:.2f} would pass max_position, {self.settings.max_position:.4f} of equity {self.equity:.2f}"
            )

    def _check_limits(self, entry: OrderIntent) -> None:
        """The others, for the same reason: another order may have come between the size and this one."""
        view, set_ = self.view(entry.symbol, entry.placed_at), self.settings
        since = (entry.placed_at - view.last_trade_at).total_seconds() if view.last_trade_at is not None else None
        allowed = shrink(
            entry.quantity, entry.price, 1.0,
            Account(
                equity=view.equity, day_return=view.day_return, drawdown=view.drawdown,
                losing_streak=view.losing_streak, seconds_since_trade=since,
            ),
            Limits(
                max_position=inf, max_daily_loss=set_.max_daily_loss, max_drawdown=set_.max_drawdown,
                max_losing_streak=set_.max_losing_streak,
                min_seconds_between_trades=set_.min_seconds_between_trades,
            ),
        )  # fmt: skip
        if allowed.cuts:
            raise RefusedError(f"account {self.name!r}: {allowed.cuts[-1].reason}")

    def _ordered(self, symbol: str) -> float:
        waiting = (kept for kept in self.brackets.get(symbol, {}).values() if not kept.entered_at)
        return sum(kept.quantity * kept.price for kept in waiting)

    # --- time goes on

    def play(
        self, symbol: str, opened: int, closed: int, prices: tuple[float, float, float, float]
    ) -> list[OrderEvent]:
        """One bar of `symbol`, later than its clock; raises ValueError where its values do not fit."""
        engine = self.engines.setdefault(symbol, Engine(**self.engine_settings()))
        self.brackets.setdefault(symbol, {})
        day, record = _day(closed), self.record
        if day > record.day:
            record.day, record.day_began_with = day, self.equity
        if opened < engine.clock:
            # Seen in part already, in shorter bars: of the rest only its close is certain.
            opened, prices = engine.clock, (prices[3], prices[3], prices[3], prices[3])
        engine.bar(opened, closed, *prices)
        record.peak = max(record.peak, self.equity)
        return engine.drain()

    def hear(self, symbol: str, event: OrderEvent) -> tuple[Fill | None, ClosedTrade | None]:
        """Take note of what the engine told; what it filled, and the trade that ended by it."""
        entry = event.entry_id or event.order_id
        bracket = self.brackets[symbol].get(entry)
        if bracket is None:
            return None, None  # the legs of a bracket that ended with this event's forerunner
        order = bracket.ids[event.leg]
        if event.what != "filled":
            if event.leg == "entry":
                del self.brackets[symbol][entry]
                for id_ in bracket.ids.values():
                    self.answers[id_] = ("rejected", f"entry {event.what} {moment(event.at).isoformat()}")
            return None, None
        self.answers[order] = ("filled", "")
        fill = Fill(
            client_order_id=order, decision_id=bracket.decision_id, leg=event.leg, symbol=symbol, side=event.side,
            quantity=event.quantity, price=event.price, fee=event.fee, at=moment(event.at),
            is_ambiguous=event.is_ambiguous,
        )  # fmt: skip
        if event.leg == "entry":
            bracket.price, bracket.fee, bracket.entered_at = event.price, event.fee, event.at
            bracket.quantity = event.quantity
            self.record.last_entry = event.at
            for leg in ("stop", "target"):
                self.answers[bracket.ids[leg]] = ("working", "")
            return fill, None
        return fill, self._close(symbol, entry, bracket, event)

    def _close(self, symbol: str, entry: int, bracket: Bracket, event: OrderEvent) -> ClosedTrade:
        for leg in ("stop", "target"):
            if leg != event.leg:
                self.answers[bracket.ids[leg]] = ("rejected", f"{event.leg} filled {moment(event.at).isoformat()}")
        sign = 1.0 if bracket.side == "buy" else -1.0
        profit = sign * (event.price - bracket.price) * event.quantity - bracket.fee - event.fee
        self.record.count(profit)
        del self.brackets[symbol][entry]
        return ClosedTrade(
            bracket.decision_id, symbol, bracket.side, event.quantity, bracket.price, event.price,
            moment(bracket.entered_at), moment(event.at), event.leg, profit,
        )  # fmt: skip


def _day(ns: int) -> str:
    """The UTC date a moment ends: midnight belongs to the day before it."""
    return (moment(ns) - timedelta(microseconds=1)).date().isoformat()
