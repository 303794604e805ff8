"""A desk as tools of the Model Context Protocol: for assistants that speak it, over stdio or HTTP.

Whoever connects acts as the person who started it. A trade that waits for a person can be approved here: it is for the
assistant's own program to ask them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from fks_agents.errors import ConfigError, FksError

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

    from graphs.desk import Desk

T = TypeVar("T")

MOST = 50
"""Decisions, and events of one detector, that one answer lists."""


def server(desk: Desk, person: str) -> FastMCP:
    """The server; raises ConfigError naming the extra where the SDK is not installed."""
    try:
        from mcp.server.fastmcp import FastMCP
    except ModuleNotFoundError as error:
        raise ConfigError(f"`fks mcp` needs {error.name}: pip install 'fks-agents[mcp]'") from error
    from mcp.types import ToolAnnotations

    found = FastMCP("fks-agents", instructions="Gated trading decisions on paper. Times are ISO with a zone.")
    found._mcp_server.version = version("fks-agents")  # noqa: SLF001  there is no other way, and else it is the SDK's
    tools = Tools(desk, person)
    reads, acts = ToolAnnotations(readOnlyHint=True), ToolAnnotations(readOnlyHint=False, destructiveHint=False)
    looking: tuple[Callable[..., Any], ...] = (
        tools.explain, tools.forecast, tools.detect_structure, tools.backtest, tools.list_decisions,
    )  # fmt: skip
    acting: tuple[Callable[..., Any], ...] = (tools.analyze, tools.approve)
    for tool in looking:
        found.add_tool(tool, annotations=reads)
    for tool in acting:
        found.add_tool(tool, annotations=acts)
    return found


class Tools:
    """Each public method is a tool; its docstring is what an assistant reads. Errors are one line of text."""

    def __init__(self, desk: Desk, person: str) -> None:
        self._desk, self._person = desk, person

    async def analyze(self, symbol: str, timeframe: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """Decide on a symbol, with every number checked; returns the decision's id, action, status and reason."""
        return await self._run(self._analyze, symbol, timeframe, as_of)

    async def explain(self, decision_id: str) -> str:
        """Tell a recorded decision in words: what was seen, said, checked, allowed and done."""
        return await self._run(lambda: self._desk.ledger.decisions.cycle(decision_id).explain())

    async def forecast(self, symbol: str, forecaster: str = "ewma", as_of: str | None = None) -> dict[str, Any]:
        """Quantiles of the close over the desk's horizon, and the forecaster's measured skill against a random walk."""
        return await self._run(self._forecast, symbol, forecaster, as_of)

    async def detect_structure(self, symbol: str, detector: str = "bos", as_of: str | None = None) -> dict[str, Any]:
        """The newest events of a market-structure detector that does not repaint."""
        return await self._run(self._detect, symbol, detector, as_of)

    async def backtest(self, strategy: str, symbol: str) -> dict[str, Any]:
        """Play a preset strategy over all the bars of a symbol: figures, buy and hold beside, and significance."""
        return await self._run(self._backtest, strategy, symbol)

    async def list_decisions(self, symbol: str | None = None, count: int = 10) -> list[dict[str, Any]]:
        """Newest finished decisions, and before them the trades that wait for a person."""
        return await self._run(self._list, symbol, count)

    async def approve(self, decision_id: str, reason: str = "") -> dict[str, Any]:
        """Let a trade go that waits for a person: it is held against the newest price and account, then sent."""
        approve = self._desk.approvals.approve
        return _told(await self._run(lambda: approve(decision_id, by=self._person, reason=reason)))

    async def _run(self, work: Callable[..., T], *given: object) -> T:
        """In a thread, so that the connection stays alive; one of our errors becomes the tool's error text."""
        try:
            return await asyncio.to_thread(work, *given)
        except FksError as error:
            raise ValueError(str(error)) from None

    def _analyze(self, symbol: str, timeframe: Any, as_of: str | None) -> dict[str, Any]:
        return _told(self._desk.analyze(symbol, timeframe=timeframe, as_of=_moment(as_of)))

    def _forecast(self, symbol: str, forecaster: str, as_of: str | None) -> dict[str, Any]:
        from tools import forecasters

        settings, bars = self._desk.settings, self._bars(symbol, as_of)
        path = forecasters.get(forecaster)(bars.close, settings.horizon, forecasters.LEVELS)
        skill = forecasters.score(bars.close, forecasters.get(forecaster), settings.horizon, folds=forecasters.FOLDS)
        return {
            "symbol": symbol, "close": float(bars.close[-1]), "forecaster": forecaster,
            "levels": list(forecasters.LEVELS), "path": path.tolist(), "skill": skill,
        }  # fmt: skip

    def _detect(self, symbol: str, detector: str, as_of: str | None) -> dict[str, Any]:
        from tools import detectors

        bars = self._bars(symbol, as_of)
        events = detectors.get(detector)(bars)
        newest = [event.model_dump(mode="json") for event in events[-MOST:]]
        return {"symbol": symbol, "detector": detector, "count": len(events), "newest": newest}

    def _bars(self, symbol: str, as_of: str | None) -> Any:
        settings = self._desk.settings
        market = self._desk.feeds(settings).market
        moment = _moment(as_of) or market.span(symbol, settings.timeframe)[1]
        return market.bars(symbol, settings.timeframe, moment, settings.bars).guard(moment)

    def _backtest(self, strategy: str, symbol: str) -> dict[str, Any]:
        from evaluators.backtest import backtest

        settings = self._desk.settings
        done = backtest(strategy, symbol, source=settings.source, timeframe=settings.timeframe).as_json()
        return {name: value for name, value in done.items() if name not in ("trades", "equity")}

    def _list(self, symbol: str | None, count: int) -> list[dict[str, Any]]:
        waiting = [_told(cycle) for cycle in self._desk.approvals.waiting()]
        finished = self._desk.ledger.decisions.history(symbol=symbol, limit=min(max(count, 1), MOST))
        kept = {"id", "symbol", "timeframe", "as_of", "action", "status", "outcome", "reason"}
        return [*waiting, *(entry.model_dump(mode="json", include=kept) for entry in finished)]


def _moment(text: str | None) -> Any:
    from graphs.opening import moment_of

    return None if text is None else moment_of(text)


def _told(cycle: Any) -> dict[str, Any]:
    told = {"id", "symbol", "timeframe", "as_of", "action", "status", "reason"}
    return dict(cycle.model_dump(mode="json", include=told)) | {"outcome": cycle.verdict.outcome}
