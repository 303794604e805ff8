"""What a person's message asks a desk for: one symbol, and perhaps a timeframe and a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast, get_args

from pydantic import TypeAdapter, ValidationError

from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.service.inputs import Moment

_WORD = re.compile(r"[^\s,;!?\"'`()\[\]{}<>]+")
_PAIR = re.compile(r"[A-Z0-9]{2,12}[/:.-][A-Z0-9/:.-]{2,20}")
"""How a source that cannot list its symbols writes them: BTC/USDT."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\S+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN = 12
_TIMEFRAMES = get_args(Timeframe)
_MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)


class Meant(NamedTuple):
    symbol: str
    timeframe: Timeframe | None
    as_of: datetime | None


def read(message: str, symbols: Sequence[str]) -> Meant:
    """Raises UsageError, in words for the person, where it does not name exactly one symbol."""
    words = [word.rstrip(".:") for word in _WORD.findall(message)]
    frames = list(dict.fromkeys(word for word in words if word in _TIMEFRAMES))
    moments = list(dict.fromkeys(word for word in words if _MOMENT.fullmatch(word)))
    if day := next((word for word in words if _DAY.fullmatch(word)), None):
        raise UsageError(f"{day} is a day; say the moment too, with its zone, like {day}T20:00:00Z.")
    for kind, found in (("timeframe", frames), ("moment", moments)):
        if len(found) > 1:
            raise UsageError(f"I decide one thing at a time; this names more than one {kind}: {', '.join(found)}.")
    try:
        as_of = _MOMENTS.validate_python(moments[0]) if moments else None
    except ValidationError as error:
        raise UsageError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None
    return Meant(_symbol(words, symbols), cast(Timeframe, frames[0]) if frames else None, as_of)


def _symbol(words: Sequence[str], symbols: Sequence[str]) -> str:
    known = {symbol.upper(): symbol for symbol in symbols}
    found = [known[word.upper()] for word in words if word.upper() in known]
    if not symbols:
        found = [word for word in words if _PAIR.fullmatch(word)]
    named = list(dict.fromkeys(found))
    if len(named) == 1:
        return named[0]
    if named:
        raise UsageError(f"I decide one thing at a time; this names {', '.join(named)}.")
    listed = ", ".join(symbols[:_SHOWN]) + (", ..." if len(symbols) > _SHOWN else "")
    known_here = f" Here I know {listed}." if symbols else ""
    raise UsageError(
        "Name one symbol and I decide on it, like `SPX`, `SPX 1d` or `SPX 1d 2018-04-20T20:00:00Z`." + known_here
    )
