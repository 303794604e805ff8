from __future__ import annotations

import io
import json
from hashlib import sha256

import pytest
import structlog
from hypothesis import given, settings, strategies as st

from fks_agents import _redaction
from fks_agents._redaction import redact

SECRETS = {
    "OpenAI": ("key sk-abcdEFGH1234567890abcd in use", "sk-abcdEFGH1234567890abcd"),
    "Anthropic": ("sk-ant-api03-Zm9vYmFyYmF6cXV4_12-34", "sk-ant-api03-Zm9vYmFyYmF6cXV4_12-34"),
    "AWS": ("id AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
    "Slack": ("xoxb-123456789012-abcdefABCDEF", "xoxb-123456789012-abcdefABCDEF"),
    "GitHub": ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    "Groq": ("bad key gsk_abcdefghijklmnopqrstuvwx012345", "gsk_abcdefghijklmnop"),
    "Replicate": ("Invalid token 'r8_abcdefghijklmnopqrstuvwxyz0123456789'", "r8_abcdefghijklmnop"),
    "xAI": ("xai-abcdefghijklmnop0123456789", "xai-abcdefghijklmnop"),
    "bearer": ("Authorization: Bearer abc.def-123_456", "abc.def-123_456"),
    "web token": ("got eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ", "eyJzdWIiOiIx"),
    "URL password": ("postgresql://fks:hunter2@db.example:5432/fks", "hunter2"),
    "URL token": ("https://tok3n@example.com/path", "tok3n"),
    "env pair": ("BINANCE_API_KEY=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A", "vmPUZE6mv9SD5VN"),
    "quoted": ("{'api_secret': 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP'}", "NhqPtmdSJYdKj"),
    "json": ('{"password": "pa55-word"}', "pa55-word"),
    "short password": ("password=hi", "=hi"),
    "yaml": ("client_secret: 9f8e7d6c5b4a", "9f8e7d6c5b4a"),
    "hex after key": ("signature=9c2b7ac04d8fd1f2a9c2b7ac04d8fd1f2", "9c2b7ac04d8fd1f2"),
    "base64 after token": ("token: QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVu"),
    "Telegram": (
        "GET https://api.telegram.org/bot123456789:AAHfakeFAKEfake_fakeFAKEfakeFAKEfakeF/getUpdates", "AAHfakeFAKE",
    ),
    "Discord": ("POST https://discord.com/api/webhooks/1234567890/tokenTOKENtokenTOKENtoken", "tokenTOKEN"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
}  # fmt: skip

HARMLESS = (
    f"digest {sha256(b'x').hexdigest()}",
    f"digest={sha256(b'x').hexdigest()}, client_order_id={sha256(b'y').hexdigest()[:32]}",
    "decision a3f1c09e5b7d; `fks resume a3f1c09e5b7d`",
    "max_tokens_per_decision=200000, input_tokens: 812, output_tokens=44",
    "unknown setting 'api_kye'; `fks init --print` lists the known ones",
    "http://localhost:11434/api/tags did not answer",
    "key levels: 2,650.00 and 2,700.00",
    "the key: momentum faded; the secret: patience",
    "task-sk-1, risk-1, desk-abc",
    "author: rules, tokens: none",
    "SPX 1d @ 2018-12-24T21:00:00Z",
    "sqlite:////home/someone/.local/share/fks-agents/ledger.db",
    "prompt bull/v1@9f8e7d6c5b4a9f8e",
)


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("text", [text for text, _ in SECRETS.values()])
def test_what_stands_beside_a_secret_stays(text: str) -> None:
    assert redact(f"before {text}").startswith("before ")


def test_only_the_password_of_a_url_goes() -> None:
    assert redact("postgresql://fks:hunter2@db/fks") == "postgresql://fks:[redacted]@db/fks"


@settings(max_examples=200)
@given(st.text(alphabet="ab1=: '\"@/._-skey[]redct\n", max_size=80))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@settings(max_examples=100)
@given(st.text(max_size=40), st.from_regex(r"sk-[A-Za-z0-9]{20,40}", fullmatch=True), st.text(max_size=40))
def test_a_key_is_hidden_wherever_it_stands(before: str, key: str, after: str) -> None:
    assert key not in redact(f"{before} {key} {after}")


def test_a_log_line_is_clean_however_deep_the_secret_lies() -> None:
    page = io.StringIO()
    log = structlog.wrap_logger(
        structlog.WriteLogger(page),
        processors=[_redaction.processor, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.BoundLogger,  # not what a command that ran before left configured
    )
    log.info(
        "sk-abcdEFGH1234567890abcd", api_key="short", inner={"password": "x", "list": ["ghp_" + "a" * 20]}, count=3
    )
    line = json.loads(page.getvalue())
    assert line == {
        "event": "[redacted]", "api_key": "[redacted]", "count": 3,
        "inner": {"password": "[redacted]", "list": ["[redacted]"]},
    }  # fmt: skip


def test_time_grows_no_faster_than_the_text() -> None:
    """A text made to send the search back and forth is still read in one go; this hangs where it is not."""
    assert redact("a." * 50_000 + "-" * 50_000) != ""
