"""The paper broker: an account in the book that fills by the engine's rules as closed bars arrive.

It holds no state of its own: each call loads the account, acts, and saves state and fills in one write; a lost race is
played again on what the faster writer left. It refuses what the account cannot carry, brackets from before what the
account has seen, and brackets against a position or entry in the same symbol.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from fks_agents.bars import Bars, moment, nanoseconds
from fks_agents.contracts import AccountView, Fill, OrderIntent, Receipt
from fks_agents.deps import Broker, PaperBook, Withdrawing
from fks_agents.errors import DataError, LedgerError, LookaheadError, UsageError
from fks_agents.settings import Settings
from tools.brokers._paper_account import ClosedTrade, PaperAccount

_ATTEMPTS = 5
"""Lost races in a row before a writer gives up."""

_T = TypeVar("_T")


class Advance(NamedTuple):
    """What happened to an account over the bars it had not seen."""

    fills: tuple[Fill, ...]
    equity: float
    """Marked at the last close seen."""
    last_closed_at: datetime | None
    """Close of the last bar of that symbol the account has seen; None where it has seen none."""
    closed: tuple[ClosedTrade, ...]
    expired: tuple[str, ...] = ()
    """Decisions whose entry was withdrawn unfilled."""


class PaperBroker:
    def __init__(self, book: PaperBook, account: str, settings: Settings) -> None:
        self._book = book
        self._name = account
        self._settings = settings

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        """Marked at the last close seen; raises LookaheadError where that is later than `as_of`."""
        account, _ = self._load()
        if account.clock > nanoseconds(as_of):
            raise LookaheadError(
                f"account {self._name!r} has already seen bars to {moment(account.clock).isoformat()}, asked as of "
                f"{as_of.isoformat()}; name another account"
            )
        return account.view(symbol, as_of)

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        account = self._load()[0]
        is_known = all(intent.client_order_id in account.answers for intent in bracket)
        return _receipts(account, bracket) if bracket and is_known else None

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        """Entry works, stop and target wait for it. Raises RefusedError where the account does not allow it, UsageError
        where the intents are no bracket."""
        entry, stop, target = _legs(bracket)

        def work(account: PaperAccount) -> tuple[tuple[Receipt, ...], tuple[Fill, ...], bool]:
            known = [intent.client_order_id in account.answers for intent in bracket]
            if any(known) and not all(known):
                raise UsageError(f"expected a bracket wholly known or wholly new, was {known!r}")
            if not any(known):
                account.place(entry, stop, target)
            return _receipts(account, bracket), (), not any(known)

        return self._commit(work)

    def withdraw(self, reason: str) -> tuple[Receipt, ...]:
        def work(account: PaperAccount) -> tuple[tuple[Receipt, ...], tuple[Fill, ...], bool]:
            ended = account.withdraw(reason)
            return (
                tuple(Receipt(client_order_id=order, status="rejected", reason=reason) for order in ended),
                (),
                bool(ended),
            )

        return self._commit(work)

    def advance(self, bars: Bars) -> Advance:
        """Run the account over the bars closed after its clock; the same bars again change nothing.

        Raises DataError naming the bar where one cannot be played; then nothing has happened.
        """

        def work(account: PaperAccount) -> tuple[Advance, tuple[Fill, ...], bool]:
            engine = account.engines.get(bars.symbol)
            seen = engine.clock if engine is not None else 0
            fills: list[Fill] = []
            trades: list[ClosedTrade] = []
            expired: list[str] = []
            rows = [row for row in _rows(bars) if row[1] > seen]
            for opened, closed, prices in rows:
                waiting = {entry: kept.decision_id for entry, kept in account.brackets.get(bars.symbol, {}).items()}
                try:
                    events = account.play(bars.symbol, opened, closed, prices)
                except ValueError as error:
                    when = moment(opened).isoformat()
                    raise DataError(f"{bars.symbol} {bars.timeframe} bar of {when}: {error}") from error
                for event in events:
                    fill, trade = account.hear(bars.symbol, event)
                    fills += [fill] if fill is not None else []
                    trades += [trade] if trade is not None else []
                    if event.what == "expired":
                        expired.append(waiting[event.order_id])
            last = moment(rows[-1][1] if rows else seen) if rows or seen else None
            done = Advance(tuple(fills), account.equity, last, tuple(trades), tuple(expired))
            return done, done.fills, bool(rows)

        return self._commit(work)

    def _load(self) -> tuple[PaperAccount, int]:
        state = self._book.load(self._name)
        if state is None:
            return PaperAccount.opened(self._name, self._settings), 0
        try:
            return PaperAccount.loaded(self._name, self._settings, state), cast("int", state["version"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerError(f"paper account {self._name!r} cannot be read back: {error!r}") from error

    def _commit(self, work: Callable[[PaperAccount], tuple[_T, tuple[Fill, ...], bool]]) -> _T:
        for _ in range(_ATTEMPTS):
            account, version = self._load()
            answer, fills, has_changed = work(account)
            if not has_changed:
                return answer
            try:
                self._book.save(self._name, account.state(), fills, version)
            except LedgerError:
                if self._load()[1] == version:
                    raise  # nobody was faster: the book itself failed
                continue
            return answer
        raise LedgerError(f"paper account {self._name!r}: another writer was faster {_ATTEMPTS} times in a row")


def open_account(book: PaperBook, account: str, settings: Settings) -> PaperBroker:
    return PaperBroker(book, account, settings)


def _legs(bracket: Sequence[OrderIntent]) -> tuple[OrderIntent, OrderIntent, OrderIntent]:
    named = {intent.leg: intent for intent in bracket}
    if len(bracket) != 3 or set(named) != {"entry", "stop", "target"}:
        raise UsageError(f"expected one entry, one stop and one target, was {[intent.leg for intent in bracket]!r}")
    entry, stop, target = named["entry"], named["stop"], named["target"]
    for leg, wanted in ((stop, "stop"), (target, "limit")):
        if leg.type != wanted or leg.side == entry.side:
            raise UsageError(f"expected a {wanted} order against the {entry.side}, was {leg.side} {leg.type}")
        if (leg.symbol, leg.decision_id, leg.quantity) != (entry.symbol, entry.decision_id, entry.quantity):
            raise UsageError(f"expected symbol, decision and quantity of the entry, was {leg!r}")
    return entry, stop, target


def _receipts(account: PaperAccount, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
    answers = [account.answers[intent.client_order_id] for intent in bracket]
    return tuple(
        Receipt.model_validate({"client_order_id": intent.client_order_id, "status": status, "reason": reason})
        for intent, (status, reason) in zip(bracket, answers, strict=True)
    )


def _rows(bars: Bars) -> list[tuple[int, int, tuple[float, float, float, float]]]:
    prices = zip(bars.open.tolist(), bars.high.tolist(), bars.low.tolist(), bars.close.tolist(), strict=True)
    return list(zip(bars.opened.tolist(), bars.closed.tolist(), prices, strict=True))


_: type[Broker] = PaperBroker
__: type[Withdrawing] = PaperBroker
