"""The last line of a terminal tells what was spent and what is being written; anywhere else nothing is shown."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from fks_agents.cli._meter import Meter
from fks_agents.contracts import Spent, Usage


def shown(*events: tuple[str, dict[str, Any]], terminal: bool = True, width: int = 100) -> str:
    screen = StringIO()
    console = Console(file=screen, force_terminal=terminal, width=width, highlight=False, emoji=False, markup=False)
    with Meter(console) as meter:
        for name, learned in events:
            meter(name, learned)
            if meter._line is not None:
                meter._line._live.refresh()
    return screen.getvalue()


def token(text: str, *, call: str = "c1", role: str = "technical", is_first: bool = False, **more: str) -> Any:
    return "token", {"role": role, "call": call, "text": text, "reasoning": "", "is_first": is_first, **more}


def spent(tokens: int) -> Any:
    return "meter", {"usage": Usage(spent=(Spent(role="technical", calls=1, input_tokens=tokens),))}


def test_words_and_figures_are_on_one_line() -> None:
    screen = shown(spent(1_200), token("the trend ", is_first=True), token("is up"))
    assert "1,200 tokens" in screen
    assert "technical: the trend is up" in screen


def test_thoughts_are_shown_too_while_they_are_thought() -> None:
    assert "technical: let me see" in shown(token("", is_first=True, reasoning="let me see"))


def test_the_first_who_writes_is_shown_until_it_ends() -> None:
    ended: Any = ("reply", {"role": "technical", "call": "c1", "failure": ""})
    screen = shown(token("first", is_first=True), token("second", call="c2", role="macro", is_first=True))
    assert "second" not in screen
    screen = shown(token("first", is_first=True), ended, token("second", call="c2", role="macro", is_first=True))
    assert "macro: second" in screen


def test_a_try_that_is_void_is_wiped_off() -> None:
    screen = shown(token("wrong", is_first=True), token("right", is_first=True))
    assert "technical: right" in screen
    assert "wrongright" not in screen


def test_a_model_cannot_steer_the_terminal() -> None:
    assert "\x1b]0;owned" not in shown(token("\x1b]0;owned\x07", is_first=True))


def test_brackets_of_a_model_are_no_markup() -> None:
    assert "technical: [/bold] [red]x" in shown(token("[/bold] [red]x", is_first=True))


def test_nothing_is_shown_where_nobody_looks() -> None:
    assert shown(spent(1_200), token("the trend", is_first=True), terminal=False) == ""
    assert "the trend" not in shown(spent(1_200), token("the trend", is_first=True), width=30)
