"""The size: quantity times price is the notional, times distance to the stop the risk; limits only shrink."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.rules._statement import shown
from fks_agents.contracts import AccountView, Check, Outcome, Plan, Sized

RULE = "sizing"
TOLERANCE = 1e-4
"""Relative; what rounding to a lot, a tick or a printed digit may leave."""


def check(plan: Plan, sized: Sized | None, account: AccountView) -> Iterator[Check]:
    if plan.action not in ("buy", "sell"):
        if sized is not None and sized.quantity > 0:
            yield _check(
                "quantity", "fail", f"a plan to {plan.action} has a quantity of {shown(sized.quantity)}; expected none"
            )
        return
    if sized is None:
        yield _check("quantity", "unscored", f"a plan to {plan.action} was not sized")
        return
    assert plan.entry is not None
    assert plan.stop is not None
    yield _equal("notional", sized.notional, sized.quantity * plan.entry, "quantity x entry")
    if account.equity <= 0:
        yield _check("risk", "fail", f"equity is {shown(account.equity)}; expected more than 0")
        return
    yield _equal(
        "risk",
        sized.risk,
        sized.quantity * abs(plan.entry - plan.stop) / account.equity,
        "quantity x |entry - stop| / equity",
    )
    fits = sized.risk <= plan.risk * (1 + 1e-9)
    yield _check(
        "risk",
        "pass" if fits else "fail",
        f"risks {sized.risk:.6g} of equity; the plan allows {plan.risk:.6g}",
        stated=f"{sized.risk:.6g}",
        computed=f"at most {plan.risk:.6g}",
    )
    yield from _limits(sized)


def _limits(sized: Sized) -> Iterator[Check]:
    """Each limit leaves no more than it found, and each begins where the one before ended."""
    before: float | None = None
    for limit in sized.limits:
        grows = limit.after > limit.before * (1 + 1e-9)
        yield _check(
            limit.limit,
            "fail" if grows else "pass",
            f"{limit.limit} took {shown(limit.before)} to {shown(limit.after)}; limits only shrink",
            stated=shown(limit.after),
            computed=f"at most {shown(limit.before)}",
        )
        if before is not None and limit.before > before * (1 + 1e-9):
            yield _check(
                limit.limit,
                "fail",
                f"{limit.limit} begins at {shown(limit.before)}; the limit before it left {shown(before)}",
                stated=shown(limit.before),
                computed=shown(before),
            )
        before = limit.after
    if before is not None and sized.quantity > before * (1 + 1e-9):
        yield _check(
            "quantity",
            "fail",
            f"quantity is {shown(sized.quantity)}; the last limit left {shown(before)}",
            stated=shown(sized.quantity),
            computed=shown(before),
        )


def _equal(part: str, stated: float, computed: float, formula: str) -> Check:
    holds = abs(stated - computed) <= TOLERANCE * abs(computed) + 1e-12
    return _check(
        part,
        "pass" if holds else "fail",
        f"{part} is {shown(stated)}; {formula} gives {shown(computed)}",
        stated=shown(stated),
        computed=shown(computed),
    )


def _check(
    part: str, outcome: Outcome, reason: str, *, stated: str | None = None, computed: str | None = None
) -> Check:
    return Check(rule=RULE, subject=f"sized.{part}", outcome=outcome, reason=reason, stated=stated, computed=computed)
