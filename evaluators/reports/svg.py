"""Pictures for pages of ours: SVG without script or fonts, that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {
    "ink": "#010203", "muted": "#010204", "rule": "#010205", "accent": "#010206", "up": "#010207", "down": "#010208",
    "warn": "#010209",
}  # fmt: skip
"""Colours that stand for the page's own; replaced by its variables once the picture is drawn."""


def draw(size: tuple[float, float], paint: Callable[[Figure], None], *, told_by: str) -> str:
    """One `<svg>` element of `size` inches, described by the element with the id `told_by`.

    The same painting gives the same bytes.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {"svg.hashsalt": "fks-agents", "svg.fonttype": "none", "font.size": 10, "path.simplify": False}
    ):
        figure = Figure(figsize=size)
        paint(figure)
        page = io.StringIO()
        figure.savefig(
            page, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    return _themed(page.getvalue(), told_by)


def _themed(svg: str, told_by: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    # Names of groups would repeat where a page has several pictures; nothing refers to them.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    for name, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.replace("<svg", f'<svg role="img" aria-labelledby="{told_by}"', 1).strip()
