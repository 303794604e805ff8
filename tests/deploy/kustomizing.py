"""Kustomizations as far as ours go: resources, merging patches, labels. What else a file says is refused."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]
KNOWN = {"apiVersion", "kind", "resources", "patches", "labels", "images"}


def build(folder: Path) -> list[Resource]:
    """The resources of a kustomization; raises FileNotFoundError, KeyError or ValueError where it cannot be made."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    if unknown := set(said) - KNOWN:
        raise ValueError(f"{folder}: {', '.join(sorted(unknown))} is not looked at here")
    found: dict[tuple[str, str], Resource] = {}
    for name in said["resources"]:
        path = folder / name
        for one in build(path) if path.is_dir() else documents(path):
            if key(one) in found:
                raise ValueError(f"{folder}: {key(one)} is there twice")
            found[key(one)] = one
    for patch in said.get("patches", []):
        for change in documents(folder / patch["path"]):
            _patch(found, change)
    for pairs in said.get("labels", []):
        for one in found.values():
            one["metadata"].setdefault("labels", {}).update(pairs["pairs"])
    for image in said.get("images", []):
        _tag(found, image)
    return list(found.values())


def _patch(found: dict[tuple[str, str], Resource], change: Resource) -> None:
    if key(change) not in found:
        raise KeyError(f"nothing to patch at {key(change)}")
    if change.get("$patch") == "delete":
        del found[key(change)]
    else:
        found[key(change)] = merged(found[key(change)], change)


def _tag(found: dict[tuple[str, str], Resource], image: dict[str, str]) -> None:
    for container in (container for one in found.values() for container in containers(one)):
        name, _, tag = container["image"].partition(":")
        container["image"] = f"{name}:{image['newTag'] if name == image['name'] else tag}"


def documents(path: Path) -> list[Resource]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


def key(one: Resource) -> tuple[str, str]:
    return one["kind"], one["metadata"]["name"]


def merged(under: Any, over: Any) -> Any:
    """A strategic merge of mappings; a list replaces a list, which is true of every list that our patches name."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    if over.get("$patch") == "replace":
        return {name: value for name, value in over.items() if name != "$patch"}
    return deepcopy(under) | {name: merged(under.get(name), value) for name, value in over.items()}


def pod(one: Resource) -> Resource | None:
    """The pod a resource makes."""
    found: Resource | None = one["spec"].get("template") if one["kind"] in ("Deployment", "Job") else None
    return found


def containers(one: Resource) -> Iterator[Resource]:
    template = pod(one)
    if template is not None:
        yield from (*template["spec"].get("initContainers", []), *template["spec"]["containers"])


def unrestricted(one: Resource) -> list[str]:
    """What Kubernetes' `restricted` profile refuses in a pod, and what a read-only root needs, each as one line."""
    template = pod(one)
    if template is None:
        return []
    spec = template["spec"]
    whole = spec.get("securityContext", {})
    found = [f"{name} is shared with the node" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    found += [f"volume {v['name']} is of the node" for v in spec.get("volumes", []) if "hostPath" in v]
    if spec.get("automountServiceAccountToken") is not False:
        found.append("carries a token of the cluster")
    if spec.get("enableServiceLinks") is not False:
        found.append("is given addresses of services as variables")
    for each in containers(one):
        own = whole | each.get("securityContext", {})
        wanted = {
            "runAsNonRoot": True, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
        }  # fmt: skip
        found += [f"{each['name']}: {name} is not {value}" for name, value in wanted.items() if own.get(name) != value]
        if not own.get("runAsUser"):
            found.append(f"{each['name']}: runs as root")
        if not {"requests", "limits"} <= set(each.get("resources", {})):
            found.append(f"{each['name']}: takes what it likes")
    return found
