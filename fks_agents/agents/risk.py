"""Size and limits: code only, nothing a model says arrives here but the chosen plan. Risk only shrinks.

fixed_fractional   risk x equity / |entry - stop|
volatility         risk x equity / (ATR of one bar), never more than fixed_fractional
half_kelly         half-Kelly fraction of measured outcomes x equity / entry, never more than fixed_fractional;
                   before any outcome was measured, fixed_fractional
then the account's limits, each of which may only cut, and says what it cut
"""

from __future__ import annotations

from langgraph.runtime import Runtime

from evaluators.rules.support import is_grounded
from execution_core.limits import Account, Limits, shrink
from execution_core.sizing import fixed_fractional, half_kelly, round_quantity, volatility_adjusted
from fks_agents.agents.evidence import numeric
from fks_agents.contracts import AccountView, LimitEvent, Plan, Sized, Snapshot
from fks_agents.deps import Deps
from fks_agents.settings import Settings
from fks_agents.state import CycleState


def risk(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    return {"sized": size(state["choice"].plan, state["snapshot"], runtime.context.settings)}


def size(plan: Plan, snapshot: Snapshot, settings: Settings) -> Sized:
    """The quantity of the plan after all limits; zero for a plan that does not trade."""
    if plan.action not in ("buy", "sell") or plan.entry is None or plan.stop is None:
        return Sized(quantity=0.0, notional=0.0, risk=0.0, method="none")
    account = snapshot.account
    wanted, method = _wanted(plan, plan.entry, plan.stop, snapshot, settings)
    quantity = round_quantity(wanted, settings.lot)
    limits = Limits(
        max_position=settings.max_position,
        max_daily_loss=settings.max_daily_loss,
        max_drawdown=settings.max_drawdown,
        max_losing_streak=settings.max_losing_streak,
        min_seconds_between_trades=settings.min_seconds_between_trades,
        min_conviction=settings.min_conviction,
    )
    allowed = shrink(quantity, plan.entry, plan.conviction, _as_core(account, snapshot), limits, settings.lot)
    cuts = tuple(
        LimitEvent(limit=cut.limit, before=cut.before, after=cut.after, reason=cut.reason) for cut in allowed.cuts
    )
    quantity = allowed.quantity
    if quantity > 0 and not is_grounded(plan, {fact.id: fact for fact in snapshot.facts}):
        reason = "no claim of the plan rests on a measured fact"
        cuts, quantity = (*cuts, LimitEvent(limit="support", before=quantity, after=0.0, reason=reason)), 0.0
    at_risk = quantity * abs(plan.entry - plan.stop)
    return Sized(
        quantity=quantity,
        notional=quantity * plan.entry,
        risk=at_risk / account.equity if account.equity > 0 else 0.0,
        method=method,
        limits=cuts,
    )


def _wanted(plan: Plan, entry: float, stop: float, snapshot: Snapshot, settings: Settings) -> tuple[float, str]:
    account = snapshot.account
    fixed = fixed_fractional(account.equity, plan.risk, entry, stop)
    if settings.sizing == "volatility":
        ranges = numeric(snapshot, "atr_14")
        if ranges is not None and ranges[1] > 0:
            return min(fixed, volatility_adjusted(account.equity, plan.risk, entry, ranges[1] / entry)), "volatility"
    if settings.sizing == "half_kelly" and account.win_rate is not None and account.payoff is not None:
        fraction = half_kelly(account.win_rate, account.payoff)
        return min(fixed, fraction * max(account.equity, 0.0) / entry), "half_kelly"
    return fixed, "fixed_fractional"


def _as_core(account: AccountView, snapshot: Snapshot) -> Account:
    held = account.position.quantity * snapshot.price if account.position is not None else 0.0
    since = (snapshot.as_of - account.last_trade_at).total_seconds() if account.last_trade_at is not None else None
    return Account(
        equity=account.equity,
        held=held + account.ordered,
        day_return=account.day_return,
        drawdown=account.drawdown,
        losing_streak=account.losing_streak,
        seconds_since_trade=since,
    )
