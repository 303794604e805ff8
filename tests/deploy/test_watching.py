"""Dashboard and alerts ask for what a running service exports, under the labels that it has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from fks_agents import settings
from fks_agents.service.app import create_app
from fks_agents.service.gauges import Gauges
from fks_agents.service.people import Person
from tests.deploy.conftest import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text("utf-8"))
PROMETHEUS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED = [
    *((panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]),
    *((rule["alert"], rule["expr"]) for rule in RULES),
]
WORDS = {
    "sum", "max", "min", "by", "on", "and", "or", "rate", "increase", "histogram_quantile", "min_over_time",
    "max_over_time", "vector",
}  # fmt: skip
FROM_PROMETHEUS = {"instance", "job"}
SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"), "info": ("",)}

Exported = Mapping[str, frozenset[str]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Every series of a running service, and its labels, from what a scraper reads and from its registry."""
    chosen = settings.load(home=tmp_path_factory.mktemp("home"))
    app = create_app(chosen, guard=lambda request: Person("ana", "viewer"))
    with TestClient(app) as client:
        assert client.get("/v1/health").status_code == 200
        text = client.get("/metrics").text
        registry = app.state.service.desk.metrics.registry
        own = {
            name: frozenset(getattr(collector, "_labelnames", ()))
            for collector, names in registry._collector_to_names.items()
            for name in names
        }
        # What is read when it is asked for says its labels only then.
        for gauge in Gauges(app.state.service).collect():
            own[gauge.name] = frozenset(gauge._labelnames)
    assert 'fks_http_seconds_bucket{le="0.25",route="/health"}' in text
    series = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    return {
        name + suffix: own.get(name + suffix, frozenset()) | ({"le"} if suffix == "_bucket" else set())
        for name, kind in series
        for suffix in SUFFIXES[kind]
    } | {"up": frozenset()}


def faults(expression: str, exported: Exported) -> list[str]:
    """Names and labels that nobody exports, words that are none, brackets that do not close."""
    bare = re.sub(r'"[^"]*"', "", expression)
    named: set[str] = set()
    found = [f"{a} does not close" for a, b in ("()", "[]", "{}") if bare.count(a) != bare.count(b)]
    for name, _, inside in re.findall(r"\b(fks_\w+|process_\w+|up)\b(\{([^}]*)\})?", bare):
        named.add(name)
        if name not in exported:
            found.append(f"{name}: nobody exports it")
            continue
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside))
        found += [f"{name}: has no label {one}" for one in labels - exported[name] - FROM_PROMETHEUS]
    known = FROM_PROMETHEUS.union(*(exported.get(name, frozenset()) for name in named))
    for names in re.findall(r"\bby \(([^)]*)\)", bare):
        found += [f"by {one}: no label of these" for one in {one.strip() for one in names.split(",")} - known]
    rest = re.sub(r"\{[^}]*\}|\bby \([^)]*\)|\[\w+\]|\b[\d.]+(e\d+)?\b", " ", bare)
    return found + [f"{word}: not known" for word in set(re.findall(r"[A-Za-z_]\w*", rest)) - WORDS - named]


@pytest.mark.parametrize(("title", "expression"), ASKED, ids=[title for title, _ in ASKED])
def test_it_asks_for_what_is_exported(title: str, expression: str, exported: Exported) -> None:
    assert faults(expression, exported) == []


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("sum(fks_decision_total)", "fks_decision_total: nobody exports it"),
        ("sum(rate(fks_decisions[5m]))", "fks_decisions: nobody exports it"),
        ('fks_decisions_total{actoin="buy"}', "fks_decisions_total: has no label actoin"),
        ("sum by (role) (fks_decisions_total)", "by role: no label of these"),
        ("summ(fks_decisions_total)", "summ: not known"),
        ("sum(fks_decisions_total", "( does not close"),
    ],
)
def test_a_wrong_question_is_found(expression: str, said: str, exported: Exported) -> None:
    assert said in faults(expression, exported)


def test_each_panel_says_what_it_shows_and_lies_beside_the_others() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            kept = {one.strip() for names in re.findall(r"by \(([^)]*)\)", target["expr"]) for one in names.split(",")}
            assert shown <= kept | FROM_PROMETHEUS
    for one, other in combinations([panel["gridPos"] for panel in DASHBOARD["panels"]], 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_x or apart_y
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


def test_the_dashboard_names_no_server() -> None:
    assert "http" not in json.dumps(DASHBOARD).replace("fks_http", "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_says_when_how_bad_and_what_it_means(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[1-9]\d*[smh]", rule["for"])
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert all(len(said) > 10 for said in rule["annotations"].values())
    if "$labels.instance" in rule["annotations"]["summary"]:
        # An aggregate without it would leave the name empty.
        assert not re.search(r"\b(sum|max|min)\b(?!_)(?! by \(instance)", rule["expr"])


def test_alerts_have_names_of_their_own() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_prometheus_reads_the_rules_and_asks_the_service() -> None:
    assert [name for name in PROMETHEUS["rule_files"] if (ROOT / "deploy" / "prometheus" / name).is_file()] == [
        "alerts.yml"
    ]
    [job] = PROMETHEUS["scrape_configs"]
    compose = yaml.safe_load((ROOT / "compose.yml").read_text("utf-8"))
    [target] = job["static_configs"][0]["targets"]
    host, _, port = target.partition(":")
    assert host in compose["services"]
    assert int(port) == settings.Settings.model_fields["service_port"].default
    assert "credentials" not in job["authorization"]
    jobs = {name for rule in RULES for name in re.findall(r'job="([^"]*)"', rule["expr"])}
    assert jobs == {job["job_name"]}


def test_each_metric_the_documentation_names_is_exported(exported: Exported) -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    [table] = re.findall(r"^\| about \| metrics.*?\n\n", page, re.MULTILINE | re.DOTALL)
    named = [name for name in re.findall(r"`(\w+)`", table) if not name.startswith("_")]
    assert len(named) >= 30
    families = set(exported) | {name.removesuffix("_bucket") for name in exported}
    assert [name for name in named if f"fks_{name}" not in families] == []
