"""Strategies: those that are shipped, and those that are kept here with every version."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from evaluators.backtest import Strategy, load, parse, presets, schema
from fks_agents.errors import UsageError
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.state import Held, Service
from memory.strategies import Version

router = APIRouter(prefix="/strategies", tags=["strategies"])

LONGEST = 50_000
"""Characters of a strategy as JSON; to hold more against the schema would keep the service busy."""

Name = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,62}$")]


class Draft(BaseModel):
    """A strategy as in a file; `GET /strategies/schema` says what it may hold."""

    model_config = ConfigDict(extra="forbid")

    strategy: Annotated[dict[str, JsonValue], Field(min_length=1)]
    version: Annotated[int, Field(ge=0, le=10**6)] | None = None
    """The one this was written over, 0 for a new one; it is refused where there is another by now."""


class Kept(BaseModel):
    name: str
    version: int
    """0 where it is shipped."""
    by: str
    at: AwareDatetime | None
    strategy: dict[str, Any] | None
    """None where this version deleted it."""


@cache
def _published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema())
    return found


@router.get("/schema", responses=documented())
def published(person: Annotated[Person, viewer()]) -> dict[str, Any]:
    """The JSON schema of a strategy."""
    del person
    return _published()


@router.get("", responses=documented(503))
def strategies(held: Held, person: Annotated[Person, viewer()]) -> list[Kept]:
    """Shipped ones, then those kept here, by name."""
    del person
    return [*map(_shipped, presets()), *map(_kept, held.desk.ledger.strategies.newest())]


@router.get("/{name}", responses=documented(404, 422, 503))
def strategy(held: Held, name: Name, person: Annotated[Person, viewer()]) -> Kept:
    del person
    return _newest(held, name)


@router.get("/{name}/versions", responses=documented(404, 422, 503))
def versions(held: Held, name: Name, person: Annotated[Person, viewer()]) -> list[Kept]:
    """Oldest first, the deleted ones among them."""
    del person
    if name in presets():
        return [_shipped(name)]
    if not (found := held.desk.ledger.strategies.of(name)):
        raise Problem(404, f"unknown strategy {name!r}")
    return [_kept(version) for version in found]


@router.put("/{name}", responses=documented(400, 409, 422, 503), status_code=201)
def keep(held: Held, name: Name, draft: Draft, person: Annotated[Person, trader()]) -> Kept:
    """Keep a strategy, or its next version."""
    _is_ours(name)
    read = written(draft.strategy, name)
    return _kept(_add(held, name, person, read.model_dump_json(by_alias=True, exclude_defaults=True), draft.version))


@router.delete("/{name}", responses=documented(404, 409, 422, 503), status_code=204, response_class=Response)
def delete(held: Held, name: Name, person: Annotated[Person, trader()]) -> None:
    """It is not listed any more; its versions stay."""
    _is_ours(name)
    _add(held, name, person, None, _newest(held, name).version)


def written(given: dict[str, JsonValue], name: str) -> Strategy:
    """Raises UsageError naming what does not fit. Files of this machine are not read."""
    if (size := len(json.dumps(given))) > LONGEST:
        raise UsageError(f"strategy: expected at most {LONGEST:,} characters of JSON, was {size:,}")
    risk = given.get("risk")
    rules = risk.get("rules") if isinstance(risk, dict) else None
    if isinstance(rules, str) and rules.endswith(".toml"):
        raise UsageError(f"strategy.risk.rules: expected a name or the rules themselves, was {rules[:60]!r}")
    if (named := given.get("name", name)) != name:
        raise UsageError(f"strategy.name: expected {name!r}, was {str(named)[:60]!r}")
    return parse({**given, "name": name})


def named(held: Service, name: str) -> Strategy:
    """A shipped strategy, or the newest version of one kept here; raises Problem 404."""
    found = _newest(held, name)
    return load(name) if found.strategy is None or not found.version else parse(found.strategy)


def _newest(held: Service, name: str) -> Kept:
    if name in presets():
        return _shipped(name)
    found = held.desk.ledger.strategies.of(name)
    if not found or found[-1].strategy is None:
        raise Problem(404, f"unknown strategy {name!r}")
    return _kept(found[-1])


def _is_ours(name: str) -> None:
    if name in presets():
        raise Problem(409, f"{name} is shipped and does not change; choose another name")


def _add(held: Service, name: str, person: Person, text: str | None, over: int | None) -> Version:
    known = len(held.desk.ledger.strategies.of(name))
    if over is not None and over != known:
        raise Problem(409, f"strategy {name}: expected to be written over version {known}, was {over}")
    version = Version(name=name, number=known + 1, by=person.name, at=held.desk.clock.now(), strategy=text)
    held.desk.ledger.strategies.add(version)
    return version


def _kept(version: Version) -> Kept:
    read = None if version.strategy is None else json.loads(version.strategy)
    return Kept(name=version.name, version=version.number, by=version.by, at=version.at, strategy=read)


def _shipped(name: str) -> Kept:
    told = load(name).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Kept(name=name, version=0, by="fks-agents", at=None, strategy=told)
