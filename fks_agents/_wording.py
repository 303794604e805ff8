"""How values are written for people: one way in the terminal, in `explain` and in reports."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fks_agents.contracts import (
        Action,
        Bite,
        Check,
        Claim,
        Cycle,
        Fact,
        Judgement,
        Plan,
        Result,
        Spoken,
        Status,
        Timeframe,
        Unit,
        Usage,
    )

MARKS: dict[str, str] = {"pass": "✓", "fail": "✗", "unscored": "?"}

_SUFFIX: dict[str, str] = {"percent": " %", "sigma": " σ", "bars": " bars", "days": " days"}


_ID = re.compile(r"F\d+")
_CITED_LAST = re.compile(r"\[F\d+(?:, F\d+)*\]$")


def number(value: float) -> str:
    """At most six significant digits, thousands grouped, no trailing zeros; cents kept from 1,000 up."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return f"{value:.4g}"
    decimals = 2 if size >= 100 else 4 if size >= 1 else 6
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(value: float) -> str:
    """Two decimals from 10 up, else as many as six significant digits need."""
    return f"{value:,.2f}" if abs(value) >= 10 else number(value)


def quantity(value: float | str, unit: Unit | None) -> str:
    """A value with its unit: `3.2 %`, `14 bars`, `2,485.74`; words as they are."""
    if isinstance(value, str):
        return value
    written = price(value) if unit in ("price", "currency") else number(value)
    return written + _SUFFIX.get(unit or "", "")


def value(fact: Fact) -> str:
    return quantity(fact.value, fact.unit)


