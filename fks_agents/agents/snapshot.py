"""Everything that can be known at `as_of`, as facts with ids. No opinion is formed here and nothing newer gets in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from fks_agents.bars import SECONDS, Bars, Series, moment
from fks_agents.contracts import (
    AccountView,
    CalendarEvent,
    Document,
    Event,
    Fact,
    Forecast,
    Headline,
    Quality,
    Snapshot,
    StoredBars,
    StoredSeries,
    Timeframe,
)
from fks_agents.deps import Deps, Node
from fks_agents.errors import DataError, LookaheadError, UsageError
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tools import detectors, forecasters, indicators
from tools.bars.quality import assess
from tools.bars.resample import resample
from tools.indicators import Values, account, headlines, macro, outlook, quality, schedule, structure

if TYPE_CHECKING:
    from langgraph.runtime import Runtime

FEWEST = 250
"""Closed bars below which no snapshot is taken: a year of days, and what most facts need."""

SHOWN = 120
"""Bars whose events are kept in the snapshot; facts look at all of them."""


class _Seen(NamedTuple):
    """What was gathered before it becomes facts."""

    bars: Bars
    quality: Quality
    found: dict[str, tuple[Event, ...]]
    forecasts: tuple[Forecast, ...]
    series: tuple[Series, ...]
    headlines: tuple[Headline, ...]
    documents: tuple[Document, ...]
    calendar: tuple[CalendarEvent, ...]
    account: AccountView


class _Told(NamedTuple):
    """Values that share a timeframe, a moment and an origin."""

    values: Iterable[tuple[str, float | str]]
    as_of: datetime
    origin: str
    timeframe: Timeframe | None = None


def snapshot(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    """What is known, and where its quality forbids a decision also why the cycle stops.

    Raises DataError where there are fewer than 250 bars, LookaheadError where a source gives what came later,
    UsageError where the higher timeframe is not the longer one.
    """
    deps, as_of = runtime.context, state["as_of"]
    higher = deps.settings.higher_timeframe
    if SECONDS[higher] <= SECONDS[state["timeframe"]]:
        raise UsageError(f"expected a higher_timeframe longer than {state['timeframe']}, was {higher!r}")
    bars = deps.market.bars(state["symbol"], state["timeframe"], as_of, deps.settings.bars).guard(as_of)
    if len(bars) < FEWEST:
        raise DataError(
            f"{bars.symbol} {bars.timeframe}: expected at least {FEWEST} bars closed by {as_of.isoformat()}, "
            f"was {len(bars)}"
        )
    judged = assess(bars, as_of)
    if judged.score >= deps.settings.min_quality:
        return {"snapshot": _taken(deps, bars, judged, as_of)}
    stopped = (
        f"data quality {judged.score:g} of 100, at least {deps.settings.min_quality:g} wanted: "
        f"{'; '.join(judged.reasons)}"
    )
    try:
        return {"snapshot": _taken(deps, bars, judged, as_of), "stopped": stopped}
    except LookaheadError:
        raise
    except DataError:
        # Prices that are none: there is nothing to show but the reason.
        return {"stopped": stopped}


def _taken(deps: Deps, bars: Bars, judged: Quality, as_of: datetime) -> Snapshot:
    seen = _gathered(deps, bars, judged, as_of)
    facts = _facts(seen, deps.settings, deps.market.name, as_of)
    known = {fact.name: fact.value for fact in facts if fact.timeframe == bars.timeframe}
    last_shown = moment(bars.closed[-min(SHOWN, len(bars))])
    return Snapshot.model_validate(
        {
            "symbol": bars.symbol,
            "source": deps.market.name,
            "timeframe": bars.timeframe,
            "as_of": as_of,
            "price": float(bars.close[-1]),
            "regime": known["regime"],
            "facts": facts,
            "quality": seen.quality,
            "events": [e for events in seen.found.values() for e in events if e.confirmed_at >= last_shown],
            "forecasts": seen.forecasts,
            "headlines": seen.headlines,
            "documents": seen.documents,
            "calendar": seen.calendar,
            "account": seen.account,
            "bars": [StoredBars(timeframe=bars.timeframe, digest=deps.store.put(bars), count=len(bars))],
            "series": [StoredSeries(name=each.name, digest=deps.store.put(each)) for each in seen.series],
        }
    )


def _gathered(deps: Deps, bars: Bars, judged: Quality, as_of: datetime) -> _Seen:
    series = tuple(each.guard(as_of) for each in deps.macro.series(as_of)) if deps.macro is not None else ()
    news = deps.news.headlines(bars.symbol, as_of) if deps.news is not None else ()
    documents = deps.documents.documents(bars.symbol, as_of) if deps.documents is not None else ()
    view = deps.broker.account(bars.symbol, as_of)
    for headline in news:
        _guard(f"headline {headline.id!r} came out", headline.published_at, as_of)
    for document in documents:
        _guard(f"document {document.id!r} came out", document.published_at, as_of)
    if view.last_trade_at is not None:
        _guard("the account traded", view.last_trade_at, as_of)
    return _Seen(
        bars=bars,
        quality=judged,
        found={name: tuple(detectors.get(name)(bars)) for name in deps.settings.detectors},
        forecasts=tuple(_forecast(name, bars, deps.settings) for name in deps.settings.forecasters),
        series=series,
        headlines=headlines.recent(news, as_of),
        documents=documents,
        calendar=deps.calendar.events(as_of) if deps.calendar is not None else (),
        account=view,
    )


def _guard(what: str, at: datetime, as_of: datetime) -> None:
    if at > as_of:
        raise LookaheadError(f"{what} {at.isoformat()}, after as_of {as_of.isoformat()}")


def _forecast(name: str, bars: Bars, settings: Settings) -> Forecast:
    """From the closes alone; its skill from how it would have done on them."""
    forecaster, closes = forecasters.get(name), tuple(bars.close.tolist())
    path = forecaster(closes, settings.horizon, forecasters.LEVELS)
    return Forecast(
        forecaster=name,
        horizon=settings.horizon,
        levels=forecasters.LEVELS,
        path=tuple(tuple(row) for row in path.tolist()),
        skill=forecasters.score(closes, forecaster, settings.horizon),
    )


def _facts(seen: _Seen, settings: Settings, source: str, as_of: datetime) -> tuple[Fact, ...]:
    defined = {each.name: each for each in indicators.definitions()}
    return tuple(
        Fact(
            id=f"F{number}",
            name=name,
            value=value,
            unit=defined[name].unit,
            timeframe=told.timeframe,
            as_of=told.as_of,
            source=f"{told.origin}/{defined[name].family}",
        )
        for number, (told, name, value) in enumerate(
            ((told, name, value) for told in _told(seen, settings, source, as_of) for name, value in told.values),
            start=1,
        )
    )


def _told(seen: _Seen, settings: Settings, source: str, as_of: datetime) -> Iterator[_Told]:
    bars, close, closed = seen.bars, float(seen.bars.close[-1]), moment(seen.bars.closed[-1])
    # The window may begin inside a higher bar, so the first of them is not whole.
    higher = resample(bars, settings.higher_timeframe)[1:]

    def told(values: Values, origin: str, known_at: datetime = as_of, timeframe: Timeframe | None = None) -> _Told:
        return _Told(indicators.present(values), known_at, origin, timeframe)

    yield _Told(indicators.measure(bars), closed, source, bars.timeframe)
    if len(higher):
        yield _Told(indicators.measure(higher), moment(higher.closed[-1]), source, higher.timeframe)
    yield told(structure.describe(seen.found, bars), source, closed, bars.timeframe)
    yield told(outlook.describe(seen.forecasts, close), source, closed, bars.timeframe)
    spread = macro.credit_spread({each.name: each for each in seen.series})
    for each in (*seen.series, *([spread] if spread is not None else [])):
        if len(each):
            yield told(macro.describe(each), each.source, moment(each.published[-1]))
            yield told(macro.age(each, as_of), each.source)
    yield told(headlines.describe(seen.headlines, as_of), "news")
    yield told(schedule.describe(seen.calendar, as_of), "calendar")
    yield told(account.describe(seen.account, close, as_of), "broker")
    yield told(quality.describe(seen.quality, bars, as_of), source)


_: Node = snapshot
