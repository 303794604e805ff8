"""Secrets taken out of text before it reaches a log line or an error.

Digests, decision ids and token counts look alike and stay: what is hidden is a known key format, a credential inside
a URL, or a value that stands after a name such as `password` or `api_key`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

HIDDEN = "[redacted]"

_FORMATS = re.compile(
    r"""
      \bsk-[A-Za-z0-9_-]{12,}                                   # OpenAI, Anthropic and those who copied them
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                             # AWS
    | \bxox[a-z]-[A-Za-z0-9-]{8,}                               # Slack
    | \bgh[pousr]_[A-Za-z0-9]{16,} | \bgithub_pat_\w{16,}       # GitHub
    | \bglpat-[\w-]{16,} | \b(?:hf|gsk|r8)_[A-Za-z0-9]{16,} | \bAIza[\w-]{30,}
    | \b(?:xai|pplx|nvapi)-[\w-]{16,}                           # xAI, Perplexity, NVIDIA
    | (?<!\d)\d{8,12}:[A-Za-z0-9_-]{30,}                         # Telegram
    | (?<=/webhooks/)\d+/[\w-]{20,}                             # Discord
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                         # JSON web token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)(\s+)(?!\[redacted\])[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)(?:([^\s/:@?#]*):)?(?!\[redacted\]@)[^\s/@?#]+@", re.IGNORECASE)

_SURE = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|credential|(?:api|private|secret|access)[_-]?key"
    r"|(?:access|auth|refresh|api|bot|session)[_-]?token)s?"
)
_MAYBE = r"(?:key|token|signature|auth)"
_NAMED = re.compile(
    rf"""(?P<name>["']?\b[\w.-]{{0,60}}?(?:(?P<sure>{_SURE})|{_MAYBE})(?:_[a-z]+)?\b["']?)
         (?P<sign>\s*[=:]\s*)
         (?P<quote>["']?)(?!\[redacted\])(?P<value>[^\s"',;&)}}\]]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONG = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/_.=-]{16,}|[0-9a-fA-F]{24,}")
_SURE_NAME = re.compile(rf"(?:^|[_.-]){_SURE}$", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every secret it recognises replaced by `[redacted]`; doing it twice changes nothing."""
    text = _FORMATS.sub(HIDDEN, text)
    text = _SCHEME.sub(rf"\1\2{HIDDEN}", text)
    text = _URL.sub(lambda match: f"{match[1]}{match[2] + ':' if match[2] else ''}{HIDDEN}@", text)
    return _NAMED.sub(_hide_value, text)


def _hide_value(match: re.Match[str]) -> str:
    """After a sure name anything but a plain word of prose goes; after `key` or `token` only what looks like one."""
    found = match["value"]
    is_assigned = "=" in match["sign"] or bool(match["quote"]) or not found.isalpha()
    if not ((match["sure"] and is_assigned) or _LONG.fullmatch(found)):
        return match[0]
    return f"{match['name']}{match['sign']}{match['quote']}{HIDDEN}"


def processor(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog: every string of the event, however deep, without its secrets."""
    for name, value in event.items():
        event[name] = cleaned(value, name)
    return event


def cleaned(value: object, name: str = "") -> object:
    """A value without secrets, however deep; under a name such as `password` nothing of a text is left."""
    rebuild: Callable[[Any], object]
    match value:
        case str():
            return HIDDEN if value and _SURE_NAME.search(name) else redact(value)
        case Mapping():
            return {key: cleaned(inner, str(key)) for key, inner in value.items()}
        case list() | tuple() | set():
            rebuild = list if isinstance(value, list) else tuple
            return rebuild(cleaned(inner, name) for inner in value)
        case _:
            return value
