"""Small parts of pages. Texts go in as text, never as HTML or Markdown, and never through `.props("...")`.

`.props("...")` reads names and values out of its text, and names that begin with `:` are run in the browser: what
people or models wrote goes in as `element.props[name] = value` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

Tone = Literal["", "muted", "good", "bad", "warn"]


class Cell(NamedTuple):
    """Of a table, where it is more than a word."""

    text: str
    tone: Tone = ""
    href: str = ""
    """Address of another page."""


def text(tag: str, said: str, classes: str = "") -> TextElement:
    """An element that says so, whatever characters it has."""
    return TextElement(tag=tag, text=said).classes(classes)


@contextmanager
def panel(title: str, classes: str = "", *, hint: str = "") -> Iterator[Element]:
    """A box with its heading; a region of that name to who cannot see it."""
    with ui.element("section").classes(f"panel {classes}") as box:
        box.props["aria-label"] = title
        with ui.element("div").classes("line spread"):
            text("h2", title)
            if hint:
                text("span", hint, "muted small")
        yield box


def badge(said: str, tone: Tone = "") -> TextElement:
    """A state in a word: the word says it, the colour only repeats it."""
    return text("span", said, f"badge {tone}")


def figures(shown: Sequence[tuple[str, str]]) -> Element:
    """Names and their values."""
    with ui.element("dl").classes("figures") as shape:
        for name, value in shown:
            with ui.element("div"):
                text("dt", name)
                text("dd", value)
    return shape


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str | Cell]], *, numbers: Sequence[str] = ()
) -> Element:
    """Rows under each other where the screen is narrow. `numbers` names the columns that are set to the right."""
    with ui.element("div").classes("scroll") as box, ui.element("table").classes("table"):
        text("caption", caption)
        with ui.element("thead"), ui.element("tr"):
            for column in columns:
                text("th", column, "number" if column in numbers else "").props["scope"] = "col"
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for column, given in zip(columns, row, strict=True):
                        _cell(column, given if isinstance(given, Cell) else Cell(given), is_number=column in numbers)
    return box


def _cell(column: str, cell: Cell, *, is_number: bool) -> None:
    with ui.element("td").classes("number" if is_number else "") as box:
        box.props["data-label"] = column
        said = text("a" if cell.href else "span", cell.text, cell.tone)
        if cell.href:
            said.props["href"] = cell.href
