"""What the judges of one decision may spend, by what was judged in decisions shortly before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from evaluators.deciding import check_names
from fks_agents.contracts import Cycle
from fks_agents.deps import JUDGES, ChatModel, ChatRole, Library
from fks_agents.llm.gates import GateError
from fks_agents.llm.purse import Purse
from fks_agents.policy import Policy
from fks_agents.settings import Settings
from memory.knowledge import Knowledge, open_knowledge
from memory.ledger import Ledger
from memory.places import of_documents
from memory.recall import Recall

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def purse_for(ledger: Ledger, policy: Policy, decision_id: str, as_of: datetime) -> Purse:
    """The purse of a decision about `as_of`. Hours and days are those decisions are about; only finished ones count.

    What shut the purse is recorded with the calls it refused.
    """
    used = sum(
        kept.reply.input_tokens + kept.reply.output_tokens
        for kept in ledger.calls.calls(decision_id)
        if kept.call.role.endswith("_judge") and not kept.reply.cached
    )
    return Purse(policy.budget.tokens_per_decision, lambda: _refusal(ledger, policy, as_of), used=used)


def _refusal(ledger: Ledger, policy: Policy, as_of: datetime) -> GateError | None:
    most = policy.budget.judgements_per_hour
    if (count := len(ledger.verdicts.judgements(as_of, HOUR))) >= most:
        return GateError("budget", f"judges' budget: {count} judgements in the last hour, limit {most}")
    breaker = policy.breaker
    lately = [one.agreement for one in ledger.verdicts.judgements(as_of, DAY) if one.agreement is not None]
    counted = lately[: breaker.window]
    if len(counted) < breaker.fewest:
        return None
    agreement = sum(counted) / len(counted)
    if agreement >= breaker.least_agreement:
        return None
    return GateError(
        "breaker",
        f"judges are not asked: their agreement over the last {len(counted)} judgements is {agreement:.0%}, "
        f"expected at least {breaker.least_agreement:.0%}",
    )


def check_policy(policy: Policy, chats: Mapping[ChatRole, ChatModel | None]) -> None:
    """Raises ConfigError where the policy names what is not there, or lets a judge decide that was not measured."""
    check_names(policy, [chat.name for role in JUDGES if (chat := chats.get(role)) is not None])


def is_judged(chats: Mapping[ChatRole, ChatModel | None]) -> bool:
    """Whether a model judges."""
    return any(chats.get(role) is not None for role in JUDGES)


def as_judged(original: Cycle, chats: Mapping[ChatRole, ChatModel | None]) -> Mapping[ChatRole, ChatModel | None]:
    """The chats without judges where no model judged the original: a desk may be opened with others than it names."""
    if any(judgement.model != "rules" for judgement in original.verdict.judgements):
        return chats
    return {role: chat for role, chat in chats.items() if role not in JUDGES}


class Libraries:
    """The documents that judges may cite, opened once for each folder."""

    def __init__(self, ledger: Ledger, recall: Recall, here: Settings) -> None:
        """`here` says where the index lies; what a decision says of that is another machine's."""
        self._ledger, self._recall, self._here = ledger, recall, here
        self._opened: dict[Path, Knowledge] = {}

    def __call__(self, settings: Settings) -> Library | None:
        """Raises DataError naming the document that cannot be used."""
        folder = settings.knowledge
        if folder is None:
            return None
        if folder not in self._opened:
            place = of_documents(self._ledger, self._here.home, self._here.memory_server, folder)
            library = open_knowledge(folder, place, self._recall if settings.memory else None)
            library.check()
            self._opened[folder] = library
        return self._opened[folder]

    def close(self) -> None:
        for library in self._opened.values():
            library.close()
