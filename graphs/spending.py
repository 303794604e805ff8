"""A decision's budget, from what its day allows to what it has spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from evaluators import judges
from fks_agents import agents, llm
from fks_agents.deps import ChatModel, ChatRole
from fks_agents.errors import ConfigError
from fks_agents.llm.budget import Budget, limits_of
from fks_agents.llm.prices import Prices
from fks_agents.settings import Settings
from fks_agents.usage import Amount, Limits, Spent, Usage
from memory.allowances import Taken
from memory.ledger import Ledger


@cache
def stages(*, judged: bool = False) -> tuple[tuple[str, ...], ...]:
    """The roles in the order they speak, those that speak side by side together; `judged`: models judge, too."""
    judging = (tuple(f"{name}_judge" for name in judges.names()),) if judged else ()
    return (agents.analysts(), ("bull",), ("bear",), ("manager",), agents.personas(), *judging)


@dataclass
class Spending:
    """Opened before a decision's first call, closed when it is recorded."""

    budget: Budget
    ledger: Ledger
    taken: Taken | None
    """None where no day limits the decision."""
    paid: Amount
    """What an earlier allowance has paid for already: a decision that waited for a person has two."""
    _shown: tuple[Spent, ...] = ()

    def news(self) -> Iterator[Usage]:
        """What was spent so far, where it is not what was told the last time."""
        spent = self.budget.told()
        if spent != self._shown:
            self._shown = spent
            yield Usage(spent=spent)

    def close(self) -> None:
        """Give back to the day what was not spent. Without it the day counts all that was taken."""
        if self.taken is not None:
            self.ledger.allowances.settle(self.taken, self.budget.spent.minus(self.paid))


def open_spending(
    ledger: Ledger,
    decision_id: str,
    settings: Settings,
    now: datetime,
    *,
    judged: bool = False,
    anew: bool = False,
    side_by_side: int = 1,
) -> Spending:
    """The budget with what the decision has spent already, where it was interrupted; `anew` leaves that out."""
    of_day, taken = limits_of(settings, "day"), None
    if of_day != Limits():
        own = limits_of(settings, "decision")
        taken = ledger.allowances.take(decision_id, now.date(), own, of_day, side_by_side=side_by_side)
    budget = llm.budget_for(settings, stages(judged=judged), taken and taken.limits)
    for kept in () if anew else ledger.calls.calls(decision_id):
        budget.count(kept.call.role, kept.key, kept.reply)
    was_settled = taken is not None and taken.is_new
    return Spending(budget, ledger, taken, budget.spent if was_settled else Amount())


def replayed_budget(ledger: Ledger, decision_id: str, settings: Settings, *, judged: bool = False) -> Budget:
    """As it was when the decision began; it fills again from the record."""
    return llm.budget_for(settings, stages(judged=judged), ledger.allowances.first(decision_id))


def check_prices(settings: Settings, chats: Mapping[ChatRole, ChatModel | None], now: datetime) -> None:
    """Raises ConfigError where money is limited and the price of a model is not known: nothing could keep the limit."""
    if all(limits_of(settings, scope).money is None for scope in ("role", "decision", "day")):
        return
    prices = Prices(now)
    for name in sorted({chat.name for chat in chats.values() if chat is not None}):
        if not prices.knows(name):
            raise ConfigError(
                f"money is limited, and the price of {name!r} is not known; limit tokens instead "
                "(max_tokens_per_decision), or name a model of the price list that comes with genai-prices"
            )
