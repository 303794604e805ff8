"""A decision told while it happens: a few lines for each stage, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from fks_agents import _wording as say
from fks_agents.cli._commands import runnable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from evaluators.reports import Reports
    from fks_agents.contracts import (
        Approval,
        Choice,
        Claim,
        Cycle,
        OrderIntent,
        Plan,
        Receipt,
        Regime,
        Report,
        Sized,
        Snapshot,
        Spoken,
        Turn,
        Verdict,
    )

LABEL = 16
"""Columns of the left margin, where it stands who speaks."""

WIDEST = 100

STYLES = {
    "bullish": "green", "buy": "green", "pass": "green", "filled": "green", "working": "green", "target": "green",
    "bearish": "red", "sell": "red", "fail": "red", "refused": "red", "rejected": "red", "stop": "red",
    "unscored": "yellow", "no_decision": "yellow", "abstains": "yellow",
}  # fmt: skip


class Story:
    """Callable as a desk's `on_event`; prints each stage's title once.

    Analysts and personas work side by side and finish in any order: each is told as soon as those before it in the
    alphabet, or in caution, have been.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._line: list[str] = []
        """Whose turn it is to be told, and who comes after; empty where a resumed run does not say who was asked."""
        self._regime: Regime | None = None
        self._waiting: dict[str, Callable[[], None]] = {}

    def __call__(self, node: str, learned: Mapping[str, Any]) -> None:
        del node
        tell: dict[str, Callable[[Any], None]] = {
            "snapshot": self._seen, "stopped": self._stopped, "draft": self._draft, "choice": self._choice,
            "sized": self._sized, "verdict": self._verdict, "approval": self._approval, "orders": self._orders,
            "receipts": self._receipts,
        }  # fmt: skip
        for report in learned.get("reports", ()):
            self._waiting[report.analyst] = partial(self._report, report)
        for proposal in learned.get("proposals", ()):
            self._waiting[proposal.author] = partial(self._proposal, proposal)
        stages = [(value, tell[name]) for name, value in learned.items() if name in tell]
        stages += [(turn, self._turn) for turn in learned.get("debate", ())]
        self._tell_waiting(everyone=bool(stages))
        for value, told in stages:
            told(value)

    def _tell_waiting(self, *, everyone: bool) -> None:
        """Those whose turn it is; before a new stage, all that are left."""
        while self._line and self._line[0] in self._waiting:
            self._waiting.pop(self._line.pop(0))()
        if everyone:
            for name in sorted(self._waiting):
                self._waiting.pop(name)()

    def row(self, label: str, text: str | Text, style: str = "", label_style: str = "dim") -> None:
        row(self._console, label, text, style, label_style)

    def _title(self, stage: str) -> None:
        if stage != self._stage:
            self._stage = stage
            self._console.print()
            self._console.print(stage, style="bold")

    def _seen(self, snapshot: Snapshot) -> None:
        from fks_agents.agents.analysts import names

        self._line, self._regime = list(names()), snapshot.regime
        self._title("Facts")
        self.row(
            snapshot.symbol, f"{snapshot.timeframe} bars until {say.day(snapshot.as_of)}, source {snapshot.source}"
        )
        score = say.number(snapshot.quality.score)
        self.row("", f"close {say.price(snapshot.price)}, regime {snapshot.regime}, data quality {score}/100")
        self.row("", f"{len(snapshot.facts)} facts, each with an id: the only things an agent may quote")
        for reason in snapshot.quality.reasons:
            self.row("", f"- {reason}", "dim")

    def _stopped(self, reason: str) -> None:
        self._title("Stopped before anyone spoke")
        self.row("", reason, "yellow")

    def _report(self, report: Report) -> None:
        self._title("Analysts")
        if report.abstained is not None:
            self.row(report.analyst, marked("abstains", f": {report.abstained}"))
            self._caught(report)
            return
        side = say.lean(report.stance)
        self.row(report.analyst, marked(side, f" {report.stance:+.2f}, conviction {report.conviction:.2f}"))
        self._recalled(report)
        self._claims([say.strongest(report.claims, side)])
        self._caught(report)

    def _turn(self, turn: Turn) -> None:
        self._title("Debate")
        answers = f", answers {', '.join(turn.rebuts)}" if turn.rebuts else ""
        silence = f": {turn.abstained}" if turn.abstained is not None else ""
        side = STYLES["bullish" if turn.speaker == "bull" else "bearish"]
        self.row(turn.speaker, f"round {turn.round}{answers}{silence}", "dim", side)
        self._claims(turn.claims[:2])
        self._caught(turn)

    def _draft(self, plan: Plan) -> None:
        from fks_agents.agents.selector import heard

        self._title("Plan")
        self._plan("manager", plan)
        self._line = list(heard(self._regime)) if self._regime is not None else []

    def _proposal(self, plan: Plan) -> None:
        self._title("Personas")
        self._plan(plan.author, plan)

    def _plan(self, who: str, plan: Plan) -> None:
        action = say.spaced(plan.action)
        if plan.entry is not None and plan.stop is not None:
            reward = say.times_risk(plan) or 0.0
            terms = (
                f" at {say.price(plan.entry)}, stop {say.price(plan.stop)}, target {say.price(plan.targets[0])} "
                f"({say.multiple(reward)}), conviction {plan.conviction:.2f}"
            )
        else:
            terms = f": {plan.abstained or plan.reason}"
        self.row(who, marked(action, terms, STYLES.get(plan.action, "")))
        self._recalled(plan)
        self._caught(plan)

    def _choice(self, choice: Choice) -> None:
        self._title("Personas")
        self.row("chosen", f"{choice.persona}: {choice.reason}")

    def _sized(self, sized: Sized) -> None:
        self._title("Risk")
        if sized.quantity:
            risk = f"{say.percent(sized.risk)} of equity at risk before costs"
            self.row("size", f"{say.number(sized.quantity)} worth {say.price(sized.notional)}, {risk}")
        elif not sized.limits:
            self.row("size", "none: nothing is traded")
        for limit in sized.limits:
            change = f"{say.number(limit.before)} to {say.number(limit.after)}"
            self.row("limit", f"{say.spaced(limit.limit)}: {change}: {limit.reason}", "yellow")

    def _recalled(self, said: Spoken) -> None:
        for told in filter(None, (say.unheard(said), say.looked_up(said), say.agreed(said))):
            self.row("", told, "dim")
        if told := say.recalled(said):
            self.row("", told, "dim")

    def _approval(self, approval: Approval) -> None:
        if approval.status != "not_needed":
            self.row("approval", f"{approval.status} by {approval.by}: {approval.reason}")

    def _verdict(self, verdict: Verdict) -> None:
        self._title("Gate")
        numbers = say.recomputed(verdict.checks)
        told = f": {say.tally(verdict.checks)}; {numbers} number{'' if numbers == 1 else 's'} recomputed"
        self.row("verdict", marked(f"{say.MARKS[verdict.outcome]} {verdict.outcome}", told, STYLES[verdict.outcome]))
        if verdict.outcome != "pass":
            self.row("", verdict.reason)
        for check in [check for check in verdict.checks if check.outcome != "pass"][:5]:
            compared = f" (stated {check.stated}, computed {check.computed})" if check.computed is not None else ""
            self.row(check.rule, f"{check.subject}: {check.reason}{compared}", STYLES[check.outcome])

    def _orders(self, orders: Iterable[OrderIntent]) -> None:
        self._title("Orders")
        for order in orders:
            terms = f"{order.side} {order.type} {say.number(order.quantity)} at {say.price(order.price)}"
            self.row(order.leg, terms)

    def _receipts(self, receipts: Iterable[Receipt]) -> None:
        self._title("Orders")
        words = dict.fromkeys(f"{each.status}{': ' + each.reason if each.reason else ''}" for each in receipts)
        self.row("broker", ", ".join(words))

    def _caught(self, said: Spoken) -> None:
        """The first failing check of a first version, and what kept its author from being heard or asked as usual."""
        if said.caught:
            more = f"; and {len(said.caught) - 1} more" if len(said.caught) > 1 else ""
            self.row("", f"caught: {said.caught[0].subject}: {said.caught[0].reason}{more}", "yellow")
        for bite in said.bites:
            if bite.phase != "context" and bite.reason not in (said.abstained or ""):  # else it was told as the reason
                self.row("", say.bite(bite), "yellow")

    def _claims(self, claims: Iterable[Claim | None]) -> None:
        for claim in claims:
            if claim is not None:
                self.row("", say.claimed(claim))


