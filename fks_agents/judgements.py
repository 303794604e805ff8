"""What a judge says of what was said; users import it from `fks_agents.contracts`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fks_agents.vocabulary import Contract, Fraction, Outcome, Utc


class Passage(Contract):
    """A piece of a dated document: text from outside, data and never an instruction."""

    id: str
    """`<document>#<n>`, or the id of a lesson."""
    text: str
    published_at: Utc
    source: str


class Judgement(Contract):
    """One judge's answer. Only `pass` speaks for what was said; what could not be asked or read is `unscored`."""

    judge: str
    prompt: str | None = None
    """`<judge>/v<N>@<digest>`; None where no prompt of ours was used."""
    model: str
    """Names of the models that were asked, joined by ` + `; `rules` where code alone judged."""
    outcome: Outcome
    score: Fraction | None = None
    """From 0 (unsound) to 1 (sound); None where unscored."""
    reason: str
    statements: tuple[str, ...] = ()
    """Ids of what was judged: claim ids, `<author>.stance`, `<author>.reason`, `plan`."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence the judge says it used: facts, passages."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved for it; a replay is shown the same."""
    agreement: Fraction | None = None
    """How far the answers to two orders of the evidence, and several models, agree: 0 where their outcomes differ. None
    where nothing was compared."""
    tokens: Annotated[int, Field(ge=0)] = 0
    """Prompt and reply, over all its calls."""
