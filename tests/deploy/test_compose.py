"""The compose files: their schema, their settings, what they let in, and that they hold no secret."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from fks_agents import settings
from fks_agents.settings import PREFIX, Settings
from tests.chroma import served
from tests.deploy import recipe
from tests.deploy.conftest import ROOT, answering

FILES = ("compose.yml", "compose.gpu.yml")
SCHEMA = json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
CHECK = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
GIVEN = {"POSTGRES_PASSWORD": "p@ss word", "FKS_SERVICE_SECRET": "kX2vQ9_uT7bLw3ZrE5yNf8GhJ1mDs4Ac"}


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / name).read_text("utf-8"))
    return loaded


def filled(value: Any, given: Mapping[str, str]) -> Any:
    """As compose fills in variables; raises KeyError for one that must be given and is not."""
    if isinstance(value, dict):
        return {key: filled(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, given) for inner in value]
    if not isinstance(value, str):
        return value

    def one(match: re.Match[str]) -> str:
        name, sign, rest = match[1], match[2], match[3]
        if sign == ":-":
            return given.get(name) or rest
        return given[name]

    return re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", one, value)


def together(*names: str) -> dict[str, Any]:
    """As compose lays one file over another: mappings are merged, the rest is replaced."""

    def merged(under: Any, over: Any) -> Any:
        if isinstance(under, dict) and isinstance(over, dict):
            return under | {key: merged(under.get(key), value) for key, value in over.items()}
        return over

    whole: dict[str, Any] = {}
    for name in names:
        whole = merged(whole, load(name))
    return whole


WHOLE = [("compose.yml",), FILES]


def services(names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from filled(together(*names), GIVEN)["services"].items()


@pytest.mark.parametrize("name", FILES)
def test_it_is_what_compose_reads(name: str) -> None:
    assert [f"{list(error.path)}: {error.message}" for error in CHECK.iter_errors(load(name))] == []


def test_the_check_would_find_a_misspelt_key() -> None:
    worse = load("compose.yml")
    worse["services"]["service"]["heathcheck"] = {}
    assert not CHECK.is_valid(worse)


@pytest.mark.parametrize("names", WHOLE, ids=" + ".join)
def test_every_name_it_uses_is_there(names: tuple[str, ...]) -> None:
    whole = together(*names)
    known = {"default", *whole.get("networks", {})}
    for name, one in whole["services"].items():
        assert set(one.get("networks", ["default"])) <= known, name
        for volume in one.get("volumes", []):
            assert volume.partition(":")[0] in whole["volumes"], name
        for other, how in one.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in whole["services"][other]


@pytest.mark.parametrize("names", WHOLE, ids=" + ".join)
def test_every_setting_is_one_and_they_load_together(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    given = dict(services(names))["service"]["environment"]
    image = recipe.environment(recipe.read(recipe.text(ROOT)), "service")
    for name, value in (image | given).items():
        if name.startswith(PREFIX):
            assert name.removeprefix(PREFIX).lower() in Settings.model_fields
            monkeypatch.setenv(name, value)
    loaded = settings.load()
    assert loaded.database_url.get_secret_value() == "postgresql://fks@postgres:5432/fks"
    assert loaded.memory_server == "http://chroma:8000"
    if "compose.gpu.yml" in names:
        assert (loaded.model, loaded.endpoints("ollama")) == ("ollama:llama3.2:3b", ("http://ollama:11434",))


def test_the_service_waits_for_the_model_it_is_told_to_use() -> None:
    whole = filled(together(*FILES), GIVEN | {"OLLAMA_MODEL": "other:7b"})["services"]
    assert whole["pull"]["command"] == ["pull", "other:7b"]
    assert whole["service"]["environment"]["FKS_MODEL"] == "ollama:other:7b"
    assert whole["service"]["depends_on"]["pull"] == {"condition": "service_completed_successfully"}
    assert whole["service"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert whole["ollama"]["deploy"]["resources"]["reservations"]["devices"] == [
        {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    ]


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_it_does_not_start_without_a_secret(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        filled(load("compose.yml"), {other: value for other, value in GIVEN.items() if other != name})


@pytest.mark.parametrize("name", FILES)
def test_a_variable_that_begins_like_a_setting_is_one(name: str) -> None:
    """Others, exported in a shell, would keep `fks` from starting there."""
    read = re.findall(r"\$\{(\w+)", (ROOT / name).read_text("utf-8"))
    ours = {one.removeprefix(PREFIX).lower() for one in read if one.startswith(PREFIX)}
    assert ours <= set(Settings.model_fields)


def test_the_file_of_secrets_is_not_kept() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_written_in_it(name: str) -> None:
    for of, one in load(name)["services"].items():
        for key, value in one.get("environment", {}).items():
            if recipe.SECRET.search(key):
                assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", value), f"{of}: {key}"
            assert not re.search(r"://[^/]*:[^/]*@", value), f"{of}: {key}"


@pytest.mark.parametrize("names", WHOLE, ids=" + ".join)
def test_images_have_a_version_and_name_no_registry(names: tuple[str, ...]) -> None:
    assert [fault for _, one in services(names) for fault in recipe.unfit_image(one["image"])] == []


@pytest.mark.parametrize("names", WHOLE, ids=" + ".join)
def test_nothing_runs_with_more_rights_than_it_needs(names: tuple[str, ...]) -> None:
    for name, one in services(names):
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert not {"privileged", "network_mode", "pid", "ipc"} & set(one), name
        assert not any("docker.sock" in volume for volume in one.get("volumes", [])), name


def test_only_the_service_is_reached_and_only_from_this_machine() -> None:
    whole = filled(together(*FILES), GIVEN)
    open_ports = {name: one["ports"] for name, one in whole["services"].items() if "ports" in one}
    assert open_ports == {"service": ["127.0.0.1:8007:8007"]}
    assert whole["networks"]["ledger"] == {"internal": True}
    assert whole["services"]["postgres"]["networks"] == ["ledger"]
    assert whole["networks"]["memory"] == {"internal": True}
    assert whole["services"]["chroma"]["networks"] == ["memory"]


def test_the_index_server_is_the_version_its_client_was_tested_with() -> None:
    pinned = re.findall(r"^chromadb==(.*)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert load("compose.yml")["services"]["chroma"]["image"] == f"chromadb/chroma:{pinned[0]}"


def _is_well(port: int) -> bool:
    """What the check of the index server says of one on another port of this machine."""
    program, *words = load("compose.yml")["services"]["chroma"]["healthcheck"]["test"][1:]
    command = [program, *(word.replace("127.0.0.1/8000", f"127.0.0.1/{port}") for word in words)]
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=30)
    return ran.returncode == 0


@pytest.mark.real
@pytest.mark.enable_socket
def test_the_check_of_the_index_server_follows_it() -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    with answering("/api/v2/heartbeat", 200) as port:
        assert _is_well(port)
    assert not _is_well(port)
    with answering("/api/v2/heartbeat", 503) as port:
        assert not _is_well(port)


@pytest.mark.real
@pytest.mark.enable_socket
def test_a_real_index_server_is_well_as_it_is_started(tmp_path: Path) -> None:
    with served() as server:
        assert _is_well(server.port)
        started = load("compose.yml")["services"]["chroma"]["command"]
        asked = subprocess.run([server.program, "run", "--help"], capture_output=True, text=True, check=True).stdout
        assert started[0] == "run"
        assert all(word in asked for word in started if word.startswith("--"))


def test_the_service_writes_only_where_its_image_says() -> None:
    one = load("compose.yml")["services"]["service"]
    written = {volume.partition(":")[2] for volume in one["volumes"]} | {
        path.partition(":")[0] for path in one["tmpfs"]
    }
    [volumes] = [step.rest for step in recipe.read(recipe.text(ROOT)) if step.word == "VOLUME"]
    [user] = [step.rest for step in recipe.read(recipe.text(ROOT)) if step.word == "USER"]
    assert (sorted(written), one["read_only"], one["user"]) == (sorted(json.loads(volumes)), True, user)
