"""What came back is an answer with its thoughts apart, or an error that says why it is none."""

from __future__ import annotations

import pytest

from fks_agents.deps import Call
from fks_agents.errors import ModelError
from fks_agents.llm.replies import reply


def test_thoughts_before_the_answer_are_kept_apart(call: Call) -> None:
    heard = reply("m", call, '<think>\nup?\n</think>\n{"view": "up"}', seconds=1.0)
    assert (heard.text, heard.reasoning) == ('{"view": "up"}', "up?")


def test_thoughts_from_both_places_are_kept(call: Call) -> None:
    assert reply("m", call, "<think>b</think>{}", seconds=1.0, reasoning="a ").reasoning == "a b"


@pytest.mark.parametrize(
    ("text", "how", "why"),
    [
        ("", {}, "expected a reply to technical, was empty"),
        (" \n", {"reasoning": "hm"}, "was empty after 2 characters of thought"),
        ("<think>up, because", {}, "cut off after 18 characters of thought, before any answer"),
        ("", {"reasoning": "hm", "ended": "length"}, "cut off after 2 characters of thought, before any answer"),
        ('{"view', {"ended": "max_tokens"}, "cut off after 6 characters$"),
        ("u" * 20_001, {}, "expected at most 20000 characters for technical, was 20001"),
        ('{"view": "\ufffd"}', {}, "expected UTF-8"),
    ],
)
def test_what_is_no_answer_says_why(text: str, how: dict[str, str], why: str, call: Call) -> None:
    with pytest.raises(ModelError, match=why):
        reply("m", call, text, seconds=1.0, ended=how.get("ended"), reasoning=how.get("reasoning", ""))


def test_thoughts_inside_an_answer_are_part_of_it(call: Call) -> None:
    text = '{"view": "<think>x</think>"}'
    assert reply("m", call, text, seconds=1.0).text == text
