"""Every list of a schema ends; nothing else of it changes."""

from __future__ import annotations

from typing import Any

from fks_agents.agents.answers import AnalystAnswer
from fks_agents.llm.grammar import MOST_ITEMS, bounded
from fks_agents.llm.structured import schema_of


def test_lists_get_an_end_wherever_they_stand() -> None:
    schema: dict[str, Any] = schema_of(AnalystAnswer)
    limited: dict[str, Any] = bounded(schema)
    assert limited["properties"]["claims"]["maxItems"] == MOST_ITEMS
    assert limited["$defs"]["SaidClaim"]["properties"]["fact_ids"]["maxItems"] == MOST_ITEMS
    assert "maxItems" not in str(schema)


def test_a_limit_that_is_there_stays() -> None:
    assert bounded({"type": "array", "maxItems": 2}) == {"type": "array", "maxItems": 2}


def test_a_list_that_must_be_longer_may_be() -> None:
    assert bounded({"type": "array", "minItems": 9}) == {"type": "array", "minItems": 9, "maxItems": 9}


def test_what_is_no_list_stays_as_it_is() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"view": {"enum": ["up", "down"]}}, "required": ["view"]}
    assert bounded(schema) == schema
