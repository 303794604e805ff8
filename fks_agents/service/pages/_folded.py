"""Parts of a page that open when somebody wants them; what is long is built only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from fks_agents.service.pages._frame import badge, table, text
from fks_agents.service.pages._parts import Cell, Tone

TONES: dict[str, Tone] = {
    "pass": "good", "fail": "bad", "unscored": "warn", "unchecked": "muted", "right": "good", "wrong": "bad",
}  # fmt: skip
"""Of words that say how something came out."""

FIRST = 50
"""Rows of a long table that are shown at first."""


@contextmanager
def folded(title: str, *, is_open: bool = False, word: str = "") -> Iterator[Element]:
    """Opens and closes in the browser; `word` is a state that stands before the title."""
    with ui.element("details").classes("folded") as box:
        if is_open:
            box.props["open"] = True
        with ui.element("summary"):
            if word:
                badge(word, TONES.get(word, ""))
            text("span", title)
        yield box


def folded_later(title: str, build: Callable[[], object]) -> None:
    """Built when it is opened first."""
    with folded(title) as box:
        shape = ui.element("div").classes("stack")
    is_built = False

    def opened() -> None:
        nonlocal is_built
        if not is_built:
            is_built = True
            with shape:
                build()

    box.on("toggle", opened, args=[])


def long_table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str | Cell]], *, numbers: Sequence[str] = ()
) -> None:
    """The first 50 rows, and a button for all."""
    if len(rows) <= FIRST:
        table(caption, columns, rows, numbers=numbers)
        return
    with ui.element("div").classes("stack") as shape:
        table(caption, columns, rows[:FIRST], numbers=numbers)
        more = button(f"Show all {len(rows)} rows")

    def show_all() -> None:
        shape.clear()
        with shape:
            table(caption, columns, rows, numbers=numbers)

    more.on("click", show_all, args=[])


def button(said: str) -> TextElement:
    shape = text("button", said, "desk-button")
    shape.props["type"] = "button"
    return shape


def go(said: str, href: str) -> TextElement:
    """A way to another page."""
    shape = text("a", said)
    shape.props["href"] = href
    return shape


def lines(said: Sequence[str], classes: str = "") -> None:
    """A list, each line as it is."""
    with ui.element("ul").classes(f"lines {classes}"):
        for each in said:
            text("li", each, "said")


def alert(said: str) -> None:
    text("p", said, "bad").props["role"] = "alert"
