"""The manifests: their schemas, that they fit together, and that pods have no more rights than they need."""

from __future__ import annotations

import shutil
import subprocess
from copy import deepcopy
from typing import Any

import kubernetes_validate
import pytest
import yaml

from fks_agents import settings
from fks_agents.settings import PREFIX, Settings
from tests.deploy import recipe
from tests.deploy.conftest import ROOT
from tests.deploy.kustomizing import Resource, build, containers, key, pod, unrestricted

FOLDER = ROOT / "deploy" / "kubernetes"
MADE = {path.parent.relative_to(FOLDER).as_posix(): build(path.parent) for path in FOLDER.rglob("kustomization.yaml")}
VERSIONS = ("1.29", kubernetes_validate.latest_version())
"""The oldest cluster that is looked at, and the newest there are schemas for."""

every = pytest.mark.parametrize("made", MADE.values(), ids=MADE)


def the(made: list[Resource], kind: str, name: str = "fks-agents") -> Resource:
    return next(one for one in made if key(one) == (kind, name))


@pytest.mark.parametrize("version", VERSIONS)
@every
def test_each_resource_is_what_kubernetes_reads(made: list[Resource], version: str) -> None:
    for one in made:
        kubernetes_validate.validate(one, version, strict=True)


def test_the_check_would_find_a_misspelt_field() -> None:
    worse = deepcopy(the(MADE["base"], "Deployment"))
    worse["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="livenesProbe"):
        kubernetes_validate.validate(worse, VERSIONS[0], strict=True)


def test_every_file_is_used() -> None:
    for kustomization in FOLDER.rglob("kustomization.yaml"):
        said = yaml.safe_load(kustomization.read_text("utf-8"))
        named = {*said["resources"], *(patch["path"] for patch in said.get("patches", [])), "kustomization.yaml"}
        assert {path.name for path in kustomization.parent.glob("*.yaml")} <= named


def test_there_is_all_that_a_service_needs() -> None:
    assert {one["kind"] for one in MADE["base"]} == {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "ConfigMap",
        "PersistentVolumeClaim", "ServiceAccount",
    }  # fmt: skip


@every
def test_every_selector_finds_a_pod(made: list[Resource]) -> None:
    pods = [template["metadata"]["labels"] for one in made if (template := pod(one)) is not None]
    selectors = [
        *(one["spec"]["selector"] for one in made if one["kind"] == "Service"),
        *(
            one["spec"]["selector"]["matchLabels"]
            for one in made
            if one["kind"] in ("Deployment", "PodDisruptionBudget")
        ),
        *(one["spec"]["podSelector"]["matchLabels"] for one in made if one["kind"] == "NetworkPolicy"),
    ]
    for wanted in selectors:
        assert any(wanted.items() <= labels.items() for labels in pods), wanted
    for one in made:
        if one["kind"] == "HorizontalPodAutoscaler":
            target = one["spec"]["scaleTargetRef"]
            assert (target["kind"], target["name"]) in map(key, made)
            assert "replicas" not in the(made, target["kind"], target["name"])["spec"]


@every
def test_ports_agree_with_one_another_and_with_the_settings(made: list[Resource]) -> None:
    port = int(the(made, "ConfigMap")["data"]["FKS_SERVICE_PORT"])
    [service] = containers(the(made, "Deployment"))
    assert (
        [one["containerPort"] for one in service["ports"]]
        == [port]
        == [one["port"] for one in the(made, "Service")["spec"]["ports"]]
    )
    assert [one["port"] for one in the(made, "NetworkPolicy")["spec"]["ingress"][0]["ports"]] == [port]
    for one in made:
        for each in containers(one):
            names = {ports["name"] for ports in each.get("ports", [])}
            probes = [each[name] for name in ("startupProbe", "livenessProbe", "readinessProbe") if name in each]
            assert {probe["httpGet"]["port"] for probe in probes} <= names
        if one["kind"] == "Service":
            selected = next(d for d in made if d["kind"] == "Deployment" and d["metadata"]["name"] == key(one)[1])
            names = {ports["name"] for each in containers(selected) for ports in each["ports"]}
            assert {ports["targetPort"] for ports in one["spec"]["ports"]} <= names


@every
def test_what_the_service_asks_of_other_pods_is_let_out_and_in(made: list[Resource]) -> None:
    labels = the(made, "Deployment")["spec"]["template"]["metadata"]["labels"]
    for name in {"chroma", "ollama"} & {key(one)[1] for one in made if one["kind"] == "Deployment"}:
        port = the(made, "Service", name)["spec"]["ports"][0]["port"]
        out = [
            rule["ports"][0]["port"]
            for rule in the(made, "NetworkPolicy")["spec"]["egress"]
            for to in rule.get("to", [])
            if to.get("podSelector", {}).get("matchLabels") == {"app.kubernetes.io/name": name}
        ]
        [entrance] = the(made, "NetworkPolicy", name)["spec"]["ingress"]
        let_in = [one["podSelector"]["matchLabels"].items() <= labels.items() for one in entrance["from"]]
        assert (out, [one["port"] for one in entrance["ports"]], any(let_in)) == ([port], [port], True)


def test_the_index_server_is_reached_by_the_service_alone_and_reaches_nothing() -> None:
    policy = the(MADE["base"], "NetworkPolicy", "chroma")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    assert [one["podSelector"]["matchLabels"] for one in policy["ingress"][0]["from"]] == [
        {"app.kubernetes.io/name": "fks-agents"}
    ]
    [chroma] = containers(the(MADE["base"], "Deployment", "chroma"))
    compose = yaml.safe_load((ROOT / "compose.yml").read_text("utf-8"))["services"]["chroma"]
    assert (chroma["image"], chroma["args"]) == (compose["image"], compose["command"])


def test_it_lives_by_health_and_is_asked_once_it_is_ready() -> None:
    [service] = containers(the(MADE["base"], "Deployment"))
    asked = {name: service[name]["httpGet"]["path"] for name in service if name.endswith("Probe")}
    assert asked == {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}


@every
def test_settings_load_and_secrets_are_only_named(
    made: list[Resource], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not [one for one in made if one["kind"] == "Secret"]
    [service] = containers(the(made, "Deployment"))
    for one in service["env"]:
        assert set(one["valueFrom"]["secretKeyRef"]) == {"name", "key"}
        assert "value" not in one
    data = the(made, "ConfigMap")["data"]
    assert not [name for name in data if recipe.SECRET.search(name)]
    assert {name.removeprefix(PREFIX).lower() for name in data} <= set(Settings.model_fields)
    secret = {one["name"] for one in service["env"] if one["name"].startswith(PREFIX)}
    assert {name.removeprefix(PREFIX).lower() for name in secret} <= set(Settings.model_fields)
    for name, value in data.items():
        monkeypatch.setenv(name, value)
    loaded = settings.load()
    mounted = {mount["mountPath"] for mount in service["volumeMounts"]}
    assert mounted == {str(loaded.home), "/tmp"}
    port = the(made, "Service", "chroma")["spec"]["ports"][0]["port"]
    assert loaded.memory_server == f"http://chroma:{port}"
    if any(key(one) == ("Job", "ollama-pull") for one in made):
        [puller] = containers(the(made, "Job", "ollama-pull"))
        assert loaded.model == f"ollama:{puller['args'][1]}"
        [address] = loaded.endpoints("ollama")
        port = the(made, "Service", "ollama")["spec"]["ports"][0]["port"]
        assert address == f"http://ollama:{port}"


@every
def test_volumes_are_there(made: list[Resource]) -> None:
    claims = {one["metadata"]["name"] for one in made if one["kind"] == "PersistentVolumeClaim"}
    for one in made:
        if (template := pod(one)) is None:
            continue
        volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
        for each in containers(one):
            assert {mount["name"] for mount in each["volumeMounts"]} == set(volumes)
        used = {v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v}
        assert used <= claims


@every
def test_no_pod_has_more_rights_than_it_needs(made: list[Resource]) -> None:
    assert [(key(one), fault) for one in made for fault in unrestricted(one)] == []


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("securityContext", "runAsNonRoot"), False, "runAsNonRoot"),
        (("securityContext", "runAsUser"), 0, "runs as root"),
        (("securityContext", "seccompProfile"), {"type": "Unconfined"}, "seccompProfile"),
        (("hostNetwork",), True, "hostNetwork"),
        (("enableServiceLinks",), True, "addresses of services"),
        (("automountServiceAccountToken",), True, "token"),
        (("volumes",), [{"name": "home", "hostPath": {"path": "/"}}], "of the node"),
        (("containers", 0, "securityContext", "readOnlyRootFilesystem"), False, "readOnlyRootFilesystem"),
        (("containers", 0, "securityContext", "capabilities"), {"add": ["ALL"]}, "capabilities"),
        (("containers", 0, "resources"), {}, "takes what it likes"),
    ],
)
def test_more_rights_would_be_found(where: tuple[str | int, ...], value: object, said: str) -> None:
    worse = deepcopy(the(MADE["base"], "Deployment"))
    inner = worse["spec"]["template"]["spec"]
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    assert any(said in fault for fault in unrestricted(worse))


