from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import pytest

from fks_agents import settings
from fks_agents.errors import ConfigError
from fks_agents.settings import Settings


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_flag_beats_the_environment_and_the_environment_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("fks.toml").write_text('model = "from:file"\nseed = 1\nbars = 300\n')
    monkeypatch.setenv("FKS_MODEL", "from:environment")
    monkeypatch.setenv("FKS_SEED", "2")
    loaded = settings.load(seed=3)
    assert (loaded.model, loaded.seed, loaded.bars) == ("from:environment", 3, 300)


ROLES: tuple[Literal["quick", "deep", "judge"], ...] = ("quick", "deep", "judge")


@pytest.mark.parametrize(
    ("flags", "environment", "named"),
    [
        ({}, {}, ("ollama:a", "ollama:b", "ollama:c")),
        ({"model": "openai:x"}, {}, ("openai:x", "openai:x", "ollama:c")),  # who judges is another question
        ({"model": "openai:x", "model_deep": "openai:d"}, {}, ("openai:x", "openai:d", "ollama:c")),
        ({"model": "rules"}, {}, ("rules", "rules", "rules")),
        ({}, {"MODEL": "rules"}, ("rules", "rules", "rules")),
        ({}, {"MODEL": "rules", "MODEL_DEEP": "openai:e"}, ("rules", "openai:e", "openai:e")),
        ({"model": "rules"}, {"MODEL_DEEP": "openai:e"}, ("rules", "rules", "rules")),
    ],
)
def test_a_model_for_all_beats_weaker_choices_for_some_roles(
    flags: dict[str, str], environment: dict[str, str], named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("fks.toml").write_text('model_quick = "ollama:a"\nmodel_deep = "ollama:b"\nmodel_judge = "ollama:c"\n')
    for name, value in environment.items():
        monkeypatch.setenv(f"FKS_{name}", value)
    loaded = settings.load(**flags)
    assert tuple(loaded.named_model(role) for role in ROLES) == named


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_a_description_and_a_line_in_the_template(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"# {name} = " in settings.template()


def test_the_template_uncommented_is_the_default() -> None:
    lines = [line.removeprefix("# ") for line in settings.template().splitlines() if " = " in line]
    told = {
        k: v for k, v in tomllib.loads("\n".join(lines)).items() if k not in {"database_url", "headlines", "documents"}
    }
    assert Settings(**told).digest == Settings().digest


def test_an_unknown_key_in_the_file_is_named() -> None:
    Path("fks.toml").write_text("modle = 'rules'\n")
    with pytest.raises(ConfigError, match=r"unknown setting 'modle' in fks\.toml"):
        settings.load()


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKS_MODLE", "rules")
    with pytest.raises(ConfigError, match="unknown setting 'FKS_MODLE'"):
        settings.load()


def test_an_unfit_value_is_named_with_what_it_was() -> None:
    with pytest.raises(ConfigError, match=r"max_position: .*less than or equal to 1, was 3"):
        settings.load(max_position=3.0)


def test_a_file_that_is_no_toml_is_named() -> None:
    Path("fks.toml").write_text("model == rules\n")
    with pytest.raises(ConfigError, match=r"fks\.toml: not TOML"):
        settings.load()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKS_CONFIG", "nowhere.toml")
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        settings.load()


def test_the_higher_timeframe_must_be_longer() -> None:
    with pytest.raises(ConfigError, match="longer than timeframe '1w'"):
        settings.load(timeframe="1w", higher_timeframe="1d")


def test_a_database_password_is_never_shown() -> None:
    loaded = settings.load(database_url="postgresql://fks:hunter2@localhost/fks")
    assert "hunter2" not in repr(loaded) + str(loaded) + loaded.model_dump_json()


def test_a_bad_database_setting_does_not_show_its_value() -> None:
    with pytest.raises(ConfigError) as caught:
        settings.load(database_url=["postgresql://fks:hunter2@localhost/fks"])
    assert "hunter2" not in str(caught.value)


def test_where_things_lie_does_not_enter_the_digest(tmp_path: Path) -> None:
    assert settings.load(home=tmp_path).digest == settings.load().digest
    assert settings.load(seed=8).digest != settings.load().digest


def test_no_setting_lets_a_prompt_grow_past_the_gate() -> None:
    assert settings.load(max_prompt_tokens=8_000).max_prompt_tokens == 8_000
    with pytest.raises(ConfigError, match="max_prompt_tokens: expected less than or equal to 8000, was 8001"):
        settings.load(max_prompt_tokens=8_001)


def test_a_wrong_value_and_an_unknown_flag_are_told_together() -> None:
    with pytest.raises(ConfigError, match=r"seed: .*; unknown setting 'colour'"):
        settings.load(seed="x", colour="red")


def test_changed_settings_are_checked_like_new_ones() -> None:
    assert settings.load(seed=3).having(timeframe="1h").seed == 3
    with pytest.raises(ConfigError, match="longer than timeframe '1w'"):
        settings.load().having(timeframe="1w")


@pytest.mark.parametrize("name", ["cash", "tick", "lot", "model_timeout", "min_seconds_between_trades", "temperature"])
@pytest.mark.parametrize("value", ["inf", "nan"])
def test_a_number_without_end_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        settings.load(**{name: value})


def test_a_file_named_from_here_is_found_from_elsewhere(tmp_path: Path) -> None:
    Path("own.csv").write_text("x")
    assert settings.load(source="csv:own.csv?time=close").source == f"csv:{tmp_path / 'own.csv'}?time=close"
    assert settings.load(source="sample").source == "sample"
    assert settings.load(source="ccxt:kraken").source == "ccxt:kraken"


def test_a_refusal_says_once_what_the_value_was() -> None:
    with pytest.raises(ConfigError) as caught:
        settings.load(timeframe="1w", higher_timeframe="1d")
    assert str(caught.value) == "higher_timeframe: expected one longer than timeframe '1w' (none), was '1d'"


def test_servers_are_addresses_without_a_password() -> None:
    given = settings.load(model_endpoints=("http://gpu1:11434", "openai=https://gpu2/v1?x=1", "http://gpu3:1?x=1"))
    assert given.endpoints("ollama") == ("http://gpu1:11434", "http://gpu3:1?x=1")
    assert given.endpoints("openai") == ("https://gpu2/v1?x=1",)
    assert given.endpoints("anthropic") == ()
    with pytest.raises(ConfigError, match="expected addresses like http://gpu1:11434, was 'gpu1'"):
        settings.load(model_endpoints=("gpu1",))
    with pytest.raises(ConfigError, match="without a password") as caught:
        settings.load(model_endpoints=("http://me:hunter2@gpu1",))
    assert "hunter2" not in str(caught.value)


def test_which_server_answers_does_not_enter_the_digest() -> None:
    assert settings.load(model_endpoints=("http://gpu1:11434",), model_concurrency=1).digest == settings.load().digest
    assert settings.load(model_samples=3).digest != settings.load().digest


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("service_chat_people", ("telegram:x=ana/trader",), "expected entries like telegram:12345=ana/trader"),
        ("service_chat_people", ("telegram:1=ana/trader", "telegram:1=bob/viewer"), "telegram:1 twice"),
        ("service_daily_zone", "Mars/Olympus", "expected a time zone like Europe/Berlin, was 'Mars/Olympus'"),
        ("service_daily_zone", "../../etc/passwd", "expected a time zone"),
        ("service_daily_at", "25:00", "service_daily_at"),
        ("service_discord_key", "abc", "service_discord_key"),
        ("service_telegram_url", "https://me:hunter2@telegram.example", "expected an address like https://api"),
        ("service_alerts", ("discord://1/hunter2", 7), "service_alerts"),
        ("service_telegram_token", 7, "service_telegram_token"),
        ("service_alerts_for", ("ideas",), "service_alerts_for: expected 'idea', 'fill', .* or 'daily', was 'ideas'"),
    ],
)
def test_an_unfit_setting_of_chats_and_alerts_is_named_without_a_secret(name: str, value: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        settings.load(**{name: value})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "was"),
    [
        ("SERVICE_ALERTS", "discord://1/hunter2", ""),
        ("SERVICE_ALERTS", '["discord://1/hunter2"', ""),
        ("DETECTORS", "swings", ", was 'swings'"),
        ("SERVICE_WEBHOOK_SYMBOLS", "A=B", ", was 'A=B'"),
    ],
)
def test_a_list_in_the_environment_that_is_no_json_is_named(
    name: str, given: str, was: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"FKS_{name}", given)
    monkeypatch.setenv("FKS_FORECASTERS", '["drift"]')
    with pytest.raises(ConfigError) as caught:
        settings.load()
    assert str(caught.value) == f'{name.lower()}: expected a JSON list like ["a"] in FKS_{name}{was}'


def test_addresses_and_tokens_are_shown_nowhere() -> None:
    loaded = settings.load(service_alerts=("discord://1/hunter2",), service_telegram_token="1:hunter2")
    assert "hunter2" not in repr(loaded) + loaded.model_dump_json() + settings.template()
    assert loaded.digest == settings.load().digest
