from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evaluators.backtest import load, presets
from fks_agents.service.routes.strategies import LONGEST
from fks_agents.service.showing.strategies import BLANK, Trouble, check, lines, name_trouble, written

TEXT = """{
  "long": {
    "all": [
      {"fact": "rsi_14", "is": "below", "than": 30},
      {"fact": "rsi_15",
       "is": "over", "than": 30}
    ]
  },
  "exit": {"bars": 0}
}"""


def test_each_trouble_names_its_line_path_expectation_and_value() -> None:
    found = check(TEXT, "mine")
    assert found.strategy is None
    assert [(each.line, each.path, each.was) for each in found.troubles] == [
        (5, "long.all[1].fact", "'rsi_15'"),
        (6, "long.all[1].is", "'over'"),
        (9, "exit.bars", "0"),
    ]
    assert found.troubles[2].expected == "expected greater than or equal to 1"


def test_a_text_that_fits_is_a_strategy() -> None:
    assert check(BLANK, "mine") == (json.loads(BLANK), ())


@pytest.mark.parametrize("name", presets())
def test_a_copy_of_a_shipped_strategy_fits(name: str) -> None:
    told = load(name).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert check(written(told), "copied").troubles == ()


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", Trouble(1, "", "expected JSON: Expecting value, column 1", "")),
        ('{\n "long": }', Trouble(2, "", "expected JSON: Expecting value, column 10", "")),
        ("[]", Trouble(1, "", "expected { and the parts of a strategy", "list")),
        ('{"exit": {"bars": 1, "bars": 2}}', Trouble(1, "", "expected each key once, was 'bars' twice", "")),
        ('{"exit": {"bars": NaN}}', Trouble(1, "", "expected finite numbers, was NaN", "")),
        ("[" * 50_000, Trouble(1, "", "expected fewer brackets within brackets", "")),
        (" " * (LONGEST + 1), Trouble(1, "", "expected at most 50,000 characters", "50,001")),
        (
            '{"risk": {"rules": "/etc/secrets.toml"}}',
            Trouble(1, "risk.rules", "expected a name or the rules themselves", "'/etc/secrets.toml'"),
        ),
    ],
)
def test_what_is_no_strategy_is_told_where(text: str, trouble: Trouble) -> None:
    assert check(text, "mine").troubles == (trouble,)


def test_of_a_flood_of_troubles_the_first_are_told() -> None:
    text = json.dumps({f"key{n}": 1 for n in range(2_000)})
    assert len(check(text, "mine").troubles) == 50


def test_another_name_in_the_text_is_told() -> None:
    text = BLANK.replace("{\n", '{\n  "name": "other",\n', 1)
    (trouble,) = check(text, "mine").troubles
    assert (trouble.line, trouble.path, trouble.was) == (2, "name", "'other'")


def test_a_path_that_is_not_in_the_text_is_told_at_what_is_around_it() -> None:
    (trouble,) = check('{\n"exit": {\n"bars": 3},\n"long": {"fact": "rsi_14", "is": "above"}}', "mine").troubles
    assert (trouble.line, trouble.path) == (4, "long.than")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine", ""), ("Mine", "expected small letters"), ("", "expected small letters"), ("a" * 64, "expected small"),
        ("sma_cross", "is shipped"), ("theirs", "theirs is taken"),
    ],
)  # fmt: skip
def test_a_name_is_refused_with_its_reason(name: str, said: str) -> None:
    told = name_trouble(name, ("theirs",))
    assert said in told if said else told == ""


def paths(value: Any, at: str = "") -> set[str]:
    found = {at}
    if isinstance(value, dict):
        for key, each in value.items():
            found |= paths(each, f"{at}.{key}".lstrip("."))
    if isinstance(value, list):
        for place, each in enumerate(value):
            found |= paths(each, f"{at}[{place}]")
    return found


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, VALUES, max_size=3), st.sampled_from([None, 1]))
def test_every_value_of_a_text_has_a_line(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    found = lines(text)
    assert set(found) == paths(value)
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())
