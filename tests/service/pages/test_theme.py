from __future__ import annotations

import re
from pathlib import Path

import pytest

from fks_agents.service import pages
from fks_agents.service.pages._theme import COLOURS, GROUNDS, WORDS, Theme, contrast, stylesheet, variable

FOLDER = Path(pages.__file__).parent


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0), ("#767676", "#ffffff", 4.54)]
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("theme", COLOURS)
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = COLOURS[theme]
    for word in WORDS:
        for ground in GROUNDS:
            assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground)
    for filled in ("accent", "good", "bad", "warn"):
        assert contrast(colours["on_accent"], colours[filled]) >= 4.5, filled


@pytest.mark.parametrize("theme", COLOURS)
def test_what_can_be_operated_stands_out(theme: Theme) -> None:
    for ground in GROUNDS:
        assert contrast(COLOURS[theme]["edge"], COLOURS[theme][ground]) >= 3.0, ground


def test_both_themes_name_the_same_colours() -> None:
    assert set(COLOURS["dark"]) == set(COLOURS["light"])
    assert set(re.findall(r"--fks-[a-z-]+", stylesheet())) == {variable(name)[4:-1] for name in COLOURS["dark"]}


def test_no_page_names_a_colour_of_its_own() -> None:
    for path in [*FOLDER.glob("*.py"), FOLDER / "assets" / "desk.css"]:
        if path.name != "_theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b|\brgba?\(", path.read_text("utf-8")), path.name


def test_every_variable_that_is_used_exists() -> None:
    used = set(re.findall(r"var\((--fks-[a-z-]+)\)", (FOLDER / "assets" / "desk.css").read_text("utf-8")))
    known = {variable(name)[4:-1] for name in COLOURS["dark"]} | {"--fks-mono", "--fks-sans", "--fks-gap"}
    assert used <= known