def day(moment: datetime) -> str:
    """`2018-12-24 21:00 UTC`; the time of day is always written, for bars close at different ones."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def when(moment: datetime, timeframe: Timeframe) -> str:
    """`2018-12-24`, and the time of day where bars are shorter than a day."""
    return moment.strftime("%Y-%m-%d" if timeframe in ("1d", "1w") else "%Y-%m-%d %H:%M")


def percent(fraction: float, *, signed: bool = False) -> str:
    """A fraction as percent with up to two decimals: 0.0125 is `1.25 %`."""
    text = f"{fraction * 100:{'+' if signed else ''}.2f}"
    return text.rstrip("0").rstrip(".") + " %"


def lean(stance: float) -> str:
    """The side of a stance in [-1, 1], in one word."""
    return "bullish" if stance > 0 else "bearish" if stance < 0 else "neutral"


def multiple(r: float, *, signed: bool = False) -> str:
    """`2.00 R`, `-0.08 R`: a gain or loss in units of what the stop would have lost."""
    return f"{r:{'+' if signed else ''}.2f} R"


def decided(action: Action, status: Status) -> str:
    """`sell, working`; one word where both say the same."""
    return spaced(action) if action == status else f"{spaced(action)}, {spaced(status)}"


def spaced(name: str) -> str:
    """A name from code in words."""
    return name.replace("_", " ")


ENDS = {
    "target": "at the target", "stop": "at the stop", "horizon": "at the horizon", "expired": "with its entry unfilled",
    "not_traded": "without a trade",
}  # fmt: skip


def outcome(result: Result, timeframe: Timeframe) -> str:
    """`ended 2018-05-07 at the horizon, -0.08 R`."""
    told = f"ended {when(result.ended_at, timeframe)} {ENDS[result.kind]}"
    return told if result.kind in ("expired", "not_traded") else f"{told}, {multiple(result.r_multiple, signed=True)}"


def status(cycle: Cycle, result: Result | None) -> str:
    """`sell, working`; once it has ended, `sell, working when decided; ended 2018-05-07 at the horizon, -0.08 R`."""
    told = decided(cycle.action, cycle.status)
    if result is None:
        return told
    is_past = cycle.status in ("working", "filled", "needs_approval")
    return f"{told}{' when decided' if is_past else ''}; {outcome(result, cycle.timeframe)}"


def ended(status: Status, result: Result | None) -> str:
    """`target +1.70 R`; `open` where a decision of that status goes on, `-` where there is nothing to wait for."""
    if result is None:
        return "open" if status in ("working", "filled", "needs_approval") else "-"
    if result.kind in ("expired", "not_traded"):
        return spaced(result.kind)
    return f"{result.kind} {multiple(result.r_multiple, signed=True)}"


def judged(judgement: Judgement) -> str:
    """`score 0.85, agreement 0.95, 3 statements, 712 tokens`; what is not known is left out."""
    count = len(judgement.statements)
    parts = (
        f"score {judgement.score:.2f}" if judgement.score is not None else "",
        f"agreement {judgement.agreement:.2f}" if judgement.agreement is not None else "",
        f"{count} statement{'' if count == 1 else 's'}" if count else "",
        f"{judgement.tokens:,} tokens" if judgement.tokens else "",
    )
    return ", ".join(part for part in parts if part)


def recalled(said: Spoken) -> str:
    """`3 lessons recalled: conviction 1.00 -> 0.80`; empty where none was."""
    if not said.recalled:
        return ""
    count = f"{len(said.recalled)} lesson{'' if len(said.recalled) == 1 else 's'} recalled"
    before, after = said.conviction_before, getattr(said, "conviction", None)
    return count if before is None or after is None else f"{count}: conviction {before:.2f} -> {after:.2f}"


def unheard(said: Spoken) -> str:
    """That a view has no vote; empty where it has one, or is none."""
    claims = getattr(said, "claims", ())
    on_text = bool(claims) and not any(claim.support == "facts" for claim in claims)
    is_unheard = said.abstained is None and (getattr(said, "is_exposed", False) or on_text)
    return "no vote: it rests on words from outside" if is_unheard else ""


def looked_up(said: Spoken) -> str:
    """`looked up facts, bars`; empty where no tool was used."""
    return f"looked up {', '.join(dict.fromkeys(use.tool for use in said.tools))}" if said.tools else ""


def agreed(said: Spoken) -> str:
    """`2 of 3 samples agree (buy, hold, buy): conviction 0.90 -> 0.67`; empty where one answer was asked for."""
    samples = getattr(said, "samples", None)
    if samples is None:
        return ""
    count = round(samples.agreement * len(samples.votes))
    told = f"{count} of {len(samples.votes)} samples agree ({', '.join(map(spaced, samples.votes))})"
    capped = min(samples.conviction, samples.agreement)
    return told if capped == samples.conviction else f"{told}: conviction {samples.conviction:.2f} -> {capped:.2f}"


def spent(usage: Usage) -> str:
    """`14 calls (3 from the record), 23,104 tokens, 12.3 s of model time, 0.0213 US dollars`; empty without a call."""
    if not usage.calls:
        return ""
    counted = f"{usage.calls} call{'' if usage.calls == 1 else 's'}"
    kinds = [f"{n} {text}" for n, text in ((usage.cached, "from the record"), (usage.failures, "failed")) if n]
    return ", ".join(
        [
            f"{counted} ({', '.join(kinds)})" if kinds else counted,
            f"{usage.tokens:,} tokens",
            f"{usage.seconds:.1f} s of model time",
            money(usage.money),
        ]
    )


def money(dollars: float | None) -> str:
    """`0.0213 US dollars`; of a model whose price nobody knows, so."""
    return "price not known" if dollars is None else f"{dollars:.4f} US dollars" if dollars else "no cost"


def bite(bite: Bite) -> str:
    """`bull: budget, rules speak instead: token budget of the decision: ...`."""
    return f"{bite.role}: {bite.phase}, {EFFECTS[bite.effect]}: {bite.reason}"


EFFECTS: dict[str, str] = {
    "not_asked": "not asked", "trimmed": "shortened", "repaired": "asked again", "gave_up": "not heard",
    "fewer_samples": "fewer samples", "fewer_rounds": "fewer rounds", "rules": "rules speak instead",
}  # fmt: skip


def times_risk(plan: Plan) -> float | None:
    """Distance to the first target over distance to the stop; None where the plan does not trade."""
    if plan.entry is None or plan.stop is None or not plan.targets or plan.entry == plan.stop:
        return None
    return abs(plan.targets[0] - plan.entry) / abs(plan.entry - plan.stop)


def tally(checks: tuple[Check, ...]) -> str:
    """`212 checks: 210 pass, 2 fail`; `212 checks` where all came to the same."""
    counts = {each: sum(check.outcome == each for check in checks) for each in ("pass", "fail", "unscored")}
    parts = [f"{count} {each}" for each, count in counts.items() if count]
    return f"{len(checks)} check{'' if len(checks) == 1 else 's'}" + (f": {', '.join(parts)}" if len(parts) > 1 else "")


def recomputed(checks: tuple[Check, ...]) -> int:
    """How many checks recomputed a stated number."""
    return sum(check.computed is not None for check in checks)


def strongest(claims: tuple[Claim, ...], direction: str) -> Claim | None:
    """The first claim that points where its author leans, else the first; authors put their strongest first."""
    return next((claim for claim in claims if claim.direction == direction), claims[0] if claims else None)


def cited(claim: Claim) -> str:
    return f"[{', '.join(dict.fromkeys(claim.fact_ids))}]" if claim.fact_ids else "[no fact cited]"


def claimed(claim: Claim) -> str:
    """The claim with the ids it cites behind it, once: some authors write them too, and who quotes another again."""
    text = claim.text
    while (found := _CITED_LAST.search(text)) and set(_ID.findall(found[0])) <= set(claim.fact_ids):
        text = text[: found.start()].rstrip()
    return f"{text} {cited(claim)}"


def headline(cycle: Cycle) -> str:
    """`SPX 1d, 2018-12-24 21:00 UTC`."""
    return f"{cycle.symbol} {cycle.timeframe}, {day(cycle.as_of)}"


_STEERING = dict.fromkeys(
    [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # tab and newline stay


def printable(text: str) -> str:
    """Text from anywhere without what a terminal would act on: control characters and direction overrides."""
    return text.translate(_STEERING)
