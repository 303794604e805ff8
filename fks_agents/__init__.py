"""The face of fks-agents: everything a user imports comes from here.

Contracts and errors load at once; the rest when it is first asked for (PEP 562), so that `import fks_agents` costs
about what pydantic costs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fks_agents.contracts import (
    AccountView,
    Action,
    Approval,
    CalendarEvent,
    Check,
    Choice,
    Claim,
    Cycle,
    Event,
    Fact,
    Fill,
    Forecast,
    Headline,
    Lesson,
    LimitEvent,
    OrderIntent,
    Plan,
    Position,
    Quality,
    Receipt,
    Report,
    Result,
    Sized,
    Snapshot,
    Timeframe,
    Turn,
    Verdict,
)  # fmt: skip
from fks_agents.errors import (
    ConfigError,
    DataError,
    FksError,
    LedgerError,
    LookaheadError,
    ModelError,
    RefusedError,
    UsageError,
)  # fmt: skip

if TYPE_CHECKING:
    from evaluators.backtest import backtest
    from evaluators.rules import check_claims
    from fks_agents.bars import Bars, Series
    from fks_agents.deps import Deps
    from fks_agents.llm.scripted import ScriptedChat
    from fks_agents.settings import Settings
    from graphs.desk import Desk
    from graphs.opening import analyze, open_desk
    from tools.brokers.paper import PaperBroker
    from tools.market import open_market

_LATER = {
    "Bars": "fks_agents.bars", "Deps": "fks_agents.deps", "Desk": "graphs.desk", "PaperBroker": "tools.brokers.paper",
    "ScriptedChat": "fks_agents.llm.scripted", "Series": "fks_agents.bars", "Settings": "fks_agents.settings",
    "analyze": "graphs.opening", "backtest": "evaluators.backtest", "check_claims": "evaluators.rules",
    "open_desk": "graphs.opening", "open_market": "tools.market",
}  # fmt: skip

__all__ = [
    "AccountView", "Action", "Approval", "Bars", "CalendarEvent", "Check", "Choice", "Claim", "ConfigError",
    "Cycle", "DataError", "Deps", "Desk", "Event", "Fact", "Fill", "FksError", "Forecast", "Headline",
    "LedgerError", "Lesson", "LimitEvent", "LookaheadError", "ModelError", "OrderIntent", "PaperBroker", "Plan",
    "Position", "Quality", "Receipt", "RefusedError", "Report", "Result", "ScriptedChat", "Series", "Settings",
    "Sized", "Snapshot", "Timeframe", "Turn", "UsageError", "Verdict", "analyze", "backtest", "check_claims",
    "open_desk", "open_market",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fks_agents._layout import explained

    with explained():
        value: object = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
