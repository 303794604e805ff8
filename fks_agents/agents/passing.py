"""The gates between a role and its model, as one turn meets them: which of them bit, and what happened then."""

from __future__ import annotations

from typing import TypeVar

from fks_agents.contracts import Bite, Spoken
from fks_agents.errors import ModelError
from fks_agents.llm.gates import GateError
from fks_agents.settings import Settings
from fks_agents.usage import Effect, Phase

S = TypeVar("S", bound=Spoken)

NOT_ASKED = frozenset({"context", "breaker", "budget"})
"""Gates that stand before the model; behind the others it was asked, and could not be heard."""


class Gates:
    """Of one role's turn."""

    def __init__(self, role: str, settings: Settings) -> None:
        self.role = role
        self._settings = settings
        self._bites: list[Bite] = []

    def bit(self, phase: Phase, effect: Effect, reason: str) -> None:
        self._bites.append(Bite(phase=phase, role=self.role, effect=effect, reason=reason))

    def rules_stand_in(self, error: ModelError) -> bool:
        """Whether the role's rules speak in its model's place: where the user said so, or money for it ran out."""
        shut = error.phase if isinstance(error, GateError) else None
        replaced = self._settings.on_model_failure == "rules" or (
            shut == "budget" and "rules" in self._settings.on_budget
        )
        if shut is not None:
            lost: Effect = "not_asked" if shut in NOT_ASKED else "gave_up"
            self.bit(shut, "rules" if replaced else lost, str(error))
        return replaced

    def marked(self, said: S) -> S:
        """What was said, with the gates that bit."""
        return said.model_copy(update={"bites": tuple(self._bites)}) if self._bites else said
