"""What one decision may spend on its models: tokens, seconds of model time, US dollars; checked before each call.

Roles that speak side by side each get an equal share of what is left when the first of them speaks; what they do not
use goes back when the next stage begins. So which of them meets an empty budget does not depend on which thread was
faster. Before a call its prompt and the longest answer are held, afterwards what was used takes their place. How long
a call will take nobody knows: one that was begun in time is let end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock
from time import perf_counter
from typing import Literal

from fks_agents.deps import Allowance, Call, ChatModel, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.gates import FailedCallError, GateError
from fks_agents.llm.prices import Prices
from fks_agents.llm.recorder import key_of
from fks_agents.settings import Settings
from fks_agents.usage import Amount, Limits, Spent

CHARACTERS_PER_TOKEN = 4
"""A model's own tokenizer would need a download; four is usual for English and JSON."""


def estimate(text: str) -> int:
    """Tokens in `text`, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def length(call: Call) -> int:
    """Tokens of a prompt, by the estimate."""
    return sum(estimate(message.text) for message in call.messages)


def limits_of(settings: Settings, scope: str) -> Limits:
    """Of a `role`, a `decision` or a `day`, by the settings; 0 means no limit."""
    tokens, seconds, money = (getattr(settings, f"max_{what}_per_{scope}") or None for what in Amount._fields)
    return Limits(tokens, seconds, money)


class Budget:
    """Safe to share among threads."""

    def __init__(
        self,
        decision: Limits,
        role: Limits = Limits(),  # noqa: B008  a constant
        *,
        stages: Sequence[Sequence[str]] = (),
        gives_way: Sequence[str] = (),
    ) -> None:
        """`stages` are the roles in the order they speak, those of one stage side by side."""
        self._decision, self._role, self._stages, self._gives_way = decision, role, stages, gives_way
        self._spent, self._held = Amount(), Amount()
        self._by_role: defaultdict[str, Amount] = defaultdict(Amount)
        """Spent and held, in this decision."""
        self._in_stage: defaultdict[str, Amount] = defaultdict(Amount)
        """Spent and held, since the stage began."""
        self._speaking: Sequence[str] = ()
        self._share = decision
        self._before = Amount()
        """Spent and held by the time the stage began."""
        self._counted: set[str] = set()
        self._told: dict[str, Spent] = {}
        self._longest = 0
        self._lock = Lock()

    @property
    def spent(self) -> Amount:
        with self._lock:
            return self._spent

    def told(self) -> tuple[Spent, ...]:
        """What each role used, for the record."""
        with self._lock:
            return tuple(self._told[role] for role in sorted(self._told))

    def affords(
        self, role: str, calls: int, tokens: int = 0, *, giving_way: Literal["samples", "rounds"] = "samples"
    ) -> bool:
        """Only where `giving_way` gives way by the settings is anything counted."""
        if giving_way not in self._gives_way:
            return True
        with self._lock:
            self._enter(role)
            made = max(1, sum(spent.calls - spent.cached for spent in self._told.values()))
            each = Amount(tokens or self._longest, self._spent.seconds / made, self._spent.money / made)
            wanted = each.times(calls + self._to_come(role))
            used = self._spent.plus(self._held)
            own = self._role.exceeded(self._by_role[role], each.times(calls))
            return self._decision.exceeded(used, wanted) is None and own is None

    def hold(self, role: str, wanted: Amount) -> None:
        """Raises GateError where `wanted` would pass a limit; nothing is held then."""
        with self._lock:
            self._enter(role)
            side_by_side = len(self._speaking) > 1
            share = f"share of {role}" if side_by_side else "decision"
            base = Amount() if side_by_side else self._before
            checks = (
                (f"role {role}", self._role, self._by_role[role]),
                (share, self._share if side_by_side else self._decision, base.plus(self._in_stage[role])),
            )
            for scope, limits, used in checks:
                if (reason := limits.exceeded(used, wanted)) is not None:
                    what, _, rest = reason.partition(":")
                    raise GateError("budget", f"{what} of the {scope}:{rest}")
            self._add(role, wanted)
            self._held = self._held.plus(wanted)

    def settle(self, role: str, key: str, held: Amount, reply: Reply | None) -> None:
        """Put what a reply used in the place of what was held for it; None where nothing was sent."""
        with self._lock:
            self._held = self._held.minus(held)
            self._add(role, Amount().minus(held))
            if reply is not None:
                self._count(role, key, reply)

    def count(self, role: str, key: str, reply: Reply) -> None:
        """Take in a reply from the record; one that was counted already changes nothing."""
        with self._lock:
            if key not in self._counted:
                self._enter(role)
                self._count(role, key, reply)

    def _enter(self, role: str) -> None:
        """Begin the stage of that role, unless it is the one that is under way."""
        if role in self._speaking:
            return
        self._speaking = next((stage for stage in self._stages if role in stage), (role,))
        self._before = self._spent.plus(self._held)
        self._share = self._decision.left(self._before, len(self._speaking))
        self._in_stage.clear()

    def _to_come(self, role: str) -> int:
        """Roles that speak after that one."""
        at = next((n for n, stage in enumerate(self._stages) if role in stage), len(self._stages))
        return sum(len(stage) for stage in self._stages[at + 1 :])

    def _add(self, role: str, amount: Amount) -> None:
        self._by_role[role] = self._by_role[role].plus(amount)
        self._in_stage[role] = self._in_stage[role].plus(amount)

    def _count(self, role: str, key: str, reply: Reply) -> None:
        self._counted.add(key)
        if reply.refused_by:
            return
        known = self._told.get(role) or Spent(role=role)
        used = Amount() if reply.cached else used_by(reply)
        money = None if known.money is None or (reply.money is None and not reply.cached) else known.money + used.money
        self._told[role] = Spent(
            role=role,
            calls=known.calls + 1,
            cached=known.cached + reply.cached,
            failures=known.failures + bool(reply.failure),
            input_tokens=known.input_tokens + (0 if reply.cached else reply.input_tokens),
            output_tokens=known.output_tokens + (0 if reply.cached else reply.output_tokens),
            seconds=known.seconds + used.seconds,
            money=money,
        )
        self._longest = max(self._longest, used.tokens)
        self._spent = self._spent.plus(used)
        self._add(role, used)


class Budgeted:
    """A chat model on a budget. Replies come back with what they cost; a failed call counts what it used, which is at
    least the prompt."""

    def __init__(self, chat: ChatModel, budget: Budget, *, longest: int = 0, prices: Prices | None = None) -> None:
        """`longest` is how many tokens an answer may have."""
        self.name = chat.name
        self._chat, self._budget, self._longest, self._prices = chat, budget, longest, prices or Prices()

    def ask(self, call: Call) -> Reply:
        asked, key = length(call), key_of(call)
        money = self._prices.of(call.model, asked, self._longest) or 0.0
        held = Amount(asked + self._longest, 0.0, money)
        self._budget.hold(call.role, held)
        started = perf_counter()
        reply: Reply | None = None
        try:
            heard = self._chat.ask(call)
            counts = {
                "input_tokens": heard.input_tokens or asked,
                "output_tokens": heard.output_tokens or estimate(heard.text + heard.reasoning),
                "seconds": heard.seconds or perf_counter() - started,
            }
            reply = self._prices.told(call.model, heard.model_copy(update=counts))
        except GateError:
            raise
        except ModelError as error:
            lost = Reply(text="", failure=str(error), input_tokens=asked, seconds=perf_counter() - started)
            reply = self._prices.told(call.model, lost)
            raise FailedCallError(reply) from error
        finally:
            self._budget.settle(call.role, key, held, reply)
        return reply


def used_by(reply: Reply) -> Amount:
    return Amount(reply.input_tokens + reply.output_tokens, reply.seconds, reply.money or 0.0)


_: type[ChatModel] = Budgeted
__: type[Allowance] = Budget
