"""What happened afterwards against what agents expected: association, lean, and whether conviction can be believed.

A stance counts once its decision has a result. Decisions whose time overlaps that of an earlier one on the same symbol
are left out: they share the market's move, and would be counted as evidence twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from evaluators.meta.results import Figure
from evaluators.statistics import Agreement, agreement, benjamini_hochberg, calibration, sign_p
from execution_core.intervals import wilson
from fks_agents.contracts import Contract, Cycle, Fraction, NonNegative, Result, Signed
from fks_agents.errors import DataError
from memory.judgements import Scope
from memory.ledger import Ledger

MANAGER = "manager"
LEVEL = 0.05
FEWEST = 10
"""Stances below which nothing is tested."""
_LEAN = {"buy": 1.0, "sell": -1.0, "hold": 0.0}


class Stance(NamedTuple):
    agent: str
    symbol: str
    as_of: datetime
    ended_at: datetime
    stance: float
    """From -1 to 1; of the manager +1 for buy, -1 for sell."""
    conviction: float
    market_return: float

    @property
    def said(self) -> str:
        return _word(self.stance, "bullish", "bearish", "neutral")

    @property
    def came(self) -> str:
        return _word(self.market_return, "up", "down", "flat")

    @property
    def is_right(self) -> bool:
        return self.stance * self.market_return > 0.0


class Bin(Contract):
    """Stances of about the same conviction."""

    low: Fraction
    high: Fraction
    stances: int
    stated: Fraction
    """Mean conviction."""
    came: Fraction
    """Share that was right."""
    at_least: Fraction
    at_most: Fraction


class Association(Contract):
    """One agent against the market."""

    agent: str
    stances: int
    """With a result, not overlapping, neutral ones among them."""
    left_out: int
    """Overlapping in time with one that is counted."""
    directional: int
    right: int
    share: Figure
    """Right of the directional ones; Wilson interval."""
    table: tuple[tuple[int, ...], ...] = ()
    """Counts of what was said (rows) and what came (columns), in the order of `said` and `came`."""
    said: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    statistic: NonNegative | None = None
    """Pearson's chi-square."""
    p: Fraction | None = None
    p_adjusted: Fraction | None = None
    """Benjamini-Hochberg over all agents tested."""
    method: str = ""
    strength: Fraction | None = None
    """Cramer's V."""
    is_found: bool = False
    """`p_adjusted` is at or below 0.05, and rises came rather after bullish stances than after bearish ones."""
    brier: Figure | None = None
    """Conviction read as the chance that the direction comes; 0.25 is what a constant 50 % gets."""
    skill: float | None = None
    """Against always stating the share that was right."""
    calibration_error: Fraction | None = None
    bins: tuple[Bin, ...] = ()
    reason: str = ""
    """Why something is None."""


class Lean(Contract):
    """Whether an agent expects rises more often than they come."""

    agent: str
    stances: int
    bullish: int
    bearish: int
    neutral: int
    mean_stance: Signed
    rises: Fraction | None
    """Share of its directional stances after which the market rose; None without any."""
    optimism: Signed | None
    """Share bullish of the directional ones less `rises`."""
    wrongly_bullish: int
    wrongly_bearish: int
    p: Fraction
    """Exact sign test that both errors are as likely."""
    p_adjusted: Fraction
    lean: str
    """`optimistic`, `pessimistic`, or `none shown`."""


def stances(ledger: Ledger, scope: Scope) -> tuple[Stance, ...]:
    """Every stance in scope whose decision has a result, oldest first."""
    found: list[Stance] = []
    for entry in reversed(ledger.decisions.history(scope.symbol, since=scope.since, limit=1_000_000)):
        if scope.until is None or entry.as_of <= scope.until:
            result = ledger.results.result(entry.id)
            if result is not None:
                found += stances_of(ledger.decisions.cycle(entry.id), result)
    return tuple(
        sorted(
            (each for each in found if scope.agent in (None, each.agent)),
            key=lambda each: (each.as_of, each.symbol, each.agent),
        )
    )


def stances_of(cycle: Cycle, result: Result) -> Iterator[Stance]:
    """Of each analyst and the manager; an abstention is no stance."""
    told = [(each.analyst, each.stance, each.conviction) for each in cycle.reports if each.abstained is None]
    if cycle.draft is not None and cycle.draft.action in _LEAN:
        told.append((MANAGER, _LEAN[cycle.draft.action], cycle.draft.conviction))
    for agent, stance, conviction in told:
        yield Stance(agent, cycle.symbol, cycle.as_of, result.ended_at, stance, conviction, result.market_return)


def apart(found: Iterable[Stance]) -> tuple[Stance, ...]:
    """The first of each symbol, and each next one that begins when the one before has ended; `found` by time."""
    free: dict[str, datetime] = {}
    kept = []
    for each in found:
        if each.symbol not in free or each.as_of >= free[each.symbol]:
            kept.append(each)
            free[each.symbol] = each.ended_at
    return tuple(kept)


