"""What a service tells of a decision while it is made, as the hub keeps it."""

from __future__ import annotations

import json
from typing import Any

from fks_agents.contracts import Cycle
from fks_agents.service.hub import Told, summary
from fks_agents.service.runner import plain


def steps(cycle: Cycle) -> list[tuple[str, dict[str, Any]]]:
    """Each step of a decision that was sent, and what it learned."""
    reports = [(f"{report.analyst}_analyst", {"reports": [report]}) for report in cycle.reports]
    turns = [(turn.speaker, {"debate": [turn]}) for turn in cycle.debate]
    plans = [(f"{plan.author}_persona", {"proposals": [plan]}) for plan in cycle.proposals]
    return [
        ("admitted", {"id": cycle.id}), ("snapshot", {"snapshot": cycle.snapshot}), *reports, *turns,
        ("manager", {"draft": cycle.draft}), *plans, ("selector", {"choice": cycle.choice}),
        ("risk", {"sized": cycle.sized}), ("gate", {"verdict": cycle.verdict}),
        ("approval", {"approval": cycle.approval}),
        ("execute", {"orders": list(cycle.orders), "receipts": list(cycle.receipts)}),
        ("reflect", {"lessons": list(cycle.lessons)}), ("ended", dict(summary(cycle))),
    ]  # fmt: skip


def told(kind: str, data: Any, number: int | None = 1) -> Told:
    return Told(number, kind, json.dumps(plain(data)))


def all_told(cycle: Cycle) -> list[Told]:
    return [told(kind, data, number) for number, (kind, data) in enumerate(steps(cycle), start=1)]
