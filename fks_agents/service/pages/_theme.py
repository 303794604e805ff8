"""Colours of both themes, as CSS variables: nothing on a page names a colour but by these.

`ground` lies behind everything, `surface` behind a panel, `raised` behind what stands out of a panel. The others are
for text and marks on any of the three; `on_accent` is for text on `accent`.
"""

from __future__ import annotations

from typing import Literal

Theme = Literal["dark", "light"]

COLOURS: dict[Theme, dict[str, str]] = {
    "dark": {
        "ground": "#0e1319", "surface": "#151c24", "raised": "#1e2731", "line": "#2f3b48", "edge": "#75869a",
        "text": "#e4e9ef", "muted": "#a3b0be", "accent": "#79b8ff", "on_accent": "#0b1622",
        "good": "#5cc98d", "bad": "#ff8a80", "warn": "#e8b949", "violet": "#c3a6ff",
    },
    "light": {
        "ground": "#f4f6f8", "surface": "#ffffff", "raised": "#eaeef2", "line": "#cfd7df", "edge": "#6b7885",
        "text": "#17202b", "muted": "#4b5866", "accent": "#0a54a0", "on_accent": "#ffffff",
        "good": "#0f6a3b", "bad": "#b3261e", "warn": "#7d5200", "violet": "#6437b3",
    },
}  # fmt: skip
"""`line` parts things and carries no meaning; `edge` is the border of what can be operated."""

GROUNDS = ("ground", "surface", "raised")
WORDS = ("text", "muted", "accent", "good", "bad", "warn", "violet")
"""Colours that text may have."""


def variable(colour: str) -> str:
    """For CSS and for charts: `var(--fks-text)`."""
    return f"var(--fks-{colour.replace('_', '-')})"


def stylesheet() -> str:
    """The variables; without the script that sets `data-theme`, what the browser prefers."""
    dark, light = (_block(theme) for theme in ("dark", "light"))
    return (
        f":root {{ {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ {dark} }} }}\n"
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )


def contrast(one: str, other: str) -> float:
    """Of two colours as `#rrggbb`, from 1 to 21, as WCAG 2.2 defines it; text needs 4.5, marks need 3."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _block(theme: Theme) -> str:
    colours = "; ".join(f"--fks-{name.replace('_', '-')}: {value}" for name, value in COLOURS[theme].items())
    return f"color-scheme: {theme}; {colours};"