def marked(word: str, rest: str, style: str | None = None) -> Text:
    """A word in its colour, then plain text."""
    from rich.text import Text

    return Text.assemble((word, STYLES.get(word, "") if style is None else style), say.printable(runnable(rest)))


def row(console: Console, label: str, text: str | Text, style: str = "", label_style: str = "dim") -> None:
    """A label in the margin (each line of it beside one of the text) and text that wraps beside it, no line longer than
    the terminal or 100 columns."""
    from rich.text import Text

    body = Text(say.printable(runnable(text)), style=style) if isinstance(text, str) else text
    names = [f"  {say.printable(part)}"[: LABEL - 1] for part in label.split("\n")]
    lines = body.wrap(console, min(console.width, WIDEST) - LABEL)
    for line, name in zip_longest(lines, names):
        if line is None:
            console.print(Text(name, label_style), soft_wrap=True)
            continue
        line.rstrip()
        console.print(Text.assemble((f"{name or '':<{LABEL}}", label_style), line), soft_wrap=True)


def closing(console: Console, cycle: Cycle, reports: Reports, next_commands: Iterable[str]) -> None:
    """The decision in one line, where its report lies, and what can be typed next."""
    decision(console, cycle)
    where(console, reports, next_commands)


def decision(console: Console, cycle: Cycle) -> None:
    """What was decided, and why, in one line."""
    console.print()
    console.print("Decision", style="bold")
    action = say.spaced(cycle.action)
    told = f", {say.spaced(cycle.status)}" if cycle.status != cycle.action else ""
    style = STYLES.get(cycle.status, STYLES.get(cycle.action, ""))
    row(console, cycle.id, marked(f"{action} {cycle.symbol}{told}", f": {cycle.reason}", style))
    if spent := say.spent(cycle.usage):
        row(console, "spent", spent)


def where(console: Console, reports: Reports, next_commands: Iterable[str]) -> None:
    """Paths are printed whole on lines of their own, to be copied."""
    console.print()
    console.print("Report", style="bold")
    console.print(f"  {reports.html}", soft_wrap=True)
    console.print()
    console.print("Next", style="bold")
    for command in next_commands:
        console.print(f"  {command}", soft_wrap=True)
