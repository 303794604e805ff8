"""Fields of forms, and the question before what cannot be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui
from nicegui.elements.button import Button
from nicegui.elements.input import Input
from nicegui.elements.number import Number
from nicegui.elements.select import Select

from fks_agents.service.pages._parts import text


def field(label: str, *, value: str = "", hint: str = "", most: int = 200) -> Input:
    made = ui.input(label, value=value).props("outlined dense").classes("field")
    made.props["maxlength"] = most
    if hint:
        made.props["hint"] = hint
    return made


def day(label: str, *, hint: str = "") -> Input:
    """A day, chosen with what the browser has for it."""
    return field(label, hint=hint).props("type=date stack-label")


def number(label: str, *, value: float | None = None, hint: str = "", step: float | None = None) -> Number:
    made = ui.number(label, value=value, step=step).props("outlined dense").classes("field")
    if hint:
        made.props["hint"] = hint
    return made


def choice(label: str, options: Sequence[str] | Mapping[str, str], *, value: str | None = None) -> Select:
    given = dict(options) if isinstance(options, Mapping) else list(options)
    made = ui.select(given, label=label, value=value).props("outlined dense options-dense").classes("field")
    # The list itself has a name, too.
    made.props["aria-label"] = label
    return made


def choices(label: str, options: Sequence[str], *, value: Sequence[str]) -> Select:
    """Several of them."""
    made = ui.select(list(options), label=label, value=list(value), multiple=True)
    made.props("outlined dense options-dense use-chips").classes("field")
    made.props["aria-label"] = label
    return made


def button(label: str, *, is_main: bool = False, is_grave: bool = False) -> Button:
    """`is_grave`: what stops or deletes something."""
    if is_main:
        return ui.button(label, color="negative" if is_grave else "primary").props("unelevated no-caps")
    return ui.button(label, color=None).props("outline no-caps").classes("bad" if is_grave else "plain")


async def confirmed(title: str, said: str, label: str, *, is_grave: bool = True) -> bool:
    """Ask; False where it is left by Escape or with the page, too."""
    with ui.dialog() as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = title
        text("h2", title)
        text("p", said, "said")
        with ui.element("div").classes("line"):
            button("Leave it").on_click(lambda: dialog.submit(False)).props("autofocus")
            button(label, is_main=True, is_grave=is_grave).on_click(lambda: dialog.submit(True))
    answer = await dialog
    if not dialog.is_deleted:  # it goes with its page
        dialog.delete()
    return bool(answer)
