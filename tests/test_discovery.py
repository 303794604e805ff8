"""One file adds one thing; a file that lacks what it should offer is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from fks_agents import _discovery
from fks_agents.errors import ConfigError, UsageError


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    folder = tmp_path / "some_plugins"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "good.py").write_text("def work() -> int:\n    return 1\n")
    (folder / "empty.py").write_text("")
    (folder / "_private.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return [str(folder)]


def test_public_modules_are_the_names(plugins: list[str]) -> None:
    assert _discovery.names(plugins) == ("empty", "good")


def test_what_a_module_offers_comes_back(plugins: list[str]) -> None:
    assert _discovery.part("some_plugins", plugins, "plugin", "good", "work")() == 1


def test_an_unknown_name_lists_the_known_ones(plugins: list[str]) -> None:
    with pytest.raises(UsageError, match="unknown plugin 'bad'; expected one of empty, good"):
        _discovery.part("some_plugins", plugins, "plugin", "bad", "work")


def test_a_file_without_what_it_should_offer_is_named(plugins: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"plugin 'empty': expected `work` in .*empty\.py, which has none"):
        _discovery.part("some_plugins", plugins, "plugin", "empty", "work")