def associations(found: Sequence[Stance], *, seed: int) -> tuple[Association, ...]:
    """Each agent's stances against what came, most associated first."""
    groups = _by_agent(found)
    rows = [_tested(agent, own, seed) for agent, own in groups.items()]
    with_p = [row for row in rows if row.p is not None]
    adjusted = benjamini_hochberg([row.p for row in with_p], LEVEL).adjusted
    corrected = {row.agent: p for row, p in zip(with_p, adjusted, strict=True)}
    goes_along = {agent: _goes_along(apart(own)) for agent, own in groups.items()}
    told = [
        row.model_copy(
            update={
                "p_adjusted": corrected.get(row.agent),
                "is_found": corrected.get(row.agent, 1.0) <= LEVEL and goes_along[row.agent],
            }
        )
        for row in rows
    ]
    return tuple(sorted(told, key=lambda row: (row.p_adjusted if row.p_adjusted is not None else 2.0, row.agent)))


def leans(found: Sequence[Stance]) -> tuple[Lean, ...]:
    """Each agent's errors up and down."""
    rows = [_lean(agent, apart(own)) for agent, own in _by_agent(found).items()]
    adjusted = benjamini_hochberg([row.p for row in rows], LEVEL).adjusted
    return tuple(
        row.model_copy(update={"p_adjusted": p, "lean": _leaning(row, p)})
        for row, p in zip(rows, adjusted, strict=True)
    )


def _by_agent(found: Sequence[Stance]) -> dict[str, list[Stance]]:
    groups: dict[str, list[Stance]] = {}
    for each in found:
        groups.setdefault(each.agent, []).append(each)
    return dict(sorted(groups.items()))


def _tested(agent: str, every: Sequence[Stance], seed: int) -> Association:
    kept = apart(every)
    directional = [each for each in kept if each.stance]
    right = sum(each.is_right for each in directional)
    share = Figure(value=None)
    if directional:
        low, high = wilson(right / len(directional), len(directional))
        share = Figure(value=right / len(directional), low=low, high=high)
    counted = Association(
        agent=agent, stances=len(kept), left_out=len(every) - len(kept), directional=len(directional), right=right,
        share=share,
    )  # fmt: skip
    if len(kept) < FEWEST:
        return counted.model_copy(update={"reason": f"{len(kept)} stances; nothing is tested below {FEWEST}"})
    return counted.model_copy(update={**_association(kept, seed), **_reliability(directional, seed)})


def _goes_along(kept: Sequence[Stance]) -> bool:
    """Whether signs of stance and market vary together, whatever the market's own drift: to be right more often than
    not is no skill in a market that mostly rises."""
    said = [(each.stance > 0.0) - (each.stance < 0.0) for each in kept]
    came = [(each.market_return > 0.0) - (each.market_return < 0.0) for each in kept]
    return sum(a * b for a, b in zip(said, came, strict=True)) * len(kept) > sum(said) * sum(came)


def _association(kept: Sequence[Stance], seed: int) -> dict[str, object]:
    try:
        found: Agreement = agreement([each.said for each in kept], [each.came for each in kept], seed=seed)
    except DataError as error:
        return {"reason": str(error)}
    return {
        "table": found.table,
        "said": found.decisions,
        "came": found.outcomes,
        "statistic": found.statistic,
        "p": found.p,
        "method": found.method,
        "strength": min(1.0, found.strength),
    }


def _reliability(directional: Sequence[Stance], seed: int) -> dict[str, object]:
    if not directional:
        return {}
    found = calibration(
        [each.conviction for each in directional], [float(each.is_right) for each in directional], seed=seed
    )
    return {
        "brier": Figure(value=found.brier.value, low=found.brier.low, high=found.brier.high),
        "skill": found.skill,
        "calibration_error": found.error,
        "bins": tuple(
            Bin(low=each.low, high=each.high, stances=each.number, stated=each.stated, came=each.came,
                at_least=each.at_least, at_most=each.at_most)
            for each in found.bins
        ),
    }  # fmt: skip


def _lean(agent: str, kept: Sequence[Stance]) -> Lean:
    said = [each.said for each in kept]
    directional = [each for each in kept if each.stance]
    bullish = said.count("bullish")
    rises = sum(each.market_return > 0.0 for each in directional) / len(directional) if directional else None
    up = sum(each.stance > 0.0 > each.market_return for each in directional)
    down = sum(each.stance < 0.0 < each.market_return for each in directional)
    return Lean(
        agent=agent, stances=len(kept), bullish=bullish, bearish=said.count("bearish"), neutral=said.count("neutral"),
        mean_stance=sum(each.stance for each in kept) / len(kept), rises=rises,
        optimism=None if rises is None else bullish / len(directional) - rises, wrongly_bullish=up,
        wrongly_bearish=down, p=sign_p(up, down), p_adjusted=1.0, lean="none shown",
    )  # fmt: skip


def _leaning(row: Lean, p: float) -> str:
    if p > LEVEL:
        return "none shown"
    return "optimistic" if row.wrongly_bullish > row.wrongly_bearish else "pessimistic"


def _word(value: float, above: str, below: str, zero: str) -> str:
    return above if value > 0.0 else below if value < 0.0 else zero
