"""The policy file: what it may say, what is refused and how, and that the decision's settings carry it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fks_agents import policy, settings
from fks_agents.errors import ConfigError
from fks_agents.policy import Policy, shipped

ROOT = Path(__file__).resolve().parents[1]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text)
    return path


def test_the_shipped_policy_asks_less_of_paper_than_of_real_money() -> None:
    whole = shipped()
    assert whole.paper is not None
    assert whole.approval is not None
    assert whole.live is not None
    assert (whole.paper.demand, whole.approval.demand, whole.live.demand) == ("configured", "configured", "always")
    assert whole.paper.quorum < whole.approval.quorum < whole.live.quorum == 1.0
    assert whole.paper.threshold < whole.approval.threshold < whole.live.threshold
    assert (whole.budget.tokens_per_decision, whole.budget.judgements_per_hour) == (8_000, 100)
    assert whole.breaker.least_agreement == 0.7


def test_the_documented_schema_is_the_one_in_force() -> None:
    published = json.loads((ROOT / "docs" / "policy.schema.json").read_text("utf-8"))
    assert published == policy.schema()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", r"own\.toml: not TOML"),
        ("", r"name: expected a value, was missing"),
        ('name = "x"\n[papper]\n', r"unknown key 'papper'"),
        ('name = "x"\n[paper]\njudge = ["bias"]\n', r"unknown key 'paper\.judge'"),
        ('name = "x"\n[paper]\nquorum = 0\n', r"paper\.quorum: expected greater than 0, was 0"),
        ('name = "x"\n[paper]\nthreshold = 1.5\n', r"paper\.threshold: expected less than or equal to 1, was 1\.5"),
        ('name = "x"\n[paper]\ndemand = "never"\n', r"paper\.demand: expected 'always' or 'configured', was 'never'"),
        ('name = "x"\n[paper]\njudges = ["bias", "bias"]\n', r"paper\.judges: expected each name once, was bias twice"),
        ('name = "x"\n[paper]\njudges = ["bias"]\nopinions = ["bias"]\n', r"paper: .*was bias in both"),
        ('name = "x"\n[paper]\nchecks = []\n', r"checks: expected \[\"all\"\] or names of rules, was \[\]"),
        ('name = "x"\n[paper]\nchecks = ["all", "plan"]\n', r"expected \[\"all\"\] alone or names of rules"),
        ('name = "x"\n[live]\nchecks = ["plan"]\njudges = ["bias"]\n', r'live\.checks: expected \["all"\], was'),
        ('name = "x"\n[live]\n', r"live: expected at least one judge and demand"),
        ('name = "x"\n[live]\njudges = ["bias"]\ndemand = "configured"\n', r"live: expected at least one judge"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=told):
        policy.load(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        policy.load(tmp_path / "nowhere.toml")


def test_what_is_not_said_is_closed(tmp_path: Path) -> None:
    own = policy.load(written(tmp_path, 'name = "own"\n'))
    assert [own.terms(action) for action in ("paper", "approval", "live")] == [None, None, None]


def test_the_setting_reads_the_file_once_and_refuses_a_bad_one(tmp_path: Path) -> None:
    path = written(tmp_path, 'name = "own"\n[paper]\n')
    loaded = settings.load(policy=path)
    path.write_text('name = "changed"\n')
    assert loaded.policy.name == "own"
    path.write_text('name = "own"\nlimit = 3\n')
    with pytest.raises(ConfigError, match=r"policy: policy .*own\.toml: unknown key 'limit'"):
        settings.load(policy=str(path))


def test_the_environment_names_a_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKS_POLICY", str(written(tmp_path, 'name = "own"\n[paper]\n')))
    assert settings.load().policy.name == "own"


def test_another_policy_is_another_settings_digest_and_survives_its_record(tmp_path: Path) -> None:
    own = settings.load(policy=written(tmp_path, 'name = "own"\n[paper]\nquorum = 0.9\n'))
    assert own.digest != settings.load().digest
    again = settings.Settings.model_validate(json.loads(own.model_dump_json()))
    assert again.policy == own.policy
    assert again.digest == own.digest


@pytest.mark.parametrize(
    ("given", "judge"),
    [
        ({}, "rules"),
        ({"model": "ollama:a"}, "ollama:a"),
        ({"model": "ollama:a", "model_judge": "rules"}, "rules"),
        ({"model": "ollama:a", "model_judge": "ollama:j"}, "ollama:j"),
        ({"model_quick": "ollama:q", "model_deep": "ollama:d"}, "ollama:q"),
        ({"model": "ollama:a", "model_deep": "ollama:d"}, "ollama:a"),
        ({"model_deep": "ollama:d"}, "ollama:d"),
        ({"model_quick": "ollama:q"}, "ollama:q"),
    ],
)
def test_a_judge_is_another_model_than_the_debaters_where_there_is_one(given: dict[str, str], judge: str) -> None:
    assert settings.load(**given).named_model("judge") == judge


def test_the_debaters_model_may_not_judge_where_there_is_another() -> None:
    with pytest.raises(ConfigError, match=r"expected another model than the debaters' \(ollama:d\), as ollama:q"):
        settings.load(model_quick="ollama:q", model_deep="ollama:d", model_judge="ollama:d")
    assert settings.load(model="ollama:d", model_judge="ollama:d").named_model("judge") == "ollama:d"


def test_the_policy_is_a_frozen_value() -> None:
    assert hash(shipped()) == hash(Policy.model_validate(shipped().model_dump()))