@every
def test_images_have_a_version_and_name_no_registry(made: list[Resource]) -> None:
    assert [f for one in made for each in containers(one) for f in recipe.unfit_image(each["image"])] == []


def test_one_node_has_one_replica_and_waits_for_the_volume() -> None:
    made = MADE["overlays/one-node"]
    spec = the(made, "Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert the(made, "PersistentVolumeClaim", "fks-agents-home")["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert not {"HorizontalPodAutoscaler", "PodDisruptionBudget"} & {one["kind"] for one in made}


def test_the_user_is_the_image_s() -> None:
    [user] = [one.rest for one in recipe.read(recipe.text(ROOT)) if one.word == "USER"]
    whole = the(MADE["base"], "Deployment")["spec"]["template"]["spec"]["securityContext"]
    assert f"{whole['runAsUser']}:{whole['runAsGroup']}" == user
    assert whole["fsGroup"] == whole["runAsGroup"]


@pytest.mark.real
@pytest.mark.parametrize("name", MADE)
def test_kustomize_makes_the_same(name: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed here")
    ran = subprocess.run(
        [kubectl, "kustomize", str(FOLDER / name)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    theirs = {key(one): one for one in yaml.safe_load_all(ran.stdout)}
    assert theirs == {key(one): one for one in MADE[name]}
