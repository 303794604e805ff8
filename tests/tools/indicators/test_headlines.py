from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fks_agents.contracts import Headline
from tools.indicators import headlines

NOW = datetime(2018, 12, 24, 21, tzinfo=UTC)


def said(text: str, days_ago: float) -> Headline:
    return Headline(id="H1", text=text, published_at=NOW - timedelta(days=days_ago), source="wire")


def test_headlines_older_than_a_week_are_not_looked_at() -> None:
    told = (said("old", 7.01), said("edge", 7.0), said("new", 0.5))
    assert [headline.text for headline in headlines.recent(told, NOW)] == ["edge", "new"]


def test_of_very_many_the_newest_are_kept() -> None:
    told = tuple(said(str(number), 1.0 - number / 1000.0) for number in range(300))
    assert [headline.text for headline in headlines.recent(told, NOW)] == [str(number) for number in range(100, 300)]


def test_sides_are_counted_by_words() -> None:
    told = [
        said("Shares SURGE as profits beat estimates", 3.0),
        said("Index plunges on recession fears", 2.0),
        said("Stocks fall, then rebound", 1.0),  # one each: no side
        said("Falling star named", 0.25),  # `falling` is not on the list
    ]
    facts = headlines.describe(told, NOW)
    assert (facts["headlines_7d"], facts["headlines_1d"]) == (4, 2)
    assert (facts["headlines_good_7d"], facts["headlines_bad_7d"], facts["headlines_tone_7d"]) == (1, 1, 0.0)
    assert facts["headline_age"] == 0.25
    assert headlines.describe(told[:1], NOW)["headlines_tone_7d"] == 1.0
    assert set(facts) == {name for name, _, _ in headlines.FACTS}


def test_no_headlines_are_no_facts() -> None:
    assert headlines.describe((), NOW) == {}


@pytest.mark.parametrize("text", ["", "12 %", "ÄÖÜ ☃"])
def test_text_without_words_takes_no_side(text: str) -> None:
    assert headlines.describe([said(text, 1.0)], NOW)["headlines_tone_7d"] == 0.0
