"""A finished decision's words, taken from the ledger so that they can be played again elsewhere."""

from __future__ import annotations

from fks_agents.errors import UsageError
from fks_agents.llm.recorded import Answer, Recording, question
from fks_agents.settings import Settings, places
from graphs.desk import Desk

_NOT_ASKED = frozenset(
    places()
    | {"account", "source", "timeframe"}
    | {name for name in Settings.model_fields if name.startswith("model")} - {"model_attempts", "model_samples"}
)
"""Settings that say where things lie, who answers and how long that may take: they do not shape a question."""


def recording_of(desk: Desk, decision_id: str) -> Recording:
    """The words of a decision. Raises UsageError where no model spoke, or where it was shown lessons: those are in this
    ledger alone, and the same questions would not be asked elsewhere."""
    admission = desk.ledger.decisions.admission(decision_id)
    calls = desk.ledger.calls.calls(admission.id)
    if not calls:
        raise UsageError(f"decision {admission.id}: no model spoke in it, there is nothing to record")
    if admission.settings.get("memory") and admission.settings.get("memory_lessons"):
        raise UsageError(
            f"decision {admission.id} was shown lessons of this ledger; record one made with --set memory_lessons=0"
        )
    defaults = Settings.model_construct().model_dump(mode="json")
    # Where nobody judged nobody can be played who judges, and unanswered judges would keep the gate shut.
    is_judged = any(kept.call.role.endswith("_judge") for kept in calls)
    return Recording(
        model=", ".join(sorted({name for name in admission.models.values() if name != "rules"})),
        symbol=admission.symbol,
        source=str(admission.settings["source"]),
        timeframe=admission.timeframe,
        as_of=admission.as_of,
        settings={
            name: value
            for name, value in admission.settings.items()
            if name not in _NOT_ASKED and value != defaults.get(name)
        }
        | ({} if is_judged else {"model_judge": "rules"}),
        answers=tuple(Answer(question=question(kept.call), role=kept.call.role, reply=kept.reply) for kept in calls),
    )
