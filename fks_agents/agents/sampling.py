"""Self-consistency: one question asked several times, each time with a seed of its own.

Every sample is drawn and checked on its own, then votes: a manager's for its action, a persona's to take or decline. A
call or an answer that failed agrees with nobody.

    agreement  = votes for the leading view / samples drawn
    conviction = min(stated by the first of them, agreement)

Without more than half of the votes there is no view. The samples are asked at `temperature`, or at 0.7 where that is 0:
at 0 they would be one answer several times. A budget that runs short draws fewer of them, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from fks_agents.agents.answers import Said
from fks_agents.agents.passing import Gates
from fks_agents.agents.speaking import Speech
from fks_agents.contracts import Samples
from fks_agents.deps import Allowance
from fks_agents.errors import ModelError
from fks_agents.settings import Settings

TEMPERATURE = 0.7
FAILED = "failed"

A = TypeVar("A", bound=Said)


class View(NamedTuple):
    """What an answer stands for."""

    vote: str
    conviction: float
    reason: str


class Drawn(NamedTuple, Generic[A]):
    speech: Speech[A]
    """Of the first sample that the decision follows."""
    samples: Samples | None
    """None where one answer was wanted."""

    def capped(self, conviction: float) -> float:
        return conviction if self.samples is None else min(conviction, self.samples.agreement)


def sampled(
    draw: Callable[[Settings], Speech[A]],
    view: Callable[[Speech[A]], View],
    gates: Gates,
    settings: Settings,
    allowance: Allowance | None,
) -> Drawn[A]:
    """As many samples as `model_samples` wants and the budget affords.

    Raises ModelError where most of them failed, or no view has more than half of the votes.
    """
    if settings.model_samples == 1:
        return Drawn(draw(settings), None)
    spoken: list[Speech[A] | ModelError] = []
    for number in range(settings.model_samples):
        if number and allowance is not None and not allowance.affords(gates.role, 1):
            gates.bit("budget", "fewer_samples", f"the budget affords {number} of {settings.model_samples} samples")
            break
        spoken.append(_drawn(draw, settings, number))
    votes = [FAILED if isinstance(one, ModelError) else view(one).vote for one in spoken]
    leading, count = Counter(votes).most_common(1)[0]
    if 2 * count <= len(votes):
        told = ", ".join(f"{vote} {times}" for vote, times in sorted(Counter(votes).items()))
        raise ModelError(f"{len(votes)} samples of {gates.role} do not agree: {told}")
    heard = spoken[votes.index(leading)]
    if isinstance(heard, ModelError):
        raise heard
    others = [view(one) for one in spoken if not isinstance(one, ModelError) and view(one).vote != leading]
    samples = Samples(
        wanted=settings.model_samples,
        votes=tuple(votes),
        agreement=count / len(votes),
        conviction=view(heard).conviction,
        dissent=tuple(f"{other.vote}: {other.reason}" for other in others),
    )
    return Drawn(heard, samples)


def _drawn(draw: Callable[[Settings], Speech[A]], settings: Settings, number: int) -> Speech[A] | ModelError:
    """The sample of that number, or why there is none."""
    own = {"seed": settings.seed + number, "temperature": settings.temperature or TEMPERATURE}
    try:
        return draw(settings.model_copy(update=own))
    except ModelError as error:
        return error
