"""What a model is asked: nothing to compute, and only answers that are in range and can be copied."""

from __future__ import annotations

import re
from typing import Any

import pytest

import prompts
from fks_agents.agents.answers import AnalystAnswer, DebaterAnswer, ManagerAnswer, PersonaAnswer, citing
from fks_agents.llm.structured import Answer, schema_of

ARITHMETIC = re.compile(
    r"\b(comput|calculat|add up|sum of|averag|multipl|divid|subtract|estimat|count how|percentage of)\w*", re.IGNORECASE
)
BY_CODE = re.compile(r"by code|code computes|code compares|do no arithmetic|recompute", re.IGNORECASE)
NUMBERS = {"value", "stance", "conviction"}
"""The only numbers a model may give: one it copies, and how it leans."""


def newest() -> list[str]:
    return sorted({name.partition("/")[0] for name in prompts.shipped()})


@pytest.mark.parametrize("role", newest())
def test_no_prompt_asks_for_arithmetic(role: str) -> None:
    sentences = re.split(r"(?<=[.:;?!])\s", prompts.newest(role).text)
    asking = [one for one in sentences if ARITHMETIC.search(one) and not BY_CODE.search(one)]
    assert asking == []


@pytest.mark.parametrize("shape", [AnalystAnswer, DebaterAnswer, ManagerAnswer, PersonaAnswer])
def test_no_answer_has_a_field_for_a_price_a_size_or_a_stop(shape: type[Answer]) -> None:
    assert set(_numbers(schema_of(shape))) <= NUMBERS


def _numbers(schema: Any, name: str = "") -> list[str]:
    """Names of the fields that hold a number."""
    if isinstance(schema, list):
        return [found for one in schema for found in _numbers(one, name)]
    if not isinstance(schema, dict):
        return []
    if schema.get("type") in ("number", "integer") or any(isinstance(one, float) for one in schema.get("enum", ())):
        return [name]
    own = schema.get("properties", {})
    inner = [found for field, one in own.items() for found in _numbers(one, field)]
    rest = {key: value for key, value in schema.items() if key != "properties"}
    return inner + [found for value in rest.values() for found in _numbers(value, name)]


def test_the_schema_offers_only_what_is_in_range() -> None:
    schema: Any = schema_of(AnalystAnswer)
    offered = {name: schema["properties"][name]["enum"] for name in ("stance", "conviction")}
    assert (min(offered["stance"]), max(offered["stance"])) == (-1, 1)
    assert (min(offered["conviction"]), max(offered["conviction"])) == (0, 1)


def test_only_ids_that_were_shown_can_be_cited_while_decoding() -> None:
    schema: Any = citing(schema_of(AnalystAnswer), ["F1", "F7"])
    assert schema["$defs"]["SaidClaim"]["properties"]["fact_ids"]["items"] == {"enum": ["F1", "F7"]}
    assert citing(schema_of(AnalystAnswer), []) == schema_of(AnalystAnswer)
