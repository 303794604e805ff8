"""Prompts are files: `<role>/v<N>.md`, never edited once shipped (`prompts.lock` and a test see to it)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fks_agents.errors import UsageError

_HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
_PLAIN = re.compile(r"\^?[A-Za-z0-9]{1,12}(?:[./:=_-][A-Za-z0-9]{1,8}){0,2}")
"""What tickers, pairs and files of bars are called: `^GSPC`, `BTC/USDT:USDT`, `EURUSD=X`, `SPY_D`. No sentence is."""

_HARMLESS = str.maketrans(dict.fromkeys("<＜﹤≪⋘〈《", "‹") | dict.fromkeys(">＞﹥≫⋙〉》", "›"))


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    """`<role>/v<N>`."""
    text: str

    @property
    def digest(self) -> str:
        """First 16 digits of the text's sha256, as `prompts.lock` holds it whole."""
        return sha256(self.text.encode()).hexdigest()[:16]

    def render(self, **values: object) -> str:
        """Fill every hole once; what fills a hole is never filled again. A missing or an unused value is an error."""
        holes = set(_HOLE.findall(self.text))
        if holes != set(values):
            raise UsageError(f"prompt {self.name}: expected values for {sorted(holes)}, was given {sorted(values)}")
        return _HOLE.sub(lambda hole: str(values[hole.group(1)]), self.text)


@cache
def load(name: str) -> Prompt:
    """Load `<role>/v<N>`; raises UsageError listing the known ones."""
    known = shipped()
    if name not in known:
        raise UsageError(f"unknown prompt {name!r}; expected one of {', '.join(known)}")
    role, version = name.split("/")
    return Prompt(name, files(__name__).joinpath(role, f"{version}.md").read_text("utf-8"))


def newest(role: str) -> Prompt:
    """The newest version of the role's prompt; raises UsageError listing the known ones."""
    versions = [name for name in shipped() if name.startswith(f"{role}/")]
    return load(max(versions, key=lambda name: int(name.rpartition("/v")[2]), default=role))


@cache
def shipped() -> tuple[str, ...]:
    """Names of every prompt there is, sorted."""
    roles = [role for role in files(__name__).iterdir() if role.is_dir()]
    return tuple(
        sorted(
            f"{role.name}/{version.name.removesuffix('.md')}"
            for role in roles
            for version in role.iterdir()
            if version.name.endswith(".md")
        )
    )


def fence(kind: str, text: str) -> str:
    """Outside text between `<<<kind` and `kind>>>`: inside it no character is left that could end or begin a fence.

    Invisible and control characters are dropped, so that a marker cannot be spelled around them.
    """
    return f"<<<{kind}\n{neutral(text)}\n{kind}>>>"


def neutral(text: str) -> str:
    """The text without invisible and control characters (but new lines and tabs), its angle brackets harmless."""
    visible = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return visible.translate(_HARMLESS)


def name(text: str) -> str:
    """A name from outside (a symbol, a file) as a prompt may show it bare; one that could be a sentence is withheld."""
    return text if _PLAIN.fullmatch(text) else f"unnamed-{sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
