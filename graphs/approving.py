"""Trades that wait for a person: shown, changed, answered, and looked at again before anything is sent.

desk.approvals.waiting()                      what waits, as it stands
desk.approvals.approve(id, by="ana")          checks it against the newest price and account, then sends it
desk.approvals.reject(id, by="ana", reason="earnings tonight")
desk.approvals.modify(id, by="ana", quantity=10)   from here on at most 10; it still waits
desk.approvals.expire()                       ends what nobody answered in time
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from execution_core.sizing import round_quantity
from fks_agents.agents.risk import size
from fks_agents.approvals import Approval
from fks_agents.bars import SECONDS
from fks_agents.contracts import Cycle, Plan, Sized, Snapshot
from fks_agents.errors import DataError, FksError, LedgerError, RefusedError, UsageError
from graphs.limiting import tightened
from memory.decisions import Admission
from memory.ideas import WAITING, Kind, Mark
from tools.market import is_live

if TYPE_CHECKING:
    from graphs.desk import Desk

FARTHEST = 1.0
"""How far the price may have moved from the entry, in distances between entry and stop."""

SENT_WITHIN = timedelta(minutes=5)
"""An approval that a crash kept from being sent for longer is asked for anew."""

STALE_AFTER = 3
"""Bars without a newer price after which a live market is not believed."""


class Fresh(NamedTuple):
    """What an answer is held against."""

    as_of: datetime
    price: float


@dataclass(frozen=True)
class Keeper:
    """What the ledger says at this moment; the gatekeeper of live decisions."""

    desk: Desk

    def halted(self) -> str | None:
        halt = self.desk.ledger.halts.current()
        return str(halt) if halt is not None else None

    def answered(self, decision_id: str) -> Approval | None:
        marks = self.desk.ledger.ideas.marks(decision_id)
        if not marks or marks[-1].kind in WAITING:
            return None
        last = marks[-1]
        status = {"approved": "approved", "rejected": "rejected", "expired": "expired"}[last.kind]
        return Approval.model_validate(
            {
                "status": status, "by": last.by, "at": last.at, "reason": last.reason, "as_of": last.as_of,
                "price": last.price, "quantity": last.quantity,
            }
        )  # fmt: skip


@dataclass(frozen=True)
class Approvals:
    desk: Desk
    _expiries: dict[str, datetime | None] = field(default_factory=dict, repr=False, compare=False)
    """When each trade that waits is too late, None where time stands still for it: a plan does not change, and is long
    to read."""

    def waiting(self, limit: int | None = None) -> tuple[Cycle, ...]:
        """Trades that wait, longest first (the first `limit`), as they were proposed; `approval` says why a person is
        asked."""
        found = []
        for decision_id in self.desk.ledger.ideas.waiting()[:limit]:
            with suppress(RefusedError):  # it was answered or cancelled since
                found.append(self.desk.pending(decision_id))
        return tuple(found)

    def approve(self, decision_id: str, *, by: str, reason: str = "") -> Cycle:
        """Let the trade go, at most as large as the limits allow now. Raises RefusedError with the reason where it may
        not: halted, answered already, expired, the price has moved away, a limit forbids it."""
        admission, marks = self._asked(decision_id)
        if (why := Keeper(self.desk).halted()) is not None:
            raise RefusedError(why)
        cycle = self.desk.pending(admission.id)
        plan, snapshot, sized = _proposed(cycle)
        fresh = self.fresh(admission)
        if plan.expires_at is not None and fresh.as_of >= plan.expires_at:
            late = _late(plan.expires_at, fresh)
            self._end(admission, marks, "expired", by="time", reason=late, fresh=fresh)
            raise RefusedError(f"decision {admission.id}: {late}")
        if (why := moved_away(plan, fresh.price)) is not None:
            raise RefusedError(f"decision {admission.id}: {why}")
        quantity = self._allowed(admission, plan, snapshot, sized, marks[-1].quantity, fresh)
        self._mark(admission, marks, "approved", by, reason or "approved", fresh, quantity)
        return self.desk.resume(admission.id)

    def reject(self, decision_id: str, *, by: str, reason: str) -> Cycle:
        """End the trade unsent. Raises RefusedError where it was answered already."""
        admission, marks = self._asked(decision_id)
        if not reason.strip():
            raise UsageError("expected a reason for the rejection, was empty")
        if admission.id not in self.desk.ledger.ideas.waiting():
            raise RefusedError(f"decision {admission.id} has ended, and waits for nobody")
        return self._end(admission, marks, "rejected", by=by, reason=reason, fresh=None)

    def modify(self, decision_id: str, *, by: str, quantity: float, reason: str = "") -> Cycle:
        """From here on order at most `quantity`; the trade still waits. Risk only shrinks: a larger one is refused."""
        admission, marks = self._asked(decision_id)
        *_, sized = _proposed(self.desk.pending(admission.id))
        most = sized.quantity if marks[-1].quantity is None else marks[-1].quantity
        settings = self.desk.settings_of(admission)
        if not 0 < quantity <= most:
            raise UsageError(f"quantity: expected above 0 and at most {most:g}, was {quantity:g}")
        if (rounded := round_quantity(quantity, settings.lot)) == 0:
            raise UsageError(f"quantity: expected at least one lot of {settings.lot:g}, was {quantity:g}")
        self._mark(admission, marks, "modified", by, reason or f"at most {rounded:g}", None, rounded)
        return self.desk.pending(admission.id)

    def expire(self) -> tuple[Cycle, ...]:
        """End every trade whose time is over. One of which that cannot be told now is left as it is: its source is
        gone, another version kept its steps, somebody answers it at this moment. Raises LedgerError."""
        ended, waiting = [], self.desk.ledger.ideas.waiting()
        for answered in self._expiries.keys() - set(waiting):
            del self._expiries[answered]
        for decision_id in waiting:
            try:
                ended += self._expired(decision_id)
            except LedgerError:
                raise
            except FksError:
                continue  # the others are not held up by it
        return tuple(ended)

    def _expired(self, decision_id: str) -> list[Cycle]:
        """The one decision, where its time was over."""
        if decision_id not in self._expiries:
            cycle = self.desk.pending(decision_id)
            is_past = self.desk.ledger.decisions.admission(decision_id).account == decision_id
            self._expiries[decision_id] = None if is_past else _proposed(cycle)[0].expires_at
        if (expires_at := self._expiries[decision_id]) is None:
            return []
        admission, marks = self._asked(decision_id)
        fresh = self.fresh(admission)
        if fresh.as_of < expires_at:
            return []
        reason = _late(expires_at, fresh)
        return [self._end(admission, marks, "expired", by="time", reason=reason, fresh=fresh)]

    def reopen(self, admission: Admission) -> None:
        """Ask again where an approval was given, nothing was sent, and too long ago to go on."""
        marks = self.desk.ledger.ideas.marks(admission.id)
        if not marks or marks[-1].kind != "approved" or self.desk.ledger.orders.intents(admission.id):
            return
        if self.desk.clock.now() - marks[-1].at > SENT_WITHIN:
            why = f"approved at {marks[-1].at:%Y-%m-%d %H:%M} and not sent in time"
            self._mark(admission, marks, "reopened", "recovery", why, None, marks[-1].quantity)

    def _asked(self, decision_id: str) -> tuple[Admission, tuple[Mark, ...]]:
        admission = self.desk.ledger.decisions.admission(decision_id)
        marks = self.desk.ledger.ideas.marks(admission.id)
        if not marks:
            raise RefusedError(f"decision {admission.id} waits for nobody")
        if marks[-1].kind not in WAITING:
            last = marks[-1]
            raise RefusedError(f"decision {admission.id}: {last.kind} by {last.by} at {last.at:%Y-%m-%d %H:%M}")
        return admission, marks

    def fresh(self, admission: Admission) -> Fresh:
        """The newest price, and what time it is at its market: in a file time stands still at the last bar, and a
        decision about the past stays there. Raises DataError where a live market has no new price."""
        settings = self.desk.settings_of(admission)
        market = self.desk.feeds(settings).market
        if admission.account == admission.id:
            now = admission.as_of
        else:
            now = market.span(admission.symbol, admission.timeframe)[1]
        newest = market.bars(admission.symbol, admission.timeframe, now, 1).guard(now)
        if is_live(settings.source) and admission.account != admission.id:
            now, wall = self.desk.clock.now(), now
            if now - wall > STALE_AFTER * timedelta(seconds=SECONDS[admission.timeframe]):
                raise DataError(
                    f"{admission.symbol}: the newest bar closed at {wall:%Y-%m-%d %H:%M}; no price to go by"
                )
        return Fresh(now, float(newest.close[-1]))

    def _allowed(
        self, admission: Admission, plan: Plan, snapshot: Snapshot, sized: Sized, most: float | None, fresh: Fresh
    ) -> float:
        """What the limits allow with the account as it is now, never more than was proposed; limits that have become
        stricter since the decision was admitted count."""
        settings = tightened(self.desk.settings_of(admission), self.desk.ledger)
        self.desk.advance(until=fresh.as_of, account=admission.account)
        account = self.desk.broker(admission.account, settings).account(admission.symbol, fresh.as_of)
        now = snapshot.model_copy(update={"account": account, "as_of": fresh.as_of, "price": fresh.price})
        allowed = size(plan, now, settings)
        quantity = min(sized.quantity, allowed.quantity, sized.quantity if most is None else most)
        if quantity == 0:
            why = allowed.limits[-1].reason if allowed.limits else "the size rounds to nothing"
            raise RefusedError(f"decision {admission.id}: {why}")
        return quantity

    def _end(
        self, admission: Admission, marks: tuple[Mark, ...], kind: Kind, *, by: str, reason: str, fresh: Fresh | None
    ) -> Cycle:
        self._mark(admission, marks, kind, by, reason, fresh, None)
        return self.desk.resume(admission.id)

    def _mark(
        self,
        admission: Admission,
        marks: tuple[Mark, ...],
        kind: Kind,
        by: str,
        reason: str,
        fresh: Fresh | None,
        quantity: float | None,
    ) -> None:
        if not by.strip():
            raise UsageError("expected the name of who answers, was empty")
        self.desk.ledger.ideas.mark(
            Mark(
                decision_id=admission.id,
                number=len(marks) + 1,
                kind=kind,
                by=by,
                at=self.desk.clock.now(),
                as_of=fresh.as_of if fresh is not None else marks[-1].as_of if marks else admission.as_of,
                reason=reason,
                quantity=quantity,
                price=fresh.price if fresh is not None else None,
            )
        )

    def propose(self, admission: Admission, reason: str) -> None:
        """Put a trade before a person; doing so again changes nothing."""
        if not self.desk.ledger.ideas.marks(admission.id):
            self._mark(admission, (), "proposed", "policy", reason, None, None)


def moved_away(plan: Plan, price: float) -> str | None:
    """Why a plan does not fit a price any more, or None."""
    if plan.entry is None or plan.stop is None:
        return None
    towards = 1.0 if plan.action == "buy" else -1.0
    if towards * (price - plan.stop) <= 0:
        return f"the price {price:g} has reached the stop {plan.stop:g}"
    if plan.targets and towards * (plan.targets[0] - price) <= 0:
        return f"the price {price:g} has reached the target {plan.targets[0]:g}"
    moved = abs(price - plan.entry) / abs(plan.entry - plan.stop)
    if moved > FARTHEST:
        return f"the price {price:g} is {moved:.1f} times the stop's distance from the entry {plan.entry:g}"
    return None


def _late(expires_at: datetime, fresh: Fresh) -> str:
    return f"expired at {expires_at:%Y-%m-%d %H:%M}, it is {fresh.as_of:%Y-%m-%d %H:%M} at the market"


def _proposed(cycle: Cycle) -> tuple[Plan, Snapshot, Sized]:
    if cycle.plan is None or cycle.snapshot is None or cycle.sized is None:
        raise RefusedError(f"decision {cycle.id} has no plan to answer")
    return cycle.plan, cycle.snapshot, cycle.sized
