"""A Dockerfile as its instructions, and what should hold of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECRET = re.compile(r"(?i)(pass(word|wd)?|secret|token|credential|api_?key|private)")
PINNED = re.compile(r"^[\w./-]+:(?!latest\b)[\w.-]*\d[\w.-]*$")
HOST = re.compile(r"^[^/]*[.:][^/]*/")
"""A registry: what stands before the first slash of an image, and has a dot or a port."""


@dataclass(frozen=True)
class Instruction:
    word: str
    rest: str
    stage: str
    """Of the last FROM; empty before the first."""


def read(text: str) -> tuple[Instruction, ...]:
    """The instructions, each on one line, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[Instruction] = []
    stage = ""
    for line in whole.splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.rpartition(" AS ")[2]
        found.append(Instruction(word, rest.strip(), stage))
    return tuple(found)


def stages(recipe: tuple[Instruction, ...]) -> tuple[str, ...]:
    return tuple(one.stage for one in recipe if one.word == "FROM")


def images(recipe: tuple[Instruction, ...]) -> Iterator[str]:
    """What is built upon, with its arguments filled in."""
    given = dict(one.rest.split("=", 1) for one in recipe if one.word == "ARG" and not one.stage and "=" in one.rest)
    for one in recipe:
        if one.word == "FROM":
            yield re.sub(r"\$\{(\w+)\}", lambda match: given[match[1]], one.rest.partition(" AS ")[0])


def environment(recipe: tuple[Instruction, ...], stage: str) -> dict[str, str]:
    pairs = (re.findall(r"(\w+)=(\S+)", one.rest) for one in recipe if one.word == "ENV" and one.stage == stage)
    return {name: value for found in pairs for name, value in found}


def faults(text: str) -> list[str]:
    """What a reviewer would refuse, each as one line."""
    recipe = read(text)
    last = stages(recipe)[-1]
    final = [one for one in recipe if one.stage == last]
    words = {one.word for one in final}
    return [*_of_images(recipe), *_of_steps(recipe), *_of_secrets(recipe), *_of_user(final), *_missing(words)]


def _of_images(recipe: tuple[Instruction, ...]) -> Iterator[str]:
    for image in images(recipe):
        yield from unfit_image(image)
    if len(set(stages(recipe))) < 2:
        yield "one stage: the compiler is shipped"


def unfit_image(image: str) -> list[str]:
    return [
        *([f"{image}: expected a tag with a version"] if not PINNED.match(image) else []),
        *([f"{image}: names a registry"] if HOST.match(image) else []),
    ]


def _of_steps(recipe: tuple[Instruction, ...]) -> Iterator[str]:
    for one in recipe:
        if one.word == "ADD":
            yield f"ADD {one.rest}: fetches or unpacks unseen; COPY does neither"
        if one.word == "COPY" and "--chown=" not in one.rest:
            yield f"COPY {one.rest}: does not say whose it is"
        if one.word == "COPY" and re.search(r"(^|\s)\.\s", one.rest):
            yield f"COPY {one.rest}: takes everything there is"
        if one.word != "RUN":
            continue
        if "apt-get install" in one.rest and "rm -rf /var/lib/apt/lists/*" not in one.rest:
            yield "apt-get install: keeps its lists"
        if "apt-get install" in one.rest and "--no-install-recommends" not in one.rest:
            yield "apt-get install: takes what is only recommended"
        if re.search(r"\b(curl|wget)\b|https?://|\bsudo\b|\bapt-get (dist-)?upgrade", one.rest):
            yield f"RUN {one.rest}: fetches something that nothing pins"
        if "pip install" in one.rest and "-c constraints.txt" not in one.rest:
            yield f"RUN {one.rest}: installs other versions than those tested"


def _of_secrets(recipe: tuple[Instruction, ...]) -> Iterator[str]:
    for one in recipe:
        if one.word in ("ENV", "ARG", "LABEL") and SECRET.search(one.rest):
            yield f"{one.word} {one.rest}: a secret would stay in the layer"
        if one.word == "COPY" and re.search(r"\.(env|key|pem|sqlite)\b|fks\.toml|id_rsa", one.rest):
            yield f"COPY {one.rest}: a secret would stay in the layer"


def _of_user(final: list[Instruction]) -> Iterator[str]:
    users = [one.rest for one in final if one.word == "USER"]
    if not users:
        yield "no USER: runs as root"
    elif not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1]):
        yield f"USER {users[-1]}: expected a number above 0, which Kubernetes can tell from root"
    at = max((n for n, one in enumerate(final) if one.word == "USER"), default=len(final))
    yield from (f"RUN after USER: {one.rest}" for one in final[at:] if one.word == "RUN")
    for one in final:
        if one.word in ("ENTRYPOINT", "CMD") and not isinstance(json.loads(one.rest), list):
            yield f"{one.word} {one.rest}: expected a list, so that no shell swallows signals"


def _missing(words: set[str]) -> Iterator[str]:
    for word in ("HEALTHCHECK", "LABEL", "VOLUME", "EXPOSE", "ENTRYPOINT"):
        if word not in words:
            yield f"no {word}"


def healthcheck(recipe: tuple[Instruction, ...]) -> list[str]:
    """The command of the last stage's check."""
    [one] = [one for one in recipe if one.word == "HEALTHCHECK"]
    command: list[str] = json.loads(one.rest.partition(" CMD ")[2])
    return command


def text(root: Path) -> str:
    return (root / "deploy" / "Dockerfile").read_text("utf-8")
