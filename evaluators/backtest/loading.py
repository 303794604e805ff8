"""Strategies from presets, TOML or JSON files; what does not fit is told in one line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from evaluators.backtest._names import near
from evaluators.backtest._part import Part
from evaluators.backtest.strategy import Strategy
from fks_agents.errors import UsageError

PRESETS = Path(__file__).parent / "presets"
_SHOWN = 3
_JSON_TYPES = {int: "integer", float: "number"}
_WORDS = {
    "too_short": "expected at least one",
    "string_pattern_mismatch": "expected words of small letters, joined by _",
}
"""What pydantic says in other words."""


class Unfit(NamedTuple):
    """One value of a strategy that does not fit."""

    path: str
    """`long.all[0].fact`; empty for the whole."""
    expected: str
    was: str

    def __str__(self) -> str:
        told = f"{self.path}: {self.expected}" if self.path else self.expected
        return f"{told}, was {self.was}" if self.was else told


def presets() -> tuple[str, ...]:
    """Names of the strategies that are shipped, sorted."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def load(name_or_path: str | Path) -> Strategy:
    """The preset of that name, or the strategy in a `.toml` or `.json` file; raises UsageError where it is none.

    A file's own name serves where it gives no `name`.
    """
    path = Path(name_or_path)
    if path.suffix not in (".toml", ".json"):
        if str(name_or_path) not in presets():
            known = near(str(name_or_path), presets()) or f" ({', '.join(presets())})"
            raise UsageError(f"expected a preset{known} or a .toml or .json file, was {str(name_or_path)!r}")
        path = PRESETS / f"{name_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not {path.suffix[1:].upper()}: {error}") from error
    if not isinstance(given, dict):
        raise UsageError(f"{path}: expected a table of a strategy, was {type(given).__name__}")
    _find_rules(given, path.parent)
    name = re.sub(r"\W+", "_", path.stem.lower()).strip("_")
    return parse({"name": name, **given}, source=str(name_or_path))


def _find_rules(given: dict[str, Any], folder: Path) -> None:
    """Rules in a file of their own lie beside the strategy's."""
    risk = given.get("risk")
    told = risk.get("rules") if isinstance(risk, dict) else None
    if isinstance(risk, dict) and isinstance(told, str) and told.endswith(".toml"):
        risk["rules"] = str(folder / told)


def parse(given: Mapping[str, Any], *, source: str = "strategy") -> Strategy:
    """A strategy from plain values; raises UsageError naming the path, what was expected, and what it was."""
    try:
        return Strategy.model_validate(dict(given))
    except ValidationError as error:
        found = _found(error)
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UsageError(f"{source}: {'; '.join(str(_one(each)) for each in found[:_SHOWN])}{more}") from None


def unfit(given: Mapping[str, Any], most: int = 50) -> tuple[Unfit, ...]:
    """What `parse` would refuse, the first of it; empty where it fits."""
    try:
        Strategy.model_validate(dict(given))
    except ValidationError as error:
        return tuple(_one(each) for each in _found(error)[:most])
    return ()


def _found(error: ValidationError) -> list[Any]:
    # A list whose items do not fit is also told to be too short.
    found = error.errors(include_url=False)
    return [each for each in found if each["type"] != "too_short" or not each["input"]]


def schema() -> str:
    """The JSON schema of a strategy file, as published."""
    found: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found |= Strategy.model_json_schema()
    _tell_parameters(found["$defs"])
    # A file's own name serves where it gives none.
    found.pop("required", None)
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _tell_parameters(parts: dict[str, Any]) -> None:
    """Say for each detector which parameters it takes."""
    from tools import detectors

    chosen = []
    for name in detectors.names():
        taken = {
            label: {"type": _JSON_TYPES.get(each.type, "string"), "default": each.default}
            for label, each in detectors.parameters(name).items()
        }
        parts[f"Parameters of {name}"] = {"type": "object", "properties": taken, "additionalProperties": False}
        told = {"properties": {"parameters": {"$ref": f"#/$defs/Parameters of {name}"}}}
        chosen.append({"if": {"properties": {"detector": {"const": name}}}, "then": told})
    parts["Detector"] = {"allOf": chosen}
    for part in ("Level", "Seen", "Newest"):
        parts[part]["allOf"] = [{"$ref": "#/$defs/Detector"}]
        parts[part]["properties"]["detector"]["enum"] = list(detectors.names())


def _one(problem: Any) -> Unfit:
    path, told, was = _path(problem["loc"]), problem["msg"], problem["input"]
    if problem["type"] == "extra_forbidden":
        return Unfit(path, f"unknown key{_near_key(problem['loc'])}", "")
    if problem["type"] == "missing":
        return Unfit(path, "expected a value", "none")
    if problem["type"].startswith("union_tag_"):
        told = _tags(problem["ctx"])
    told = _WORDS.get(problem["type"], told).removeprefix("Value error, ")
    inner = re.match(r"[a-z_.]+: ", told)
    if inner:
        path, told = f"{path}.{inner[0][:-2]}".lstrip("."), told[inner.end() :]
    told, given, its = re.sub(r"^Input should be ", "expected ", told).rpartition(", was ")
    return Unfit(path, told, its) if given else Unfit(path, its, _shown(was))


def _tags(context: Mapping[str, Any]) -> str:
    """The words between which a union chooses by a key."""
    is_entry = context["discriminator"] == "'type'"
    words = ("market", "limit") if is_entry else ("asmbtr", "markov", "sma_cross", "momentum")
    known = ", ".join(repr(word) for word in words[:-1])
    return f"{context['discriminator'][1:-1]}: expected {known} or {words[-1]!r}"


def _path(location: Sequence[str | int]) -> str:
    """`long.all[0].fact`; the marks of a union's choice, which begin with `~`, are no part of a file."""
    parts = ""
    for part in location:
        if isinstance(part, int):
            parts += f"[{part}]"
        elif not part.startswith("~") and part not in _TAGS:
            parts += f".{part}"
    return parts.lstrip(".")


_TAGS = ("market", "limit", "asmbtr", "markov", "sma_cross", "momentum", "str", "dict[str,union[float,int,bool,str]]")
"""Choices of unions, which are no part of a file either."""


def _near_key(location: Sequence[str | int]) -> str:
    known = {field.alias or name for model in _models() for name, field in model.model_fields.items()}
    return near(str(location[-1]), known)


def _models(of: type[Part] = Part) -> list[type[Part]]:
    return [each for kind in of.__subclasses__() for each in (kind, *_models(kind))]


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, dict) else "{" + ", ".join(value) + "}"
    return text if len(text) <= 60 else text[:57] + "..."
